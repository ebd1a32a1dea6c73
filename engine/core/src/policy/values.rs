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

/// True or false.
pub(super) fn truth(value: &DeValue<'_>) -> Result<bool, Complaint> {
    match value {
        DeValue::Boolean(truth) => Ok(*truth),
        other => {
            let wrong = format!("this is {}, not true or false", kind_of(other));
            Err(complaint(wrong, "write true or false, without quotes"))
        }
    }
}

/// A researcher's ORCID iD: four groups of four, the last sign checks the others (ISO 7064, 11-2).
pub(super) fn orcid(value: &DeValue<'_>) -> Result<String, Complaint> {
    let text = any_text(value)?;
    let groups = text.split('-').map(str::len);
    let signs: String = text.split('-').collect();
    let (digits, check) = signs.split_at_checked(15).unwrap_or((&signs, ""));
    let plain = groups.eq([4; 4]) && digits.bytes().all(|sign| sign.is_ascii_digit());
    let sum = digits.bytes().fold(0_u32, |sum, sign| (sum + u32::from(sign & 0x0F)) * 2 % 11);
    let expected = match (12 - sum) % 11 {
        10 => "X".to_owned(),
        digit => digit.to_string(),
    };
    if plain && check == expected {
        return Ok(text.to_owned());
    }
    Err(complaint(
        format!("`{text}` is not an ORCID iD"),
        "copy it from orcid.org without the address, as in 0000-0002-1825-0097",
    ))
}

/// What a public key for signatures begins with.
const ED25519: &str = "ed25519:";

/// A public key: `ed25519:` and 64 hexadecimal digits.
pub(super) fn public_key(value: &DeValue<'_>) -> Result<[u8; 32], Complaint> {
    let text = any_text(value)?;
    let Some(digits) = text.strip_prefix(ED25519) else {
        return Err(complaint(
            "a public key begins with `ed25519:`",
            "write `ed25519:` and the 64 hexadecimal digits of the public key",
        ));
    };
    let mut key = [0; 32];
    match hex::decode_to_slice(digits, &mut key) {
        Ok(()) => Ok(key),
        Err(_) => Err(complaint(
            format!("a public key has 64 hexadecimal digits, and this is {}", what(digits)),
            "write `ed25519:` and the 64 hexadecimal digits of the public key",
        )),
    }
}

fn what(digits: &str) -> String {
    let count = digits.chars().count();
    if count == 64 { "something else".to_owned() } else { format!("{count} characters long") }
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
