//! The kernel: one pass over rows in person order, constant state per cell.
//!
//! Persons arrive in runs, so "is this a new person in this cell?" is one comparison with the last one seen
//! there. The same pass keeps each person's total for dominance and the cell key. The order is verified: a
//! person that steps back is an internal error, never a wrong count.

mod position;
mod sketching;
mod state;
#[cfg(test)]
mod tests;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, UInt32Array,
};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use tresor_disclosure::Bins;

use self::position::Position;
use self::sketching::Sketching;
use self::state::Sum;
pub(super) use self::state::{Count, State};
use super::cells::Measured;
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
    Values { cells: Vec<Sum>, unit: Unit },
    /// Values are counted in public bins.
    Positions { cells: Vec<Position>, unit: Unit, bins: Bins },
}

/// What one is in fixed point: a power of ten.
#[derive(Clone, Copy)]
struct Unit {
    real: f64,
    whole: i64,
}

impl Unit {
    fn of(decimals: u32) -> Self {
        let whole = 10_i64.pow(decimals.min(9));
        Self { real: whole as f64, whole }
    }
}

/// All cells of one lane.
pub(super) struct Kernel {
    columns: Vec<Column>,
    /// For each column who is in its cells, roughly, where that is asked for.
    sketches: Option<Vec<Vec<Sketching>>>,
    last: Option<u32>,
}

impl Kernel {
    /// The first column counts the rows and persons of the cell itself; the others follow the arguments.
    pub(super) fn new(arguments: &[Argument]) -> Self {
        let kinds = arguments.iter().map(|argument| match argument {
            Argument::Presence => Column::Presence(vec![]),
            Argument::Value { decimals, name: _ } => {
                Column::Values { cells: vec![], unit: Unit::of(*decimals) }
            }
            Argument::Positions { decimals, bins, name: _ } => {
                Column::Positions { cells: vec![], unit: Unit::of(*decimals), bins: *bins }
            }
        });
        let columns = std::iter::once(Column::Rows(vec![])).chain(kinds).collect();
        Self { columns, sketches: None, last: None }
    }

