//! A release plan: what the vault runs over persons, and which protected columns come of it.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlan;
use tresor_disclosure::{Bins, Kind, Pair, Spread};

use super::facts::{Domain, HIDDEN};
use super::structural::KeyColumn;

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
    /// Whether its cells are only counted, by `count(distinct ..)`: then only large ones are there.
    pub(crate) only_counted: bool,
}

/// One key of the cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) data_type: DataType,
    /// Every value it can hold, where that is public knowledge.
    pub(crate) domain: Option<Domain>,
    /// The contract column that it is, where it is one as it is.
    pub(crate) column: Option<KeyColumn>,
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
    /// Values of a base measure, counted in public bins.
    Positions {
        /// Canonical name of the base measure.
        name: String,
        /// Digits after the point.
        decimals: u32,
        /// The bins.
        bins: Bins,
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
    /// A sum of products of measures.
    SumOf(Polynomial),
    /// The same, divided by the number of rows.
    MeanOf(Polynomial),
    /// How values spread around their mean.
    Spread { kind: Spread, rows: Counted, leg: Leg },
    /// What two measures have to do with each other.
    Pair { kind: Pair, rows: Counted, x: Leg, y: Leg, products: Total },
    /// `scale` times a quantile of a base measure, plus `offset`.
    Quantile(Quantile),
    /// How many values enough people share. Here it only tells whether the cell is large enough; a release of the
    /// values and the finishing plan count them.
    DistinctValues,
}

/// Base totals times numbers, added up, plus `offset` for every row that has a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Polynomial {
    pub(crate) parts: Vec<Part>,
    pub(crate) offset: f64,
    pub(crate) rows: Counted,
}

/// `scale` times a base total.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) total: Total,
    pub(crate) scale: f64,
}

/// A measure by its moments: `scale` times a base measure, plus `offset`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leg {
    pub(crate) sum: Total,
    /// Sum of squares of the base measure, where the statistic needs it.
    pub(crate) squares: Option<Total>,
    pub(crate) scale: f64,
    pub(crate) offset: f64,
}

/// A position among the values of an argument, which is [`Argument::Positions`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantile {
    pub(crate) argument: usize,
    /// Share of rows at or below it, in millionths.
    pub(crate) share: u32,
    pub(crate) scale: f64,
    pub(crate) offset: f64,
    /// Whether it stands in for the smallest or largest value.
    pub(crate) extreme: bool,
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

impl Statistic {
    /// What sort of statistic it is: decides which checks it goes through.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Count(_) | Self::DistinctValues => Kind::Frequencies,
            Self::Sum { .. } | Self::Mean { .. } | Self::SumOf(_) | Self::MeanOf(_) => Kind::Linear,
            Self::Spread { .. } => Kind::Shape,
            Self::Pair { kind, .. } => match kind {
                Pair::CovarSamp | Pair::CovarPop | Pair::Corr | Pair::R2 | Pair::Products => {
                    Kind::Correlation
                }
                Pair::Slope | Pair::Intercept => Kind::Regression,
            },
            Self::Quantile(Quantile { extreme: true, .. }) => Kind::Endpoints,
            Self::Quantile(Quantile { extreme: false, .. }) => Kind::Position,
        }
    }

    /// Whether it is a number of persons.
    pub(crate) const fn counts_persons(&self) -> bool {
        match self {
            Self::Count(Counted::Persons | Counted::PersonsWith(_)) => true,
            Self::Count(Counted::Rows | Counted::RowsWith(_))
            | Self::Sum { .. }
            | Self::Mean { .. }
            | Self::SumOf(_)
            | Self::MeanOf(_)
            | Self::Spread { .. }
            | Self::Pair { .. }
            | Self::Quantile(_)
            | Self::DistinctValues => false,
        }
    }

    /// Whether one person can add more than one to it, so that one or two people can make up too much.
    pub(crate) const fn is_magnitude(&self) -> bool {
        match self {
            Self::Count(Counted::Persons | Counted::PersonsWith(_)) | Self::DistinctValues => false,
            Self::Count(Counted::Rows | Counted::RowsWith(_))
            | Self::Sum { .. }
            | Self::Mean { .. }
            | Self::SumOf(_)
            | Self::MeanOf(_)
            | Self::Spread { .. }
            | Self::Pair { .. }
            | Self::Quantile(_) => true,
        }
    }

    /// Whether it is a count as it is, also one that was written as a sum of ones.
    pub(crate) fn is_count(&self) -> bool {
        match self {
            Self::Count(_) => true,
            Self::Sum { total: Total::Count(_), scale, offset, .. } => {
                *scale == 1.0 && *offset == 0.0
            }
            Self::Sum { total: Total::Value(_), .. }
            | Self::Mean { .. }
            | Self::SumOf(_)
            | Self::MeanOf(_)
            | Self::Spread { .. }
            | Self::Pair { .. }
            | Self::Quantile(_)
            | Self::DistinctValues => false,
        }
    }

    /// Whether a count is among the numbers that it is computed from.
    pub(crate) fn uses_counts(&self) -> bool {
        let mut parts = Parts::default();
        parts.add(self);
        !parts.counted.is_empty()
    }
}

impl Counted {
    /// The argument that must have a value; none where all of the cell counts.
    pub(crate) const fn argument(self) -> Option<usize> {
        match self {
            Self::Persons | Self::Rows => None,
            Self::PersonsWith(at) | Self::RowsWith(at) => Some(at),
        }
    }
}

