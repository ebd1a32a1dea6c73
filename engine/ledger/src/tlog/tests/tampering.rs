//! Ten thousand edits of a folder, by people who have the files but not the key; and some by people who have the key.
//! Every one must be found. (What a folder alone cannot tell is that all of it, checkpoint included, was put back to
//! an earlier day: for that there are the checkpoints that others hold.)

use std::io::Write as _;

use super::*;
use crate::tlog::folder::{DOCUMENTS, LogFolder, verify_files};

const ENTRIES: u64 = 300;
const EDITS: u64 = 10_000;
const EARLIER: usize = 270;

fn entries() -> Vec<String> {
    (0..ENTRIES).map(|seq| leaf_text(seq, "ana")).collect()
}

/// What somebody does to a folder.
type Edit = fn(&mut Dice, &mut Memory, &Memory);

const KINDS: [(&str, Edit); 18] = [
    ("a bit is flipped", |dice, files, _| {
        let file = any_file(dice, files);
        let place = dice.index(file.len());
        file[place] ^= 1 << dice.below(8);
    }),
    ("a byte is replaced", |dice, files, _| {
        let file = any_file(dice, files);
        let place = dice.index(file.len());
        file[place] = file[place].wrapping_add(1 + u8::try_from(dice.below(255)).unwrap());
    }),
    ("a file is cut", |dice, files, _| {
        let file = any_file(dice, files);
        file.truncate(dice.index(file.len()));
    }),
    ("bytes are appended", |dice, files, _| {
        let count = 1 + dice.below(40);
        any_file(dice, files).extend((0..count).map(|i| u8::try_from(i * 6).unwrap()));
    }),
    ("bytes are removed from the middle", |dice, files, _| {
        let file = any_file(dice, files);
        let start = dice.index(file.len());
        let end = (start + 1 + dice.index(40)).min(file.len());
        file.drain(start..end);
    }),
    ("two files are swapped", |dice, files, _| {
        let (a, b) = (any_path(dice, files), any_path(dice, files));
        let (left, right) = (files.0[&a].clone(), files.0[&b].clone());
        files.0.insert(a, right);
        files.0.insert(b, left);
    }),
    ("a file is deleted", |dice, files, _| {
        let path = any_path(dice, files);
        files.0.remove(&path);
    }),
    ("a file is there twice", |dice, files, _| {
        let path = any_path(dice, files);
        let copy = [
            "tile/0/001",
            "tile/entries/002",
            "tile/1/000.p/2",
            "documents/copy",
            "checkpoint.old",
            "tile/0/000.p/0",
        ];
        files.0.insert(copy[dice.index(copy.len())].to_owned(), files.0[&path].clone());
    }),
    ("a file is renamed", |dice, files, _| {
        let path = any_path(dice, files);
        let file = files.0.remove(&path).unwrap();
        files.0.insert(format!("{path}{}", dice.below(10)), file);
    }),
    ("a file is put back to an earlier state", |dice, files, earlier| {
        let path = any_path(dice, earlier);
        let file = earlier.0[&path].clone();
        let now = files.0.keys().find(|now| now.starts_with(path.split(".p/").next().unwrap()));
        let now = now.unwrap().clone();
        files.0.insert(now, file);
    }),
    ("the checkpoint is put back", |_, files, earlier| {
        files.0.insert(CHECKPOINT.into(), earlier.0[CHECKPOINT].clone());
    }),
    ("an entry is edited and all hashes computed again", |dice, files, _| {
        remade(files, |entries| {
            let seq = dice.below(ENTRIES);
            entries[usize::try_from(seq).unwrap()] = leaf_text(seq, "ben");
        });
    }),
    ("an entry is removed and all computed again", |dice, files, _| {
        remade(files, |entries| drop(entries.remove(dice.index(entries.len()))));
    }),
    ("an entry is repeated and all computed again", |dice, files, _| {
        remade(files, |entries| {
            let entry = entries[dice.index(entries.len())].clone();
            entries.insert(dice.index(entries.len()), entry);
        });
    }),
    ("an entry is appended and all computed again", |dice, files, _| {
        remade(files, |entries| entries.push(leaf_text(ENTRIES, ["ana", "ben"][dice.index(2)])));
    }),
    ("two entries change places and all is computed again", |dice, files, _| {
        remade(files, |entries| {
            let (a, b) = (dice.below(ENTRIES), dice.below(ENTRIES));
            let at = |seq: u64| usize::try_from(seq).unwrap();
            (entries[at(a)], entries[at(b)]) = (leaf_text(a, &format!("b{b}")), leaf_text(b, "a"));
        });
    }),
    ("all is computed again and signed by another key", |dice, files, _| {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&dice.roll().to_be_bytes());
        *files = folder_of(&entries(), &LogKey::new(ORIGIN, &seed).unwrap());
    }),
    ("an entry is written in other words by whoever has the key", |dice, files, _| {
        let mut entries = entries();
        let entry = &mut entries[dice.index(usize::try_from(ENTRIES).unwrap())];
        let (from, to) = [
            ("\"account\":null,", "\"account\": null,"),
            ("\"kind\"", "\"\\u006bind\""),
            ("\"v\":1", "\"v\":1.0"),
            ("\"v\":1", "\"v\":1,\"w\":1"),
            ("\"seq\":", "\"seq\":1"),
            ("{\"account\":null,\"actor\":\"ana\"", "{\"actor\":\"ana\",\"account\":null"),
        ][dice.index(6)];
        *entry = entry.replacen(from, to, 1);
        *files = folder_of(&entries, &key());
    }),
];

