//! The commands over logs that a ledger wrote: sound ones, and ones that somebody was in.

mod patterns;
mod receipts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use clap::Parser;
use serde_json::{Value, json};
use tempfile::TempDir;
use tresor_core::desk::{Act, Activate, Approve, Draft, Propose, Signed, Statement};
use tresor_core::ids::{BundleDigest, ChangeId, UserId};
use tresor_core::policy::PolicyFiles;
use tresor_ledger::{
    Intent, Ledger, LedgerConfig, LogConfig, Moment, NewEntry, Outcome, Reservation, digest_of,
};

use crate::cli::{Command, Line, runtime};
use crate::real::SystemEntropy;
use crate::signing::Officer;
use crate::stop::Stop;

const ORIGIN: &str = "tre.example.org/tresor";
const CHANGE: &str = "c_00112233445566778899aabbccddeeff";
pub(super) const QUERY: &str = "q_00112233445566778899aabbccddeeff";
pub(super) const ANSWER: &[u8] = br#"{"rows": [[10]]}"#;
const SQL: &str = "select count(*) from patients where region = 'coast'";
/// The entry of the charge; the outcome follows.
const CHARGE: &str = "5";

/// A log, its key, a receipt and an answer, each in a file of one folder.
pub(super) struct Review {
    folder: TempDir,
    /// What opens the text of the charge.
    salt: String,
}

impl Review {
    /// The log of an honest installation: a policy change by two officers, then a query.
    pub(super) fn honest() -> Self {
        Self::approved_by("olu")
    }

    /// The same with somebody in the place of the second officer, who signs with the key of the first.
    fn approved_by(approver: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let written =
            runtime::block_on(async { Ok::<_, Stop>(write(folder.path(), approver).await) });
        let Ok(salt) = written else { panic!("no runtime") };
        Self { folder, salt }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a command says, and how it ends. Words that begin with `@` are files of the folder.
    pub(super) fn run(&self, words: &str) -> (i32, String) {
        let file = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).display().to_string(),
            None => word.to_owned(),
        };
        let words = ["tresor", "audit"].into_iter().chain(words.split(' ')).map(file);
        let Line { command, .. } = Line::try_parse_from(words).unwrap();
        let Command::Audit(audit) = command else { panic!("this is about something else") };
        match audit.command.told() {
            Ok(told) => (i32::from(!told.findings.is_empty()), told.text(audit.json)),
            Err(stop) => (2, stop.to_string()),
        }
    }

    fn sound(&self, words: &str) -> String {
        let (code, text) = self.run(words);
        assert_eq!(code, 0, "{words}: {text}");
        text
    }

    fn found(&self, words: &str) -> String {
        let (code, text) = self.run(words);
        assert_eq!(code, 1, "{words}: {text}");
        text
    }
}

fn config(folder: &Path) -> LedgerConfig {
    let log = LogConfig {
        origin: ORIGIN.to_owned(),
        seed: [7; 32],
        folder: folder.join("log"),
        anchor: None,
    };
    LedgerConfig::file(&folder.join("ledger.sqlite"), log)
}

/// Policy files in which `grace` and `olu` sign with these keys.
fn bundle(folder: &Path, keys: [(&str, &Officer); 2], title: &str) -> PolicyFiles {
    crate::assets::write_policies(folder).unwrap();
    let path = folder.join("people.toml");
    let mut people = fs::read_to_string(&path).unwrap();
    for (user, key) in keys {
        let line = format!("user = \"{user}\"\n");
        people = people.replace(&line, &format!("{line}signing_key = \"{}\"\n", key.public()));
    }
    fs::write(&path, format!("# {title}\n{people}")).unwrap();
    let files = runtime::block_on(async {
        PolicyFiles::read(folder).await.map_err(|e| Stop::because(e.to_string()))
    });
    files.unwrap()
}

