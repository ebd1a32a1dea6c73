//! One receipt, checked with the key of the log and nothing else.

use std::path::Path;

use serde_json::json;
use tresor_core::clock::rfc3339;
use tresor_ledger::receipt::{Checked, Receipt};

use super::{Told, source};
use crate::stop::Stop;

/// Checks a receipt, and the answer if there is one.
pub(super) fn check(receipt: &Path, answer: Option<&Path>, key: &str) -> Result<Told, Stop> {
    let key = source::key(key)?;
    let bytes = source::bytes(receipt)?;
    let answer = answer.map(source::bytes).transpose()?;
    let checked = Receipt::parse(&bytes).and_then(|receipt| receipt.check(&key, answer.as_deref()));
    Ok(match checked {
        Ok(checked) => sound(&checked, answer.is_some()),
        Err(why) => Told::found(why.to_string()),
    })
}

fn sound(checked: &Checked, answer: bool) -> Told {
    let log = checked.checkpoint.checkpoint();
    let digest = &checked.answer_digest;
    let mut lines = vec![
        format!(
            "entry {} of the log {} releases the answer to {}",
            checked.index, log.origin, checked.query_id
        ),
        format!("at {}; the log had {} entries when it signed that", rfc3339(checked.at), log.size),
    ];
    lines.push(match answer {
        true => format!("the answer is the one that was released, sha256 {digest}"),
        false => format!("the answer that was released has sha256 {digest}"),
    });
    let value = json!({
        "log": log.origin, "entry": checked.index, "entries": log.size, "query_id": checked.query_id,
        "at": rfc3339(checked.at), "answer_digest": digest, "answer_checked": answer,
    });
    Told::sound(lines, value)
}
