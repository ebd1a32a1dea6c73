//! The kinds of values that policy files hold: text, names, whole numbers, days, words of a fixed list.
//!
//! Must never know: which key a value belongs to.

use time::{Date, Month};
use toml::de::DeValue;
use toml::value::Datetime;

use super::nearest::did_you_mean;
use super::section::{Complaint, kind_of};
use crate::ids::BadName;

/// Text that is not blank.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, Complaint> {
    let text = any_text(value)?.trim();
    if text.is_empty() {
        return Err(complaint("the text is empty", "say it in a sentence"));
    }
    Ok(text.to_owned())
}

/// A checked name.
pub(super) fn name<T: TryFrom<String, Error = BadName>>(
    value: &DeValue<'_>,
) -> Result<T, Complaint> {
    T::try_from(any_text(value)?.to_owned()).map_err(|bad| Complaint {
        wrong: format!("`{}` is not a valid {}", bad.text, bad.what),
        fix: format!("use {}", bad.shape),
    })
}

/// A word of a fixed list.
pub(super) fn word<T: Copy>(
    value: &DeValue<'_>,
    known: &[T],
    as_str: fn(T) -> &'static str,
) -> Result<T, Complaint> {
    let text = any_text(value)?;
    known.iter().copied().find(|word| as_str(*word) == text).ok_or_else(|| Complaint {
        wrong: format!("`{text}` is not known here"),
        fix: did_you_mean(text, known.iter().map(|word| as_str(*word))),
    })
}

/// A whole number, zero or more.
pub(super) fn amount(value: &DeValue<'_>) -> Result<u64, Complaint> {
    whole_number(value)
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| complaint("this is not a whole number of zero or more", "write 1000"))
}

/// A whole number, if it is one.
pub(super) fn whole_number(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
        _ => None,
    }
}

/// A day, written without quotes.
pub(super) fn day(value: &DeValue<'_>) -> Result<Date, Complaint> {
    if let DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) = value {
        let month = Month::try_from(date.month).ok();
        let day = month
            .and_then(|month| Date::from_calendar_date(i32::from(date.year), month, date.day).ok());
        return day.ok_or_else(|| complaint("there is no such day", "look at a calendar"));
    }
    let wrong = format!("this is {}, not a day", kind_of(value));
    Err(complaint(wrong, "write year, month and day without quotes, as in 2026-03-31"))
}

fn any_text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Complaint> {
    match value {
        DeValue::String(text) => Ok(text.as_ref()),
        other => Err(complaint(
            format!("this is {}, not a text", kind_of(other)),
            "write it between double quotes",
        )),
    }
}

fn complaint(wrong: impl Into<String>, fix: impl Into<String>) -> Complaint {
    Complaint { wrong: wrong.into(), fix: fix.into() }
}
