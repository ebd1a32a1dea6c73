//! What is asked of results: HAVING, ORDER BY, LIMIT, arithmetic, windows, the join of two results.
//!
//! Works on the rows that the engine released for each part alone, which have been compared with the truth before.

use super::boundary::Boundary;
use super::data::{Person, Row};
use super::expr::{Column, Expr, Frame, all_true};
use super::rel::Join;
use super::value::{Type, Value, order};

/// The source number of the first result.
pub(crate) const RESULT: usize = 1_000;

/// A column that is NULL where a result has no row for a row of the other.
const HERE: &str = "here";

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) parts: Vec<Boundary>,
    pub(crate) over: Option<Over>,
    /// Sub-queries are written as CTEs.
    pub(crate) with: bool,
}

/// What is asked of the results of the parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Over {
    /// In the same SELECT, with HAVING, instead of from a CTE.
    pub(crate) inline: bool,
    pub(crate) join: Option<(Join, Vec<Expr>)>,
    pub(crate) items: Vec<(&'static str, Expr)>,
    pub(crate) filter: Vec<Expr>,
    /// Total where there is a limit.
    pub(crate) order: Vec<(Expr, bool)>,
    pub(crate) limit: Option<usize>,
}

/// A released table as the twin reads it: names of columns, and rows.
pub(crate) type Table = (Vec<&'static str>, Vec<Row>);

/// A value that is expected, and whether the engine withholds it because a part of it is withheld in this row.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) value: Value,
    pub(crate) hidden: bool,
}

impl Over {
    /// The rows that are expected, in order.
    pub(crate) fn expected(&self, tables: &[Table]) -> Vec<Vec<Expected>> {
        let (columns, rows) = self.joined(tables);
        let frame = Frame { columns: &columns, rows: &rows, at: 0, around: None, person: None };
        let kept = (0..rows.len()).filter(|&at| all_true(&self.filter, &frame.on(at)));
        let rows: Vec<Row> = kept.map(|at| rows[at].clone()).collect();
        let frame = Frame { rows: &rows, ..frame };
        let mut places: Vec<usize> = (0..rows.len()).collect();
        places.sort_by(|&a, &b| {
            let mut orders = self.order.iter().map(|(expr, descending)| {
                order(&expr.eval(&frame.on(a)), &expr.eval(&frame.on(b)), *descending)
            });
            orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        places.truncate(self.limit.unwrap_or(usize::MAX));
        let item = |at: usize, expr: &Expr| {
            let mut hidden = false;
            expr.columns(&mut |column: Column| {
                let value = |name| Expr::Column(Column { name, ..column }).eval(&frame.on(at));
                let measure = column.name.starts_with(['m', 'n']);
                hidden |= measure && value(column.name).is_null() && !value(HERE).is_null();
            });
            Expected { value: expr.eval(&frame.on(at)), hidden }
        };
        let row = |at: usize| self.items.iter().map(|(_, expr)| item(at, expr)).collect();
        places.into_iter().map(row).collect()
    }

    fn joined(&self, tables: &[Table]) -> Table2 {
        let named = |number: usize, (names, rows): &Table| -> Table2 {
            let source = RESULT + number;
            let mut columns: Vec<Column> =
                names.iter().map(|name| Column { source, name }).collect();
            columns.push(Column { source, name: HERE });
            let there = |row: &Row| row.iter().cloned().chain([Value::Bool(true)]).collect();
            (columns, rows.iter().map(there).collect())
        };
        let left = named(0, &tables[0]);
        let Some((kind, on)) = &self.join else { return left };
        let right = named(1, &tables[1]);
        super::rel::join(*kind, left, right, on, None)
    }
}

type Table2 = (Vec<Column>, Vec<Row>);

impl Query {
    /// Puts released values where conditions name them.
    pub(crate) fn settled(&self, persons: &[Person]) -> Self {
        let mut settled = self.clone();
        for part in &mut settled.parts {
            part.filter.iter_mut().for_each(|condition| settle(condition, persons));
        }
        settled
    }
}

fn settle(expr: &mut Expr, persons: &[Person]) {
    match expr {
        Expr::Released(boundary) => {
            let mut inner = (**boundary).clone();
            inner.filter.iter_mut().for_each(|condition| settle(condition, persons));
            *expr = Expr::Const(inner.single(persons));
        }
        Expr::Op(_, arguments) => arguments.iter_mut().for_each(|a| settle(a, persons)),
        _ => {}
    }
}

impl Expr {
    /// Every column that is named outside sub-queries.
    pub(crate) fn columns(&self, see: &mut impl FnMut(Column)) {
        match self {
            Self::Column(column) => see(*column),
            Self::Op(_, arguments) => arguments.iter().for_each(|a| a.columns(see)),
            Self::Case(branches, otherwise) => {
                let branches = branches.iter().flat_map(|(when, then)| [when, then]);
                branches.chain(otherwise.as_deref()).for_each(|part| part.columns(see));
            }
            Self::Window(window) => {
                let order = window.order.iter().map(|(expr, _)| expr);
                let parts = window.partition.iter().chain(order).chain([&window.argument]);
                parts.for_each(|part| part.columns(see));
            }
            Self::Aggregate(aggregate) => {
                aggregate.argument.columns(see);
                aggregate.filter.iter().for_each(|filter| filter.columns(see));
            }
            Self::Const(_) | Self::Exists { .. } | Self::In { .. } | Self::Released(_) => {}
        }
    }
}

/// The types of a table's columns, for reading an answer.
pub(crate) fn kinds(part: &Boundary) -> Vec<(&'static str, Type)> {
    let keys = part.keys.iter().map(|key| (key.name, key.kind));
    keys.chain(part.measures.iter().map(|measure| (measure.name, measure.kind()))).collect()
}
