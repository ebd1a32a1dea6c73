//! Notes, checkpoints, cosignatures and proofs: their forms, and what is not accepted.

use signed_note::{Note as TheirNote, Signer as _, StandardSigner, StandardVerifier, VerifierList};

use super::*;

fn head() -> TreeHead {
    Grown::of(["a", "b", "c"]).edge.head()
}

fn signed() -> SignedCheckpoint {
    SignedCheckpoint::sign(&key(), head())
}

#[test]
fn signed_note_verifies_what_we_sign_and_we_what_it_signs() {
    let ours = signed().to_string();
    let verifier = StandardVerifier::new(&key().verifier().to_string()).unwrap();
    let theirs = TheirNote::from_bytes(ours.as_bytes()).unwrap();
    let (verified, unknown) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text());
    assert_eq!(checkpoint.unwrap().size(), 3);

    let mut secret = vec![1];
    secret.extend_from_slice(&[7; 32]);
    let vkey = key().verifier().to_string();
    let id = vkey.split('+').nth(1).unwrap();
    let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
    let signer = StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{id}+{secret}")).unwrap();
    assert_eq!(signer.name(), ORIGIN);
    let mut note = TheirNote::new(signed().checkpoint().text().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    assert_eq!(String::from_utf8(note.to_bytes()).unwrap(), ours);
    SignedCheckpoint::read(&ours, key().verifier()).unwrap();
}

#[test]
fn another_key_another_name_and_another_text_are_not_accepted() {
    let read = |text: &str| SignedCheckpoint::read(text, key().verifier()).unwrap_err();
    let other_key = LogKey::new(ORIGIN, &[8; 32]).unwrap();
    let forged = SignedCheckpoint::sign(&other_key, head()).to_string();
    assert_eq!(read(&forged), LogError::NotSigned(ORIGIN.into()));
    // In the name of our key, by another.
    let claimed = signed().to_string();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let line = Signature::clone(&signed().note().signatures()[0]);
    let mut changed = lines(&claimed);
    changed[1] = "4".into();
    assert_eq!(read(&format!("{}\n", changed.join("\n"))), LogError::BadSignature(ORIGIN.into()));
    // One good line does not make up for a bad one of the same key.
    let bad = format!("{claimed}{}\n", line.to_string().replace('A', "B"));
    assert!(read(&bad).to_string().contains("not by its key") || bad == claimed);
    let elsewhere = LogKey::new("other.example/log", &[7; 32]).unwrap();
    let elsewhere = SignedCheckpoint::sign(&elsewhere, head()).to_string();
    assert!(matches!(read(&elsewhere), LogError::OtherLog { .. }));
}

#[test]
fn signatures_of_strangers_are_passed_over() {
    let witness = WitnessKey::new("witness.example/w1", &[9; 32]).unwrap();
    let note = signed().note().clone();
    let cosigned = note.clone().with(witness.cosign(note.text(), 1_790_000_000));
    let read = SignedCheckpoint::read(&cosigned.to_string(), key().verifier()).unwrap();
    assert_eq!(read.note().signatures().len(), 2);
    let vkey: Verifier = witness.verifier().to_string().parse().unwrap();
    assert!(vkey.is_witness());
    let cosignature = Cosignature::of(read.note(), &vkey).unwrap().unwrap();
    assert_eq!(
        (cosignature.witness.as_str(), cosignature.seconds),
        ("witness.example/w1", 1_790_000_000)
    );
    // Who signs again takes the place of what they signed before.
    let again = cosigned.with(witness.cosign(note.text(), 1_790_000_009));
    assert_eq!(again.signatures().len(), 2);
    let cosignature = Cosignature::of(&again, &vkey).unwrap().unwrap();
    assert_eq!(cosignature.seconds, 1_790_000_009);
    // A witness that did not sign, and one that is said to have signed.
    let other = WitnessKey::new("witness.example/w2", &[9; 32]).unwrap();
    assert_eq!(Cosignature::of(read.note(), other.verifier()).unwrap(), None);
    let moved = note.clone().with(witness.cosign("another text\n", 1_790_000_000));
    assert!(Cosignature::of(&moved, witness.verifier()).is_err());
    // A cosignature is no signature of a log, even with the same key and name.
    let posing = WitnessKey::new(ORIGIN, &[7; 32]).unwrap();
    let posing =
        Note::parse(&format!("{}\n{}\n", note.text(), posing.cosign(note.text(), 1))).unwrap();
    assert!(posing.check(key().verifier()).is_err());
}

