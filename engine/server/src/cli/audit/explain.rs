//! One entry: what it was, who did it, under which policy, and whether two officers signed that.

use std::path::Path;

use serde_json::{Value, json};
use tresor_core::clock::rfc3339;
use tresor_ledger::tlog::folder::LogFolder;
use tresor_ledger::{AuditEntry, Kind};

use super::signatures::Policies;
use super::{Told, source};
use crate::stop::Stop;

/// The policy that an entry names.
struct Named {
    revision: Option<u64>,
    digest: Option<String>,
}

/// Explains an entry.
pub(super) fn entry(index: u64, log: &Path, key: Option<&str>) -> Result<Told, Stop> {
    let key = key.map(source::key).transpose()?;
    let folder = source::folder(log)?;
    let leaf = folder.leaf(index).map_err(|error| Stop::because(error.to_string()))?;
    let mut findings = vec![];
    if let Some(Err(error)) = key.map(|key| folder.checkpoint(&key)) {
        findings.push(format!("the checkpoint: {error}"));
    }
    let entry = match AuditEntry::of_leaf(&leaf) {
        Ok(entry) => entry,
        Err(error) => return Ok(Told::found(format!("entry {index}: {error}"))),
    };
    let mut lines = head(&entry, &folder);
    let policies = Policies::of(&folder)?;
    findings.extend(policies.findings().iter().cloned());
    let named = named(&entry, &folder)?;
    let (told, wrong) = policy(&entry, &named, &policies, &folder)?;
    lines.extend(told.iter().cloned());
    findings.extend(wrong);
    let value = json!({
        "entry": serde_json::from_str::<Value>(&leaf).unwrap_or_default(),
        "at": rfc3339(entry.at),
        "leaf_hash": entry.leaf_hash.to_string(),
        "policy_revision": named.revision,
        "policy": told.iter().map(|line| line.trim_start()).collect::<Vec<_>>(),
    });
    Ok(Told { lines, value, findings })
}

fn head(entry: &AuditEntry, folder: &LogFolder) -> Vec<String> {
    let mut lines = vec![
        format!("entry {} of {}: {}", entry.seq, folder.size(), words(entry.kind)),
        format!("  when     {}", rfc3339(entry.at)),
        format!(
            "  by       {}{}",
            entry.actor,
            entry.role.as_ref().map_or(String::new(), |role| format!(", {role}"))
        ),
    ];
    let mut add = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("  {name:<8} {value}")));
    };
    let text = |path: &str| entry.body.pointer(path).and_then(Value::as_str).map(str::to_owned);
    add("project", entry.account.clone());
    add("query", entry.query_id.clone());
    add("state", text("/state"));
    add("code", text("/code"));
    add("answer", text("/answer_digest").map(|digest| format!("sha256 {digest}")));
    add("shape", text("/sql_fingerprint"));
    add("charge", charge(&entry.body));
    add("profile", text("/profile"));
    add("rules", listed(entry.body.pointer("/details/rules")).or_else(|| text("/rule")));
    add("columns", listed(entry.body.pointer("/details/columns")));
    add("texts", commitments(&entry.body));
    add("hash", Some(entry.leaf_hash.to_string()));
    lines
}

fn charge(body: &Value) -> Option<String> {
    let amount = |name: &str| body.get(name).and_then(Value::as_u64);
    let (cost, after, limit) = (amount("cost")?, amount("spent_after")?, amount("limit")?);
    Some(format!("{cost} points; {after} of {limit} spent with it"))
}

