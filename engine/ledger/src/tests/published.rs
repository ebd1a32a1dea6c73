//! The log as others see it: its folder, its checkpoints, receipts; and books that were put back.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::receipt::{Receipt, Why};
use crate::tlog::folder::{LogFolder, verify};
use crate::tlog::{Cosignature, LogKey, Verifier, WitnessKey, check_consistency};
use crate::{Kind, NewEntry, Step};

on_both!(
    the_folder_of_a_closed_ledger_verifies_to_the_last_entry,
    documents_are_published_with_the_entries_that_speak_of_them,
    checkpoints_grow_from_one_another,
    a_receipt_shows_what_was_released_and_nothing_else,
    a_receipt_of_a_reviewed_answer_is_the_end_of_its_review,
    cosignatures_are_published_and_stand_in_receipts_that_they_fit,
    a_folder_that_says_otherwise_is_damage,
    what_is_missing_in_the_folder_is_written_from_the_books,
    a_folder_that_cannot_be_written_closes_the_ledger,
    a_stop_at_any_file_of_the_log_is_mended_by_the_next_start,
);

fn log_of(home: &Home) -> PathBuf {
    home.config(Arc::new(NoSteps)).log.folder
}

fn verifier() -> Verifier {
    LogKey::new("test.example/log", &[7; 32]).unwrap().verifier().clone()
}

async fn record(ledger: &Ledger, count: u64) {
    for _ in 0..count {
        ledger.record(NewEntry::new(Kind::LogRead, "olga", NOW)).await.unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let to = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &to);
        } else {
            fs::copy(item.path(), to).unwrap();
        }
    }
}

async fn the_folder_of_a_closed_ledger_verifies_to_the_last_entry(on: On) {
    let home = Home::new(on);
    for expected in [300, 600, 605] {
        let ledger = home.open().await;
        record(&ledger, if expected == 605 { 5 } else { 300 }).await;
        ledger.close().await;
        let verified = verify(&log_of(&home), &verifier()).unwrap();
        assert_eq!(verified.checkpoint.head().size, expected);
    }
    let folder = LogFolder::open(&log_of(&home)).unwrap();
    assert_eq!(folder.entries(0..1_000).unwrap().len(), 605);
    // Unfinished states of earlier checkpoints are gone.
    assert!(!log_of(&home).join("tile/0/001.p").exists());
    assert_eq!(fs::read_dir(log_of(&home).join("tile/0/002.p")).unwrap().count(), 1);
}

async fn documents_are_published_with_the_entries_that_speak_of_them(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let entry = NewEntry {
        body: json!({ "document": digest_of(b"a policy") }),
        ..NewEntry::new(Kind::PolicyProposal, "mira", NOW)
    };
    ledger.record_document(entry, b"a policy".to_vec()).await.unwrap();
    ledger.close().await;
    assert_eq!(verify(&log_of(&home), &verifier()).unwrap().documents, 1);
    let folder = LogFolder::open(&log_of(&home)).unwrap();
    assert_eq!(folder.document(&digest_of(b"a policy")).unwrap().unwrap(), b"a policy");
}

async fn checkpoints_grow_from_one_another(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    assert_eq!(ledger.checkpoint().await.unwrap().head().size, 0);
    let mut before = ledger.checkpoint().await.unwrap();
    for count in [1, 2, 254, 1, 300] {
        record(&ledger, count).await;
        let now = ledger.checkpoint().await.unwrap();
        assert_eq!(now.head().size, before.head().size + count);
        let (old, new) = (before.head(), now.head());
        let proof = ledger.consistency(old.size, new.size).await.unwrap();
        check_consistency(&proof, old, new).unwrap();
        before = now;
    }
    assert_eq!(ledger.log_verifier(), &verifier());
    assert!(ledger.consistency(1, 10_000).await.is_err());
    ledger.close().await;
    assert!(ledger.checkpoint().await.is_err());
}