/// The message of a cosignature, put together by hand as the specification says.
#[test]
fn a_cosignature_signs_header_time_and_text() {
    use ed25519_dalek::{Verifier as _, VerifyingKey};
    let witness = WitnessKey::new("witness.example/w1", &[9; 32]).unwrap();
    let text = signed().checkpoint().text();
    let line = witness.cosign(&text, 1_679_315_147).to_string();
    let base64 = line.strip_prefix("\u{2014} witness.example/w1 ").unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    assert_eq!(bytes.len(), 4 + 8 + 64);
    assert_eq!(bytes[4..12], 1_679_315_147_u64.to_be_bytes());
    let public = ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key();
    let id = {
        use sha2::Digest as _;
        let mut input = b"witness.example/w1\n\x04".to_vec();
        input.extend_from_slice(public.as_bytes());
        sha2::Sha256::digest(input)
    };
    assert_eq!(bytes[..4], id[..4]);
    let signature = ed25519_dalek::Signature::from_slice(&bytes[12..]).unwrap();
    let message = format!("cosignature/v1\ntime 1679315147\n{text}");
    let public = VerifyingKey::from_bytes(public.as_bytes()).unwrap();
    public.verify(message.as_bytes(), &signature).unwrap();
}

#[test]
fn malformed_notes_and_keys_are_refused() {
    let good = signed().to_string();
    Note::parse(&good).unwrap();
    for bad in [
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n\u{2014} name\n",
        "text\n\n\u{2014} name ####\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n\u{2014}  AAAAAAAA\n",
        "text\r\n\n\u{2014} name AAAAAAA=\n",
        "text\n\n\u{2014} name AAAAAAA=",
        "text\n\n\u{2014} na+me AAAAAAA=\n",
        "text\n\n\u{2014} name AAAA\n",
    ] {
        assert!(Note::parse(bad).is_err(), "{bad:?}");
    }
    assert!(Note::parse(&format!("{}{good}", "x".repeat(70_000))).is_err());
    let many = format!("text\n\n{}", "\u{2014} name AAAAAAA=\n".repeat(65));
    assert!(Note::parse(&many).is_err());
    Note::parse(&format!("text\n\n{}", "\u{2014} name AAAAAAA=\n".repeat(16))).unwrap();

    let vkey = key().verifier().to_string();
    assert!(vkey.parse::<Verifier>().is_ok());
    for bad in [
        "",
        "name",
        "name+00000000",
        &vkey.replace("log+", "other+"),
        &vkey.replace('/', " "),
        &format!("{vkey}A"),
        &vkey.to_uppercase(),
        "name+00000000+AQ==",
    ] {
        assert!(bad.parse::<Verifier>().is_err(), "{bad}");
    }
    for name in ["", "a b", "a+b", "a\nb"] {
        assert!(LogKey::new(name, &[1; 32]).is_err());
    }
    for bad in [
        "",
        "origin\n1\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
    ] {
        assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_proof_is_written_read_and_checked() {
    let leaves: Vec<String> = (0..300).map(|i| leaf_text(i, "ana")).collect();
    let folder = folder::LogFolder::of(folder_of(&leaves, &key())).unwrap();
    for index in [0, 1, 255, 256, 299] {
        let proof = folder.proof(index).unwrap();
        let text = proof.to_string();
        assert!(text.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n")), "{text}");
        assert!(text.len() < 1_024);
        let read: Proof = text.parse().unwrap();
        assert_eq!(read, proof);
        let leaf = Hash::of_leaf(leaves[usize::try_from(index).unwrap()].as_bytes());
        assert_eq!(read.check(leaf, key().verifier()).unwrap().head().size, 300);
        assert_eq!(read.check(Hash::of_leaf(b"x"), key().verifier()), Err(LogError::NotProved));
        let extra = text.replacen("index", "extra AAAA\nindex", 1);
        assert_eq!(extra.parse::<Proof>().unwrap(), proof);
        for bad in [
            text.replacen("v1", "v2", 1),
            text.replacen("index ", "index 0", 1),
            text.replacen("index ", "index -", 1),
            text.replacen("\n\n", "\n", 1),
            text.replacen("index", "extra AAAA\nextra AAAA\nindex", 1),
        ] {
            assert!(bad.parse::<Proof>().is_err(), "{bad}");
        }
    }
}
