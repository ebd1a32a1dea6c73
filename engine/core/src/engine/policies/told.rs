//! Changes, revisions and freezes as officers and programs read them.

use serde_json::{Value, json};
use tresor_ledger::Moment;

use crate::clock::rfc3339;
use crate::desk::{Change, Desk, Freeze, Revision, Scope, Signed, Stage};

/// A change, and what comes next.
pub(super) fn change(change: &Change, desk: &Desk) -> Value {
    let latest = desk.latest().map_or(0, |latest| latest.number);
    let stale = change.is_open() && change.base != latest;
    let mut told = json!({
        "id": change.id.as_str(),
        "title": change.title,
        "reason": change.reason,
        "author": change.author.as_str(),
        "begun_at": rfc3339(change.begun_at),
        "base": change.base,
        "bundle": change.bundle.as_str(),
        "reverts": change.reverts,
        "state": state(&change.stage),
        "stale": stale,
        "next": next(change, stale),
    });
    let Some(object) = told.as_object_mut() else { return told };
    if let Stage::Activated(number) = change.stage {
        object.insert("revision".to_owned(), json!(number));
    }
    if let Some(proposal) = change.proposal() {
        let approvals: Vec<Value> = proposal
            .approvals
            .iter()
            .map(|one| json!({ "by": one.by.as_str(), "at": rfc3339(one.at), "signed": signed(&one.signed) }))
            .collect();
        let told = json!({
            "at": rfc3339(proposal.at),
            "effective_at": moment(proposal.effective_at),
            "signed": signed(&proposal.signed),
            "approvals": approvals,
        });
        object.insert("proposal".to_owned(), told);
    }
    told
}

const fn state(stage: &Stage) -> &'static str {
    match stage {
        Stage::Draft => "draft",
        Stage::Proposed(_) => "proposed",
        Stage::Activated(_) => "activated",
        Stage::Withdrawn => "withdrawn",
    }
}

fn next(change: &Change, stale: bool) -> String {
    let author = &change.author;
    match &change.stage {
        Stage::Activated(_) | Stage::Withdrawn => "nothing: it has ended".to_owned(),
        _ if stale => format!("`{author}` rebases it: another revision was activated meanwhile"),
        Stage::Draft => format!("`{author}` proposes it"),
        Stage::Proposed(proposal) if proposal.approvals.is_empty() => {
            format!("an officer other than `{author}` approves it")
        }
        Stage::Proposed(_) => "an officer activates it".to_owned(),
    }
}

/// A revision, and where it stands at this moment.
pub(super) fn revision(revision: &Revision, desk: &Desk, now: Moment) -> Value {
    let in_force = desk.in_force(now).map(|found| found.number);
    let state = match in_force {
        Some(number) if number == revision.number => "in force",
        Some(number) if number < revision.number => "scheduled",
        Some(_) | None => "past",
    };
    let change = revision.change.as_ref().and_then(|id| desk.change(id));
    json!({
        "number": revision.number,
        "bundle": revision.bundle.as_str(),
        "state": state,
        "change": revision.change.as_ref().map(|id| id.as_str()),
        "title": change.map_or("the policies that the installation came with", |change| change.title.as_str()),
        "author": change.map(|change| change.author.as_str()),
        "reverts": change.and_then(|change| change.reverts),
        "activated_by": revision.activated_by.as_str(),
        "activated_at": rfc3339(revision.activated_at),
        "effective_at": rfc3339(revision.effective_at),
    })
}

/// A freeze.
pub(super) fn freeze(freeze: &Freeze) -> Value {
    let (scope, subject) = match &freeze.scope {
        Scope::Everything => ("everything", None),
        Scope::Project(project) => ("project", Some(project.as_str())),
        Scope::Person(person) => ("person", Some(person.as_str())),
    };
    let lifting: Vec<Value> = freeze
        .lifting
        .iter()
        .map(|(by, at)| json!({ "by": by.as_str(), "at": rfc3339(*at) }))
        .collect();
    json!({
        "id": freeze.id.as_str(),
        "scope": scope,
        "subject": subject,
        "reason": freeze.reason,
        "by": freeze.by.as_str(),
        "at": rfc3339(freeze.at),
        "holds": freeze.holds(),
        "lifting": lifting,
    })
}

fn signed(signed: &Signed) -> Value {
    json!({ "key": format!("ed25519:{}", signed.key), "signature": signed.signature })
}

fn moment(at: Option<Moment>) -> Option<String> {
    at.map(rfc3339)
}