async fn a_receipt_shows_what_was_released_and_nothing_else(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    record(&ledger, 300).await;
    let receipt = reserve(&ledger, "q_1").await;
    assert_eq!(ledger.receipt("q_1").await.unwrap(), None);
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let failing = reserve(&ledger, "q_2").await;
    ledger.settle(failing, failed(), LATER).await.unwrap();
    assert_eq!(ledger.receipt("q_2").await.unwrap(), None);
    assert_eq!(ledger.receipt("q_3").await.unwrap(), None);
    record(&ledger, 300).await;

    let receipt = ledger.receipt("q_1").await.unwrap().unwrap();
    let text = receipt.to_json();
    let read = Receipt::parse(text.as_bytes()).unwrap();
    let checked = read.check(&verifier(), Some(b"42")).unwrap();
    assert_eq!((checked.index, checked.at, checked.query_id.as_str()), (301, LATER, "q_1"));
    assert_eq!((checked.checkpoint.head().size, checked.answer_digest), (604, digest_of(b"42")));
    assert!(matches!(read.check(&verifier(), Some(b"43")), Err(Why::OtherAnswer { .. })));
    let other = LogKey::new("test.example/log", &[8; 32]).unwrap();
    assert!(matches!(read.check(other.verifier(), None), Err(Why::Log(_))));
    for (from, to) in [
        ("\"query_id\":\"q_1\"", "\"query_id\":\"q_2\""),
        (&*digest_of(b"42"), &*digest_of(b"43")),
        ("tresor-receipt/1", "tresor-receipt/2"),
        ("index 301", "index 300"),
        ("\\\"cells\\\":1", "\\\"cells\\\":2"),
        ("released", "failed"),
    ] {
        let tampered = text.replace(from, to);
        assert_ne!(tampered, text, "{from}");
        let result = Receipt::parse(tampered.as_bytes()).and_then(|r| r.check(&verifier(), None));
        assert!(result.is_err(), "{from} to {to}");
    }
    ledger.close().await;
    // The same proof follows from a copy of the folder.
    let folder = LogFolder::open(&log_of(&home)).unwrap();
    assert_eq!(folder.proof(301).unwrap().to_string(), receipt.proof());
}

/// An answer that people released rests on the end of its review, not on the outcome that held it, nor on a vote: whose
/// that was, its author is not told.
async fn a_receipt_of_a_reviewed_answer_is_the_end_of_its_review(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, held("44"), NOW).await.unwrap();
    assert_eq!(ledger.receipt("q_1").await.unwrap(), None);
    for checker in ["chidi", "mira"] {
        assert_eq!(ledger.receipt("q_1").await.unwrap(), None);
        let _counted = ledger.vote(vote("q_1", checker)).await.unwrap();
    }
    let receipt = ledger.receipt("q_1").await.unwrap().unwrap();
    let checked = receipt.check(&verifier(), Some(b"44")).unwrap();
    assert_eq!((checked.index, &checked.entry["kind"]), (4, &json!("review_ended")));
    assert_eq!(checked.entry["actor"], "system");
    let told = receipt.to_json();
    assert!(!told.contains("chidi") && !told.contains("\\\"mira"), "{told}");
}

async fn cosignatures_are_published_and_stand_in_receipts_that_they_fit(on: On) {
    let home = Home::new(on);
    let witness = WitnessKey::new("witness.example/w1", &[9; 32]).unwrap();
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let seen = ledger.checkpoint().await.unwrap();
    let line = witness.cosign(seen.note().text(), 1_790_000_000);
    let cosignature = Cosignature::check(seen.note().text(), &line, witness.verifier()).unwrap();
    ledger.keep_cosignature(seen, cosignature).await.unwrap();
    let receipt = reserve(&ledger, "q_2").await;
    ledger.settle(receipt, released("43"), LATER).await.unwrap();
    for (query_id, seconds) in [("q_1", Some(1_790_000_000)), ("q_2", None)] {
        let receipt = ledger.receipt(query_id).await.unwrap().unwrap();
        let checked = receipt.check(&verifier(), None).unwrap();
        let seen = checked.seen_by(witness.verifier()).unwrap();
        assert_eq!(seen.map(|seen| seen.seconds), seconds, "{query_id}");
    }
    ledger.close().await;
}

/// Books and folder were put back to different days, in every way; nothing is written before it is noticed.
#[tokio::test]
async fn an_older_copy_of_the_books_is_refused() {
    let home = Home::file();
    let ledger = home.open().await;
    record(&ledger, 10).await;
    ledger.close().await;
    let older = tempfile::tempdir().unwrap();
    fs::copy(home.path(), older.path().join("ledger.db")).unwrap();
    copy(&log_of(&home), &older.path().join("log"));
    let ledger = home.open().await;
    record(&ledger, 5).await;
    ledger.close().await;
    fs::copy(home.path(), older.path().join("newer.db")).unwrap();

    fs::copy(older.path().join("ledger.db"), home.path()).unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::OlderCopy { known: 15, books: 10, .. }), "{error}");
    assert_eq!(fs::read(home.path()).unwrap(), fs::read(older.path().join("ledger.db")).unwrap());
    // An empty ledger is an older copy, too.
    fs::remove_file(home.path()).unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::OlderCopy { known: 15, books: 0, .. }), "{error}");
    // Newer books than the folder are what a stop leaves behind.
    fs::copy(older.path().join("newer.db"), home.path()).unwrap();
    fs::remove_dir_all(log_of(&home)).unwrap();
    copy(&older.path().join("log"), &log_of(&home));
    home.open().await.close().await;
    assert_eq!(verify(&log_of(&home), &verifier()).unwrap().checkpoint.head().size, 15);
}