fn any_path(dice: &mut Dice, files: &Memory) -> String {
    files.0.keys().nth(dice.index(files.0.len())).unwrap().clone()
}

fn any_file<'f>(dice: &mut Dice, files: &'f mut Memory) -> &'f mut Vec<u8> {
    let path = any_path(dice, files);
    files.0.get_mut(&path).unwrap()
}

/// The folder of other entries, under the checkpoint that was signed.
fn remade(files: &mut Memory, edit: impl FnOnce(&mut Vec<String>)) {
    let mut entries = entries();
    edit(&mut entries);
    let signed = files.0[CHECKPOINT].clone();
    *files = folder_of(&entries, &key());
    files.0.insert(CHECKPOINT.into(), signed);
}

#[test]
fn ten_thousand_edits_are_found() {
    let good = folder_of(&entries(), &key());
    let earlier = folder_of(&entries()[..EARLIER], &key());
    verify_files(&good, key().verifier()).unwrap();
    verify_files(&earlier, key().verifier()).unwrap();
    let workers: Vec<_> = (0..4_u64)
        .map(|worker| {
            let (good, earlier) = (good.clone(), earlier.clone());
            std::thread::spawn(move || found(&good, &earlier, worker))
        })
        .collect();
    let mut counts = BTreeMap::new();
    for worker in workers {
        for (kind, found) in worker.join().unwrap() {
            *counts.entry(kind).or_insert(0) += found;
        }
    }
    for (kind, count) in &counts {
        report(kind, *count);
    }
    assert_eq!(counts.len(), KINDS.len());
    assert_eq!(counts.values().sum::<u64>(), EDITS);
}

/// Says what the test did.
fn report(kind: &str, count: u64) {
    writeln!(std::io::stdout(), "{count:6} found: {kind}").unwrap();
}

/// Edits a quarter of the times; how many of each kind were found, which must be all.
fn found(good: &Memory, earlier: &Memory, worker: u64) -> BTreeMap<&'static str, u64> {
    let mut dice = Dice(1_000 + worker);
    let mut counts = BTreeMap::new();
    let mut done = 0;
    while done < EDITS / 4 {
        let (kind, edit) = KINDS[dice.index(KINDS.len())];
        let mut files = good.clone();
        edit(&mut dice, &mut files, earlier);
        if files == *good {
            continue;
        }
        let findings = verify_files(&files, key().verifier());
        assert!(findings.is_err(), "not found by {worker} at {done}: {kind}");
        *counts.entry(kind).or_insert(0) += 1;
        done += 1;
    }
    counts
}

