//! `Guarded` to `Reserved` to `Released`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use serde_json::json;
use tresor_disclosure::NoiseSecret;
use tresor_ledger::{
    Idempotency, Intent, IntentReceipt, Ledger, LedgerError, Outcome, REVIEWERS, Sealed,
};

use super::answer::{Body, Statuses, Written, body, outcome_details, outcome_summary};
use super::execute::{Ground, copy_public, measure};
use super::finish::{earlier, finish};
use super::protect::{MeasuredFamily, MeasuredTable, Rules, protect};
use super::record_keys::RecordKeys;
use super::released::Released;
use super::session::Optimizer;
use super::stages::{Stage, Stages};
use crate::clock::{Clock, moment};
use crate::extract::Snapshot;
use crate::guard::Guarded;
use crate::guard::families::Atoms;
use crate::guard::release::Release;
use crate::ids::QueryId;
use crate::limits::Limits;
use crate::refusal::{Code, Refusal};

/// Name of the sealed text of an outcome, JSON: what the answer does not say of itself.
const DETAILS: &str = "details";

/// Where queries are run: snapshots, the noise secret, the ledger. Nothing else may look into rows.
pub struct Vault {
    /// Snapshots that are served.
    pub(crate) snapshots: Arc<[Arc<Snapshot>]>,
    pub(crate) record_keys: Arc<RecordKeys>,
    pub(crate) ledger: Ledger,
    pub(crate) noise: NoiseSecret,
    pub(crate) limits: Limits,
    pub(crate) spill: PathBuf,
    pub(crate) lanes: usize,
    pub(crate) optimizer: Optimizer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stages: Arc<dyn Stages>,
}

/// A guarded query whose intent and charge are durable (CHARGE-FIRST). May be opened once.
pub struct Reserved {
    guarded: Guarded,
    receipt: IntentReceipt,
    id: QueryId,
}

impl Reserved {
    /// The id of the query.
    #[must_use]
    pub const fn id(&self) -> &QueryId {
        &self.id
    }
}

/// What came of a reservation.
pub enum Reservation {
    /// Charged; to be opened.
    Fresh(Box<Reserved>),
    /// The same request came before.
    Replay(QueryId),
}

/// Charges a guarded query.
///
/// # Errors
/// Over budget, idempotency conflict, or the ledger cannot be written (then nothing runs).
pub async fn reserve(
    guarded: Guarded,
    vault: &Vault,
    id: QueryId,
    idempotency: Option<Idempotency>,
) -> Result<Reservation, Refusal> {
    let intent = intent(&guarded, vault, &id, idempotency);
    match vault.ledger.reserve(intent).await.map_err(|error| unavailable(&error))? {
        tresor_ledger::Reservation::Fresh(receipt) => Ok(Reservation::Fresh(Box::new(Reserved { guarded, receipt, id }))),
        tresor_ledger::Reservation::Replay { query_id } => QueryId::new(query_id)
            .map(Reservation::Replay)
            .map_err(|error| Refusal::internal(error.to_string())),
        tresor_ledger::Reservation::Conflict => Err(Refusal::new(
            Code::IdempotencyConflict,
            "this Idempotency-Key was used before for a different request",
            "use a new key for a new request; repeat a request with exactly the same SQL and project",
        )),
        tresor_ledger::Reservation::OverBudget { spent, limit } => Err(Refusal::new(
            Code::BudgetExhausted,
            format!(
                "the query costs {} points; {} of {limit} are left",
                guarded.cost(),
                limit.saturating_sub(spent)
            ),
            "ask for fewer numbers, repeat an earlier query with its Idempotency-Key, or ask a governance officer",
        )
        .under("budget of the project")),
    }
}

