//! The one entry to core: what a face (HTTP today) may ask for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tresor_ledger::{Idempotency, Ledger, LedgerConfig, LedgerPlace, LogConfig};

use crate::catalog::links::Links;
use crate::catalog::view::{View, ViewTable};
use crate::clock::{Clock, moment, rfc3339};
use crate::desk::Desk;
use crate::entropy::Entropy;
use crate::extract::Snapshot;
use crate::guard::Guarded;
use crate::ids::{ProjectId, QueryId};
use crate::policy::{Membership, Visible};
use crate::refusal::{Code, Refusal};
use crate::sql::asks_to_explain;
use crate::vault::{
    Gauge, KnownKeys, Pasts, RecordKeys, Released, Reservation, Reserved, Vault, held, open,
    reserve, unavailable,
};

mod auditing;
mod board;
mod catalogue;
mod clock_guard;
mod clock_watch;
mod downloads;
mod erasures;
mod extracts;
mod flagged;
mod grants;
mod inspection;
mod keeping;
mod log;
mod officers;
mod planner;
mod policies;
mod proofs;
mod releases;
mod reviews;
mod runtime;
mod shapes;
mod sign_ins;
mod suggestions;
mod token_desk;
mod tokens;
mod views;
mod witnessed;

pub use crate::vault::{Markers, ResultFormat};
pub use auditing::{AuditRequest, Broken, Chunks, ExportFormat, Part, Search};
use board::{Board, InForce};
use clock_watch::ClockWatch;
use inspection::Inspection;
pub use inspection::{Inspected, TestOutcome, inspect_folder};
pub use keeping::KeepingRequest;
pub use officers::OfficersOf;
use planner::Planner;
pub use policies::{Bundle, Edit, PolicyRequest};
pub use releases::{Named, ReleaseRecord};
pub use reviews::{Decision, Verdict};
use runtime::QueryRuntime;
pub use shapes::{
    Asked, Caller, EngineConfig, LOG_NAME, Program, QueryRequest, QueryState, QueryStatus,
    ReleasedBytes, StartError,
};
use sign_ins::SignIns;

/// Queries that may wait for their turn; beyond, new ones are told to come later, before they are charged.
const WAITING: usize = 32;
/// Queries that run at the same time.
const RUNNING: usize = 2;

/// Lanes for each thread: while one waits for a file, another computes.
const LANES_PER_THREAD: usize = 2;

/// The engine.
pub struct Engine {
    vault: Arc<Vault>,
    board: Board,
    desk: tokio::sync::Mutex<Desk>,
    clock: Arc<dyn Clock>,
    clock_watch: ClockWatch,
    sign_ins: SignIns,
    entropy: Arc<dyn Entropy>,
    token_pepper: [u8; 32],
    turns: Arc<Semaphore>,
    running: Arc<Mutex<HashMap<QueryId, watch::Receiver<()>>>>,
    runtime: QueryRuntime,
}

