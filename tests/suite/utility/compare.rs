//! A table as it is beside the table as it was told: cell by cell, matched by the groups and not by the place of a row.

use std::fmt;

use serde_json::Value;

/// From so many people on a cell is judged.
const LARGE: f64 = 100.0;
/// How far a cell may be from the truth to be near it.
pub(super) const NEAR: f64 = 0.03;

/// Sizes of cells that are looked at apart.
const BANDS: [(f64, f64); 5] =
    [(LARGE, 150.0), (150.0, 200.0), (200.0, 300.0), (300.0, 500.0), (500.0, f64::INFINITY)];

/// What a number is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// How many people.
    Persons,
    /// How many rows.
    Rows,
    /// A sum of a measure.
    Sum,
    /// Computed from such numbers: means, rates, spreads, medians.
    Derived,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Persons, Self::Rows, Self::Sum, Self::Derived];

    /// By the name that a column of the study has.
    fn of(name: &str) -> Self {
        match name {
            "people" | "women" | "men" | "aged_65_and_over" | "most_deprived" | "white"
            | "adults" | "registered_before" | "deprivation_known" | "in_cohort" | "readmitted" => {
                Self::Persons
            }
            name if name.starts_with("with_") => Self::Persons,
            "admissions" | "stays" | "appointments" | "readings" | "tests" | "readmissions"
            | "missed" | "remote" | "abnormal" => Self::Rows,
            "cost" => Self::Sum,
            "spread" => Self::Derived,
            name if ["mean_", "median_", "percent_"].iter().any(|it| name.starts_with(it)) => {
                Self::Derived
            }
            name if name.ends_with("_per_person") => Self::Derived,
            other => panic!("what is `{other}`?"),
        }
    }
}

/// One number.
pub(super) struct Cell {
    kind: Kind,
    /// How many people are in it; of rows, sums and derived numbers: in the group that they are about.
    persons: f64,
    truth: f64,
    /// `None` where it is withheld.
    shown: Option<f64>,
    /// Whether its interval holds the truth, where there is one.
    held: Option<bool>,
}

impl Cell {
    fn error(&self) -> Option<f64> {
        let shown = self.shown?;
        let off = (shown - self.truth).abs();
        Some(if off == 0.0 { 0.0 } else { off / self.truth.abs() })
    }

    fn is_within(&self, share: f64) -> bool {
        self.error().is_some_and(|error| error <= share)
    }
}

/// One table.
pub(super) struct Compared {
    title: String,
    cells: Vec<Cell>,
    refused: Option<String>,
}

impl Compared {
    pub(super) fn new(
        title: &str,
        truth: Result<Value, String>,
        shown: Result<Value, String>,
    ) -> Self {
        let of_shown = shown.as_ref().map(grouped).unwrap_or_default();
        let answer = shown.as_ref().ok();
        let truth = match truth {
            Ok(truth) => truth,
            Err(why) => return Self { title: title.to_owned(), cells: vec![], refused: Some(why) },
        };
        let columns = columns(&truth);
        let mut cells = vec![];
        for (group, row) in grouped(&truth) {
            let told_at = of_shown.iter().position(|(other, _)| *other == group);
            let told = told_at.and_then(|at| of_shown.get(at)).map(|(_, row)| row);
            let people = columns.iter().position(|column| column.name == "people").unwrap();
            let people = row[people].as_f64().unwrap_or(0.0);
            for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.measure) {
                let Some(truth) = row[at].as_f64() else { continue };
                let kind = Kind::of(&column.name);
                let persons = if kind == Kind::Persons { truth } else { people };
                let shown = told.and_then(|row| row[at].as_f64());
                let interval = shown.and_then(|_| interval(answer?, told_at?, at));
                let held = interval.map(|(low, high)| (low..=high).contains(&truth));
                cells.push(Cell { kind, persons, truth, shown, held });
            }
        }
        Self { title: title.to_owned(), cells, refused: shown.err() }
    }

    fn large(&self, kind: Kind) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.kind == kind && cell.persons >= LARGE)
    }

    /// Answered, and with most of its large cells.
    fn is_answered(&self) -> bool {
        let large: Vec<&Cell> = self.large(Kind::Persons).collect();
        let shown = large.iter().filter(|cell| cell.shown.is_some()).count();
        self.refused.is_none() && shown * 2 > large.len()
    }
}

/// What is told of where the truth lies.
fn interval(answer: &Value, row: usize, col: usize) -> Option<(f64, f64)> {
    let all = answer["intervals"].as_array()?;
    let of_it = all.iter().find(|it| it["row"] == row && it["col"] == col)?;
    Some((of_it["low"].as_f64()?, of_it["high"].as_f64()?))
}

