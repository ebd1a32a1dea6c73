//! The digest of a profile: the same for the same rules, however the file is written.
//!
//! SHA-256 over the profile as JSON: keys sorted, no white space, numbers in their shortest decimal form (`2`, not
//! `2.0`), texts as JSON escapes them. Comments and the order of lines do not matter.

use sha2::{Digest, Sha256};
use toml::{Table, Value};

/// The digest of a profile file, hexadecimal; of its bytes where it is no TOML.
pub(super) fn digest(text: &str) -> String {
    let canonical = text.parse::<Table>().map_or_else(|_| text.to_owned(), |table| object(&table));
    hex::encode(Sha256::digest(canonical.as_bytes()))
}

fn object(table: &Table) -> String {
    let mut members: Vec<(&String, &Value)> = table.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    let members =
        members.iter().map(|(name, member)| format!("{}:{}", string(name), value(member)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Datetime(moment) => string(&moment.to_string()),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(","))
        }
        Value::Table(table) => object(table),
    }
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
