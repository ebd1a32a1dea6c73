//! Canonical JSON (RFC 8785): one value has one text, so its hash can be computed again anywhere.
//!
//! Fractions are refused: two programs write them differently, and amounts are integers anyway. Whole numbers end at
//! 2^53 - 1, where readers that only know doubles begin to round.

use serde_json::Value;

use crate::error::{LedgerError, Result};

const MAX_WHOLE: u64 = crate::intent::MAX_AMOUNT;
const MAX_DEPTH: usize = 32;

/// The one text of the value.
///
/// # Errors
/// [`LedgerError::Invalid`] for fractions, larger numbers, and nesting beyond 32 levels.
pub(crate) fn canonical(value: &Value) -> Result<String> {
    let mut text = String::new();
    write_value(&mut text, value, MAX_DEPTH)?;
    Ok(text)
}

fn write_value(text: &mut String, value: &Value, depth: usize) -> Result<()> {
    let depth = depth.checked_sub(1).ok_or_else(|| invalid("nested too deeply"))?;
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&whole(number)?.to_string()),
        Value::String(string) => write_string(text, string)?,
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                write_comma(text, index);
                write_value(text, item, depth)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                write_comma(text, index);
                write_string(text, name)?;
                text.push(':');
                write_value(text, member, depth)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

fn whole(number: &serde_json::Number) -> Result<i64> {
    number
        .as_i64()
        .filter(|n| n.unsigned_abs() <= MAX_WHOLE)
        .ok_or_else(|| invalid("numbers must be whole and at most 2^53 - 1"))
}

/// The escapes of `serde_json` are those of RFC 8785.
fn write_string(text: &mut String, string: &str) -> Result<()> {
    text.push_str(&serde_json::to_string(string).map_err(|error| invalid(&error.to_string()))?);
    Ok(())
}

fn write_comma(text: &mut String, index: usize) {
    if index > 0 {
        text.push(',');
    }
}

fn invalid(why: &str) -> LedgerError {
    LedgerError::Invalid(format!("JSON without a canonical form: {why}"))
}

#[cfg(test)]
mod tests;
