//! The truth, by a loop over the rows.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use tests::clinic::{Clinic, Person, Visit};

use super::question::{Column, From, Key, Measure, Question};

/// Fewer persons than this are too few.
const MINIMUM: usize = 10;

/// One row below the boundary.
pub(super) struct Row<'a> {
    pub(super) person: &'a Person,
    pub(super) visit: Option<&'a Visit>,
}

/// What is true of a group.
#[derive(Default)]
pub(super) struct Cell {
    persons: BTreeSet<String>,
    rows: usize,
    measures: Vec<Tally>,
}

/// What one measure has gathered.
#[derive(Default, Clone)]
struct Tally {
    /// Whose rows have a value.
    with_value: BTreeSet<String>,
    /// Who adds something other than nothing.
    contributors: BTreeSet<String>,
    values: usize,
    total: f64,
    kind: Option<Kind>,
}

#[derive(Clone, Copy)]
enum Kind {
    Rows,
    Persons,
    Values,
    Sum,
    Mean,
}

impl Cell {
    pub(super) fn is_large(&self) -> bool {
        self.persons.len() >= MINIMUM
    }

    /// The value of a measure, or nothing where too few people are in the cell or behind the value.
    pub(super) fn protected(&self, measure: usize) -> Option<f64> {
        let tally = &self.measures[measure];
        let enough = |persons: &BTreeSet<String>| persons.len() >= MINIMUM;
        if !self.is_large() {
            return None;
        }
        match tally.kind? {
            Kind::Rows => Some(self.rows as f64),
            Kind::Persons => Some(self.persons.len() as f64),
            Kind::Values => enough(&tally.with_value).then_some(tally.values as f64),
            Kind::Sum => enough(&tally.contributors).then_some(tally.total),
            Kind::Mean => (enough(&tally.contributors) && enough(&tally.with_value))
                .then(|| tally.total / tally.values as f64),
        }
    }
}

/// Every group that has a row; without keys there is always one.
pub(super) fn cells(question: &Question, clinic: &Clinic) -> HashMap<Vec<String>, Cell> {
    let mut cells: HashMap<Vec<String>, Cell> = HashMap::new();
    for row in rows(question.from, clinic) {
        if !question.tests.iter().all(|test| test.holds(&row)) {
            continue;
        }
        let key = question.keys.iter().map(|key| value(*key, &row)).collect();
        let cell = cells.entry(key).or_default();
        cell.persons.insert(row.person.id.clone());
        cell.rows += 1;
        cell.measures.resize(question.measures.len(), Tally::default());
        for (tally, measure) in cell.measures.iter_mut().zip(&question.measures) {
            tally.add(*measure, &row);
        }
    }
    cells
}

fn rows(from: From, clinic: &Clinic) -> Vec<Row<'_>> {
    let mut rows = vec![];
    for person in &clinic.persons {
        let visits = person.visits.iter().map(|visit| Row { person, visit: Some(visit) });
        match from {
            From::People => rows.push(Row { person, visit: None }),
            From::Visits | From::Join => rows.extend(visits),
            From::LeftJoin if person.visits.is_empty() => rows.push(Row { person, visit: None }),
            From::LeftJoin => rows.extend(visits),
        }
    }
    rows
}

/// A key as the answer writes it.
fn value(key: Key, row: &Row<'_>) -> String {
    match key {
        Key::Sex => json!(row.person.sex),
        Key::Region => json!(row.person.region),
        Key::Hiv => json!(row.person.hiv),
        Key::Decade => json!(row.person.birth_year / 10),
        Key::Kind => json!(row.visit.map(|visit| visit.kind)),
        Key::Ward => json!(row.visit.map(|visit| &visit.ward)),
    }
    .to_string()
}

fn number(column: Column, row: &Row<'_>) -> Option<f64> {
    match column {
        Column::Income => Some((row.person.income * 100.0).round() / 100.0),
        Column::Cost => row.visit.map(|visit| (visit.cost * 100.0).round() / 100.0),
        Column::Nights => row.visit?.nights.map(|nights| nights as f64),
    }
}

impl Tally {
    fn add(&mut self, measure: Measure, row: &Row<'_>) {
        let (kind, value) = match measure {
            Measure::Rows => (Kind::Rows, None),
            Measure::Persons => (Kind::Persons, None),
            Measure::With(column) => (Kind::Values, number(column, row)),
            Measure::Where(test) => (Kind::Values, test.holds(row).then_some(1.0)),
            Measure::Sum(column) => (Kind::Sum, number(column, row)),
            Measure::SumWhere(column, test) => {
                (Kind::Sum, if test.holds(row) { number(column, row) } else { Some(0.0) })
            }
            Measure::Mean(column) => (Kind::Mean, number(column, row)),
        };
        self.kind = Some(kind);
        let Some(value) = value else { return };
        self.with_value.insert(row.person.id.clone());
        self.values += 1;
        self.total += value;
        if value != 0.0 {
            self.contributors.insert(row.person.id.clone());
        }
    }
}
