//! Relations about persons, a person at a time.
//!
//! Rows of two persons never meet below the boundary: every join, sub-query, window and group is linked by the person.
//! So what SQL makes of everybody's rows is what it makes of each person's own, put side by side; and what one person
//! alone contributes to a cell is a question that can be asked.

use super::data::{Person, Row, public_rows};
use super::expr::{Column, Expr, Frame, all_true, same};
use super::value::Value;

/// A relation: one SELECT, or several put together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rel {
    Select(Box<Select>),
    Union { all: bool, arms: Vec<Select> },
}

/// A SELECT whose first column is the person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Select {
    pub(crate) from: From,
    pub(crate) filter: Vec<Expr>,
    /// GROUP BY: the person and these keys.
    pub(crate) group: Option<Vec<Expr>>,
    pub(crate) having: Vec<Expr>,
    pub(crate) items: Vec<(&'static str, Expr)>,
    pub(crate) distinct: bool,
}

/// What stands after FROM.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum From {
    /// A table of the clinic.
    Table(&'static str, usize),
    /// A table that is written out.
    Values {
        source: usize,
        names: Vec<&'static str>,
        rows: Vec<Row>,
    },
    Sub(Box<Rel>, usize),
    Join {
        kind: Join,
        left: Box<From>,
        right: Box<From>,
        on: Vec<Expr>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    Inner,
    Left,
    Right,
    Full,
    Semi,
    Anti,
}

/// The rows of one person.
pub(crate) fn rows(rel: &Rel, person: &Person) -> (Vec<Column>, Vec<Row>) {
    match rel {
        Rel::Select(select) => (columns(select), selected(select, person)),
        Rel::Union { all, arms } => {
            let all_rows = arms.iter().flat_map(|arm| selected(arm, person)).collect();
            (columns(&arms[0]), if *all { all_rows } else { distinct(all_rows) })
        }
    }
}

/// Output columns, as if they were those of source 0; whoever selects from them gives them a source.
fn columns(select: &Select) -> Vec<Column> {
    select.items.iter().map(|(name, _)| Column { source: 0, name }).collect()
}

fn selected(select: &Select, person: &Person) -> Vec<Row> {
    let (columns, rows) = filtered(&select.from, &select.filter, person);
    let frame = Frame { columns: &columns, rows: &rows, at: 0, around: None, person: Some(person) };
    let items = |frame: &Frame<'_>| -> Row {
        select.items.iter().map(|(_, expr)| expr.eval(frame)).collect()
    };
    let made = match &select.group {
        None => (0..rows.len()).map(|at| items(&frame.on(at))).collect(),
        Some(keys) => {
            let key = |at: usize| -> Row { keys.iter().map(|k| k.eval(&frame.on(at))).collect() };
            let mut groups: Vec<(Row, Vec<Row>)> = vec![];
            for (at, row) in rows.iter().enumerate() {
                let key = key(at);
                match groups.iter_mut().find(|(known, _)| same_row(known, &key)) {
                    Some((_, members)) => members.push(row.clone()),
                    None => groups.push((key, vec![row.clone()])),
                }
            }
            let frames = groups.iter().map(|(_, members)| Frame { rows: members, ..frame });
            frames.filter(|group| all_true(&select.having, group)).map(|g| items(&g)).collect()
        }
    };
    if select.distinct { distinct(made) } else { made }
}

/// The rows of FROM that meet WHERE.
pub(crate) fn filtered(from: &From, filter: &[Expr], person: &Person) -> (Vec<Column>, Vec<Row>) {
    let (columns, rows) = sources(from, person);
    let frame = Frame { columns: &columns, rows: &rows, at: 0, around: None, person: Some(person) };
    let kept = (0..rows.len()).filter(|&at| all_true(filter, &frame.on(at)));
    let kept = kept.map(|at| rows[at].clone()).collect();
    (columns, kept)
}

fn sources(from: &From, person: &Person) -> (Vec<Column>, Vec<Row>) {
    let named = |source: usize, names: &[&'static str]| -> Vec<Column> {
        names.iter().map(|name| Column { source, name }).collect()
    };
    match from {
        From::Table(table, source) => {
            let names = super::data::names(table);
            let rows = person.tables.get(table).cloned().unwrap_or_else(|| public_rows(table));
            (named(*source, &names), rows)
        }
        From::Values { source, names, rows } => (named(*source, names), rows.clone()),
        From::Sub(rel, source) => {
            let (columns, rows) = rows(rel, person);
            let columns = columns.iter().map(|c| Column { source: *source, ..*c }).collect();
            (columns, rows)
        }
        From::Join { kind, left, right, on } => {
            join(*kind, sources(left, person), sources(right, person), on, Some(person))
        }
    }
}

/// Every row of one side with every row of the other for which the condition is true.
pub(crate) fn join(
    kind: Join,
    left: (Vec<Column>, Vec<Row>),
    right: (Vec<Column>, Vec<Row>),
    on: &[Expr],
    person: Option<&Person>,
) -> (Vec<Column>, Vec<Row>) {
    let both: Vec<Column> = left.0.iter().chain(&right.0).copied().collect();
    let missing = |columns: &[Column]| vec![Value::Null; columns.len()];
    let mut rows: Vec<Row> = vec![];
    let mut met = vec![false; right.1.len()];
    for l in &left.1 {
        let mut partners = vec![];
        for (at, r) in right.1.iter().enumerate() {
            let pair: Row = l.iter().chain(r).cloned().collect();
            let alone = [pair];
            let frame = Frame { columns: &both, rows: &alone, at: 0, around: None, person };
            if all_true(on, &frame) {
                met[at] = true;
                partners.extend(alone);
            }
        }
        match kind {
            Join::Semi if !partners.is_empty() => rows.push(l.clone()),
            Join::Anti if partners.is_empty() => rows.push(l.clone()),
            Join::Semi | Join::Anti => {}
            Join::Left | Join::Full if partners.is_empty() => {
                rows.push(l.iter().cloned().chain(missing(&right.0)).collect());
            }
            Join::Inner | Join::Left | Join::Right | Join::Full => rows.extend(partners),
        }
    }
    if matches!(kind, Join::Right | Join::Full) {
        let lonely = right.1.iter().zip(&met).filter(|(_, met)| !**met);
        rows.extend(lonely.map(|(r, _)| missing(&left.0).into_iter().chain(r.clone()).collect()));
    }
    match kind {
        Join::Semi | Join::Anti => (left.0, rows),
        Join::Inner | Join::Left | Join::Right | Join::Full => (both, rows),
    }
}

pub(crate) fn distinct(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = vec![];
    for row in rows {
        if !kept.iter().any(|known| same_row(known, &row)) {
            kept.push(row);
        }
    }
    kept
}

fn same_row(a: &[Value], b: &[Value]) -> bool {
    a.iter().zip(b).all(|(a, b)| same(a, b))
}
