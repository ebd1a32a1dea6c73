//! Who is in which rows: for each cell, persons by the leaves that hold in their rows and the arguments they add to.
//!
//! From this table follows, for any set of conditions that is left out, who would be in the cell.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use datafusion::common::{HashMap, Result, internal_err};
use datafusion::physical_plan::aggregates::group_values::GroupValues;
use datafusion::scalar::ScalarValue;
use roaring::RoaringBitmap;

use crate::guard::release::{Argument, PersonalRelease};
use crate::vault::execute::{Columns, Take, cells_of, groups, keys_of};
use crate::vault::kernel::{Keys, in_fixed_point};

/// Persons of a cell by what holds in their rows: bit i for leaf i, then one bit for each argument.
pub(in crate::vault) type Members = HashMap<u64, RoaringBitmap>;

/// Members of cells, by the keys of the cells.
#[derive(Default)]
pub(in crate::vault) struct Table {
    cells: HashMap<Vec<ScalarValue>, Members>,
}

impl Table {
    /// Adds what a lane has seen. Lanes have disjoint persons.
    pub(in crate::vault) fn add(&mut self, lane: Looking) -> Result<()> {
        let Looking { groups, numbers, parts, .. } = lane;
        let keys = match groups {
            Some(mut groups) => keys_of(groups.as_mut())?,
            None => vec![vec![]],
        };
        let mut cells: Vec<Members> = keys.iter().map(|_| Members::default()).collect();
        let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
        for ((cell, mask), number) in numbers {
            let part = parts.get_mut(number).and_then(Option::take);
            if let (Some(members), Some(part)) = (cells.get_mut(cell), part) {
                members.insert(mask, part.done()?);
            }
        }
        for (keys, members) in keys.into_iter().zip(cells) {
            let known = self.cells.entry(keys).or_default();
            for (mask, persons) in members {
                *known.entry(mask).or_default() |= persons;
            }
        }
        Ok(())
    }

    /// All cells.
    pub(in crate::vault) fn iter(&self) -> impl Iterator<Item = (&[ScalarValue], &Members)> {
        self.cells.iter().map(|(keys, members)| (keys.as_slice(), members))
    }
}

/// One lane of members in the making.
pub(in crate::vault) struct Looking {
    groups: Option<Box<dyn GroupValues>>,
    /// The number of the part of a cell in which the same holds.
    numbers: HashMap<(usize, u64), usize>,
    parts: Vec<Part>,
    cells_of_rows: Vec<usize>,
    masks: Vec<u64>,
    /// The arguments, and behind them one [`Argument::Presence`] for each leaf.
    arguments: Vec<Argument>,
    leaves: usize,
}

impl Looking {
    /// Nobody so far. `release` has its leaves behind its arguments.
    pub(in crate::vault) fn of(release: &PersonalRelease, leaves: usize) -> Result<Self> {
        Ok(Self {
            groups: groups(release)?,
            numbers: HashMap::default(),
            parts: vec![],
            cells_of_rows: vec![],
            masks: vec![],
            arguments: release.arguments.clone(),
            leaves,
        })
    }

    fn look(&mut self, arrays: &[ArrayRef]) -> Result<()> {
        let count = self.arguments.len().saturating_sub(self.leaves);
        let arguments = self.arguments.iter().zip(arrays).enumerate();
        for (at, (argument, array)) in arguments {
            let bit = match at.checked_sub(count) {
                Some(leaf) => 1_u64 << leaf,
                None => 1_u64 << (self.leaves + at),
            };
            let rows = self.masks.iter_mut().enumerate();
            if at >= count {
                let Some(holds) = array.as_boolean_opt() else {
                    return internal_err!("a condition that is neither true nor false");
                };
                rows.for_each(|(row, mask)| {
                    if holds.is_valid(row) && holds.value(row) {
                        *mask |= bit;
                    }
                });
            } else {
                let adds = adds(argument, array)?;
                rows.for_each(|(row, mask)| {
                    if adds(row) {
                        *mask |= bit;
                    }
                });
            }
        }
        Ok(())
    }
}

/// Whether a row adds to an argument: as the kernel has it.
fn adds<'a>(argument: &Argument, array: &'a ArrayRef) -> Result<Box<dyn Fn(usize) -> bool + 'a>> {
    let (decimals, zero_counts) = match argument {
        Argument::Presence => {
            return Ok(match array.logical_nulls() {
                None => Box::new(|_| true),
                Some(nulls) => Box::new(move |row| nulls.is_valid(row)),
            });
        }
        Argument::Value { decimals, .. } => (*decimals, false),
        Argument::Positions { decimals, .. } => (*decimals, true),
    };
    Ok(match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            Box::new(move |row| values.is_valid(row) && (zero_counts || values.value(row) != 0))
        }
        DataType::Int32 => {
            let values = array.as_primitive::<Int32Type>();
            Box::new(move |row| values.is_valid(row) && (zero_counts || values.value(row) != 0))
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Box::new(move |row| {
                let fixed = in_fixed_point(values.value(row), decimals);
                values.is_valid(row) && fixed.is_some_and(|value| zero_counts || value != 0)
            })
        }
        DataType::Null => Box::new(|_| false),
        _ => return internal_err!("a measure of an unexpected type"),
    })
}

impl Take for Looking {
    fn take(&mut self, rows: &Columns<'_>, _: &Keys<'_>) -> Result<()> {
        cells_of(&mut self.groups, rows, &mut self.cells_of_rows)?;
        self.masks.clear();
        self.masks.resize(self.cells_of_rows.len(), 0);
        self.look(rows.arguments)?;
        let rows = rows.persons().values().iter().zip(&self.cells_of_rows).zip(&self.masks);
        for ((&person, &cell), &mask) in rows {
            let next = self.parts.len();
            let number = *self.numbers.entry((cell, mask)).or_insert(next);
            if number == next {
                self.parts.push(Part::default());
            }
            let Some(part) = self.parts.get_mut(number) else {
                return internal_err!("a part out of range");
            };
            part.add(person)?;
        }
        Ok(())
    }
}

/// Persons of a part of a cell, as they come: in order.
#[derive(Default)]
struct Part {
    persons: RoaringBitmap,
    /// The last of them, not yet in the bitmap: many at once are faster.
    coming: Vec<u32>,
}

/// How many are put into a bitmap at once.
const AT_ONCE: usize = 256;

impl Part {
    fn add(&mut self, person: u32) -> Result<()> {
        if self.coming.last() == Some(&person) {
            return Ok(());
        }
        if self.coming.len() == AT_ONCE {
            self.settle()?;
        }
        self.coming.push(person);
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        // The last one stays, so that the next row is known to be of another person.
        let last = self.coming.pop();
        let coming = self.coming.drain(..);
        if self.persons.append(coming).is_err() {
            return internal_err!("a person stepped back");
        }
        self.coming.extend(last);
        Ok(())
    }

    fn done(mut self) -> Result<RoaringBitmap> {
        if self.persons.append(self.coming.drain(..)).is_err() {
            return internal_err!("a person stepped back");
        }
        Ok(self.persons)
    }
}
