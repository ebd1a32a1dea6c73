//! `Guarded` to `Reserved` to `Released`.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt;
use serde_json::json;
use tresor_disclosure::NoiseSecret;
use tresor_disclosure::exposure::Level;
use tresor_ledger::{
    Idempotency, Intent, IntentReceipt, Ledger, LedgerError, Outcome, REVIEWERS, Sealed,
};

use super::answer::{body, outcome_details, outcome_summary};
use super::known_keys::KnownKeys;
use super::made::{Answered, answer};
use super::metering::Gauge;
use super::past::Pasts;
use super::record_keys::RecordKeys;
use super::released::Released;
use super::session::Optimizer;
use super::stages::{Stage, Stages};
use crate::clock::{Clock, moment};
use crate::extract::Snapshot;
use crate::guard::Guarded;
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
    pub(crate) known_keys: Arc<KnownKeys>,
    pub(crate) ledger: Ledger,
    pub(crate) noise: NoiseSecret,
    pub(crate) limits: Limits,
    pub(crate) spill: PathBuf,
    pub(crate) lanes: usize,
    pub(crate) optimizer: Optimizer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stages: Arc<dyn Stages>,
    /// What projects were answered before.
    pub(crate) pasts: Pasts,
}

/// A guarded query whose intent and charge are durable (CHARGE-FIRST). May be opened once.
pub struct Reserved {
    guarded: Guarded,
    receipt: IntentReceipt,
    id: QueryId,
    /// How much the project knew of single people before this query.
    gauges: Vec<Gauge>,
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
    let gauges = open_gauges(&guarded, vault).await?;
    let intent = intent(&guarded, vault, &id, idempotency);
    match vault.ledger.reserve(intent).await.map_err(|error| unavailable(&error))? {
        tresor_ledger::Reservation::Fresh(receipt) => {
            Ok(Reservation::Fresh(Box::new(Reserved { guarded, receipt, id, gauges })))
        }
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

/// How much the project knows of single people about the sensitive columns of a query.
///
/// # Errors
/// Nothing more is given about such a column.
async fn open_gauges(guarded: &Guarded, vault: &Vault) -> Result<Vec<Gauge>, Refusal> {
    let gauges = vault.gauges(guarded).await?;
    match gauges.iter().find(|gauge| gauge.level == Level::Lock) {
        Some(gauge) => Err(locked(&gauge.column)),
        None => Ok(gauges),
    }
}

fn locked(column: &str) -> Refusal {
    Refusal::new(
        Code::ExposureLocked,
        format!(
            "the answers that the project has about `{column}` tell so much about single people that no more are given"
        ),
        "ask without this column, or ask a governance officer; repeating an answer that you have needs no new query",
    )
    .under("`exposure` of the release profile")
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
    let Reserved { guarded, receipt, id, gauges } = reserved;
    let patience = std::time::Duration::from_secs(vault.limits.seconds);
    // Nothing of a query outlives it but what is durable, so it may break off anywhere.
    let answering = AssertUnwindSafe(answer(&guarded, vault, &id)).catch_unwind();
    let answered = match tokio::time::timeout(patience, answering).await {
        Ok(Ok(Ok(answered))) => Ok(answered),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(_)) => Err("the work on it broke off".to_owned()),
        Err(_) => Err(format!("not done after {} s", vault.limits.seconds)),
    };
    let at = moment(vault.clock.as_ref());
    match answered {
        Ok(answered) => {
            let Answered { written, remembered, details, mut past, watched } = answered;
            let summary = outcome_summary(&written);
            let details = outcome_details(&guarded, &written, details).to_string();
            let body = body(&guarded, &receipt, &id, written, &gauges);
            let watched = watched || gauges.iter().any(|gauge| gauge.level == Level::Review);
            let review = guarded.grant.profile.release.review || watched;
            let reviewers = if review { REVIEWERS } else { 0 };
            let outcome = Outcome::Released {
                digest: tresor_ledger::digest_of(&body),
                answer: body.clone(),
                summary,
                sealed: vec![Sealed::new(DETAILS, details)],
                reviewers,
                remembered,
            };
            vault.stages.begins(Stage::Settle);
            let settled = vault.ledger.settle(receipt, outcome, at).await;
            if let (Ok(_), Some(past)) = (&settled, &mut past) {
                past.is_durable();
            }
            drop(past);
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

/// There is an answer, and it waits for people to decide.
pub(crate) fn held() -> Refusal {
    Refusal::new(
        Code::HeldForReview,
        "the answer is held until two output checkers have decided whether it may leave",
        "nothing is to be done: ask again later at the address of the query; the price stays charged, whatever they \
         decide",
    )
    .under("`release.review` or `exposure.review` of the release profile")
}

pub(crate) fn unavailable(error: &LedgerError) -> Refusal {
    Refusal::unavailable(error.to_string())
}
