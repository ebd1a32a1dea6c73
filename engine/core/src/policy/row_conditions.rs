//! Which rows of a table, or which persons of a dataset, a project works on: opt-outs, consent, a slice.
//!
//! A closed form and not SQL, so that nothing in it can fail on a row and an officer reads it in one glance. A row
//! stays only when the condition is true: a missing value passes `is null` and nothing else. Several conditions on one
//! table hold together. Must never know: how a condition is applied.

use time::Date;
use toml::de::DeValue;

use super::nearest::did_you_mean;
use super::report::{Place, Report};
use super::section::{Complaint, Located, Section, kind_of};
use super::values::{day, name, whole_number, word};
use crate::ids::{ColumnId, ColumnName, DatasetId, TableName};

/// A condition on the rows of one table, or on what it says of persons.
#[derive(Debug, Clone, PartialEq)]
pub struct RowCondition {
    /// The column it looks at.
    pub column: ColumnId,
    /// How the value is compared.
    pub operator: RowOperator,
    /// What it is compared with: none for `is null` and `is not null`, at least one for `in` and `not in`, else one.
    pub values: Vec<RowValue>,
    /// Whether it decides about rows or about persons.
    pub holds_for: HoldsFor,
    /// Where it is written: its name in records.
    pub place: Place,
}

/// What a condition decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldsFor {
    /// `"rows"`: which rows of its table stay.
    Rows,
    /// `"person"`: which persons stay, in every table of the dataset. Its table has one row per person, and who has no
    /// row there does not stay.
    Person,
}

impl HoldsFor {
    const ALL: [Self; 2] = [Self::Rows, Self::Person];

    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Person => "person",
        }
    }
}

/// How the value of a row is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOperator {
    /// `=`
    Equal,
    /// `!=`; a missing value does not pass.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    In,
    /// `not in`; a missing value does not pass.
    NotIn,
    /// `is null`
    IsNull,
    /// `is not null`
    IsNotNull,
}

/// A value that rows are compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum RowValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(Date),
}

impl RowOperator {
    /// Every operator.
    pub const ALL: [Self; 10] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::AtMost,
        Self::Greater,
        Self::AtLeast,
        Self::In,
        Self::NotIn,
        Self::IsNull,
        Self::IsNotNull,
    ];

    /// The operator as officers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::IsNull => "is null",
            Self::IsNotNull => "is not null",
        }
    }

    /// How many values it takes, as a check and in words.
    fn takes(self, values: usize) -> Result<(), &'static str> {
        match self {
            Self::IsNull | Self::IsNotNull if values > 0 => Err("leave `values` out"),
            Self::In | Self::NotIn if values == 0 => Err("add a line `values = [..]`"),
            Self::IsNull | Self::IsNotNull | Self::In | Self::NotIn => Ok(()),
            _ if values != 1 => Err("write one value, `values = [..]`, or use `in`"),
            _ => Ok(()),
        }
    }
}

/// Reads one condition of a project with these datasets.
pub(super) fn read_row_condition(
    mut section: Section<'_>,
    datasets: &[DatasetId],
    report: &mut Report,
) -> Option<RowCondition> {
    let place = section.place();
    let dataset = section.one("dataset", name::<DatasetId>, report);
    let table = section.one("table", name::<TableName>, report);
    let column = section.one("column", name::<ColumnName>, report);
    let operator =
        section.one("operator", |it| word(it, &RowOperator::ALL, RowOperator::as_str), report);
    let values = section.many("values", row_value, report);
    let holds_for =
        section.maybe("holds_for", |it| word(it, &HoldsFor::ALL, HoldsFor::as_str), report);
    section.finish(report);

    if let Some(Located { value, place }) = &dataset
        && !datasets.contains(value)
    {
        let wrong = format!("the project does not list the dataset `{value}`");
        let fix = did_you_mean(value.as_str(), datasets.iter().map(DatasetId::as_str));
        report.add(place.clone(), wrong, fix);
    }
    let operator = operator?;
    if let Err(fix) = operator.value.takes(values.len()) {
        let wrong = format!("`{}` with {} values", operator.value.as_str(), values.len());
        report.add(operator.place, wrong, fix);
    }
    Some(RowCondition {
        column: ColumnId { dataset: dataset?.value, table: table?.value, column: column?.value },
        operator: operator.value,
        values: values.into_iter().map(|value| value.value).collect(),
        // A word that cannot be read is reported, and then there is no revision at all.
        holds_for: holds_for.map_or(HoldsFor::Rows, |it| it.value),
        place,
    })
}

fn row_value(value: &DeValue<'_>) -> Result<RowValue, Complaint> {
    let wrong = |why: &str| Complaint {
        wrong: why.to_owned(),
        fix: "write a text, a number, true, false or a day".to_owned(),
    };
    match value {
        DeValue::String(text) => Ok(RowValue::Text(text.clone().into_owned())),
        DeValue::Boolean(truth) => Ok(RowValue::Boolean(*truth)),
        DeValue::Datetime(_) => day(value).map(RowValue::Date),
        DeValue::Integer(_) => whole_number(value)
            .map(RowValue::Integer)
            .ok_or_else(|| wrong("the number is too large")),
        DeValue::Float(digits) => match digits.as_str().parse() {
            Ok(number) if f64::is_finite(number) => Ok(RowValue::Number(number)),
            _ => Err(wrong("this is not a number that rows can be compared with")),
        },
        DeValue::Array(_) | DeValue::Table(_) => {
            Err(wrong(&format!("this is {}, not a single value", kind_of(value))))
        }
    }
}
