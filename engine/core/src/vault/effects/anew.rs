//! What is left of numbers once conditions are left out, measured.
//!
//! How often the data are read for it must not tell who meets a condition. So a number from which anything was left out is
//! measured anew whether or not that changed it and whether or not it may be shown, and what is left out of one aggregate alone
//! does not cost a reading of its own.

use std::collections::{BTreeMap, HashMap};

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use roaring::RoaringBitmap;
use tresor_disclosure::Contribution;
use tresor_disclosure::low_effect::Removed;

use super::reduce::{Counts, Place, Reduction};
use super::{Effects, Number};
use crate::guard::release::Argument;
use crate::vault::cells::{Cells, Measured, Sketches};
use crate::vault::execute::{Who, measure, personal_snapshot};
use crate::vault::kernel::{Count, State};

/// What is left out in one reading of the data: of what all numbers share, and of the own condition of each column that is
/// read, the cell itself first.
type Reading = (Removed, Vec<Option<Removed>>);

/// The readings that numbers need.
struct Readings {
    /// By what all numbers share: what is left out of the own condition of each column, each once.
    own: BTreeMap<Removed, Vec<Vec<Removed>>>,
}

impl Readings {
    fn of(all: impl Iterator<Item = (Removed, usize, Removed)>, columns: usize) -> Self {
        let mut own: BTreeMap<Removed, Vec<Vec<Removed>>> = BTreeMap::new();
        for (shared, column, removed) in all {
            let own = own.entry(shared).or_insert_with(|| vec![vec![]; columns]);
            let known = own.get_mut(column);
            if let Some(known) = known.filter(|known| !known.contains(&removed)) {
                known.push(removed);
            }
        }
        own.values_mut().flatten().for_each(|known| known.sort_unstable());
        Self { own }
    }

    /// One after the other: the first of each column at once, then the second of each.
    fn all(&self) -> impl Iterator<Item = Reading> {
        self.own.iter().flat_map(|(shared, columns)| {
            let most = columns.iter().map(Vec::len).max().unwrap_or_default();
            let of = |nth| columns.iter().map(move |all| all.get(nth).copied()).collect();
            (0..most).map(move |nth| (*shared, of(nth)))
        })
    }
}

impl Effects<'_> {
    /// Measures what is left, where something was left out.
    pub(super) async fn measure_anew(
        &self,
        cells: &mut Cells,
        keys: &[Vec<ScalarValue>],
        open: &HashMap<Number, Reduction>,
    ) -> Result<()> {
        let snapshot = personal_snapshot(&self.release.input, self.ground)?;
        let record_key = self.ground.record_keys.all(&snapshot)?;
        let mut waiting: Vec<(&Number, &Reduction)> = vec![];
        for (number, left) in open.iter().filter(|(_, left)| !left.steps.is_empty()) {
            match &left.members {
                Some(members) if self.follows(number.1) => {
                    let measured = Measured::of_members(members, &record_key);
                    self.put(cells, keys, (number, left), Some(measured))?;
                }
                _ => waiting.push((number, left)),
            }
        }
        let parts = waiting.iter().map(|((_, place), left)| {
            let (shared, own) = self.conditions.shared_and_own(place.column, left.removed);
            (shared, place.column, own)
        });
        for (shared, own) in Readings::of(parts, self.release.arguments.len() + 1).all() {
            let of_arguments = own.iter().skip(1).map(|own| own.unwrap_or_default());
            let of_arguments: Vec<Removed> = of_arguments.collect();
            let release = self.conditions.without_each(self.release, shared, &of_arguments)?;
            let read = measure(&release, self.earlier, self.ground, Who::Sketched).await?;
            for &(number, left) in &waiting {
                let (cell, place) = *number;
                let (shared_of_it, own_of_it) =
                    self.conditions.shared_and_own(place.column, left.removed);
                if shared_of_it != shared || own.get(place.column) != Some(&Some(own_of_it)) {
                    continue;
                }
                let Some(keys_of_cell) = keys.get(cell) else { continue };
                let labelled = self.conditions.labelled_keys(keys_of_cell, left.removed)?;
                let measured = read.get(&labelled).and_then(|cell| cell.get(place.column));
                self.put(cells, keys, (number, left), measured.cloned())?;
            }
        }
        Ok(())
    }

    /// Whether so many are left that the number may be shown at all.
    fn may_be_shown(&self, left: &Reduction) -> bool {
        !left.too_far && left.persons >= self.profile.min_count.max(1)
    }

    /// Whether everything that is measured of a number follows from who is in it: where each person has one row that is
    /// counted, nothing needs to be measured anew.
    fn follows(&self, place: Place) -> bool {
        let argument = place.column.checked_sub(1).map(|at| self.release.arguments.get(at));
        self.release.one_row && matches!(argument, None | Some(Some(Argument::Presence)))
    }

    /// Puts what is left in the place of what was asked; nothing is left where too few are.
    fn put(
        &self,
        cells: &mut Cells,
        keys: &[Vec<ScalarValue>],
        ((cell, place), left): (&Number, &Reduction),
        measured: Option<Measured>,
    ) -> Result<()> {
        let shown = self.may_be_shown(left);
        let Some(keys) = keys.get(*cell).filter(|_| shown || left.touched) else { return Ok(()) };
        if cells.get(keys).is_none() {
            cells.add(keys.clone(), Measured::of_nobody(self.release))?;
        }
        let Some(slot) = cells.get_mut(keys).and_then(|all| all.get_mut(place.column)) else {
            return Ok(());
        };
        let left = measured.filter(|_| shown).unwrap_or_else(|| slot.too_few());
        match place.counts {
            // Where rows are not persons, who counts as one is another question.
            Counts::Rows if !self.release.one_row => {
                slot.keep_persons();
                slot.replace(left);
            }
            Counts::Rows => slot.replace(left),
            Counts::Persons => slot.replace_persons(left),
        }
        Ok(())
    }
}

impl Measured {
    /// What would be measured of these persons, each of whom has one row that is counted.
    fn of_members(members: &RoaringBitmap, record_key: &dyn Fn(u32) -> u64) -> Self {
        let mut one = Count::EMPTY;
        let mut sketches = Sketches::default();
        for person in members {
            let key = record_key(person);
            one.open(person, key);
            one.add(1);
            sketches.add(key, 1);
        }
        Self { sketches: Some(Box::new(sketches)), ..Self::of(one.finish()) }
    }

    /// What is withheld because too few are in it, whatever was measured.
    fn too_few(&self) -> Self {
        let one = Contribution::of_person(self.contribution.key, 1, 1);
        Self { contribution: one, sketches: None, ..self.clone() }
    }
}