impl Total {
    /// Whether it is a number of persons or rows.
    pub(crate) const fn is_count(self) -> bool {
        matches!(self, Self::Count(_))
    }
}

impl PersonalRelease {
    /// Arguments whose numbers of rows or persons are shown, or follow from what is shown.
    pub(crate) fn shown_counts(&self) -> Vec<usize> {
        let sums: Vec<Total> = self.outputs.iter().filter_map(summed).collect();
        let mut shown = ShownCounts::default();
        for output in &self.outputs {
            shown.statistic(&output.statistic, &sums);
        }
        shown.0
    }

    /// How many base measures are released, hidden statistics aside: the price in points.
    pub(crate) fn base_measures(&self) -> u64 {
        let mut parts = Parts::default();
        for output in &self.outputs {
            parts.add(&output.statistic);
        }
        // A list of keys without a number still tells which cells are large enough.
        parts.len().max(1)
    }
}

/// Counts of rows or persons with an argument that a reader can read or compute from what is shown.
#[derive(Default)]
struct ShownCounts(Vec<usize>);

impl ShownCounts {
    fn counted(&mut self, counted: Counted) {
        match counted {
            Counted::PersonsWith(at) | Counted::RowsWith(at) => push(&mut self.0, at),
            Counted::Persons | Counted::Rows => {}
        }
    }

    fn total(&mut self, total: Total) {
        match total {
            Total::Count(counted) => self.counted(counted),
            Total::Value(_) => {}
        }
    }

    fn statistic(&mut self, statistic: &Statistic, sums: &[Total]) {
        match statistic {
            Statistic::Count(counted) => self.counted(*counted),
            Statistic::Sum { total, rows, offset, scale: _ } => {
                self.total(*total);
                if *offset != 0.0 {
                    self.counted(*rows);
                }
            }
            Statistic::Mean { total, rows, .. } => {
                self.total(*total);
                // A sum divided by its mean is the number of rows.
                if sums.contains(total) {
                    self.counted(*rows);
                }
            }
            Statistic::SumOf(of) | Statistic::MeanOf(of) => {
                of.parts.iter().for_each(|part| self.total(part.total));
                if of.offset != 0.0 {
                    self.counted(of.rows);
                }
            }
            Statistic::Spread { .. }
            | Statistic::Pair { .. }
            | Statistic::Quantile(_)
            | Statistic::DistinctValues => {}
        }
    }
}

const fn summed(output: &Output) -> Option<Total> {
    match &output.statistic {
        Statistic::Sum { total, .. } => Some(*total),
        Statistic::Count(_)
        | Statistic::Mean { .. }
        | Statistic::SumOf(_)
        | Statistic::MeanOf(_)
        | Statistic::Spread { .. }
        | Statistic::Pair { .. }
        | Statistic::Quantile(_)
        | Statistic::DistinctValues => None,
    }
}

/// The base measures that statistics are computed from, each once.
#[derive(Default)]
struct Parts {
    counted: Vec<Counted>,
    values: Vec<usize>,
    positions: Vec<(usize, u32)>,
}

impl Parts {
    fn add(&mut self, statistic: &Statistic) {
        match statistic {
            Statistic::Count(counted) => self.count(*counted),
            Statistic::Sum { total, rows, offset, .. } => {
                self.total(*total);
                if *offset != 0.0 {
                    self.count(*rows);
                }
            }
            Statistic::Mean { total, rows, .. } => {
                self.total(*total);
                self.count(*rows);
            }
            Statistic::SumOf(Polynomial { parts, offset, rows }) => {
                parts.iter().for_each(|part| self.total(part.total));
                if *offset != 0.0 {
                    self.count(*rows);
                }
            }
            Statistic::MeanOf(Polynomial { parts, rows, .. }) => {
                parts.iter().for_each(|part| self.total(part.total));
                self.count(*rows);
            }
            Statistic::Spread { rows, leg, .. } => {
                self.count(*rows);
                self.leg(leg);
            }
            Statistic::Pair { rows, x, y, products, .. } => {
                self.count(*rows);
                self.leg(x);
                self.leg(y);
                self.total(*products);
            }
            Statistic::Quantile(quantile) => {
                // Each share is looked up in further numbers of rows, so each is paid.
                push(&mut self.positions, (quantile.argument, quantile.share));
            }
            Statistic::DistinctValues => {}
        }
    }

    fn count(&mut self, counted: Counted) {
        push(&mut self.counted, counted);
    }

    fn total(&mut self, total: Total) {
        match total {
            Total::Value(at) => push(&mut self.values, at),
            Total::Count(counted) => self.count(counted),
        }
    }

    fn leg(&mut self, leg: &Leg) {
        [Some(leg.sum), leg.squares].into_iter().flatten().for_each(|total| self.total(total));
    }

    const fn len(&self) -> u64 {
        (self.counted.len() + self.values.len() + self.positions.len()) as u64
    }
}

fn push<T: PartialEq>(known: &mut Vec<T>, part: T) {
    if !known.contains(&part) {
        known.push(part);
    }
}

/// Name of the column that tells the row of scan `scan` of a protected table in the finishing plan.
pub(crate) fn row_column(scan: usize) -> String {
    format!("{HIDDEN}row_{scan}")
}

/// Name of the row number in a protected table itself.
pub(crate) const ROW: &str = "tresor_row";