/// Somebody who can write both puts both back: only the copy elsewhere knows.
#[tokio::test]
async fn the_copy_kept_apart_notices_that_books_and_folder_were_put_back_together() {
    let home = Home::file();
    let elsewhere = tempfile::tempdir().unwrap();
    let anchored = || {
        let mut config = home.config(Arc::new(NoSteps));
        config.log.anchor = Some(elsewhere.path().join("checkpoint"));
        config
    };
    let (ledger, _) = Ledger::open(anchored(), NOW).await.unwrap();
    record(&ledger, 3).await;
    ledger.close().await;
    let older = tempfile::tempdir().unwrap();
    copy(home.path().parent().unwrap(), older.path());
    let (ledger, _) = Ledger::open(anchored(), NOW).await.unwrap();
    record(&ledger, 4).await;
    ledger.close().await;
    assert_eq!(
        fs::read(elsewhere.path().join("checkpoint")).unwrap(),
        fs::read(log_of(&home).join("checkpoint")).unwrap()
    );

    let home_folder = home.path().parent().unwrap().to_owned();
    fs::remove_dir_all(&home_folder).unwrap();
    copy(older.path(), &home_folder);
    let error = Ledger::open(anchored(), NOW).await.err().unwrap();
    assert!(matches!(error, LedgerError::OlderCopy { known: 7, books: 3, .. }), "{error}");
    // Without the copy elsewhere nothing tells: that is why there is one.
    home.open().await.close().await;
    // A disk that is not there is no reason to go on without it.
    let mut unmounted = anchored();
    unmounted.log.anchor = Some(elsewhere.path().join("not/mounted/checkpoint"));
    assert!(matches!(Ledger::open(unmounted, NOW).await.err(), Some(LedgerError::Unavailable(_))));
}

async fn a_folder_that_says_otherwise_is_damage(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    record(&ledger, 300).await;
    ledger.close().await;
    for (file, edit) in [
        ("tile/0/000", b"x".as_slice()),
        ("tile/entries/000", b""),
        ("checkpoint", b"test.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"),
        ("checkpoint", b"\xff"),
    ] {
        let path = log_of(&home).join(file);
        let good = fs::read(&path).unwrap();
        fs::write(&path, edit).unwrap();
        let error = home.refusal().await;
        assert!(matches!(error, LedgerError::Damaged(_)), "{file}: {error}");
        fs::write(&path, good).unwrap();
    }
    // Files without a checkpoint that speaks of them are as old as they say.
    fs::write(log_of(&home).join("tile/0/001"), vec![0; 8_192]).unwrap();
    assert!(matches!(home.refusal().await, LedgerError::OlderCopy { known: 512, .. }));
    fs::remove_file(log_of(&home).join("tile/0/001")).unwrap();
    // Another key or another name is another log.
    for (origin, seed) in [("test.example/log", 8), ("other/log", 7)] {
        let mut other = home.config(Arc::new(NoSteps));
        other.log = LogConfig { origin: origin.to_owned(), seed: [seed; 32], ..other.log };
        let error = Ledger::open(other, NOW).await.err().unwrap();
        assert!(error.to_string().contains("is not a checkpoint of this log"), "{error}");
    }
    home.open().await.close().await;
}

/// The books were replaced by others of the same length, sound in themselves.
#[tokio::test]
async fn other_books_under_a_signed_log_are_refused() {
    let (home, other) = (Home::file(), Home::file());
    for (home, actor) in [(&home, "olga"), (&other, "omar")] {
        let ledger = home.open().await;
        ledger.record(NewEntry::new(Kind::LogRead, actor, NOW)).await.unwrap();
        ledger.close().await;
    }
    fs::copy(other.path(), home.path()).unwrap();
    let error = home.refusal().await;
    assert!(error.to_string().contains("was signed: the books were changed"), "{error}");
}