async fn write(folder: &Path, approver: &str) -> String {
    let officer = |name: &str| Officer::make(&folder.join(name), &SystemEntropy).unwrap();
    let (grace, olu) = (officer("grace"), officer("olu"));
    let (first, second) = std::thread::scope(|scope| {
        let files = |name: &str, title: &str| {
            bundle(&folder.join(name), [("grace", &grace), ("olu", &olu)], title)
        };
        scope.spawn(move || (files("first", "first"), files("second", "second"))).join().unwrap()
    });
    let (ledger, _) = Ledger::open(config(folder), Moment(0)).await.unwrap();
    let digest = |files: &PolicyFiles| BundleDigest::new(files.digest()).unwrap();
    let statement = Statement {
        change: ChangeId::new(CHANGE).unwrap(),
        bundle: digest(&second),
        base: (1, digest(&first)),
        effective_at: None,
    };
    let signed = |key: &Officer, text: &str| Signed {
        key: key.public().trim_start_matches("ed25519:").to_owned(),
        signature: key.sign(text),
    };
    let user = |name: &str| UserId::new(name).unwrap();
    let change = || ChangeId::new(CHANGE).unwrap();
    let approving = if approver == "olu" { &olu } else { &grace };
    let acts = [
        (
            "system",
            Act::Activate(Activate {
                change: None,
                revision: 1,
                bundle: digest(&first),
                effective_at: 1,
            }),
            Some(&first),
        ),
        (
            "grace",
            Act::Draft(Draft {
                change: change(),
                title: "t".to_owned(),
                reason: "r".to_owned(),
                base: 1,
                bundle: digest(&second),
                reverts: None,
            }),
            Some(&second),
        ),
        (
            "grace",
            Act::Propose(Propose {
                change: change(),
                bundle: digest(&second),
                base: 1,
                effective_at: None,
                signed: signed(&grace, &statement.of_author(&user("grace"))),
            }),
            None,
        ),
        (
            approver,
            Act::Approve(Approve {
                change: change(),
                bundle: digest(&second),
                signed: signed(approving, &statement.of_approver(&user(approver))),
            }),
            None,
        ),
        (
            "grace",
            Act::Activate(Activate {
                change: Some(change()),
                revision: 2,
                bundle: digest(&second),
                effective_at: 5,
            }),
            None,
        ),
    ];
    for (at, (by, act, document)) in (1..).zip(acts) {
        let mut entry = NewEntry::new(act.kind(), by, Moment(at));
        entry.body = serde_json::to_value(&act).unwrap();
        match document {
            Some(files) => ledger.record_document(entry, files.to_bundle()).await.unwrap(),
            None => ledger.record(entry).await.unwrap(),
        };
    }
    fs::write(folder.join("early"), ledger.checkpoint().await.unwrap().note().to_string()).unwrap();
    ask(&ledger, &digest(&second)).await;
    fs::write(folder.join("receipt"), ledger.receipt(QUERY).await.unwrap().unwrap().to_json())
        .unwrap();
    fs::write(folder.join("answer"), ANSWER).unwrap();
    fs::write(folder.join("key"), format!("{}\n", ledger.log_verifier())).unwrap();
    fs::write(folder.join("text"), SQL).unwrap();
    let opening = ledger.opening(CHARGE.parse().unwrap()).await.unwrap();
    ledger.close().await;
    hex::encode(opening.iter().find(|opening| opening.field == "sql").unwrap().salt)
}

async fn ask(ledger: &Ledger, bundle: &BundleDigest) {
    let intent = Intent {
        query_id: QUERY.to_owned(),
        account: "heart-study".to_owned(),
        user: "ada".to_owned(),
        role: "researcher".to_owned(),
        idempotency: None,
        sql: SQL.to_owned(),
        sql_fingerprint: "select count(*) from patients where region = ?".to_owned(),
        policy_revision: Some(2),
        policy_digest: bundle.to_string(),
        profile: "sample".to_owned(),
        snapshots: vec!["s".to_owned()],
        plan_digest: "p".to_owned(),
        cost: 3,
        limit: 10,
        at: Moment(6),
        details: json!({ "rules": ["rules.csv:3"] }),
        sealed: vec![],
    };
    let Ok(Reservation::Fresh(receipt)) = ledger.reserve(intent).await else {
        panic!("not charged")
    };
    let outcome = Outcome::Released {
        answer: ANSWER.to_vec(),
        digest: digest_of(ANSWER),
        summary: json!({}),
        sealed: vec![],
        reviewers: 0,
        remembered: vec![],
    };
    ledger.settle(receipt, outcome, Moment(7)).await.unwrap();
}

/// Replaces a text in every bundle of entries by one of the same length.
fn edit(folder: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let found = Process::new("grep")
        .args(["-rl", from])
        .arg(folder.join("log/tile/entries"))
        .output()
        .unwrap();
    let files = String::from_utf8(found.stdout).unwrap();
    assert!(!files.is_empty(), "nothing says {from}");
    for path in files.lines() {
        let bytes = fs::read(path).unwrap();
        let at = bytes.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        let mut edited = bytes;
        edited[at..at + from.len()].copy_from_slice(to.as_bytes());
        fs::write(path, edited).unwrap();
    }
}

