//! The power goes off at any moment, and the disk fails at any call.
//!
//! A child lives behind a library that writes down every call to the disk (`disk.c`). From the record the disk is built
//! again as it may look after a cut (`disk.rs`), opened by the code of production, and held to every word that the child
//! had been told by then.

mod disk;
mod failing;
mod record;
mod shim;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::disk::{Disk, Kept};
use self::record::Call;
use self::shim::recorded;
use super::LATER;
use super::dice::Dice;
use super::kill::life::Orders;
use super::kill::notes::parse;
use super::kill::place::Place;
use super::kill::word::Word;
use super::kill::{say, times};

/// Cuts at other places than syncs, where `TRESOR_CUTS` does not ask for more.
const ELSEWHERE: u64 = 250;
/// Cuts of a ledger that does not wait.
const TRIES: usize = 20;
/// Disks at the same time.
const HANDS: usize = 3;

/// Opened twice, with some clients each time; closed in between.
fn story() -> Option<Vec<Call>> {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().canonicalize().unwrap();
    let place = Place::file(&folder);
    let orders = Orders { acts: Some(20), rounds: 2, ..Orders::for_ever(place, 1) };
    let (record, output) = recorded(&orders, None)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(record::read(&record, &folder))
}

#[test]
fn a_power_cut_at_any_moment_breaks_no_word() {
    let Some(calls) = story() else { return };
    let tried = cuts(&calls, &mut Dice::new(1));
    let broken = try_all(&calls, &tried);
    let checkpoints = checkpoints(&calls);
    assert!(checkpoints > 2, "no checkpoint of SQLite but those at the two ends");
    say(&format!(
        "SQLite: {} power cuts in {} calls to the disk, {} syncs, {checkpoints} checkpoints",
        tried.len(),
        calls.len(),
        calls.iter().filter(|call| is_sync(call)).count(),
    ));
    assert!(broken.is_empty(), "{:#?}", broken.first());
}

/// The same record, had the ledger not waited for some of its syncs: words must get lost, and be missed.
#[test]
fn a_ledger_that_does_not_wait_for_its_disk_is_caught() {
    let Some(calls) = story() else { return };
    let wal = number_of(&calls, "ledger.db-wal");
    let mutants: [(&str, LeftOut<'_>); 3] = [
        ("no sync at all", &is_sync),
        ("no sync of commits", &|call| matches!(call, Call::Sync { file } if wal.contains(file))),
        ("no sync of folders", &|call| matches!(call, Call::SyncFolder { .. })),
    ];
    for (what, left_out) in mutants {
        let calls: Vec<_> = calls.iter().filter(|call| !left_out(call)).cloned().collect();
        let cuts = (1..=TRIES).map(|part| calls.len() * part / TRIES);
        let cuts: Vec<_> = cuts.map(|after| Cut { after, kept: Kept::Synced, seed: 0 }).collect();
        let broken = try_all(&calls, &cuts);
        say(&format!("{what}: caught at {} of {TRIES} power cuts", broken.len()));
        assert!(!broken.is_empty(), "{what}: not caught");
    }
}

type LeftOut<'a> = &'a dyn Fn(&Call) -> bool;

fn is_sync(call: &Call) -> bool {
    matches!(call, Call::Sync { .. } | Call::SyncFolder { .. })
}

/// How often the pages of commits were carried into the file itself.
fn checkpoints(calls: &[Call]) -> usize {
    let file = number_of(calls, "ledger.db");
    calls.iter().filter(|call| matches!(call, Call::Sync { file: of } if file.contains(of))).count()
}

fn number_of(calls: &[Call], name: &str) -> Vec<u64> {
    let created = calls.iter().filter_map(|call| match call {
        Call::Create { file, path } if path == Path::new(name) => Some(*file),
        _ => None,
    });
    created.collect()
}

/// The power goes off when so many calls were made.
#[derive(Debug, Clone, Copy)]
struct Cut {
    after: usize,
    kept: Kept,
    seed: u64,
}

/// Before and after every sync, and at some other places; each time with another share of what was not synced.
fn cuts(calls: &[Call], dice: &mut Dice) -> Vec<Cut> {
    let syncs = calls.iter().enumerate().filter(|(_, call)| is_sync(call));
    let mut places: Vec<_> = syncs.flat_map(|(index, _)| [index, index + 1]).collect();
    let all = u64::try_from(calls.len()).unwrap();
    places.extend(
        (0..times("TRESOR_CUTS", ELSEWHERE)).map(|_| usize::try_from(dice.below(all)).unwrap()),
    );
    let shares = [Kept::Synced, Kept::Some, Kept::Torn, Kept::All];
    let mut cuts = vec![];
    for (index, after) in places.into_iter().enumerate() {
        for kept in [Kept::Synced, shares[index % 4]] {
            cuts.push(Cut { after, kept, seed: dice.next() });
        }
    }
    cuts.sort_by_key(|cut| cut.after);
    cuts.dedup_by_key(|cut| (cut.after, cut.kept as u8));
    cuts
}

/// Every cut, by some hands; gives those after which a word was broken.
fn try_all(calls: &[Call], cuts: &[Cut]) -> Vec<(Cut, Vec<String>)> {
    let share = cuts.len().div_ceil(HANDS);
    let done = AtomicUsize::new(0);
    let mut broken = vec![];
    std::thread::scope(|scope| {
        let hands: Vec<_> =
            cuts.chunks(share).map(|cuts| scope.spawn(|| try_some(calls, cuts, &done))).collect();
        for hand in hands {
            broken.extend(hand.join().unwrap());
        }
    });
    assert_eq!(done.into_inner(), cuts.len());
    broken
}

fn try_some(calls: &[Call], cuts: &[Cut], done: &AtomicUsize) -> Vec<(Cut, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut disk, mut made, mut broken) = (Disk::default(), 0, vec![]);
    for cut in cuts {
        for call in &calls[made..cut.after] {
            disk.call(call);
        }
        made = cut.after;
        let words = runtime.block_on(words_broken(&disk, *cut));
        if !words.is_empty() {
            broken.push((*cut, words));
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
    broken
}

/// Opens the disk as it is after the cut.
async fn words_broken(disk: &Disk, cut: Cut) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    disk.after_cut(cut.kept, &mut Dice::new(cut.seed), home.path());
    let mut word = Word::default();
    word.hear(parse(&disk.notes));
    let place = Place::file(home.path());
    let ledger = match place.open(LATER).await {
        Ok((ledger, _)) => ledger,
        Err(error) => return vec![format!("the ledger does not open: {error}")],
    };
    let mut broken = word.broken(&ledger).await.unwrap_or_else(|error| vec![error.to_string()]);
    broken.extend(place.close(ledger).await);
    broken
}
