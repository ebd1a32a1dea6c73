//! Values of the twin, and what SQL makes of two of them. What would fail on a row is NULL.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use time::Date;

/// The types of columns and expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Person,
    Text,
    Int,
    Num,
    Bool,
    Date,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    /// A person, by number.
    Person(usize),
    Text(Arc<str>),
    Int(i64),
    Num(f64),
    Bool(bool),
    /// Days since 1970-01-01.
    Date(i64),
}

/// 1970-01-01 as a Julian day.
const EPOCH: i32 = 2_440_588;

impl Value {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    pub(crate) fn number(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Null, Self::Num)
    }

    /// A day written as `2023-01-31`.
    pub(crate) fn day(text: &str) -> Self {
        day_number(text).map_or(Self::Null, Self::Date)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) | Self::Date(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_num(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Num(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// As an answer writes it.
    pub(crate) fn json(&self) -> Json {
        match self {
            Self::Null | Self::Person(_) => Json::Null,
            Self::Text(text) => json!(text.as_ref()),
            Self::Int(number) => json!(number),
            Self::Num(number) => json!(number),
            Self::Bool(yes) => json!(yes),
            Self::Date(day) => json!(day_text(*day)),
        }
    }

    /// Read back from an answer.
    pub(crate) fn read(json: &Json, kind: Type) -> Self {
        match (kind, json) {
            (_, Json::Null) | (Type::Person, _) => Self::Null,
            (Type::Text, Json::String(text)) => Self::text(text),
            (Type::Date, Json::String(text)) => Self::day(text),
            (Type::Bool, Json::Bool(yes)) => Self::Bool(*yes),
            (Type::Int, json) => json.as_i64().map_or(Self::Null, Self::Int),
            (Type::Num, json) => json.as_f64().map_or(Self::Null, Self::Num),
            (Type::Text | Type::Date | Type::Bool, _) => Self::Null,
        }
    }

    /// As SQL writes it.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Null | Self::Person(_) => "NULL".to_owned(),
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Int(number) => number.to_string(),
            Self::Num(number) => format!("{number:?}"),
            Self::Bool(yes) => yes.to_string(),
            Self::Date(day) => format!("DATE '{}'", day_text(*day)),
        }
    }
}

/// How two values that are there compare; nothing where they cannot.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Person(a), Value::Person(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) | (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => a.as_num()?.partial_cmp(&b.as_num()?),
    }
}

/// The order of ORDER BY: NULL last, also where it is turned round.
pub(crate) fn order(a: &Value, b: &Value, descending: bool) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let ascending = compare(a, b).unwrap_or(Ordering::Equal);
            if descending { ascending.reverse() } else { ascending }
        }
    }
}

/// Whether a text fits a pattern of LIKE.
pub(crate) fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => (0..=text.len()).any(|at| like(&text[at..], rest)),
        Some(('_', rest)) => !text.is_empty() && like(&text[1..], rest),
        Some((one, rest)) => text.first() == Some(one) && like(&text[1..], rest),
    }
}

/// Days since 1970 of a day written as `2023-01-31`.
fn day_number(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let date = Date::from_calendar_date(year, month.try_into().ok()?, day).ok()?;
    Some(i64::from(date.to_julian_day() - EPOCH))
}

pub(crate) fn calendar(day: i64) -> Option<Date> {
    Date::from_julian_day(i32::try_from(day).ok()?.checked_add(EPOCH)?).ok()
}

/// The day as text.
pub(crate) fn day_text(day: i64) -> String {
    calendar(day).map_or_else(String::new, |date| date.to_string())
}
