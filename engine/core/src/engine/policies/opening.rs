//! What was decided about policies so far, read back from the log when the engine starts.
//!
//! The log is the only source. The folder `policies/` of the home gives the first revision and nothing after it: whoever
//! can write that folder cannot change what is in force.

use std::path::Path;
use std::sync::Arc;

use tresor_ledger::{AuditEntry, Kind, Ledger, NewEntry};

use crate::clock::moment_of;
use crate::desk::{Act, Activate, Desk, Revision};
use crate::engine::StartError;
use crate::engine::board::{Board, Scheduled};
use crate::engine::inspection::Inspection;
use crate::engine::runtime::QueryRuntime;
use crate::ids::{BundleDigest, UserId};
use crate::policy::{PolicyError, PolicyFiles, PolicyRevision};
use crate::refusal::Finding;

/// Entries read at a time.
const PAGE: u32 = 500;
/// Who acts when nobody does.
const SYSTEM: &str = "system";

/// Reads the desk back; founds it with the folder when nothing was ever activated.
///
/// # Errors
/// In words for the person who runs the server.
pub(in crate::engine) async fn open(
    ledger: &Ledger,
    folder: &Path,
    inspection: &Inspection,
    runtime: &QueryRuntime,
) -> Result<(Desk, Board), StartError> {
    let mut desk = replay(ledger).await?;
    let mut scheduled = vec![];
    if desk.latest().is_none() {
        let files = PolicyFiles::read(folder).await.map_err(say)?;
        let revision = inspected(&files, 1, inspection, runtime).await?;
        tested(&revision, inspection, runtime).await?;
        found(&mut desk, ledger, &files, inspection).await?;
        scheduled.push(Scheduled { effective_at: moment_of(inspection.now), revision });
    } else {
        for revision in still_needed(&desk, inspection) {
            let files = bundle(ledger, &revision.bundle).await?;
            let loaded = inspected(&files, revision.number, inspection, runtime).await?;
            scheduled.push(Scheduled { effective_at: revision.effective_at, revision: loaded });
        }
        warn_of_other_folder(folder, &desk).await;
    }
    let board = Board::new(scheduled, &desk);
    Ok((desk, board))
}

async fn replay(ledger: &Ledger) -> Result<Desk, StartError> {
    let (mut desk, mut from) = (Desk::default(), 0);
    loop {
        let entries = ledger.entries_of(&Act::KINDS, from, PAGE).await.map_err(say)?;
        let Some(last) = entries.last() else { return Ok(desk) };
        from = last.seq.saturating_add(1);
        for entry in &entries {
            take_in(&mut desk, entry)?;
        }
    }
}

fn take_in(desk: &mut Desk, entry: &AuditEntry) -> Result<(), StartError> {
    let broken = |why: &str| StartError(format!("audit entry {}: {why}", entry.seq));
    let by = UserId::new(entry.actor.clone()).map_err(|bad| broken(&bad.to_string()))?;
    let act = Act::of_entry(entry.kind, &entry.body);
    let act = act.ok_or_else(|| broken("it is no act about policies that this program knows"))?;
    desk.apply(&by, entry.at, act).map_err(|unfitting| broken(&unfitting.to_string()))
}

/// The revision in force and those that will be.
fn still_needed(desk: &Desk, inspection: &Inspection) -> Vec<Revision> {
    let first = desk.in_force(moment_of(inspection.now)).map_or(1, |revision| revision.number);
    desk.revisions().iter().filter(|revision| revision.number >= first).cloned().collect()
}

/// The first revision comes with the installation: the folder as it is.
async fn found(
    desk: &mut Desk,
    ledger: &Ledger,
    files: &PolicyFiles,
    inspection: &Inspection,
) -> Result<(), StartError> {
    let (by, at) = (UserId::new(SYSTEM).map_err(say)?, moment_of(inspection.now));
    let bundle = files.to_bundle();
    let digest = BundleDigest::new(tresor_ledger::digest_of(&bundle)).map_err(say)?;
    let act =
        Act::Activate(Activate { change: None, revision: 1, bundle: digest, effective_at: at.0 });
    let mut entry = NewEntry::new(Kind::PolicyActivation, SYSTEM, at);
    entry.body = serde_json::to_value(&act).map_err(say)?;
    ledger.record_document(entry, bundle).await.map_err(say)?;
    desk.apply(&by, at, act).map_err(say)
}

/// A revision that fits the data.
async fn inspected(
    files: &PolicyFiles,
    number: u64,
    inspection: &Inspection,
    runtime: &QueryRuntime,
) -> Result<Arc<PolicyRevision>, StartError> {
    let revision = PolicyRevision::from_files(files).await.map_err(say)?.numbered(number);
    let (revision, inspection) = (Arc::new(revision), inspection.clone());
    let held = Arc::clone(&revision);
    let misfits = runtime.blocking(move || inspection.misfits(&held)).await.map_err(StartError)?;
    if misfits.is_empty() {
        // Questions about access are asked meanwhile, so that the first query need not wait for them; what is found to be
        // unanswerable ends the revision.
        let held = Arc::clone(&revision);
        runtime.spawn(async move { drop(held.ask_everything()) });
        return Ok(revision);
    }
    let lines: Vec<String> = misfits.iter().map(PolicyError::to_string).collect();
    Err(StartError(lines.join("\n")))
}

/// The first revision has to hold its own tests, as every later one.
async fn tested(
    revision: &Arc<PolicyRevision>,
    inspection: &Inspection,
    runtime: &QueryRuntime,
) -> Result<(), StartError> {
    let (revision, inspection) = (Arc::clone(revision), inspection.clone());
    let all = runtime.blocking(move || inspection.all(&revision).0).await.map_err(StartError)?;
    if all.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = all.iter().map(Finding::to_string).collect();
    Err(StartError(lines.join("\n")))
}

async fn bundle(ledger: &Ledger, digest: &BundleDigest) -> Result<PolicyFiles, StartError> {
    let bytes = ledger.document(digest.as_str()).await.map_err(say)?;
    bytes
        .as_deref()
        .and_then(PolicyFiles::from_bundle)
        .ok_or_else(|| StartError(format!("the policy bundle {digest} is not in the ledger")))
}

/// An edit of the folder has no effect; somebody may expect one.
async fn warn_of_other_folder(folder: &Path, desk: &Desk) {
    let Some(latest) = desk.latest() else { return };
    let here = PolicyFiles::read(folder).await.map(|files| files.digest());
    if !here.is_ok_and(|here| here == latest.bundle.as_str()) {
        tracing::warn!(
            revision = latest.number,
            "the folder policies/ differs from the latest policy revision and has no effect; begin a change to use it"
        );
    }
}

fn say(error: impl std::fmt::Display) -> StartError {
    StartError(error.to_string())
}
