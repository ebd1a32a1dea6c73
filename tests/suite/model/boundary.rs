//! The release boundary: cells of persons, and what may be told of them without noise and rounding.

use std::collections::BTreeMap;

use super::data::{Person, Row};
use super::expr::{Expr, Frame};
use super::rel::{self, From};
use super::value::{Type, Value};

/// Fewer persons than this are too few.
pub(crate) const MINIMUM: usize = 10;

/// A SELECT that does not keep the person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Boundary {
    pub(crate) from: From,
    pub(crate) filter: Vec<Expr>,
    /// The person of a row.
    pub(crate) person: Expr,
    pub(crate) keys: Vec<Key>,
    /// GROUPING SETS, ROLLUP or CUBE, as the positions of keys; nothing is a plain GROUP BY.
    pub(crate) sets: Option<(Style, Vec<Vec<usize>>)>,
    /// None is SELECT DISTINCT of the keys.
    pub(crate) measures: Vec<Measure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Sets,
    Rollup,
    Cube,
}

/// What cells are made by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) expr: Expr,
    pub(crate) kind: Type,
    pub(crate) known: Known,
}

/// Whether the values of a column are public knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The contract or the query lists so many of them.
    Public(usize),
    /// Nobody lists them.
    Secret,
    /// The twin does not say.
    Either,
}

/// What is told of a cell: `scale * call(argument) + offset`, for rows that meet the filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) told: Told,
    /// The type of the argument.
    pub(crate) of: Type,
    pub(crate) argument: Expr,
    pub(crate) scale: i64,
    pub(crate) offset: i64,
    pub(crate) filter: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Rows,
    Persons,
    Count,
    Sum,
    Mean,
}

/// What is true of a cell. Everything adds up over persons.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) persons: usize,
    pub(crate) tallies: Vec<Tally>,
}

/// What one measure has gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Tally {
    /// Persons with a value.
    pub(crate) persons: usize,
    /// Persons who add something other than nothing.
    pub(crate) contributors: usize,
    pub(crate) values: usize,
    pub(crate) total: f64,
}

/// Every cell that has a row, by the set of keys and their values.
pub(crate) type Cells = BTreeMap<CellKey, Cell>;

/// A set of keys by its number, and each key as the answer writes it.
pub(crate) type CellKey = (usize, Vec<String>);

impl Boundary {
    /// The sets of keys that cells are made by.
    pub(crate) fn sets(&self) -> Vec<Vec<usize>> {
        match &self.sets {
            None => vec![(0..self.keys.len()).collect()],
            Some((_, sets)) => sets.clone(),
        }
    }

    /// The cells of everybody.
    pub(crate) fn cells(&self, persons: &[Person]) -> Cells {
        let mut all = Cells::new();
        for person in persons {
            for (key, own) in self.of_person(person) {
                let cell = all.entry(key).or_default();
                cell.persons += own.persons;
                cell.tallies.resize(self.measures.len(), Tally::default());
                for (tally, own) in cell.tallies.iter_mut().zip(&own.tallies) {
                    tally.persons += own.persons;
                    tally.contributors += own.contributors;
                    tally.values += own.values;
                    tally.total += own.total;
                }
            }
        }
        all
    }

    /// The cells of one person.
    pub(crate) fn of_person(&self, person: &Person) -> Cells {
        let (columns, rows) = rel::filtered(&self.from, &self.filter, person);
        let frame =
            Frame { columns: &columns, rows: &rows, at: 0, around: None, person: Some(person) };
        let mut cells: BTreeMap<CellKey, Vec<usize>> = BTreeMap::new();
        for at in 0..rows.len() {
            let keys: Row = self.keys.iter().map(|key| key.expr.eval(&frame.on(at))).collect();
            for (number, set) in self.sets().iter().enumerate() {
                let written = |(at, key): (usize, &Value)| {
                    if set.contains(&at) { key.json().to_string() } else { "null".to_owned() }
                };
                let key = keys.iter().enumerate().map(written).collect();
                cells.entry((number, key)).or_default().push(at);
            }
        }
        let cell = |members: Vec<usize>| {
            let tally = |measure: &Measure| measure.tally(&frame, &members);
            Cell { persons: 1, tallies: self.measures.iter().map(tally).collect() }
        };
        cells.into_iter().map(|(key, members)| (key, cell(members))).collect()
    }

    /// The protected value of the only measure of the only cell.
    pub(crate) fn single(&self, persons: &[Person]) -> Value {
        let cells = self.cells(persons);
        let value = cells.values().next().and_then(|cell| cell.protected(0, &self.measures[0]));
        match (&self.measures[0].told, value) {
            (Told::Mean, value) => Value::number(value),
            (_, value) => value.map_or(Value::Null, |value| Value::Int(value as i64)),
        }
    }
}

impl Measure {
    /// The type of the result.
    pub(crate) fn kind(&self) -> Type {
        match self.told {
            Told::Rows | Told::Persons | Told::Count => Type::Int,
            Told::Sum => self.of,
            Told::Mean => Type::Num,
        }
    }

    /// Over the rows of one person.
    fn tally(&self, frame: &Frame<'_>, members: &[usize]) -> Tally {
        let rows = members.iter().map(|&at| frame.on(at));
        let rows = rows.filter(|row| self.filter.as_ref().is_none_or(|f| f.eval(row).is_true()));
        let values: Vec<Value> =
            rows.map(|row| self.argument.eval(&row)).filter(|value| !value.is_null()).collect();
        let numbers = || values.iter().filter_map(Value::as_num);
        Tally {
            persons: usize::from(!values.is_empty()),
            contributors: usize::from(numbers().any(|number| number != 0.0)),
            values: values.len(),
            total: numbers().sum(),
        }
    }
}

impl Cell {
    pub(crate) fn is_large(&self) -> bool {
        self.persons >= MINIMUM
    }

    /// The value of a measure, or nothing where too few people are in the cell or behind the value.
    pub(crate) fn protected(&self, at: usize, measure: &Measure) -> Option<f64> {
        let tally = &self.tallies[at];
        let (scale, offset) = (measure.scale as f64, measure.offset as f64);
        let with_value = tally.persons >= MINIMUM;
        let contributed = tally.contributors >= MINIMUM;
        if !self.is_large() {
            return None;
        }
        let rows = tally.values as f64;
        match measure.told {
            Told::Persons => with_value.then_some(tally.persons as f64),
            Told::Rows | Told::Count => with_value.then_some(rows),
            Told::Sum if offset == 0.0 => contributed.then_some(scale * tally.total),
            Told::Sum => (contributed && with_value).then_some(scale * tally.total + offset * rows),
            Told::Mean => (contributed && with_value).then(|| scale * tally.total / rows + offset),
        }
    }
}
