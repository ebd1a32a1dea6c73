//! A witness, word for word as the specification has it.

use super::*;
use crate::tlog::witness::{Submission, Verdict, Witness};

const SECONDS: u64 = 1_790_000_000;

fn leaves(count: u64) -> Grown {
    Grown::of((0..count).map(|seq| leaf_text(seq, "ana")))
}

fn checkpoint(count: u64) -> SignedCheckpoint {
    SignedCheckpoint::sign(&key(), leaves(count).edge.head())
}

fn submission(old: u64, new: u64) -> Submission {
    let proof = prove_consistency(&leaves(new).nodes(), old, new).unwrap();
    Submission { old, proof, checkpoint: checkpoint(new).note().clone() }
}

fn witness() -> Witness {
    let key_of_witness = WitnessKey::new("witness.example/w1", &[9; 32]).unwrap();
    Witness::new(key_of_witness, vec![key().verifier().clone()])
}

/// What the witness says when it has signed a tree of this size before.
fn verdict(body: &str, seen: u64) -> Verdict {
    let last = (seen > 0).then(|| leaves(seen).edge.head());
    witness().decide(body, SECONDS, |_| last)
}

#[test]
fn what_grew_is_cosigned() {
    for (old, new) in [(0, 0), (0, 1), (0, 300), (1, 2), (255, 257), (300, 300), (7, 300)] {
        let Verdict::Cosigned { line, kept } = verdict(&submission(old, new).to_string(), old)
        else {
            panic!("{old} to {new}");
        };
        let note = checkpoint(new).note().clone();
        let seen = Cosignature::check(note.text(), &line, witness().verifier()).unwrap();
        assert_eq!((seen.seconds, kept.head().size), (SECONDS, new));
        assert_eq!(kept.note().to_string(), format!("{note}{line}\n"));
    }
}

/// The form of the example in the specification.
#[test]
fn a_submission_is_a_size_hashes_an_empty_line_and_a_checkpoint() {
    let text = submission(7, 300).to_string();
    assert!(text.starts_with("old 7\n"));
    let (head, note) = text.split_once("\n\n").unwrap();
    assert_eq!(note, checkpoint(300).to_string());
    assert!(head.lines().skip(1).all(|line| line.len() == 44));
    assert_eq!(text.parse::<Submission>().unwrap(), submission(7, 300));
}

#[test]
fn the_last_size_is_told_on_conflict() {
    for (old, seen) in [(0, 5), (5, 0), (4, 5), (6, 5)] {
        let body = submission(old, 300).to_string();
        assert_eq!(verdict(&body, seen), Verdict::Conflict { size: seen });
    }
}

#[test]
fn a_fork_is_not_signed() {
    let forked = Grown::of((0..300).map(|seq| leaf_text(seq, "ben")));
    let fork = SignedCheckpoint::sign(&key(), forked.edge.head()).note().clone();
    let proof = prove_consistency(&forked.nodes(), 7, 300).unwrap();
    let body = |old, proof: &[Hash]| {
        Submission { old, proof: proof.to_vec(), checkpoint: fork.clone() }.to_string()
    };
    assert_eq!(verdict(&body(7, &proof), 7), Verdict::Inconsistent);
    assert_eq!(verdict(&body(300, &[]), 300), Verdict::Inconsistent);
    assert_eq!(verdict(&body(7, &[]), 7), Verdict::Inconsistent);
    assert_eq!(verdict(&body(0, &proof), 0), Verdict::Inconsistent);
    let empty = TreeHead { size: 0, root: Hash::of_leaf(b"x") };
    let checkpoint = SignedCheckpoint::sign(&key(), empty).note().clone();
    let body = Submission { old: 0, proof: vec![], checkpoint }.to_string();
    assert_eq!(verdict(&body, 0), Verdict::Inconsistent);
}

#[test]
fn only_known_logs_and_their_own_keys_count() {
    let signed_by = |origin: &str, seed: u8| {
        let key = LogKey::new(origin, &[seed; 32]).unwrap();
        let checkpoint = SignedCheckpoint::sign(&key, leaves(3).edge.head()).note().clone();
        Submission { old: 0, proof: vec![], checkpoint }.to_string()
    };
    assert_eq!(verdict(&signed_by("other.example/log", 7), 0), Verdict::UnknownLog);
    assert_eq!(verdict(&signed_by(ORIGIN, 8), 0), Verdict::NotSigned);
    // Our line beside one in our name that is not ours.
    let bad = submission(0, 3).to_string();
    let line = bad.lines().last().unwrap().to_owned();
    let (name, base64) = line.rsplit_once(' ').unwrap();
    let other = submission(0, 4).to_string();
    let (_, foreign) = other.lines().last().unwrap().rsplit_once(' ').unwrap();
    assert_ne!(base64, foreign);
    assert_eq!(verdict(&format!("{bad}{name} {foreign}\n"), 0), Verdict::NotSigned);
    // Lines of strangers are not kept.
    let stranger = WitnessKey::new("witness.example/w2", &[1; 32]).unwrap();
    let text = checkpoint(3).checkpoint().text();
    let Verdict::Cosigned { kept, .. } =
        verdict(&format!("{bad}{}\n", stranger.cosign(&text, 1)), 0)
    else {
        panic!("not signed");
    };
    assert_eq!(kept.note().signatures().len(), 2);
}

#[test]
fn what_is_no_submission_is_malformed() {
    let good = submission(7, 300).to_string();
    for bad in [
        String::new(),
        good.replacen("old 7", "old 07", 1),
        good.replacen("old 7", "old -7", 1),
        good.replacen("old 7", "old 301", 1),
        good.replacen("old 7\n", "", 1),
        good.replacen("\n\n", "\n", 1),
        good.replacen("\n\n", "\nAAAA\n\n", 1),
        good.replacen(
            "old 7\n",
            &format!("old 7\n{}", format!("{}\n", Hash::empty_tree()).repeat(64)),
            1,
        ),
        good.trim_end().to_owned(),
        good.replace("300", "0300"),
    ] {
        assert_eq!(verdict(&bad, 7), Verdict::Malformed, "{bad}");
    }
}