struct Column {
    name: String,
    measure: bool,
}

fn columns(answer: &Value) -> Vec<Column> {
    let columns = answer["schema"].as_array().unwrap().iter().map(|column| Column {
        name: column["name"].as_str().unwrap().to_owned(),
        measure: column["role"] == "measure",
    });
    columns.collect()
}

/// Rows with what they are about.
fn grouped(answer: &Value) -> Vec<(Vec<Value>, Vec<Value>)> {
    let columns = columns(answer);
    let rows = answer["rows"].as_array().unwrap().iter();
    let rows = rows.map(|row| row.as_array().unwrap().clone()).map(|row| {
        let keys = row.iter().zip(&columns).filter(|(_, column)| !column.measure);
        (keys.map(|(value, _)| value.clone()).collect(), row)
    });
    rows.collect()
}

/// All tables.
pub(super) struct Summary(Vec<Compared>);

impl Summary {
    pub(super) const fn of(tables: Vec<Compared>) -> Self {
        Self(tables)
    }

    /// Percent of the tables that are answered.
    pub(super) fn answered(&self) -> f64 {
        percent(self.0.iter().filter(|table| table.is_answered()).count(), self.0.len())
    }

    /// Percent of the large cells of a kind that are within this share of the truth. One that is withheld is not.
    pub(super) fn within(&self, share: f64, kind: Kind) -> f64 {
        let cells: Vec<&Cell> = self.0.iter().flat_map(|table| table.large(kind)).collect();
        percent(cells.iter().filter(|cell| cell.is_within(share)).count(), cells.len())
    }
}

impl Summary {
    /// Percent of the intervals of this kind that hold the truth, of cells of every size.
    pub(super) fn held(&self, kind: Kind) -> f64 {
        let cells = self.0.iter().flat_map(|table| &table.cells);
        let held: Vec<bool> =
            cells.filter(|cell| cell.kind == kind).filter_map(|cell| cell.held).collect();
        assert!(!held.is_empty(), "no interval of {kind:?}");
        percent(held.iter().filter(|held| **held).count(), held.len())
    }
}

/// What is said of a set of cells: how many, near the truth, withheld; and the median of the errors of the others.
struct Figures {
    cells: usize,
    near: usize,
    withheld: usize,
    median: Option<f64>,
}

impl Figures {
    fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let cells: Vec<&Cell> = cells.collect();
        let mut errors: Vec<f64> = cells.iter().filter_map(|cell| cell.error()).collect();
        errors.sort_by(f64::total_cmp);
        Self {
            cells: cells.len(),
            near: cells.iter().filter(|cell| cell.is_within(NEAR)).count(),
            withheld: cells.iter().filter(|cell| cell.shown.is_none()).count(),
            median: errors.get(errors.len() / 2).copied(),
        }
    }
}

fn percent(part: usize, of: usize) -> f64 {
    if of == 0 { 100.0 } else { 100.0 * part as f64 / of as f64 }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cells, near, withheld, .. } = self;
        let near = percent(*near, *cells);
        let median = self.median.map_or("-".to_owned(), |error| format!("{:.2}", 100.0 * error));
        write!(f, "{cells:>5} {near:>7.1} {median:>7} {withheld:>8}")
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "cells of {LARGE} people and more: number, % within 3 %, median error in %, withheld"
        )?;
        for (at, table) in self.0.iter().enumerate() {
            let figures = Figures::of(table.large(Kind::Persons));
            let small = Figures::of(table.cells.iter().filter(|cell| cell.persons < LARGE));
            let smaller = format!("below: {} cells, {} withheld", small.cells, small.withheld);
            let refused = table.refused.as_deref().unwrap_or_default();
            writeln!(f, "{:>2} {figures}  ({smaller}) {} {refused}", at + 1, table.title)?;
        }
        for kind in Kind::ALL {
            let figures = Figures::of(self.0.iter().flat_map(|table| table.large(kind)));
            writeln!(f, "all {kind:?}: {figures}")?;
        }
        for (low, high) in BANDS {
            let within = |cell: &&Cell| low <= cell.persons && cell.persons < high;
            let figures = Figures::of(
                self.0.iter().flat_map(|table| table.large(Kind::Persons)).filter(within),
            );
            writeln!(f, "persons, {low} to {high}: {figures}")?;
        }
        write!(f, "tables answered: {:.1} %", self.answered())
    }
}
