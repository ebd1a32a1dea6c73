//! The disk fails at some call: an error, no space, read-only, or a sync that fails and loses what it should have kept.
//!
//! Whatever happens, the ledger keeps the words it gave before, gives none that it does not keep, and opens again without
//! repair when the disk is well.

use super::disk::{Disk, Kept};
use super::record::Call;
use super::shim::{EIO, ENOSPC, EROFS, Failure, recorded};
use super::{Cut, record, words_broken};
use crate::tests::LATER;
use crate::tests::dice::Dice;
use crate::tests::kill::life::Orders;
use crate::tests::kill::notes::{Note, parse};
use crate::tests::kill::place::Place;
use crate::tests::kill::say;
use crate::tests::kill::word::Word;

/// Calls that fail, of each kind of failure.
const TRIES: u64 = 60;

fn orders(folder: &std::path::Path) -> Orders {
    let place = Place::file(folder);
    // One client, so that every child makes the same calls.
    Orders {
        clients: Some(1),
        acts: Some(30),
        rounds: 2,
        may_close: true,
        ..Orders::for_ever(place, 1)
    }
}

/// What a child that met the failure left behind.
struct Left {
    home: tempfile::TempDir,
    calls: Vec<Call>,
    notes: Vec<Note>,
}

fn left_by(failure: Option<Failure>) -> Option<Left> {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().canonicalize().unwrap();
    let (record, output) = recorded(&orders(&folder), failure)?;
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{failure:?}: {words}");
    let notes = parse(&std::fs::read(folder.join("notes")).unwrap_or_default());
    Some(Left { calls: record::read(&record, &folder), home, notes })
}

impl Left {
    /// Opens it on a disk that is well again.
    async fn broken(&self) -> Vec<String> {
        let mut word = Word::default();
        word.hear(self.notes.clone());
        let place = Place::file(self.home.path());
        let (ledger, _) = match place.open(LATER).await {
            Ok(opened) => opened,
            Err(error) => return vec![format!("the ledger does not open: {error}")],
        };
        let mut broken = word.broken(&ledger).await.unwrap_or_else(|error| vec![error.to_string()]);
        broken.extend(place.close(ledger).await);
        broken
    }
}

#[tokio::test]
async fn a_call_to_the_disk_that_fails_breaks_no_word() {
    let Some(whole) = left_by(None) else { return };
    let calls = u64::try_from(whole.calls.len()).unwrap();
    let mut dice = Dice::new(3);
    let mut seen = vec![];
    for (errno, mode) in
        [(EIO, "once"), (EIO, "on"), (ENOSPC, "on"), (ENOSPC, "once"), (EROFS, "on")]
    {
        let mut stopped = 0;
        for part in 0..TRIES {
            // Early calls, which make and open the ledger, are tried one by one.
            let call = if part < 20 { 1 + part } else { 1 + dice.below(calls) };
            let failure = Failure { call, errno, mode };
            let left = left_by(Some(failure)).unwrap();
            let broken = left.broken().await;
            assert!(broken.is_empty(), "{failure:?}: {broken:#?}");
            stopped += u32::from(left.notes.len() < whole.notes.len() / 2);
        }
        seen.push(format!("{errno} {mode}: {stopped}"));
    }
    say(&format!("SQLite: {} failures of the disk, {TRIES} of each kind", 5 * TRIES));
    assert!(!seen.is_empty());
}

/// After a failed sync the machine takes its pages for written, and no later sync writes them: who goes on loses.
#[tokio::test]
async fn a_sync_that_fails_is_never_tried_again() {
    let Some(whole) = left_by(None) else { return };
    let syncs = whole.calls.iter().filter(|call| super::is_sync(call)).count();
    for call in 1..=u64::try_from(syncs).unwrap() {
        let failure = Failure { call, errno: EIO, mode: "sync" };
        let left = left_by(Some(failure)).unwrap();
        let mut disk = Disk::default();
        left.calls.iter().for_each(|call| disk.call(call));
        for kept in [Kept::Synced, Kept::All] {
            let broken =
                words_broken(&disk, Cut { after: left.calls.len(), kept, seed: call }).await;
            assert!(broken.is_empty(), "{failure:?}, {kept:?}: {broken:#?}");
        }
    }
    say(&format!("SQLite: each of {syncs} syncs failed once, and lost what it should have kept"));
}