fn intent(
    guarded: &Guarded,
    vault: &Vault,
    id: &QueryId,
    idempotency: Option<Idempotency>,
) -> Intent {
    Intent {
        query_id: id.to_string(),
        account: guarded.project.to_string(),
        user: guarded.user.to_string(),
        role: guarded.grant.role.clone(),
        idempotency,
        sql: guarded.text.as_str().to_owned(),
        sql_fingerprint: guarded.text.fingerprint(),
        policy_revision: Some(guarded.grant.policy_revision),
        policy_digest: guarded.grant.policy_digest.clone(),
        profile: guarded.grant.profile.id.clone(),
        snapshots: guarded.snapshots.iter().map(ToString::to_string).collect(),
        plan_digest: tresor_ledger::digest_of(guarded.text.fingerprint().as_bytes()),
        cost: guarded.cost(),
        limit: guarded.grant.budget_points.min(tresor_ledger::MAX_AMOUNT),
        at: moment(vault.clock.as_ref()),
        details: json!({
            "tables": guarded.table_names().collect::<Vec<_>>(),
            "columns": guarded.grant.reads,
            "conditions": guarded.facts.conditions.shapes().collect::<Vec<_>>(),
            "flags": guarded.facts.flag_names(),
            "rules": guarded.grant.rules,
            "protected_tables": guarded.releases.len(),
        }),
        sealed: guarded.facts.to_seal().map(|(field, text)| Sealed::new(field, text)).collect(),
    }
}

/// Opens a reserved query: runs it, protects the cells, finishes, settles.
///
/// # Errors
/// One refusal for whatever goes wrong inside; the charge stays and the cause is sealed in the log.
pub async fn open(reserved: Reserved, vault: &Vault) -> Result<Released, Refusal> {
    let Reserved { guarded, receipt, id } = reserved;
    let patience = std::time::Duration::from_secs(vault.limits.seconds);
    let answered = match tokio::time::timeout(patience, answer(&guarded, vault)).await {
        Ok(Ok(written)) => Ok(written),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("not done after {} s", vault.limits.seconds)),
    };
    let at = moment(vault.clock.as_ref());
    match answered {
        Ok(written) => {
            let summary = outcome_summary(&written);
            let details = outcome_details(&guarded, &written).to_string();
            let body = body(&guarded, &receipt, &id, written);
            let review = guarded.grant.profile.release.review;
            let reviewers = if review { REVIEWERS } else { 0 };
            let outcome = Outcome::Released {
                digest: tresor_ledger::digest_of(&body),
                answer: body.clone(),
                summary,
                sealed: vec![Sealed::new(DETAILS, details)],
                reviewers,
                remembered: vec![],
            };
            vault.stages.begins(Stage::Settle);
            let settled = vault.ledger.settle(receipt, outcome, at).await;
            let settled = settled.map_err(|error| unavailable(&error))?;
            if review {
                return Err(held());
            }
            Released::settled(body, settled)
        }
        Err(cause) => {
            let class = Code::ExecutionFailed.as_str().to_owned();
            let outcome = Outcome::Failed { class, sealed_cause: cause.clone() };
            vault.ledger.settle(receipt, outcome, at).await.map_err(|error| unavailable(&error))?;
            Err(Refusal::internal(cause))
        }
    }
}

async fn answer(guarded: &Guarded, vault: &Vault) -> datafusion::common::Result<Written> {
    let ground = Ground {
        snapshots: Arc::clone(&vault.snapshots),
        record_keys: Arc::clone(&vault.record_keys),
        conditions: guarded.grant.row_conditions.clone().into(),
        limits: vault.limits.clone(),
        spill: vault.spill.clone(),
        optimizer: vault.optimizer,
        lanes: vault.lanes,
    };
    let profile = &guarded.grant.profile;
    let made = Made::of(guarded, vault, &ground).await?;
    let max_rows = usize::try_from(profile.release.max_rows)
        .unwrap_or(usize::MAX)
        .min(vault.limits.result_rows);
    vault.stages.begins(Stage::Finish);
    let batches =
        finish(&guarded.finishing, &made.tables, &guarded.scans, max_rows, &ground).await?;
    vault.stages.begins(Stage::Write);
    Body {
        columns: &guarded.columns,
        schema: guarded.finishing.schema(),
        batches: &batches,
        releases: &guarded.releases,
        statuses: &made.statuses,
        scans: &guarded.scans,
        profile,
        max_rows,
        may_omit: made.may_omit,
        more_notes: guarded.notes().into_iter().chain(made.warnings).collect(),
    }
    .write()
}

