//! Everything at the desk that is only read.

use std::path::Path;

use serde_json::{Value, json};
use tresor_core::ids::ChangeId;

use super::client::Desk;
use super::{Said, Source, files, told};
use crate::stop::Stop;

pub(super) fn status(desk: &Desk) -> Result<Said, Stop> {
    Ok(Said::well(desk.told(&desk.get("policies")?, told::status)))
}

pub(super) fn history(desk: &Desk) -> Result<Said, Stop> {
    Ok(Said::well(desk.told(&desk.get("policies/revisions")?, told::history)))
}

pub(super) fn list(desk: &Desk) -> Result<Said, Stop> {
    Ok(Said::well(desk.told(&desk.get("policies/changes")?, told::changes)))
}

pub(super) fn show(desk: &Desk, id: &ChangeId) -> Result<Said, Stop> {
    let change = desk.get(&format!("policies/changes/{id}"))?;
    Ok(Said::well(desk.told(&change, told::change)))
}

pub(super) fn freezes(desk: &Desk) -> Result<Said, Stop> {
    Ok(Said::well(desk.told(&desk.get("freezes")?, told::freezes)))
}

/// All of them: the server tells them in parts.
pub(super) fn flags(desk: &Desk, from: u64) -> Result<Said, Stop> {
    let (mut all, mut next) = (vec![], Some(from));
    while let Some(from) = next {
        let part = desk.get(&format!("audit/flags?from={from}"))?;
        let flagged = part.get("flagged").and_then(Value::as_array).cloned();
        all.extend(flagged.unwrap_or_default());
        // A server that would lead back is not followed.
        next = part.get("next").and_then(Value::as_u64).filter(|next| *next > from);
    }
    Ok(Said::well(desk.told(&json!({ "flagged": all }), told::flags)))
}

pub(super) fn files(desk: &Desk, of: &Source, out: &Path) -> Result<Said, Stop> {
    let found = files::downloaded(desk, of)?;
    let count = files::write(&found, out)?;
    let digest = found.digest();
    let told = json!({ "bundle": digest, "files": count, "folder": out.display().to_string() });
    Ok(Said::well(
        desk.told(&told, |_| format!("{count} files in {}\nbundle {digest}\n", out.display())),
    ))
}

pub(super) fn difference(desk: &Desk, id: &ChangeId) -> Result<Said, Stop> {
    let difference = desk.get(&format!("policies/changes/{id}/diff"))?;
    Ok(Said::well(desk.told(&difference, told::difference)))
}

pub(super) fn validate(desk: &Desk, id: &ChangeId) -> Result<Said, Stop> {
    let found = desk.post(&format!("policies/changes/{id}/validate"))?;
    let valid = found.get("valid").and_then(Value::as_bool).unwrap_or(false);
    let text = desk.told(&found, told::validation);
    Ok(Said::unless(valid, text, "the change cannot be put forward like this"))
}

pub(super) fn what_if(desk: &Desk, id: &ChangeId, last: u32) -> Result<Said, Stop> {
    let body = json!({ "last": last });
    let effects = desk.send(&format!("policies/changes/{id}/what-if"), &body)?;
    Ok(Said::well(desk.told(&effects, told::what_if)))
}
