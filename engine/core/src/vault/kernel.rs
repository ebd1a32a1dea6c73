//! The kernel: one pass over rows in person order, constant state per cell.
//!
//! Persons arrive in runs, so "is this a new person in this cell?" is one comparison with the last one seen
//! there. The same pass keeps each person's total for dominance and the cell key. The order is verified: a
//! person that steps back is an internal error, never a wrong count.

#[cfg(test)]
mod tests;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, UInt32Array,
};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use tresor_disclosure::Contribution;

use crate::guard::release::Argument;

/// Something that must not happen; the text is for the sealed log.
#[derive(Debug)]
pub(super) struct Broken(pub(super) &'static str);

/// What one argument received in one cell so far. Small, because there is one for each cell and argument.
#[derive(Clone)]
struct State {
    /// The person whose run is open.
    open: u32,
    /// Distinct persons, the open one included.
    persons: u32,
    /// The open person's total.
    running: i64,
    key: u64,
    rows: u64,
    /// Totals of the persons before, signs and all.
    total: i128,
    /// Twice the totals below zero, as a positive number: with it `total` becomes the absolute one.
    twice_negative: u128,
    largest: u64,
    second: u64,
}

impl State {
    const EMPTY: Self = Self {
        open: 0,
        persons: 0,
        running: 0,
        key: 0,
        rows: 0,
        total: 0,
        twice_negative: 0,
        largest: 0,
        second: 0,
    };

    #[inline(always)]
    fn add(&mut self, person: u32, keys: &Keys<'_>, value: i64) -> Result<(), Broken> {
        if person != self.open || self.persons == 0 {
            self.open_run(person, keys)?;
        }
        self.running = self.running.saturating_add(value);
        self.rows += 1;
        Ok(())
    }

    /// A new person in this cell.
    #[inline(always)]
    fn open_run(&mut self, person: u32, keys: &Keys<'_>) -> Result<(), Broken> {
        if self.persons > 0 && person < self.open {
            return Err(Broken("a person stepped back"));
        }
        let Some(key) = keys.of(person) else {
            return Err(Broken("a person outside the shard"));
        };
        self.close();
        self.open = person;
        self.persons += 1;
        self.key = self.key.wrapping_add(key);
        Ok(())
    }

    /// Folds the open person's total into the cell. Sums of fewer than 2^32 numbers of 64 bits stay within 128.
    #[inline(always)]
    fn close(&mut self) {
        let size = self.running.unsigned_abs();
        self.total = self.total.wrapping_add(i128::from(self.running));
        if self.running < 0 {
            self.twice_negative = self.twice_negative.wrapping_add(2 * u128::from(size));
        }
        self.second = self.second.max(size.min(self.largest));
        self.largest = self.largest.max(size);
        self.running = 0;
    }

    fn contribution(&self) -> Contribution {
        Contribution {
            persons: u64::from(self.persons),
            key: self.key,
            rows: self.rows,
            total: self.total,
            absolute: self.total.saturating_add_unsigned(self.twice_negative).unsigned_abs(),
            largest: u128::from(self.largest),
            second: u128::from(self.second),
            negative: self.twice_negative > 0,
        }
    }
}

/// One argument over all cells.
struct Column {
    kind: Kind,
    cells: Vec<State>,
}

enum Kind {
    /// Every row counts.
    Row,
    /// Rows with a value count.
    Presence,
    /// Values are summed, times this power of ten.
    Value { scale: f64, whole: i64 },
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
            Argument::Presence => Kind::Presence,
            Argument::Value { decimals, name: _ } => {
                let whole = 10_i64.pow((*decimals).min(9));
                Kind::Value { scale: whole as f64, whole }
            }
        });
        let columns = std::iter::once(Kind::Row)
            .chain(kinds)
            .map(|kind| Column { kind, cells: vec![] })
            .collect();
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
            column.cells.resize(cell_count, State::EMPTY);
            column.update(persons, cells, array, keys)?;
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
        for column in &mut self.columns {
            column.cells.resize(cell_count, State::EMPTY);
            column.cells.iter_mut().for_each(State::close);
        }
        (0..cell_count)
            .map(|cell| {
                let states = self.columns.iter().filter_map(|column| column.cells.get(cell));
                states.map(State::contribution).collect()
            })
            .collect()
    }
}

impl Column {
    fn update(
        &mut self,
        persons: &UInt32Array,
        cells: &[usize],
        array: Option<&ArrayRef>,
        keys: &Keys<'_>,
    ) -> Result<(), Broken> {
        match (&self.kind, array) {
            (Kind::Row, _) | (Kind::Presence, None) => self.each(persons, cells, keys, |_| Some(1)),
            (Kind::Presence, Some(array)) => match array.logical_nulls() {
                None => self.each(persons, cells, keys, |_| Some(1)),
                Some(nulls) => {
                    self.each(persons, cells, keys, |row| nulls.is_valid(row).then_some(1))
                }
            },
            (Kind::Value { .. }, None) => Err(Broken("a value without an array")),
            (&Kind::Value { scale, whole }, Some(array)) => match array.data_type() {
                DataType::Int64 => {
                    let values = array.as_primitive::<Int64Type>();
                    self.values(persons, cells, keys, values, |v| Some(v.saturating_mul(whole)))
                }
                DataType::Int32 => {
                    let values = array.as_primitive::<Int32Type>();
                    let fixed = |v| Some(i64::from(v).saturating_mul(whole));
                    self.values(persons, cells, keys, values, fixed)
                }
                DataType::Float64 => {
                    let values = array.as_primitive::<Float64Type>();
                    self.values(persons, cells, keys, values, |v| fixed(v, scale))
                }
                DataType::Null => Ok(()),
                _ => Err(Broken("a measure of an unexpected type")),
            },
        }
    }

    /// Adds values in fixed point; NULL and zero contribute nothing.
    fn values<T: ArrowPrimitiveType>(
        &mut self,
        persons: &UInt32Array,
        cells: &[usize],
        keys: &Keys<'_>,
        array: &PrimitiveArray<T>,
        fixed: impl Fn(T::Native) -> Option<i64>,
    ) -> Result<(), Broken> {
        let values = array.values();
        let at = |row: usize| values.get(row).and_then(|&v| fixed(v)).filter(|&v| v != 0);
        match array.nulls() {
            None => self.each(persons, cells, keys, at),
            Some(nulls) => self
                .each(persons, cells, keys, |row| if nulls.is_valid(row) { at(row) } else { None }),
        }
    }

    /// Adds one value per row; `None` contributes nothing.
    #[inline(always)]
    fn each(
        &mut self,
        persons: &UInt32Array,
        cells: &[usize],
        keys: &Keys<'_>,
        value: impl Fn(usize) -> Option<i64>,
    ) -> Result<(), Broken> {
        let states = self.cells.as_mut_slice();
        for (row, (&person, &cell)) in persons.values().iter().zip(cells).enumerate() {
            let Some(value) = value(row) else { continue };
            let Some(state) = states.get_mut(cell) else {
                return Err(Broken("a cell out of range"));
            };
            state.add(person, keys, value)?;
        }
        Ok(())
    }
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