/// The protected tables of a query, by release.
#[derive(Default)]
struct Made {
    tables: Vec<Vec<RecordBatch>>,
    statuses: Statuses,
    may_omit: bool,
    warnings: BTreeSet<String>,
    /// How many earlier results were made.
    stage: usize,
}

impl Made {
    /// Runs the releases in order. Tables are protected together, as late as can be: before one of them is read by a
    /// later release, or at the end.
    async fn of(
        guarded: &Guarded,
        vault: &Vault,
        ground: &Ground,
    ) -> datafusion::common::Result<Self> {
        let mut made = Self::default();
        let mut measured = vec![];
        for (at, release) in guarded.releases.iter().enumerate() {
            made.statuses.push(vec![]);
            made.tables.push(vec![]);
            let batches = match release {
                Release::Personal(release) => {
                    vault.stages.begins(Stage::Measure);
                    let cells = measure(release, &made.tables, ground).await?;
                    measured.push(MeasuredTable { at, release, cells, settled: None });
                    continue;
                }
                Release::Public(plan) => {
                    let batches = copy_public(plan, &made.tables, ground).await?;
                    super::public::with_row_numbers(plan, batches)?
                }
                Release::Earlier(plan) => {
                    made.protect(&mut measured, guarded, vault, ground).await?;
                    made.stage += 1;
                    earlier(plan, &made.tables, &guarded.scans, ground).await?
                }
            };
            if let Some(slot) = made.tables.get_mut(at) {
                *slot = batches;
            }
        }
        made.protect(&mut measured, guarded, vault, ground).await?;
        Ok(made)
    }

    async fn protect(
        &mut self,
        measured: &mut [MeasuredTable<'_>],
        guarded: &Guarded,
        vault: &Vault,
        ground: &Ground,
    ) -> datafusion::common::Result<()> {
        let mut families = vec![];
        for family in guarded.families.iter().filter(|family| family.stage == self.stage) {
            let extra = match &family.atoms {
                Atoms::Member(_) => None,
                Atoms::Extra(release) => {
                    vault.stages.begins(Stage::Measure);
                    Some(measure(release, &self.tables, ground).await?)
                }
            };
            families.push(MeasuredFamily { family, extra });
        }
        let rules = Rules {
            profile: &guarded.grant.profile,
            secret: &vault.noise,
            limits: &vault.limits,
            stages: vault.stages.as_ref(),
        };
        let protected = protect(measured, &families, &rules)?;
        for (table, rows) in measured.iter_mut().zip(protected) {
            // What was read by another release stays as it was read.
            if table.settled.is_some() {
                continue;
            }
            table.settled = Some(rows.settled);
            self.may_omit |= rows.may_omit;
            self.warnings.extend(rows.warnings.into_iter().map(str::to_owned));
            if let Some(slot) = self.statuses.get_mut(table.at) {
                *slot = rows.statuses;
            }
            if let Some(slot) = self.tables.get_mut(table.at) {
                *slot = vec![rows.batch];
            }
        }
        Ok(())
    }
}

/// There is an answer, and it waits for people to decide.
pub(crate) fn held() -> Refusal {
    Refusal::new(
        Code::HeldForReview,
        "the answer is held until two output checkers have decided whether it may leave",
        "nothing is to be done: ask again later at the address of the query; the price stays charged, whatever they \
         decide",
    )
    .under("`release.review` of the release profile")
}

pub(crate) fn unavailable(error: &LedgerError) -> Refusal {
    Refusal::unavailable(error.to_string())
}
