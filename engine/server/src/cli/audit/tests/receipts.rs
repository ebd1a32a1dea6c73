//! Receipts, checked by the command and by the script that has nothing of ours: both must agree on every one.

use std::fs;
use std::path::Path;
use std::process::Command as Process;

use serde_json::{Value, json};
use tresor_ledger::tlog::LogKey;

use super::Review;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify_receipt.py");

/// Whether the script is content; nothing where there is no Python.
fn script(review: &Review) -> Option<(bool, String)> {
    let file = |name: &str| review.path(name);
    let mut python = Process::new("python3");
    python.arg(SCRIPT).arg(file("receipt")).arg(file("key")).arg("--answer").arg(file("answer"));
    let Ok(output) = python.output() else {
        eprintln!("python3 is not installed: the script was not run");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8(said).unwrap()))
}

/// Both must be content, or neither.
fn both(review: &Review, sound: bool, what: &str) {
    let (code, text) = review.run("check-receipt @receipt --answer @answer --key @key");
    assert_eq!(code, i32::from(!sound), "{what}: {text}");
    if let Some((content, text)) = script(review) {
        assert_eq!(content, sound, "{what}: {text}");
        assert_eq!(text.contains("NOT PROVEN"), !sound, "{what}: {text}");
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut receipt: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut receipt);
    fs::write(path, receipt.to_string()).unwrap();
}

fn text(value: &mut Value, change: impl FnOnce(&str) -> String) {
    let changed = change(value.as_str().unwrap());
    assert_ne!(value.as_str(), Some(changed.as_str()), "nothing was changed");
    *value = json!(changed);
}

#[test]
fn a_receipt_is_proof() {
    let review = Review::honest();
    both(&review, true, "as it was given");
    let (_, text) = review.run("check-receipt @receipt --answer @answer --key @key");
    assert!(text.contains("entry 6 of the log tre.example.org/tresor releases"), "{text}");
    review.sound("check-receipt @receipt --key @key");
}

#[test]
fn a_tampered_receipt_is_none() {
    type Change = (&'static str, fn(&mut Value));
    let changes: [Change; 9] = [
        ("another query", |receipt| {
            receipt["query_id"] = json!("q_ffffffffffffffffffffffffffffffff")
        }),
        ("another digest", |receipt| receipt["answer_digest"] = json!("0".repeat(64))),
        ("another format", |receipt| receipt["format"] = json!("tresor-receipt/2")),
        ("an edited entry", |receipt| {
            text(&mut receipt["entry"], |entry| entry.replace("\"ada\"", "\"bob\""))
        }),
        ("another index", |receipt| {
            text(&mut receipt["proof"], |proof| proof.replace("index 6", "index 5"))
        }),
        ("another size", |receipt| {
            text(&mut receipt["proof"], |proof| proof.replace("\n7\n", "\n8\n"))
        }),
        ("another log", |receipt| {
            text(&mut receipt["proof"], |proof| proof.replace("tre.example.org", "tre.example.net"))
        }),
        ("a path without its first hash", |receipt| {
            text(&mut receipt["proof"], |proof| {
                let mut lines: Vec<&str> = proof.split('\n').collect();
                lines.remove(2);
                lines.join("\n")
            });
        }),
        ("a signature by nobody", |receipt| {
            text(&mut receipt["proof"], |proof| {
                proof.rsplit_once("\n\u{2014}").unwrap().0.to_owned() + "\n"
            });
        }),
    ];
    for (what, change) in changes {
        let review = Review::honest();
        edit(&review.path("receipt"), change);
        both(&review, false, what);
    }
}

#[test]
fn an_entry_that_releases_nothing_is_no_proof() {
    let review = Review::honest();
    // The charge of the same query, with a proof that holds.
    let folder = tresor_ledger::tlog::folder::LogFolder::open(&review.path("log")).unwrap();
    let (entry, proof) = (folder.leaf(5).unwrap(), folder.proof(5).unwrap().to_string());
    edit(&review.path("receipt"), |receipt| {
        receipt["entry"] = json!(entry);
        receipt["proof"] = json!(proof);
    });
    both(&review, false, "the charge in the place of the outcome");
}

#[test]
fn another_answer_or_key_is_not_proved() {
    let review = Review::honest();
    fs::write(review.path("answer"), br#"{"rows": [[11]]}"#).unwrap();
    both(&review, false, "another answer");
    let review = Review::honest();
    let key = LogKey::new(super::ORIGIN, &[9; 32]).unwrap().verifier().to_string();
    fs::write(review.path("key"), key).unwrap();
    both(&review, false, "another key");
}

#[test]
fn what_cannot_be_read_is_told() {
    let review = Review::honest();
    fs::write(review.path("receipt"), b"nothing").unwrap();
    both(&review, false, "no receipt");
    assert_eq!(review.run("check-receipt @missing --key @key").0, 2);
}