    /// The same, which also sketches who is in each cell.
    pub(super) fn sketching(arguments: &[Argument]) -> Self {
        let kernel = Self::new(arguments);
        let sketches = kernel.columns.iter().map(|_| vec![]).collect();
        Self { sketches: Some(sketches), ..kernel }
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
        let rows = Rows { persons: persons.values(), cells, keys };
        let arrays = || std::iter::once(None).chain(arguments.iter().map(Some));
        if let Some(sketches) = &mut self.sketches {
            for ((column, sketches), array) in self.columns.iter().zip(sketches).zip(arrays()) {
                sketches.resize_with(cell_count, Sketching::default);
                column.adds().to(sketches, &rows, array)?;
            }
        }
        for (column, array) in self.columns.iter_mut().zip(arrays()) {
            column.grow(cell_count);
            column.update(&rows, array)?;
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

    /// Closes every run and hands out, per cell, what was measured: rows of the cell first, then the arguments.
    pub(super) fn finish(self, cell_count: usize) -> Vec<Vec<Measured>> {
        let none = self.columns.iter().map(|_| vec![]).collect();
        let mut sketches = self.sketches;
        // A lane that was handed no row sketches nobody, as it counts nobody.
        for sketches in sketches.iter_mut().flatten() {
            sketches.resize_with(cell_count, Sketching::default);
        }
        let sketches = sketches.unwrap_or(none);
        let finished = |(column, sketches): (Column, Vec<Sketching>)| {
            let mut sketches = sketches.into_iter();
            let measured = column.finish(cell_count).into_iter();
            measured.map(move |measured| {
                let sketches = sketches.next().map(|sketching| Box::new(sketching.finished()));
                Measured { sketches, ..measured }
            })
        };
        let mut columns: Vec<_> = self.columns.into_iter().zip(sketches).map(finished).collect();
        (0..cell_count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect()
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
            Self::Positions { cells, .. } => cells.resize(cell_count, Position::EMPTY),
        }
    }

    fn finish(mut self, cell_count: usize) -> Vec<Measured> {
        self.grow(cell_count);
        match self {
            Self::Rows(cells) | Self::Presence(cells) => {
                cells.into_iter().map(|mut cell| Measured::of(cell.finish())).collect()
            }
            Self::Values { cells, .. } => {
                cells.into_iter().map(|mut cell| Measured::of(cell.finish())).collect()
            }
            Self::Positions { cells, .. } => cells.into_iter().map(Position::measured).collect(),
        }
    }

    /// What a row adds.
    const fn adds(&self) -> Adds {
        match self {
            Self::Rows(_) => Adds::Rows,
            Self::Presence(_) => Adds::Presence,
            Self::Values { unit, .. } => Adds::Values(*unit),
            Self::Positions { unit, bins, .. } => Adds::Positions(*unit, *bins),
        }
    }

    fn update(&mut self, rows: &Rows<'_>, array: Option<&ArrayRef>) -> Result<(), Broken> {
        let adds = self.adds();
        match self {
            Self::Rows(cells) | Self::Presence(cells) => adds.to(cells, rows, array),
            Self::Values { cells, .. } => adds.to(cells, rows, array),
            Self::Positions { cells, .. } => adds.to(cells, rows, array),
        }
    }
}

/// What a row adds to an argument.
#[derive(Clone, Copy)]
enum Adds {
    /// One.
    Rows,
    /// One where there is a value.
    Presence,
    /// The value.
    Values(Unit),
    /// One to the bin of the value.
    Positions(Unit, Bins),
}

impl Adds {
    /// Adds the rows of a batch.
    #[inline(always)]
    fn to<S: State>(
        self,
        cells: &mut [S],
        rows: &Rows<'_>,
        array: Option<&ArrayRef>,
    ) -> Result<(), Broken> {
        match (self, array) {
            (Self::Rows, _) | (Self::Presence, None) => each(cells, rows, |_| Some(1)),
            (Self::Presence, Some(array)) => match array.logical_nulls() {
                None => each(cells, rows, |_| Some(1)),
                Some(nulls) => each(cells, rows, |row| nulls.is_valid(row).then_some(1)),
            },
            (Self::Values(_) | Self::Positions(..), None) => {
                Err(Broken("a value without an array"))
            }
            (Self::Values(unit), Some(array)) => {
                // Zero contributes nothing to a sum.
                numbers(cells, rows, array, unit, |v| (v != 0).then_some(v))
            }
            (Self::Positions(unit, bins), Some(array)) => {
                numbers(cells, rows, array, unit, |v| Some(bins.of_value(v)))
            }
        }
    }
}

/// Adds what becomes of values in fixed point.
fn numbers<S: State>(
    cells: &mut [S],
    rows: &Rows<'_>,
    array: &ArrayRef,
    unit: Unit,
    of: impl Fn(i64) -> Option<i64>,
) -> Result<(), Broken> {
    let Unit { real, whole } = unit;
    match array.data_type() {
        DataType::Int64 => {
            values(cells, rows, array.as_primitive::<Int64Type>(), |v| of(v.saturating_mul(whole)))
        }
        DataType::Int32 => values(cells, rows, array.as_primitive::<Int32Type>(), |v| {
            of(i64::from(v).saturating_mul(whole))
        }),
        DataType::Float64 => values(cells, rows, array.as_primitive::<Float64Type>(), |v| {
            fixed(v, real).and_then(&of)
        }),
        DataType::Null => Ok(()),
        _ => Err(Broken("a measure of an unexpected type")),
    }
}

/// Adds values; NULL contributes nothing.
#[inline(always)]
fn values<S: State, T: ArrowPrimitiveType>(
    cells: &mut [S],
    rows: &Rows<'_>,
    array: &PrimitiveArray<T>,
    of: impl Fn(T::Native) -> Option<i64>,
) -> Result<(), Broken> {
    let numbers = array.values();
    let at = |row: usize| numbers.get(row).and_then(|&v| of(v));
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

/// A number in fixed point with so many decimals, as the kernel sums it.
pub(super) fn in_fixed_point(value: f64, decimals: u32) -> Option<i64> {
    fixed(value, Unit::of(decimals).real)
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