#[test]
fn a_sound_log_is_proved_from_end_to_end() {
    let review = Review::honest();
    let text = review.sound("verify --log @log --key @key");
    assert!(text.contains("tre.example.org/tresor has 7 entries"), "{text}");
    let text = review.sound("consistency --from @early --log @log --key @key");
    assert!(text.contains("the first 5 of its 7 entries"), "{text}");
    let text = review.sound("ledger --log @log");
    assert!(text.contains("1 queries charged") && text.contains("heart-study"), "{text}");
    let text = review.sound("explain 5 --log @log --key @key");
    for part in [
        "ada, researcher",
        "3 points; 3 of 10",
        "rules.csv:3",
        "policy revision 2",
        "signed by grace as author: holds",
        "signed by olu as approver: holds",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = review.sound("explain 6 --log @log");
    assert!(
        text.contains("under policy revision 2"),
        "an outcome is explained by its charge: {text}"
    );
    let salt = &review.salt;
    review.sound(&format!("open 5 --log @log --field sql --salt {salt} --text @text"));
}

#[test]
fn programs_read_json() {
    let review = Review::honest();
    let said: Value = serde_json::from_str(&review.sound("ledger --log @log --json")).unwrap();
    assert_eq!(said["sound"], true);
    assert_eq!(
        said["accounts"][0],
        json!({"account": "heart-study", "charges": 1, "spent": 3, "limit": 10, "least_left": 7})
    );
    edit(review.folder.path(), "\"cost\":3", "\"cost\":2");
    let said: Value = serde_json::from_str(&review.found("ledger --log @log --json")).unwrap();
    assert_eq!(said["sound"], false);
    assert!(said["findings"][0].as_str().unwrap().contains("do not add up"), "{said}");
}

#[test]
fn an_edited_entry_is_found() {
    let review = Review::honest();
    edit(review.folder.path(), "\"actor\":\"ada\"", "\"actor\":\"bob\"");
    let text = review.found("verify --log @log --key @key");
    assert!(text.contains("entry 5"), "{text}");
    assert_eq!(review.run("explain 5 --log @log").0, 2, "it is not even looked at");
}

#[test]
fn another_key_proves_nothing() {
    let review = Review::honest();
    let key = tresor_ledger::tlog::LogKey::new(ORIGIN, &[8; 32]).unwrap().verifier().to_string();
    let text = review.found(&format!("verify --log @log --key {key}"));
    assert!(text.contains("checkpoint"), "{text}");
    assert_eq!(
        review
            .found(&format!("explain 5 --log @log --key {key}"))
            .lines()
            .filter(|line| line.starts_with("FOUND"))
            .count(),
        1
    );
    assert_eq!(review.run("verify --log @log --key nonsense").0, 2);
    assert_eq!(review.run("verify --log @nothing --key @key").0, 2);
}

#[test]
fn a_rewritten_history_is_found() {
    let (review, other) = (Review::honest(), Review::honest());
    // Both logs have the same key and name, and another history: their officers have other keys.
    let theirs = other.path("early");
    let text =
        review.found(&format!("consistency --from {} --log @log --key @key", theirs.display()));
    assert!(text.contains("history was rewritten"), "{text}");
    let checkpoint = review.path("log/checkpoint");
    fs::copy(&checkpoint, review.path("late")).unwrap();
    let text = review.found("consistency --from @late --to @early --log @log --key @key");
    assert!(text.contains("taken away"), "{text}");
    fs::copy(review.path("early"), &checkpoint).unwrap();
    let text = review.found("consistency --from @early --to @late --log @log --key @key");
    assert!(text.contains("an older copy"), "{text}");
}

#[test]
fn a_revision_without_two_officers_is_found() {
    let review = Review::approved_by("grace");
    let text = review.found("explain 5 --log @log --key @key");
    for part in ["could not be approved", "nobody approved it", "which the log never activated"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let review = Review::approved_by("ines");
    let text = review.found("explain 5 --log @log --key @key");
    assert!(text.contains("the signature of ines as approver does not hold"), "{text}");
    assert!(text.contains("does not carry the signatures of two officers"), "{text}");
}

#[test]
fn a_missing_bundle_is_found() {
    let review = Review::honest();
    fs::remove_dir_all(review.path("log/documents")).unwrap();
    let text = review.found("explain 5 --log @log");
    assert!(text.contains("is missing"), "{text}");
    assert!(review.found("verify --log @log --key @key").contains("documents/"));
}

#[test]
fn another_text_is_not_the_one() {
    let review = Review::honest();
    fs::write(review.path("text"), format!("{SQL}\n")).unwrap();
    let salt = &review.salt;
    let text = review.found(&format!("open 5 --log @log --field sql --salt {salt} --text @text"));
    assert!(text.contains("to the last line break"), "{text}");
    let (code, text) =
        review.run(&format!("open 5 --log @log --field cause --salt {salt} --text @text"));
    assert!(code == 2 && text.contains("commits to `sql`"), "{text}");
    assert_eq!(review.run("open 5 --log @log --field sql --salt 00 --text @text").0, 2);
}

#[test]
fn a_folder_that_nobody_may_write_is_enough() {
    let review = Review::honest();
    let mut rights = fs::metadata(review.path("log")).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(review.path("log"), rights).unwrap();
    review.sound("verify --log @log --key @key");
    assert!(!review.path("log/lock").exists());
}