async fn what_is_missing_in_the_folder_is_written_from_the_books(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let entry = NewEntry {
        body: json!({ "document": digest_of(b"a policy") }),
        ..NewEntry::new(Kind::PolicyProposal, "mira", NOW)
    };
    ledger.record_document(entry, b"a policy".to_vec()).await.unwrap();
    record(&ledger, 599).await;
    ledger.close().await;
    let whole = |home: &Home| {
        let verified = verify(&log_of(home), &verifier()).unwrap();
        (verified.checkpoint.head().size, verified.documents)
    };
    for gone in ["tile/entries/000", "tile/0", "tile", "documents", "tile/0/002.p", ""] {
        let path = log_of(&home).join(gone);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        fs::create_dir_all(log_of(&home)).unwrap();
        fs::write(log_of(&home).join("checkpoint.new"), b"half").unwrap();
        home.open().await.close().await;
        assert_eq!(whole(&home), (600, 1), "{gone}");
    }
}

/// FAIL-CLOSED: what nobody could check afterwards is not released.
async fn a_folder_that_cannot_be_written_closes_the_ledger(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    record(&ledger, 1).await;
    // A file stands where a folder must be made: it stops every user, the administrator included.
    fs::create_dir_all(log_of(&home)).unwrap();
    fs::remove_dir_all(log_of(&home)).unwrap();
    fs::write(log_of(&home), b"in the way").unwrap();
    let mut refused = None;
    for _ in 0..600 {
        match ledger.record(NewEntry::new(Kind::LogRead, "olga", NOW)).await {
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let error = refused.expect("the ledger goes on without its log");
    assert!(error.to_string().contains("the folder of the log cannot be written"), "{error}");
    assert!(ledger.checkpoint().await.is_err());
    ledger.close().await;
    // No repair by hand: the next start writes it anew.
    fs::remove_file(log_of(&home)).unwrap();
    home.open().await.close().await;
    verify(&log_of(&home), &verifier()).unwrap();
}

/// The disk fails at one file of the log and from then on.
struct FailsAt {
    file: usize,
    seen: AtomicUsize,
}

impl Steps for FailsAt {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        if step == Step::LogFile && self.seen.fetch_add(1, Ordering::Relaxed) >= self.file {
            return Err(std::io::Error::other("no more"));
        }
        Ok(())
    }
}

/// A day with full files, unfinished ones, a document, a copy kept apart and files to be removed, cut off at each of its
/// files; then a day without a failure.
async fn a_stop_at_any_file_of_the_log_is_mended_by_the_next_start(on: On) {
    for file in 0.. {
        let home = Home::new(on);
        let elsewhere = tempfile::tempdir().unwrap();
        let configured = |steps: Arc<dyn Steps>| {
            let mut config = home.config(steps);
            config.log.anchor = Some(elsewhere.path().join("checkpoint"));
            config
        };
        let (ledger, _) = Ledger::open(configured(Arc::new(NoSteps)), NOW).await.unwrap();
        record(&ledger, 250).await;
        ledger.close().await;
        let disk = Arc::new(FailsAt { file, seen: AtomicUsize::new(0) });
        let cut_off = match Ledger::open(configured(Arc::clone(&disk) as _), NOW).await {
            Ok((ledger, _)) => {
                let entry = NewEntry {
                    body: json!({ "document": digest_of(b"a policy") }),
                    ..NewEntry::new(Kind::PolicyProposal, "mira", NOW)
                };
                let written = ledger.record_document(entry, b"a policy".to_vec()).await;
                let _more = ledger.record(NewEntry::new(Kind::LogRead, "olga", NOW)).await;
                for _ in 0..8 {
                    let _more = ledger.record(NewEntry::new(Kind::LogRead, "olga", NOW)).await;
                }
                ledger.close().await;
                written.is_err() || disk.seen.load(Ordering::Relaxed) > file
            }
            Err(error) => {
                assert!(matches!(error, LedgerError::Unavailable(_)), "{file}: {error}");
                true
            }
        };
        let (ledger, found) = Ledger::open(configured(Arc::new(NoSteps)), NOW).await.unwrap();
        ledger.close().await;
        let verified = verify(&log_of(&home), &verifier()).unwrap();
        assert_eq!(verified.checkpoint.head().size, found.entries, "{file}");
        let kept_apart = fs::read(elsewhere.path().join("checkpoint")).unwrap();
        assert_eq!(kept_apart, fs::read(log_of(&home).join("checkpoint")).unwrap(), "{file}");
        if !cut_off {
            assert!(file > 8, "only {file} files were written");
            return;
        }
    }
}
