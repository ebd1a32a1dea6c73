//! Tables without totals: short ways.
//!
//! Where nothing is shown but single atoms, and known but the sum of all,
//! - three hidden atoms protect each other, if each can have what the others have to spare: then nothing more is
//!   withheld, and nothing needs to be eliminated ([`safe_as_it_is`]);
//! - what is large is shown in any case: only the last few that are offered can tell something, because until then
//!   others are open beside what is hidden. So everything else is taken out of the sum beforehand ([`Short`]).
//!
//! The decisions are those of the long way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::cells::Secret;
use super::{Column, Kind};

/// What is withheld of a table in which every hidden atom is protected by the others: what is hidden under another name.
pub(super) fn safe_as_it_is(columns: &[Column], zeros: bool) -> Option<Vec<bool>> {
    let mut hidden: HashMap<u32, (u128, Secret)> = HashMap::new();
    let (mut atoms, mut everything) = (HashSet::new(), usize::MAX);
    for column in columns {
        match (column.kind, column.atoms.as_slice()) {
            (Kind::Hidden { single, needs }, [atom]) => {
                atoms.insert(*atom);
                let (size, secret) = hidden.entry(*atom).or_insert((0, Secret { single, needs }));
                *size = column.size.max(*size);
                secret.needs = needs.max(secret.needs);
            }
            (Kind::Candidate | Kind::Zero, [atom]) => {
                atoms.insert(*atom);
            }
            (Kind::Known, all) => everything = everything.min(all.len()),
            (Kind::Hidden { .. } | Kind::Candidate | Kind::Zero, _) => return None,
        }
    }
    let least = |size: u128| u128::from(!zeros && size > 0);
    let spare = |size: u128| size.saturating_sub(least(size));
    let all = hidden.values().map(|(size, _)| spare(*size)).fold(0, u128::saturating_add);
    let has_room =
        |(size, secret): &(u128, Secret)| all.saturating_sub(spare(*size)) >= secret.needs;
    let safe = everything >= atoms.len() && hidden.len() > 2 && hidden.values().all(has_room);
    let is_hidden = |column: &Column| match (column.kind, column.atoms.as_slice()) {
        (Kind::Candidate | Kind::Zero, [atom]) => hidden.contains_key(atom),
        (Kind::Known | Kind::Hidden { .. } | Kind::Candidate | Kind::Zero, _) => false,
    };
    safe.then(|| columns.iter().map(is_hidden).collect())
}

/// How many atoms are kept that could be withheld.
const KEPT: usize = 64;

/// The columns that need a decision, by their places; all others are published.
pub(super) struct Short {
    pub(super) columns: Vec<Column>,
    places: Vec<usize>,
}

impl Short {
    /// The short way through these columns, if there is one.
    pub(super) fn of(columns: &[Column], zeros: bool) -> Option<Self> {
        let atoms: BTreeSet<u32> =
            columns.iter().flat_map(|column| &column.atoms).copied().collect();
        let hidden = hidden_atoms(columns);
        let mut open: BTreeMap<u32, (bool, u128)> = BTreeMap::new();
        for column in columns {
            match (column.kind, column.atoms.as_slice()) {
                (Kind::Hidden { .. }, _) => {}
                (Kind::Candidate | Kind::Zero, [atom]) if hidden.contains(atom) => {}
                (Kind::Candidate | Kind::Zero, [atom]) => {
                    let (zero, size) = open.entry(*atom).or_default();
                    *zero |= column.kind == Kind::Zero && !zeros;
                    *size = column.size.max(*size);
                }
                (Kind::Known, all) if all.len() == atoms.len() => {}
                (Kind::Known | Kind::Candidate | Kind::Zero, _) => return None,
            }
        }
        let shown = shown(columns, &open)?;
        let size: u128 =
            shown.iter().filter_map(|atom| open.get(atom)).map(|(_, size)| *size).sum();
        let left = |column: &Column| Column {
            atoms: column.atoms.iter().copied().filter(|atom| !shown.contains(atom)).collect(),
            size: column.size.saturating_sub(if column.kind == Kind::Known { size } else { 0 }),
            kind: column.kind,
        };
        let needs_decision = |column: &&(usize, &Column)| match column.1.atoms.as_slice() {
            [atom] => !shown.contains(atom),
            _ => true,
        };
        let kept: Vec<(usize, &Column)> = columns
            .iter()
            .enumerate()
            .collect::<Vec<_>>()
            .iter()
            .filter(needs_decision)
            .copied()
            .collect();
        Some(Self {
            columns: kept.iter().map(|(_, column)| left(column)).collect(),
            places: kept.into_iter().map(|(place, _)| place).collect(),
        })
    }

    /// What was decided, by the places of all columns; nothing where too many of those that were kept are withheld to
    /// know that no other one would have to be.
    pub(super) fn in_full(&self, withheld: &[bool], columns: usize) -> Option<Vec<bool>> {
        if withheld.iter().filter(|withheld| **withheld).count() > KEPT / 2 {
            return None;
        }
        let mut full = vec![false; columns];
        for (place, withheld) in self.places.iter().zip(withheld) {
            *full.get_mut(*place)? = *withheld;
        }
        Some(full)
    }
}

/// All atoms of hidden columns.
fn hidden_atoms(columns: &[Column]) -> BTreeSet<u32> {
    let hidden = columns.iter().filter(|column| matches!(column.kind, Kind::Hidden { .. }));
    hidden.flat_map(|column| &column.atoms).copied().collect()
}

/// The atoms that are shown in any case: all but the last ones in the order of the offer. Not worth the trouble where
/// they are few.
fn shown(columns: &[Column], open: &BTreeMap<u32, (bool, u128)>) -> Option<BTreeSet<u32>> {
    let most = open.len().checked_sub(KEPT).filter(|most| *most > KEPT)?;
    let mut seen = BTreeSet::new();
    let singles = columns.iter().filter_map(|column| match column.atoms.as_slice() {
        [atom] => Some(*atom),
        _ => None,
    });
    let mut order: Vec<u32> =
        singles.filter(|atom| open.contains_key(atom) && seen.insert(*atom)).collect();
    order.sort_by_key(|atom| Reverse(open.get(atom).copied()));
    Some(order.into_iter().take(most).collect())
}
