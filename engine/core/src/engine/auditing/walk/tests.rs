use tempfile::TempDir;
use tresor_ledger::{Kind, Ledger, LedgerConfig, LogConfig, Moment, NewEntry};

use super::Walk;

/// More than a page, and not a whole number of pages.
const ENTRIES: u64 = 300;

/// A ledger in which every third entry is a start, the others are failed sign-ins.
async fn ledger() -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let log = LogConfig {
        origin: "localhost/tests".to_owned(),
        seed: [1; 32],
        folder: folder.path().join("log"),
        anchor: None,
    };
    let config = LedgerConfig::file(&folder.path().join("ledger.sqlite"), log);
    let (ledger, _) = Ledger::open(config, Moment(0)).await.unwrap();
    for seq in 0..ENTRIES {
        let kind = if seq % 3 == 0 { Kind::Start } else { Kind::SignInFailed };
        ledger.record(NewEntry::new(kind, "system", Moment(0))).await.unwrap();
    }
    (folder, ledger)
}

async fn seqs(mut walk: Walk, ledger: &Ledger) -> (Vec<u64>, Option<u64>) {
    let mut seqs = vec![];
    while let Some(entry) = walk.step(ledger).await.unwrap() {
        seqs.push(entry.seq);
    }
    (seqs, walk.rest())
}

#[tokio::test]
async fn a_walk_sees_everything_once_and_says_where_it_stopped() {
    let (_folder, ledger) = ledger().await;
    let all = u64::MAX;
    let up = |from, to| (from..to).collect::<Vec<u64>>();
    let down = |from, to| (to..=from).rev().collect::<Vec<u64>>();
    let forwards = async |from, end, most| seqs(Walk::forwards(from, end, most), &ledger).await;
    let backwards = async |from, end, most| seqs(Walk::backwards(from, end, most), &ledger).await;
    assert_eq!(forwards(None, ENTRIES, all).await, (up(0, ENTRIES), None));
    assert_eq!(forwards(Some(7), 290, all).await, (up(7, 290), None));
    assert_eq!(forwards(Some(7), ENTRIES, 260).await, (up(7, 267), Some(267)));
    assert_eq!(forwards(Some(ENTRIES), ENTRIES, all).await, (vec![], None));
    assert_eq!(forwards(None, 0, all).await, (vec![], None));
    assert_eq!(backwards(None, ENTRIES, all).await, (down(ENTRIES - 1, 0), None));
    assert_eq!(backwards(Some(290), 280, all).await, (down(279, 0), None));
    assert_eq!(backwards(Some(290), ENTRIES, 260).await, (down(290, 31), Some(30)));
    assert_eq!(backwards(Some(0), ENTRIES, all).await, (vec![0], None));
    assert_eq!(backwards(None, 0, all).await, (vec![], None));

    let starts = async |from, end, most| {
        seqs(Walk::of_kinds(&[Kind::Start], from, end, most), &ledger).await
    };
    let threes = |from: u64, to: u64| (from..to).filter(|seq| seq % 3 == 0).collect::<Vec<u64>>();
    assert_eq!(starts(0, ENTRIES, all).await, (threes(0, ENTRIES), None));
    assert_eq!(starts(4, 290, all).await, (threes(4, 290), None));
    assert_eq!(starts(0, ENTRIES, 10).await, (threes(0, 28), Some(28)));
}