impl Engine {
    /// Opens policies, ledger and every current snapshot in the home, and checks them.
    ///
    /// # Errors
    /// [`StartError`] in words for the person who runs the server.
    pub async fn open(config: EngineConfig) -> Result<Arc<Self>, StartError> {
        let EngineConfig {
            home,
            noise_secret,
            log_secret,
            log_origin,
            log_anchor,
            ledger,
            program,
            limits,
            clock,
            entropy,
            lanes,
            steps,
            stages,
            optimizer,
        } = config;
        let say = |error: &dyn std::fmt::Display| StartError(error.to_string());
        let snapshots = Snapshot::current(&home).map_err(|e| say(&e))?;
        if snapshots.is_empty() {
            return Err(StartError(format!(
                "{} holds no extract: add one with `tresor extract add`",
                home.join("extracts").display()
            )));
        }
        let snapshots: Arc<[_]> = snapshots.into_iter().map(Arc::new).collect();
        let runtime = QueryRuntime::new(lanes).map_err(|e| say(&e))?;
        let spill = home.join("state").join("spill");
        runtime::wiped_folder(&spill).map_err(|e| say(&e))?;
        let now = moment(clock.as_ref());
        let log = LogConfig {
            origin: log_origin,
            seed: *log_secret.expose(),
            folder: home.join("log"),
            anchor: log_anchor,
        };
        let file = || LedgerPlace::File(home.join("state").join("ledger.sqlite"));
        let place = ledger.unwrap_or_else(file);
        let config = LedgerConfig { place, log, steps };
        let (ledger, recovery) = Ledger::open(config, now).await.map_err(|e| say(&e))?;
        runtime::known_ledger(&home.join("state"), recovery.created).map_err(|e| say(&e))?;
        let clock_watch = ClockWatch::begin(clock.as_ref(), &ledger, &recovery).await;
        let clock_watch = clock_watch.map_err(|e| say(&e))?;
        let inspection = Inspection {
            snapshots: Arc::clone(&snapshots),
            limits: limits.clone(),
            now: clock.now(),
        };
        let (desk, board) =
            policies::open(&ledger, &home.join("policies"), &inspection, &runtime).await?;
        let token_pepper = tokens::pepper(&noise_secret)
            .ok_or_else(|| StartError("the noise key cannot key a hash".to_owned()))?;
        let vault = Vault {
            snapshots,
            record_keys: Arc::new(RecordKeys::default()),
            known_keys: Arc::new(KnownKeys::default()),
            ledger,
            noise: tresor_disclosure::NoiseSecret::new(*noise_secret.expose()),
            limits,
            spill,
            lanes: lanes.saturating_mul(LANES_PER_THREAD),
            optimizer,
            clock: Arc::clone(&clock),
            stages,
            pasts: Pasts::default(),
        };
        let engine = Self {
            vault: Arc::new(vault),
            board,
            desk: tokio::sync::Mutex::new(desk),
            clock,
            clock_watch,
            sign_ins: SignIns::default(),
            entropy,
            token_pepper,
            turns: Arc::new(Semaphore::new(RUNNING)),
            running: Arc::default(),
            runtime,
        };
        engine.record_start(recovery.forfeited, &program).await.map_err(|e| say(&e))?;
        engine.record_extracts().await.map_err(|e| say(&e))?;
        engine.record_latest_grants().await.map_err(|e| say(&e))?;
        Ok(Arc::new(engine))
    }

    /// Takes a query, or explains it where EXPLAIN stands before it.
    ///
    /// # Errors
    /// A refusal; refusals cost nothing and are logged.
    pub async fn ask(
        self: &Arc<Self>,
        caller: &Caller,
        request: QueryRequest,
    ) -> Result<Asked, Refusal> {
        if asks_to_explain(&request.sql, &self.vault.limits) {
            return self.check(caller, request).await.map(Asked::Explained);
        }
        self.submit(caller, request).await.map(Asked::Query)
    }

    /// Takes a query: checks it, charges it, starts it. A repeat with the same idempotency key gives the earlier id.
    ///
    /// # Errors
    /// A refusal; refusals cost nothing and are logged.
    pub async fn submit(
        self: &Arc<Self>,
        caller: &Caller,
        request: QueryRequest,
    ) -> Result<QueryId, Refusal> {
        let outcome = self.try_submit(caller, &request).await;
        self.logged(caller, &request, false, outcome).await
    }

    /// What would happen: verdict, price, protection. Touches no rows, costs nothing.
    ///
    /// # Errors
    /// The refusal that `submit` would give.
    pub async fn check(&self, caller: &Caller, request: QueryRequest) -> Result<Value, Refusal> {
        let outcome = self.try_check(caller, &request).await;
        self.logged(caller, &request, true, outcome).await
    }

    /// Where a query stands; waits up to `patience` for its end.
    ///
    /// # Errors
    /// [`Code::UnknownQuery`] when it is not there or not the caller's.
    pub async fn status(
        &self,
        caller: &Caller,
        id: &QueryId,
        patience: Duration,
    ) -> Result<QueryStatus, Refusal> {
        self.own_query(caller, id).await?;
        let end = self.running.lock().ok().and_then(|running| running.get(id).cloned());
        if let Some(mut end) = end {
            let _ = tokio::time::timeout(patience, end.changed()).await;
        }
        let record = self.own_query(caller, id).await?;
        let state = match record.state {
            tresor_ledger::QueryState::Running => QueryState::Running,
            tresor_ledger::QueryState::Held => QueryState::Held,
            tresor_ledger::QueryState::Released => QueryState::Succeeded,
            tresor_ledger::QueryState::Refused => QueryState::RefusedByReview,
            tresor_ledger::QueryState::Failed | tresor_ledger::QueryState::Forfeited => {
                QueryState::Failed
            }
        };
        let comments = self.comments_to_author(id).await?;
        Ok(QueryStatus {
            comments,
            id: record.query_id,
            state,
            project: record.account,
            submitted_at: rfc3339(record.submitted_at),
            cost: record.cost,
        })
    }

