//! The kernel: one pass over rows in person order, constant state per cell.
//!
//! Persons arrive in runs, so "is this a new person in this cell?" is one comparison with the last one seen
//! there. The same pass keeps each person's total for dominance and the cell key. The order is verified: a
//! person that steps back is an internal error, never a wrong count.

mod state;
#[cfg(test)]
mod tests;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, UInt32Array,
};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use tresor_disclosure::Contribution;

use self::state::{Count, State, Sum};
use crate::guard::release::Argument;

/// Something that must not happen; the text is for the sealed log.
#[derive(Debug)]
pub(super) struct Broken(pub(super) &'static str);

/// One argument over all cells.
enum Column {
    /// Every row counts.
    Rows(Vec<Count>),
    /// Rows with a value count.
    Presence(Vec<Count>),
    /// Values are summed, times this power of ten.
    Values { cells: Vec<Sum>, scale: f64, whole: i64 },
}

/// All cells of one lane.
pub(super) struct Kernel {
    columns: Vec<Column>,
    last: Option<u32>,
}

impl Kernel {
    /// The first column counts the rows and persons of the cell itself; the others follow the arguments.
    pub(super) fn new(arguments: &[Argument]) -> Self {
        let kinds = arguments.iter().map(|argument| match argument {
            Argument::Presence => Column::Presence(vec![]),
            Argument::Value { decimals, name: _ } => {
                let whole = 10_i64.pow((*decimals).min(9));
                Column::Values { cells: vec![], scale: whole as f64, whole }
            }
        });
        let columns = std::iter::once(Column::Rows(vec![])).chain(kinds).collect();
        Self { columns, last: None }
    }

    /// Adds a batch. `cells[i]` is the cell of row i; `keys` are the record keys of the shard that begins with
    /// person `first`.
    pub(super) fn update(
        &mut self,
        persons: &UInt32Array,
        cells: &[usize],
        cell_count: usize,
        arguments: &[ArrayRef],
        keys: &Keys<'_>,
    ) -> Result<(), Broken> {
        self.check_order(persons, keys)?;
        let arrays = std::iter::once(None).chain(arguments.iter().map(Some));
        for (column, array) in self.columns.iter_mut().zip(arrays) {
            column.grow(cell_count);
            column.update(&Rows { persons: persons.values(), cells, keys }, array)?;
        }
        Ok(())
    }

    fn check_order(&mut self, persons: &UInt32Array, keys: &Keys<'_>) -> Result<(), Broken> {
        if persons.null_count() > 0 {
            return Err(Broken("a row without a person"));
        }
        let numbers: &[u32] = persons.values();
        let follows = match (self.last, numbers.first()) {
            (Some(last), Some(first)) => last <= *first,
            _ => true,
        };
        if !follows || !numbers.is_sorted() {
            return Err(Broken("a person stepped back"));
        }
        self.last = numbers.last().copied().or(self.last);
        let within = |person: u32| keys.of(person).is_some();
        let ends = [persons.values().first(), persons.values().last()];
        if ends.into_iter().flatten().all(|&person| within(person)) {
            return Ok(());
        }
        Err(Broken("a person outside the shard"))
    }

    /// Closes every run and hands out, per cell, the contributions: rows of the cell first, then the arguments.
    pub(super) fn finish(mut self, cell_count: usize) -> Vec<Vec<Contribution>> {
        let columns: Vec<Vec<Contribution>> =
            self.columns.iter_mut().map(|column| column.finish(cell_count)).collect();
        (0..cell_count)
            .map(|cell| columns.iter().filter_map(|column| column.get(cell).copied()).collect())
            .collect()
    }
}

/// The rows of a batch: whose each is, and to which cell it belongs.
struct Rows<'a> {
    persons: &'a [u32],
    cells: &'a [usize],
    keys: &'a Keys<'a>,
}

impl Column {
    fn grow(&mut self, cell_count: usize) {
        match self {
            Self::Rows(cells) | Self::Presence(cells) => cells.resize(cell_count, Count::EMPTY),
            Self::Values { cells, .. } => cells.resize(cell_count, Sum::EMPTY),
        }
    }