/// A list as text; one that is no list of words as JSON.
fn listed(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Array(items) => {
            let words = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            Some(words.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
        }
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn commitments(body: &Value) -> Option<String> {
    let fields = body.get("commitments")?.as_object()?;
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    Some(format!("sealed: {}", names.join(", ")))
}

/// The policy that the entry names itself, or that the charge of its query names.
fn named(entry: &AuditEntry, folder: &LogFolder) -> Result<Named, Stop> {
    let own = of_body(&entry.body);
    let (None, Some(query)) = (own.revision, &entry.query_id) else { return Ok(own) };
    let mut found = own;
    source::each(folder, |_, _, other| {
        let charge = other
            .ok()
            .filter(|other| other.kind == Kind::Intent && other.query_id.as_ref() == Some(query));
        if let Some(charge) = charge {
            found = of_body(&charge.body);
            return false;
        }
        true
    })?;
    Ok(found)
}

fn of_body(body: &Value) -> Named {
    let named = |name: &str| body.get(name).or_else(|| body.get("details")?.get(name));
    Named {
        revision: named("policy_revision").and_then(Value::as_u64),
        digest: named("policy_digest").and_then(Value::as_str).map(str::to_owned),
    }
}

fn policy(
    entry: &AuditEntry,
    named: &Named,
    policies: &Policies,
    folder: &LogFolder,
) -> Result<(Vec<String>, Vec<String>), Stop> {
    let by_time = policies.in_force(entry.at);
    let Some(number) = named.revision.or(by_time.map(|revision| revision.number)) else {
        return Ok((vec!["no policy was in force yet".to_owned()], vec![]));
    };
    let Some(revision) = policies.revision(number) else {
        return Ok((
            vec![],
            vec![format!("it names policy revision {number}, which the log never activated")],
        ));
    };
    let whose = if named.revision.is_some() { "under" } else { "while in force was" };
    let mut lines = vec![format!("{whose} policy revision {number}, bundle {}", revision.bundle)];
    let (told, mut findings) = policies.told(revision, folder)?;
    lines.extend(told.into_iter().map(|line| format!("  {line}")));
    if named.digest.as_deref().is_some_and(|digest| digest != revision.bundle.as_str()) {
        findings.push(format!("it names the digest of another bundle than revision {number} has"));
    }
    let decided = matches!(entry.kind, Kind::Intent | Kind::Refusal);
    if decided && by_time.is_some_and(|then| then.number != number) {
        findings.push(format!(
            "it was decided by revision {number}, which was not the one in force at that moment"
        ));
    }
    Ok((lines, findings))
}

/// What an entry of this kind is.
fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Intent => "a query was charged and may run",
        Kind::Outcome => "a query was settled",
        Kind::Forfeited => "a query was cut off by a stop of the server; its charge stays",
        Kind::Refusal => "a request was refused before it was charged",
        Kind::Replay => "a request repeated an earlier one and cost nothing",
        Kind::SignIn => "somebody signed in",
        Kind::SignInFailed => "a credential was not accepted",
        Kind::TokenIssued => "a token was made",
        Kind::TokenRevoked => "a token was withdrawn",
        Kind::Download => "an answer was handed out",
        Kind::ExtractRegistered => "an extract can be queried from here on",
        Kind::ExtractWithdrawn => "an extract can no longer be queried",
        Kind::BudgetGrant => "what a project may spend was changed by a policy revision",
        Kind::Review => "somebody decided about an answer that was held",
        Kind::ReviewEnded => "a review ended: both had decided about an answer that was held",
        Kind::ReviewRead => "somebody read an answer in order to decide about it",
        Kind::LogRead => "somebody read the log",
        Kind::OpeningErased => "sealed texts of an entry were erased",
        Kind::PolicyDraft => "a policy change was begun or edited",
        Kind::PolicyProposal => "the author of a policy change signed it and put it forward",
        Kind::PolicyApproval => "another officer signed a policy change",
        Kind::PolicyActivation => "a policy revision was activated",
        Kind::PolicyWithdrawal => "a policy change was given up",
        Kind::Freeze => "a person, a project or everything was frozen",
        Kind::Thaw => "an officer agreed to lift a freeze",
        Kind::ClockJump => "the clock of the server jumped",
        Kind::Start => "the server started",
        Kind::Stop => "the server stopped",
        _ => "of a kind that this program does not know",
    }
}