    /// The stored answer of a query that succeeded, in a form that its release profile allows.
    ///
    /// # Errors
    /// Not there, not the caller's, not finished, or failed; or not in this form.
    pub async fn result(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<ReleasedBytes, Refusal> {
        self.steady_clock().await?;
        let record = self.own_query(caller, id).await?;
        let stored = self.vault.ledger.answer(id.as_str()).await.map_err(|e| unavailable(&e))?;
        let stored = match stored {
            Some(tresor_ledger::Answer::Released(stored)) => stored,
            Some(tresor_ledger::Answer::Held) => return Err(held()),
            Some(tresor_ledger::Answer::Refused) => return Err(self.refused_by_review(id).await),
            None => {
                return Err(match record.state {
                    tresor_ledger::QueryState::Running => Refusal::new(
                        Code::NoResult,
                        "the query is still running",
                        "ask again; GET /api/v1/queries/{id}?wait=30s waits for its end",
                    ),
                    _ => Refusal::internal("asked for the result of a query that failed"),
                });
            }
        };
        // Apart from the threads that serve: a large answer takes a while to be written.
        let written = self.runtime.blocking(move || Released::recall(stored).write(format)).await;
        let bytes = written.unwrap_or_else(|cause| Err(Refusal::internal(cause)))?;
        let project =
            ProjectId::new(record.account).map_err(|e| Refusal::internal(e.to_string()))?;
        self.handed_out(caller, id, &project, format.name(), &bytes).await?;
        Ok(ReleasedBytes(bytes))
    }

    /// Whether queries can be answered now.
    ///
    /// # Errors
    /// When not; the cause is sealed.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.vault.ledger.entries(0, 1).await.map_err(|error| unavailable(&error))?;
        self.steady_clock().await
    }

    /// Stops taking part: waits for a write that is under way and frees the ledger.
    pub async fn close(&self) {
        self.record_stop().await;
        self.vault.ledger.close().await;
    }

    async fn try_submit(
        self: &Arc<Self>,
        caller: &Caller,
        request: &QueryRequest,
    ) -> Result<QueryId, Refusal> {
        self.steady_clock().await?;
        let guarded = self.guarded_by_current(caller, request).await?;
        self.room_to_wait()?;
        let id = self.new_query_id()?;
        let idempotency = request
            .idempotency_key
            .as_ref()
            .map(|key| Idempotency { key: key.clone(), body_digest: request.body_digest.clone() });
        match reserve(guarded, &self.vault, id, idempotency).await? {
            Reservation::Replay(earlier) => Ok(earlier),
            Reservation::Fresh(reserved) => Ok(self.start(*reserved)),
        }
    }

