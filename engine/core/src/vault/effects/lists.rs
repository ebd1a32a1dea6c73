//! What each person adds to each cell of a plan, so that two plans can be held against each other person by person.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use datafusion::common::{Result, internal_err};
use datafusion::physical_plan::aggregates::group_values::GroupValues;
use datafusion::scalar::ScalarValue;

use crate::guard::release::{Argument, PersonalRelease};
use crate::vault::execute::{Columns, Take, cells_of, groups, keys_of};
use crate::vault::kernel::{Keys, in_fixed_point};

/// A person and a fingerprint of what the person adds.
type Adds = (u32, u64);

/// For each cell, and in it for the cell itself and each argument: the persons in order.
pub(super) type Lists = HashMap<Vec<ScalarValue>, Vec<Vec<Adds>>>;

/// One lane of lists in the making.
pub(super) struct Listing {
    groups: Option<Box<dyn GroupValues>>,
    cells: Vec<Vec<Vec<Adds>>>,
    cells_of_rows: Vec<usize>,
    arguments: Vec<Argument>,
}

impl Listing {
    pub(super) fn of(release: &PersonalRelease) -> Result<Self> {
        Ok(Self {
            groups: groups(release)?,
            cells: vec![],
            cells_of_rows: vec![],
            arguments: release.arguments.clone(),
        })
    }

    /// Puts the lists of several lanes together.
    pub(super) fn together(lanes: Vec<Self>) -> Result<Lists> {
        let mut all = Lists::default();
        for lane in lanes {
            let keys = match lane.groups {
                Some(mut groups) => keys_of(groups.as_mut())?,
                None => vec![vec![]],
            };
            for (keys, columns) in keys.into_iter().zip(lane.cells) {
                let known = all.entry(keys).or_default();
                known.resize_with(columns.len(), Vec::new);
                for (known, more) in known.iter_mut().zip(columns) {
                    known.extend(more);
                }
            }
        }
        all.values_mut().flatten().for_each(|list| list.sort_unstable());
        Ok(all)
    }
}

impl Take for Listing {
    fn take(&mut self, rows: &Columns<'_>, _: &Keys<'_>) -> Result<()> {
        let count = cells_of(&mut self.groups, rows, &mut self.cells_of_rows)?;
        let columns = self.arguments.len() + 1;
        self.cells.resize_with(count, || vec![vec![]; columns]);
        let persons = rows.persons().values();
        for column in 0..columns {
            let print: Box<dyn Fn(usize) -> Option<u64> + '_> = match column.checked_sub(1) {
                None => Box::new(|_| Some(1)),
                Some(at) => match (self.arguments.get(at), rows.arguments.get(at)) {
                    (Some(argument), Some(array)) => prints(argument, array)?,
                    _ => return internal_err!("an argument that is not there"),
                },
            };
            for (row, (&person, &cell)) in persons.iter().zip(&self.cells_of_rows).enumerate() {
                let Some(print) = print(row) else { continue };
                let Some(list) = self.cells.get_mut(cell).and_then(|cell| cell.get_mut(column))
                else {
                    return internal_err!("a cell out of range");
                };
                match list.last_mut() {
                    Some((last, sum)) if *last == person => *sum = sum.wrapping_add(print),
                    _ => list.push((person, print)),
                }
            }
        }
        Ok(())
    }
}

/// What a row adds to an argument, as a number that adds up; nothing where it adds nothing.
fn prints<'a>(
    argument: &Argument,
    array: &'a ArrayRef,
) -> Result<Box<dyn Fn(usize) -> Option<u64> + 'a>> {
    let (decimals, positions) = match argument {
        Argument::Presence => {
            return Ok(match array.logical_nulls() {
                None => Box::new(|_| Some(1)),
                Some(nulls) => Box::new(move |row| nulls.is_valid(row).then_some(1)),
            });
        }
        Argument::Value { decimals, .. } => (*decimals, false),
        Argument::Positions { decimals, .. } => (*decimals, true),
    };
    // Sums add up; positions must not, or 0 and 4 would be 2 and 2.
    let print = move |value: i64| match positions {
        true => Some(mixed(value)),
        false => (value != 0).then_some(value as u64),
    };
    Ok(match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            Box::new(move |row| values.is_valid(row).then(|| values.value(row)).and_then(print))
        }
        DataType::Int32 => {
            let values = array.as_primitive::<Int32Type>();
            Box::new(move |row| {
                values.is_valid(row).then(|| i64::from(values.value(row))).and_then(print)
            })
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Box::new(move |row| {
                let there = values.is_valid(row).then(|| values.value(row));
                there.and_then(|value| in_fixed_point(value, decimals)).and_then(print)
            })
        }
        DataType::Null => Box::new(|_| None),
        _ => return internal_err!("a measure of an unexpected type"),
    })
}

/// A number that says which value it is of, also in sums.
fn mixed(value: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_i64(value);
    hasher.finish()
}

/// How two lists differ.
#[derive(Clone, Copy, Default)]
pub(super) struct Difference {
    /// Persons in one and not in the other.
    pub(super) persons: u64,
    /// Persons that add something else to one than to the other, or are in one only.
    pub(super) parts: u64,
}

/// Holds two lists against each other.
pub(super) fn difference(one: &[Adds], other: &[Adds]) -> Difference {
    let mut found = Difference::default();
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        match (one.peek(), other.peek()) {
            (Some((left, _)), Some((right, _))) if left < right => {
                one.next();
                found.persons += 1;
                found.parts += 1;
            }
            (Some((left, _)), Some((right, _))) if left > right => {
                other.next();
                found.persons += 1;
                found.parts += 1;
            }
            (Some((_, left)), Some((_, right))) => {
                found.parts += u64::from(left != right);
                one.next();
                other.next();
            }
            (Some(_), None) => {
                let rest = one.count() as u64;
                return Difference { persons: found.persons + rest, parts: found.parts + rest };
            }
            (None, Some(_)) => {
                let rest = other.count() as u64;
                return Difference { persons: found.persons + rest, parts: found.parts + rest };
            }
            (None, None) => return found,
        }
    }
}