#[test]
fn findings_name_file_and_entry() {
    let good = folder_of(&entries(), &key());
    let edited = |edit: &dyn Fn(&mut Memory)| {
        let mut files = good.clone();
        edit(&mut files);
        let findings = verify_files(&files, key().verifier()).unwrap_err();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let replace = |path: &'static str, from: &'static str, to: &'static str| {
        move |files: &mut Memory| {
            let file = files.0.get_mut(path).unwrap();
            let at = file.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
            file.splice(at..at + from.len(), to.bytes());
        }
    };
    let found = edited(&replace("tile/entries/000", "\"seq\":12,", "\"seq\":21,"));
    assert_eq!(found[0], "tile/entries/000: entry 12 says that it is number 21");
    assert_eq!(found[1], "tile/0/000: entry 12 does not have this hash");
    let found = edited(&|files| files.0.get_mut("tile/0/001.p/44").unwrap()[64] ^= 1);
    assert_eq!(found, ["tile/0/001.p/44: entry 258 does not have this hash"]);
    let found = edited(&|files| drop(files.0.remove("tile/entries/001.p/44")));
    assert_eq!(found[0], "tile/entries/001.p/44: is missing or cannot be read");
    let found = edited(&replace(CHECKPOINT, "\n300\n", "\n299\n"));
    assert_eq!(
        found,
        ["checkpoint: the signature in the name of `test.example/log` is not by its key"]
    );
    let found = edited(&|files| drop(files.0.insert("tile/0/notes.txt".into(), vec![])));
    assert_eq!(found, ["tile/0/notes.txt: is no file of a log"]);
    let found = edited(&|files| drop(files.0.insert("tile/0/002".into(), vec![])));
    assert_eq!(found, ["tile/0/002: lies beyond the checkpoint: nobody signed it"]);
    let found = edited(&|files| drop(files.0.insert(format!("{DOCUMENTS}/x"), vec![])));
    assert_eq!(found, ["documents/x: no entry names this document"]);
}

/// What is left of an earlier checkpoint, by a stop at the wrong moment, contradicts nothing.
#[test]
fn earlier_partial_files_may_stay_if_they_agree() {
    let mut files = folder_of(&entries(), &key());
    let earlier = folder_of(&entries()[..EARLIER], &key());
    for (path, file) in &earlier.0 {
        files.0.entry(path.clone()).or_insert_with(|| file.clone());
    }
    let verified = verify_files(&files, key().verifier()).unwrap();
    assert_eq!(verified.checkpoint.head().size, ENTRIES);
    assert_eq!((verified.tiles, verified.documents), (3, 3));
    files.0.get_mut("tile/entries/001.p/14").unwrap().pop();
    assert!(verify_files(&files, key().verifier()).is_err());
}

#[test]
fn a_folder_is_read() {
    let folder = LogFolder::of(folder_of(&entries(), &key())).unwrap();
    assert_eq!(folder.entries(250..260).unwrap(), entries()[250..260]);
    assert_eq!(folder.entries(290..1_000).unwrap(), entries()[290..]);
    assert!(folder.entries(300..310).unwrap().is_empty());
    assert_eq!(folder.leaf(299).unwrap(), leaf_text(299, "ana"));
    assert!(folder.leaf(300).is_err());
    let old = Grown::of(&entries()[..EARLIER]).edge.head();
    let now = folder.checkpoint(key().verifier()).unwrap().head();
    check_consistency(&folder.consistency(270, 300).unwrap(), old, now).unwrap();
    check_inclusion(
        &folder.inclusion(3, 270).unwrap(),
        Hash::of_leaf(entries()[3].as_bytes()),
        3,
        old,
    )
    .unwrap();
    assert!(folder.consistency(270, 301).is_err());
    let digest = crate::digest_of(document(7).as_bytes());
    assert_eq!(folder.document(&digest).unwrap().unwrap(), document(7).into_bytes());
    assert_eq!(folder.document("../checkpoint").unwrap(), None);
}

#[test]
fn an_empty_log_is_a_log() {
    let files = folder_of(&[], &key());
    let verified = verify_files(&files, key().verifier()).unwrap();
    assert_eq!((verified.checkpoint.head().size, verified.times), (0, None));
}