    fn finish(&mut self, cell_count: usize) -> Vec<Contribution> {
        self.grow(cell_count);
        match self {
            Self::Rows(cells) | Self::Presence(cells) => {
                cells.iter_mut().map(Count::finish).collect()
            }
            Self::Values { cells, .. } => cells.iter_mut().map(Sum::finish).collect(),
        }
    }

    fn update(&mut self, rows: &Rows<'_>, array: Option<&ArrayRef>) -> Result<(), Broken> {
        match (self, array) {
            (Self::Rows(cells), _) | (Self::Presence(cells), None) => {
                each(cells, rows, |_| Some(1))
            }
            (Self::Presence(cells), Some(array)) => match array.logical_nulls() {
                None => each(cells, rows, |_| Some(1)),
                Some(nulls) => each(cells, rows, |row| nulls.is_valid(row).then_some(1)),
            },
            (Self::Values { .. }, None) => Err(Broken("a value without an array")),
            (Self::Values { cells, scale, whole }, Some(array)) => {
                let (scale, whole) = (*scale, *whole);
                match array.data_type() {
                    DataType::Int64 => {
                        let fixed = |v: i64| Some(v.saturating_mul(whole));
                        values(cells, rows, array.as_primitive::<Int64Type>(), fixed)
                    }
                    DataType::Int32 => {
                        let fixed = |v: i32| Some(i64::from(v).saturating_mul(whole));
                        values(cells, rows, array.as_primitive::<Int32Type>(), fixed)
                    }
                    DataType::Float64 => {
                        let fixed = |v: f64| fixed(v, scale);
                        values(cells, rows, array.as_primitive::<Float64Type>(), fixed)
                    }
                    DataType::Null => Ok(()),
                    _ => Err(Broken("a measure of an unexpected type")),
                }
            }
        }
    }
}

/// Adds values in fixed point; NULL and zero contribute nothing.
fn values<T: ArrowPrimitiveType>(
    cells: &mut [Sum],
    rows: &Rows<'_>,
    array: &PrimitiveArray<T>,
    fixed: impl Fn(T::Native) -> Option<i64>,
) -> Result<(), Broken> {
    let numbers = array.values();
    let at = |row: usize| numbers.get(row).and_then(|&v| fixed(v)).filter(|&v| v != 0);
    match array.nulls() {
        None => each(cells, rows, at),
        Some(nulls) => each(cells, rows, |row| if nulls.is_valid(row) { at(row) } else { None }),
    }
}

/// Adds one value per row; `None` contributes nothing.
#[inline(always)]
fn each<S: State>(
    states: &mut [S],
    rows: &Rows<'_>,
    value: impl Fn(usize) -> Option<i64>,
) -> Result<(), Broken> {
    for (row, (&person, &cell)) in rows.persons.iter().zip(rows.cells).enumerate() {
        let Some(value) = value(row) else { continue };
        let Some(state) = states.get_mut(cell) else {
            return Err(Broken("a cell out of range"));
        };
        if !state.is_open_for(person) {
            let Some(key) = rows.keys.of(person) else {
                return Err(Broken("a person outside the shard"));
            };
            state.open(person, key);
        }
        state.add(value);
    }
    Ok(())
}

/// A number in fixed point, halves away from zero; infinities and NaN contribute nothing, huge ones are cut off.
#[inline]
fn fixed(value: f64, scale: f64) -> Option<i64> {
    let scaled = value * scale;
    // The cast cuts towards zero and saturates at the ends of i64.
    scaled.is_finite().then_some((scaled + 0.5_f64.copysign(scaled)) as i64)
}

/// Record keys of one shard.
pub(super) struct Keys<'a> {
    pub(super) first: u32,
    pub(super) keys: &'a [u64],
}

impl Keys<'_> {
    #[inline(always)]
    fn of(&self, person: u32) -> Option<u64> {
        let at = person.checked_sub(self.first)?;
        self.keys.get(at as usize).copied()
    }
}
