//! What a disk may hold after a power cut.
//!
//! Of a file: everything up to its last sync, and of what was written since nothing, all, or any sectors of it. Of the
//! names in a folder: those of its last sync, and of what was done since (create, rename, unlink) any first part, because
//! file systems keep these in order. A new file whose folder was never synced may be gone with all its bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::record::Call;
use crate::tests::dice::Dice;

/// What the hardware writes whole or not at all.
const SECTOR: usize = 512;

/// How much of what was not synced is there after the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing.
    Synced,
    /// All of it: a kill, not a power cut.
    All,
    /// Any sectors.
    Some,
    /// All up to somewhere in the middle of one write.
    Torn,
}

#[derive(Debug, Clone)]
enum Change {
    Write { place: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Clone, Default)]
struct File {
    synced: Vec<u8>,
    pending: Vec<Change>,
}

/// A name that came, went or changed. `None`: it went.
#[derive(Debug, Clone)]
struct Renaming {
    path: PathBuf,
    file: Option<usize>,
    /// The other half of a rename happens with this one.
    with: Option<PathBuf>,
}

/// A disk, and what waits to reach it.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    files: Vec<File>,
    /// Which file a number stands for now: numbers are used again.
    by_number: BTreeMap<u64, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    names: BTreeMap<PathBuf, usize>,
    pending_names: Vec<Renaming>,
    folders: Vec<PathBuf>,
    /// What the program was told, in the order of the calls: it is not on this disk.
    pub(super) notes: Vec<u8>,
}

impl Disk {
    pub(super) fn call(&mut self, call: &Call) {
        match call {
            Call::Create { file, path } => {
                let index = self.files.len();
                self.files.push(File::default());
                self.by_number.insert(*file, index);
                self.name(path, Some(index), None);
            }
            Call::Write { file, place, bytes } => {
                let index = self.by_number[file];
                if self.names.get(Path::new("notes")) == Some(&index) {
                    self.notes.extend_from_slice(bytes);
                }
                let change = Change::Write { place: *place, bytes: bytes.clone() };
                self.files[index].pending.push(change);
            }
            Call::Truncate { file, length } => {
                let index = self.by_number[file];
                self.files[index].pending.push(Change::Truncate { length: *length });
            }
            Call::Sync { file } => {
                let file = &mut self.files[self.by_number[file]];
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.synced);
                }
            }
            // The memory of the machine takes the pages for written from now on: no later sync writes them.
            Call::SyncFailed { file } => self.files[self.by_number[file]].pending.clear(),
            Call::SyncFolder { folder } => self.sync_folder(folder),
            Call::Rename { from, to } => {
                let file = self.names.get(from).copied();
                self.name(to, file, Some(from.clone()));
            }
            Call::Unlink { path } => self.name(path, None, None),
            Call::MakeFolder { path } => self.folders.push(path.clone()),
        }
    }

    fn name(&mut self, path: &Path, file: Option<usize>, with: Option<PathBuf>) {
        let renaming = Renaming { path: path.to_owned(), file, with };
        renaming.apply(&mut self.names);
        self.pending_names.push(renaming);
    }

    fn sync_folder(&mut self, folder: &Path) {
        for renaming in std::mem::take(&mut self.pending_names) {
            if renaming.path.parent() == Some(folder) {
                renaming.apply(&mut self.synced_names);
            } else {
                self.pending_names.push(renaming);
            }
        }
    }

    /// Writes what is there after a cut into an empty folder.
    pub(super) fn after_cut(&self, kept: Kept, dice: &mut Dice, into: &Path) {
        for folder in &self.folders {
            std::fs::create_dir_all(into.join(folder)).unwrap();
        }
        for (path, index) in self.names_after_cut(kept, dice) {
            if path != Path::new("notes") {
                let bytes = self.files[index].after_cut(kept, dice);
                std::fs::write(into.join(path), bytes).unwrap();
            }
        }
    }

    fn names_after_cut(&self, kept: Kept, dice: &mut Dice) -> BTreeMap<PathBuf, usize> {
        let all = self.pending_names.len();
        let happened = match kept {
            Kept::Synced => 0,
            Kept::All | Kept::Torn => all,
            Kept::Some => usize::try_from(dice.below(1 + u64::try_from(all).unwrap())).unwrap(),
        };
        let mut names = self.synced_names.clone();
        for renaming in self.pending_names.iter().take(happened) {
            renaming.apply(&mut names);
        }
        names
    }
}

impl Renaming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        if let Some(from) = &self.with {
            names.remove(from);
        }
        match self.file {
            Some(file) => names.insert(self.path.clone(), file),
            None => names.remove(&self.path),
        };
    }
}

impl File {
    fn after_cut(&self, kept: Kept, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let pending = u64::try_from(self.pending.len()).unwrap();
        let torn = usize::try_from(dice.below(pending.max(1))).unwrap();
        for (index, change) in self.pending.iter().enumerate() {
            match kept {
                Kept::Synced => {}
                Kept::All => change.apply(&mut bytes),
                Kept::Some => change.sectors(&mut bytes, |_| dice.one_in(2)),
                Kept::Torn if index < torn => change.apply(&mut bytes),
                Kept::Torn if index == torn => {
                    let first = dice.below(9);
                    change.sectors(&mut bytes, |sector| sector < first);
                }
                Kept::Torn => {}
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        self.sectors(bytes, |_| true);
    }

    /// Applies those sectors that are chosen.
    fn sectors(&self, bytes: &mut Vec<u8>, mut chosen: impl FnMut(u64) -> bool) {
        match self {
            Self::Truncate { length } if chosen(0) => bytes.resize(*length, 0),
            Self::Truncate { .. } => {}
            Self::Write { place, bytes: new } => {
                let mut from = 0;
                for sector in 0.. {
                    // Sectors lie on the disk, not in the write.
                    let until = ((place + from) / SECTOR + 1) * SECTOR - place;
                    let until = until.min(new.len());
                    if from == until {
                        return;
                    }
                    if chosen(sector) {
                        if bytes.len() < place + until {
                            bytes.resize(place + until, 0);
                        }
                        bytes[place + from..place + until].copy_from_slice(&new[from..until]);
                    }
                    from = until;
                }
            }
        }
    }
}
