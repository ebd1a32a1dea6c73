//! The revisions of the policy as a log tells them, and the signatures under each, checked again.
//!
//! The officers' desk is followed from its first act, by the rules of the server itself. Who was an officer, and with which
//! key, is read from the bundle that was in force when a revision was activated; bundles lie among the documents of the log
//! and have the digests that entries name.

use tresor_core::clock::rfc3339;
use tresor_core::desk::{Act, Desk, OfficerSignature, Officers, Part, Revision};
use tresor_core::engine::OfficersOf;
use tresor_core::ids::UserId;
use tresor_ledger::tlog::folder::LogFolder;
use tresor_ledger::{AuditEntry, Moment};

use super::source;
use crate::cli::runtime;
use crate::stop::Stop;

/// The policy of a log, from its first entry.
#[derive(Default)]
pub(super) struct Policies {
    desk: Desk,
    activations: Vec<Activation>,
    findings: Vec<String>,
}

/// How a revision came to be.
struct Activation {
    entry: u64,
    signatures: Vec<OfficerSignature>,
    /// Number and bundle of the revision whose officers had to sign.
    judged_by: Option<(u64, String)>,
}

impl Policies {
    /// Follows every act about policies.
    pub(super) fn of(folder: &LogFolder) -> Result<Self, Stop> {
        let mut policies = Self::default();
        source::each(folder, |index, _, entry| {
            match entry {
                Ok(entry) => policies.follow(&entry),
                Err(why) => policies.findings.push(format!("entry {index}: {why}")),
            }
            true
        })?;
        Ok(policies)
    }

    /// What did not follow from what came before.
    pub(super) fn findings(&self) -> &[String] {
        &self.findings
    }

    /// The revision in force at a moment.
    pub(super) fn in_force(&self, at: Moment) -> Option<&Revision> {
        // Of those that were activated by then.
        let revisions = self.desk.revisions().iter().rev();
        revisions
            .filter(|revision| revision.activated_at <= at)
            .find(|revision| revision.effective_at <= at)
    }

    /// The revision of a number.
    pub(super) fn revision(&self, number: u64) -> Option<&Revision> {
        self.desk.revision(number)
    }

    fn follow(&mut self, entry: &AuditEntry) {
        if !Act::KINDS.contains(&entry.kind) {
            return;
        }
        let act = Act::of_entry(entry.kind, &entry.body)
            .ok_or("it is no act that this program knows".to_owned());
        let by = UserId::new(entry.actor.clone()).map_err(|bad| bad.to_string());
        let taken = act.and_then(|act| {
            let activation = self.about_to_be(entry, &act);
            self.desk.apply(&by?, entry.at, act).map_err(|unfitting| unfitting.to_string())?;
            self.activations.extend(activation);
            Ok(())
        });
        if let Err(why) = taken {
            self.findings.push(format!("entry {}: {why}", entry.seq));
        }
    }

    /// What has to be kept of a change that is about to become a revision.
    fn about_to_be(&self, entry: &AuditEntry, act: &Act) -> Option<Activation> {
        let Act::Activate(activation) = act else { return None };
        let judged_by = self.in_force(entry.at).map(|now| (now.number, now.bundle.to_string()));
        let change = activation.change.as_ref();
        let signatures = change.map(|change| self.desk.signatures(change)).unwrap_or_default();
        Some(Activation { entry: entry.seq, signatures, judged_by })
    }

    /// What is told of a revision, and what is wrong with how it came to be.
    pub(super) fn told(
        &self,
        revision: &Revision,
        folder: &LogFolder,
    ) -> Result<(Vec<String>, Vec<String>), Stop> {
        let place = usize::try_from(revision.number.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(activation) = self.activations.get(place) else {
            return Ok((vec![], vec![format!("revision {} was never activated", revision.number)]));
        };
        let mut lines = vec![format!(
            "activated by {} at {} (entry {}), in force from {}",
            revision.activated_by,
            rfc3339(revision.activated_at),
            activation.entry,
            rfc3339(revision.effective_at)
        )];
        let Some((number, bundle)) = &activation.judged_by else {
            lines.push(
                "it is the first: it came with the installation, and nobody signed it".to_owned(),
            );
            return Ok((lines, vec![]));
        };
        let officers = match officers(folder, bundle, revision.activated_at)? {
            Ok(officers) => officers,
            Err(why) => {
                return Ok((lines, vec![format!("the signatures cannot be checked: {why}")]));
            }
        };
        let (mut held, mut findings): (Vec<&OfficerSignature>, _) = (vec![], vec![]);
        for signature in &activation.signatures {
            let OfficerSignature { by, part, .. } = signature;
            if officers.key(by).is_some_and(|key| signature.is_by(&key)) {
                lines.push(format!(
                    "signed by {by} as {}: holds, with the key of revision {number}",
                    part.as_str()
                ));
                held.push(signature);
            } else {
                findings.push(format!(
                    "the signature of {by} as {} does not hold: it is not by the key of an officer of revision {number}",
                    part.as_str()
                ));
            }
        }
        if !by_two(&held) {
            findings.push(format!(
                "revision {} does not carry the signatures of two officers",
                revision.number
            ));
        }
        Ok((lines, findings))
    }
}

/// The author and somebody else, each with a key of their own.
fn by_two(held: &[&OfficerSignature]) -> bool {
    held.iter().filter(|signature| signature.part == Part::Author).any(|author| {
        held.iter().any(|other| {
            other.part == Part::Approver && other.by != author.by && other.key() != author.key()
        })
    })
}

/// The officers of a bundle among the documents of the log.
fn officers(
    folder: &LogFolder,
    bundle: &str,
    at: Moment,
) -> Result<Result<OfficersOf, String>, Stop> {
    let document = match folder.document(bundle) {
        Ok(Some(document)) => document,
        Ok(None) => return Ok(Err(format!("the document {bundle} is missing"))),
        Err(error) => return Ok(Err(error.to_string())),
    };
    runtime::block_on(async { Ok(OfficersOf::read(&document, at).await) })
}
