//! What officers decide: signed here, or done at once.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_core::desk::Scope;
use tresor_core::ids::{ChangeId, FreezeId};

use super::client::Desk;
use super::statement::{Expected, Part};
use super::{Said, Signing, Source, files, told};
use crate::signing::Officer;
use crate::stop::Stop;

/// Signs as the author and puts the change forward.
pub(super) fn propose(
    desk: &Desk,
    id: &ChangeId,
    signing: &Signing,
    effective: Option<OffsetDateTime>,
) -> Result<Said, Stop> {
    let effective = effective.map(written).transpose()?;
    let parameters = effective.as_ref().map(|at| format!("?effective_at={at}")).unwrap_or_default();
    let (statement, mut body) =
        signed(desk, id, signing, Part::Author, effective.as_deref(), &parameters)?;
    if let (Some(at), Some(body)) = (effective, body.as_object_mut()) {
        body.insert("effective_at".to_owned(), json!(at));
    }
    let change = desk.send(&format!("policies/changes/{id}/propose"), &body)?;
    Ok(with_statement(desk, &statement, &change))
}

/// Signs the change of another officer.
pub(super) fn approve(desk: &Desk, id: &ChangeId, signing: &Signing) -> Result<Said, Stop> {
    let change = desk.get(&format!("policies/changes/{id}"))?;
    let effective = change.pointer("/proposal/effective_at").and_then(Value::as_str);
    let (statement, body) = signed(desk, id, signing, Part::Approver, effective, "")?;
    let change = desk.send(&format!("policies/changes/{id}/approve"), &body)?;
    Ok(with_statement(desk, &statement, &change))
}

/// The statement and the body that carries its signature. What is signed is what was downloaded.
fn signed(
    desk: &Desk,
    id: &ChangeId,
    signing: &Signing,
    part: Part,
    effective: Option<&str>,
    parameters: &str,
) -> Result<(String, Value), Stop> {
    let officer = Officer::read(&signing.key)?;
    let change = desk.get(&format!("policies/changes/{id}"))?;
    let base = change.get("base").and_then(Value::as_u64).unwrap_or_default();
    let bundle = files::downloaded(desk, &id.into())?.digest();
    if signing.bundle.as_ref().is_some_and(|wanted| wanted.as_str() != bundle) {
        return Err(Stop::because(format!(
            "its files have the digest {bundle}: nothing is signed"
        )));
    }
    let base_bundle = files::downloaded(desk, &Source::Revision(base))?.digest();
    let told = desk.get(&format!("policies/changes/{id}/statement{parameters}"))?;
    let statement = told.get("statement").and_then(Value::as_str).unwrap_or_default();
    let expected =
        Expected { change: id, bundle: &bundle, base: (base, &base_bundle), effective, part };
    expected.require(statement)?;
    let signed = json!({ "key": officer.public(), "signature": officer.sign(statement) });
    Ok((statement.to_owned(), json!({ "bundle": bundle, "signed": signed })))
}

fn with_statement(desk: &Desk, statement: &str, change: &Value) -> Said {
    Said::well(desk.told(change, |change| {
        let signed: String = statement.lines().map(|line| format!("  {line}\n")).collect();
        format!("signed:\n{signed}\n{}", told::change(change))
    }))
}

/// In the form that statements have: to the microsecond, UTC.
fn written(at: OffsetDateTime) -> Result<String, Stop> {
    let at = at.to_offset(time::UtcOffset::UTC);
    let text =
        at.replace_microsecond(at.microsecond()).ok().and_then(|at| at.format(&Rfc3339).ok());
    text.ok_or_else(|| Stop::because("this moment cannot be written"))
}

pub(super) fn activate(desk: &Desk, id: &ChangeId) -> Result<Said, Stop> {
    let revision = desk.post(&format!("policies/changes/{id}/activate"))?;
    Ok(Said::well(desk.told(&revision, told::revision)))
}

pub(super) fn withdraw(desk: &Desk, id: &ChangeId) -> Result<Said, Stop> {
    let change = desk.post(&format!("policies/changes/{id}/withdraw"))?;
    Ok(Said::well(desk.told(&change, told::change)))
}

pub(super) fn freeze(desk: &Desk, scope: &Scope, reason: &str) -> Result<Said, Stop> {
    let made = desk.send("freezes", &json!({ "scope": scope, "reason": reason }))?;
    Ok(Said::well(desk.told(&made, told::freeze)))
}

pub(super) fn thaw(desk: &Desk, id: &FreezeId) -> Result<Said, Stop> {
    let freeze = desk.post(&format!("freezes/{id}/thaw"))?;
    Ok(Said::well(desk.told(&freeze, told::freeze)))
}
