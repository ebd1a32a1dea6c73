//! That a text is the one that an entry commits to: SHA-256 of salt and text stands in the entry.

use std::path::Path;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Opening};

use super::{Told, source};
use crate::stop::Stop;

/// Holds a text against its commitment.
pub(super) fn check(
    index: u64,
    log: &Path,
    field: &str,
    salt: &str,
    text: &Path,
) -> Result<Told, Stop> {
    let folder = source::folder(log)?;
    let leaf = folder.leaf(index).map_err(|error| Stop::because(error.to_string()))?;
    let entry = AuditEntry::of_leaf(&leaf).map_err(|error| Stop::because(error.to_string()))?;
    let commitments = entry.body.get("commitments").and_then(Value::as_object);
    let Some(commitment) = commitments.and_then(|all| all.get(field)).and_then(Value::as_str)
    else {
        let fields =
            commitments.map(|all| all.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>());
        let fields = fields.filter(|fields| !fields.is_empty());
        let fields = fields.map_or("no text".to_owned(), |fields| fields.join(", "));
        return Err(Stop::because(format!("entry {index} commits to {fields}, not to `{field}`")));
    };
    let mut bytes = [0; 32];
    hex::decode_to_slice(salt.trim(), &mut bytes)
        .map_err(|_| Stop::because("a salt has 64 hexadecimal digits"))?;
    let text = source::text(text)?;
    let opening = Opening { seq: index, field: field.to_owned(), salt: bytes, text };
    let value = json!({ "entry": index, "field": field, "commitment": commitment });
    if opening.commitment() == commitment {
        let line = format!(
            "the text is the `{field}` of entry {index}: it has the commitment {commitment}"
        );
        return Ok(Told::sound(vec![line], value));
    }
    let finding = format!(
        "the text is not the `{field}` of entry {index}, or the salt is another: with it the text has the commitment {}, \
         and the entry has {commitment} (the text must be the same byte for byte, to the last line break)",
        opening.commitment()
    );
    Ok(Told { lines: vec![], value, findings: vec![finding] })
}