    async fn try_check(&self, caller: &Caller, request: &QueryRequest) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        let guarded = self.guarded(caller, request, true, &in_force).await?;
        let spent = self
            .vault
            .ledger
            .balance(request.project.as_str())
            .await
            .map_err(|e| unavailable(&e))?;
        let project = in_force.revision().project(&request.project);
        let limit = project.map_or(0, |project| project.budget_points);
        let mut explained = guarded.explain();
        if let Some(object) = explained.as_object_mut() {
            let budget = serde_json::json!({
                "spent": spent,
                "remaining": limit.saturating_sub(spent),
            });
            object.insert("budget".to_owned(), budget);
            let gauges = self.vault.gauges(&guarded).await?;
            let told: Vec<Value> = gauges.iter().map(Gauge::told).collect();
            object.insert("exposure".to_owned(), told.into());
        }
        Ok(explained)
    }

    /// Guards a request by the policy that is in force when it is done: what was activated or frozen meanwhile counts.
    async fn guarded_by_current(
        &self,
        caller: &Caller,
        request: &QueryRequest,
    ) -> Result<Guarded, Refusal> {
        loop {
            let in_force = self.in_force()?;
            let guarded = self.guarded(caller, request, false, &in_force).await?;
            if self.in_force()?.is_like(&in_force) {
                return Ok(guarded);
            }
        }
    }

    /// Understands, authorises and guards a request. Runs on a thread with a deep stack: plans are recursive.
    async fn guarded(
        &self,
        caller: &Caller,
        request: &QueryRequest,
        explained: bool,
        in_force: &InForce,
    ) -> Result<Guarded, Refusal> {
        let in_force = in_force.clone();
        let snapshots = Arc::clone(&self.vault.snapshots);
        let limits = self.vault.limits.clone();
        let (user, request) = (caller.user.clone(), request.clone());
        let planned = self.runtime.blocking(move || {
            let membership = in_force.enter(&user, &request.project)?;
            Planner::new(membership, &snapshots, &limits).plan(&request.sql, explained)
        });
        planned.await.unwrap_or_else(|cause| Err(Refusal::internal(cause)))
    }

    /// Refuses before anything is charged when too many queries are waiting.
    fn room_to_wait(&self) -> Result<(), Refusal> {
        let waiting = self.running.lock().map_or(usize::MAX, |running| running.len());
        if waiting < WAITING + RUNNING {
            return Ok(());
        }
        Err(Refusal::unavailable("too many queries are waiting"))
    }

    /// Starts a reserved query in the background.
    fn start(&self, reserved: Reserved) -> QueryId {
        let id = reserved.id().clone();
        let (end, wait) = watch::channel(());
        if let Ok(mut running) = self.running.lock() {
            running.insert(id.clone(), wait);
        }
        let (vault, turns) = (Arc::clone(&self.vault), Arc::clone(&self.turns));
        let (running, key) = (Arc::clone(&self.running), id.clone());
        // Leaves its place even if the work ends by a defect; dropping `end` wakes whoever waits.
        let place = Place { running, key, _end: end };
        self.runtime.spawn(async move {
            let _turn = turns.acquire_owned().await;
            // The outcome, good or bad, is in the ledger; whoever asks reads it there.
            let _ = open(reserved, &vault).await;
            drop(place);
        });
        id
    }

    fn new_query_id(&self) -> Result<QueryId, Refusal> {
        let mut bytes = [0_u8; 16];
        self.entropy.fill(&mut bytes).map_err(|error| Refusal::unavailable(error.to_string()))?;
        QueryId::new(format!("q_{}", hex::encode(bytes)))
            .map_err(|error| Refusal::internal(error.to_string()))
    }

    /// The query, if it is the caller's and the caller may still work in its project.
    async fn own_query(
        &self,
        caller: &Caller,
        id: &QueryId,
    ) -> Result<tresor_ledger::QueryRecord, Refusal> {
        let record = self.vault.ledger.query(id.as_str()).await.map_err(|e| unavailable(&e))?;
        let unknown = || {
            Refusal::new(
                Code::UnknownQuery,
                "you have no query with this id",
                "use the id that POST /api/v1/queries gave",
            )
        };
        let Some(record) = record.filter(|record| record.user == caller.user.as_str()) else {
            return Err(unknown());
        };
        let project = ProjectId::new(record.account.clone()).map_err(|_| unknown())?;
        self.in_force()?.enter(&caller.user, &project)?;
        Ok(record)
    }
}

/// The place of a query among those that wait or run.
struct Place {
    running: Arc<Mutex<HashMap<QueryId, watch::Receiver<()>>>>,
    key: QueryId,
    _end: watch::Sender<()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut running) = self.running.lock() {
            running.remove(&self.key);
        }
    }
}

/// What a member sees of the snapshots.
fn seen_by(membership: &Membership<'_>, snapshots: &[Arc<Snapshot>]) -> View {
    let contracts: Vec<_> = snapshots.iter().map(|snapshot| snapshot.contract()).collect();
    view(&membership.visible(&contracts), snapshots)
}

/// What a project sees of the snapshots: the names that SQL is resolved against.
fn view(visible: &Visible, snapshots: &[Arc<Snapshot>]) -> View {
    let mut tables = vec![];
    for snapshot in snapshots {
        let contract = snapshot.contract();
        let Some(dataset) = visible.dataset(contract.dataset.as_str()) else { continue };
        let links = Links::of(contract);
        for table in &contract.tables {
            let Some(seen) = dataset.table(table.name.as_str()) else { continue };
            let seen =
                ViewTable::new(contract.dataset.clone(), snapshot.id().clone(), table, |column| {
                    seen.column(column.name.as_str()).is_some()
                });
            tables.push(seen.linked(&links).within(contract));
        }
    }
    View::new(tables)
}
