//! A release plan: what the vault runs over persons, and which protected columns come of it.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlan;

use super::facts::{Domain, HIDDEN};

/// Name of the person column of a release plan's input.
pub(crate) const PERSON: &str = "tresor_person";

/// Canonical name of the base measure "number of rows", counted at the boundary or per person below it.
pub(crate) const ROWS: &str = "rows";

/// One release boundary: the plan below it, and what is made of each cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Release {
    /// Cells of persons, to be measured and protected.
    Personal(PersonalRelease),
    /// Rows about nobody: copied as they are.
    Public(LogicalPlan),
    /// A result over the releases before, which a later release plan reads as a table about nobody.
    Earlier(LogicalPlan),
}

/// Cells of persons. The input has the columns person, keys, arguments, in this order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PersonalRelease {
    pub(crate) input: LogicalPlan,
    pub(crate) keys: Vec<Key>,
    pub(crate) arguments: Vec<Argument>,
    /// Whether each person has at most one row in `input`: then rows are persons.
    pub(crate) one_row: bool,
    pub(crate) outputs: Vec<Output>,
    /// Whether every combination of keys is public and few enough to be listed.
    pub(crate) all_listed: bool,
}

/// One key of the cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) data_type: DataType,
    /// Every value it can hold, where that is public knowledge.
    pub(crate) domain: Option<Domain>,
}

/// One argument of the aggregates at the boundary, as the kernel measures it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Whether there is a value: rows and persons with one.
    Presence,
    /// Values of a base measure, summed in fixed point.
    Value {
        /// Canonical name of the base measure.
        name: String,
        /// Digits after the point.
        decimals: u32,
    },
}

/// One protected column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) statistic: Statistic,
    pub(crate) data_type: DataType,
}

/// What a protected column says about a cell. Base measures carry the noise; the rest is computed from them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statistic {
    /// How many persons or rows.
    Count(Counted),
    /// `scale` times the sum of a base measure, plus `offset` for every row that has one.
    Sum { total: Total, scale: f64, offset: f64, rows: Counted },
    /// The same, divided by the number of rows.
    Mean { total: Total, scale: f64, offset: f64, rows: Counted },
}

/// A count, by what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Distinct persons of the cell.
    Persons,
    /// Rows of the cell.
    Rows,
    /// Distinct persons with a value of this argument.
    PersonsWith(usize),
    /// Rows with a value of this argument.
    RowsWith(usize),
}

/// A base total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    /// The sum of this argument, which is a [`Argument::Value`].
    Value(usize),
    /// The rows that have this argument: `sum(CASE WHEN .. THEN 1 ELSE 0 END)`.
    Count(Counted),
}

impl PersonalRelease {
    /// How many base measures are released, hidden statistics aside: the price in points.
    pub(crate) fn base_measures(&self) -> u64 {
        let mut counted: Vec<Counted> = vec![];
        let mut values: Vec<usize> = vec![];
        let mut count = |c: Counted| {
            if !counted.contains(&c) {
                counted.push(c);
            }
        };
        for output in &self.outputs {
            match &output.statistic {
                Statistic::Count(c) => count(*c),
                Statistic::Sum { total, rows, offset, .. } => {
                    add_total(*total, &mut values, &mut count);
                    if *offset != 0.0 {
                        count(*rows);
                    }
                }
                Statistic::Mean { total, rows, .. } => {
                    add_total(*total, &mut values, &mut count);
                    count(*rows);
                }
            }
        }
        // A list of keys without a number still tells which cells are large enough.
        ((counted.len() + values.len()) as u64).max(1)
    }
}

fn add_total(total: Total, values: &mut Vec<usize>, count: &mut impl FnMut(Counted)) {
    match total {
        Total::Value(at) if !values.contains(&at) => values.push(at),
        Total::Value(_) => {}
        Total::Count(counted) => count(counted),
    }
}

/// Name of the column that tells the row of scan `scan` of a protected table in the finishing plan.
pub(crate) fn row_column(scan: usize) -> String {
    format!("{HIDDEN}row_{scan}")
}

/// Name of the row number in a protected table itself.
pub(crate) const ROW: &str = "tresor_row";
