//! An engine with its home, asked one case at a time.

use std::sync::Arc;

use tests::ask::{self, ask_as, caller};
use tests::home::Home;
use tresor_core::engine::{Asked, Engine, QueryRequest};
use tresor_core::refusal::Refusal;
use tresor_core::vault::Optimizer;

use crate::RUNTIME;
use crate::answer::{self, Answer};
use crate::story::{Case, Form, Outcome};
use crate::written;

pub(crate) struct Asker {
    engine: Arc<Engine>,
    home: Home,
}

impl Asker {
    pub(crate) fn new(home: Home, optimizer: Optimizer) -> Self {
        let mut config = home.config();
        config.optimizer = optimizer;
        let engine = RUNTIME.block_on(Engine::open(config)).unwrap();
        Self { engine, home }
    }

    /// Removes the folder of an asker that is never dropped.
    pub(crate) fn remove_home(&self) {
        let _ = std::fs::remove_dir_all(self.home.path());
    }

    /// Asks, and says what came back.
    pub(crate) fn answer(&self, case: &Case) -> Answer {
        RUNTIME.block_on(async {
            match &case.outcome {
                Outcome::Explained => answer::explained(self.check(case).await),
                Outcome::Budget => answer::budget(self.check(case).await),
                Outcome::Log => answer::log(self.engine.audit(&caller(&case.user), 0, 1_000).await),
                Outcome::Refused(_) if case.project.is_none() => {
                    answer::log(self.engine.audit(&caller(&case.user), 0, 1_000).await)
                }
                Outcome::Released { notes } => answer::released(self.submit(case).await, *notes),
                Outcome::Written(form) => written::answer(self.fetch(case, *form).await, *form),
                Outcome::Refused(_) if explains(case) => answer::explained(self.check(case).await),
                Outcome::Refused(_) => answer::released(self.submit(case).await, false),
            }
        })
    }

    /// The body of the answer without what differs from run to run.
    pub(crate) fn body(&self, case: &Case) -> Result<serde_json::Value, String> {
        let mut body =
            RUNTIME.block_on(self.submit(case)).map_err(|refusal| refusal.to_string())?.json;
        if let Some(body) = body.as_object_mut() {
            body.remove("id");
            body.remove("release");
        }
        Ok(body)
    }

    async fn submit(&self, case: &Case) -> Result<ask::Answer, Refusal> {
        ask_as(&self.engine, &case.user, request(case)).await
    }

    async fn fetch(&self, case: &Case, form: Form) -> Result<Vec<u8>, Refusal> {
        ask::ask_in(&self.engine, &case.user, request(case), written::format(form)).await
    }

    /// Checks; a text that begins with EXPLAIN is asked like any other query.
    async fn check(&self, case: &Case) -> Result<serde_json::Value, Refusal> {
        let (caller, request) = (caller(&case.user), request(case));
        if !explains(case) {
            return self.engine.check(&caller, request).await;
        }
        match self.engine.ask(&caller, request).await? {
            Asked::Explained(explained) => Ok(explained),
            Asked::Query(id) => panic!("`{}` was run as {id}", case.sql),
        }
    }

    /// Whether the engine answers what a refusal suggests.
    pub(crate) fn instead(&self, case: &Case, sql: &str) -> Result<(), String> {
        let request = QueryRequest { sql: sql.to_owned(), ..request(case) };
        let asked = RUNTIME.block_on(ask_as(&self.engine, &case.user, request));
        asked.map(|_| ()).map_err(|refusal| format!("`{sql}` is suggested and refused: {refusal}"))
    }
}

fn explains(case: &Case) -> bool {
    case.sql.trim_start().to_lowercase().starts_with("explain")
}

/// The digest of the body stands for the SQL: a repeat asks the same, a conflict does not.
fn request(case: &Case) -> QueryRequest {
    let project = case.project.as_deref().expect("`as .. of <project>`");
    let digest: u64 =
        case.sql.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    QueryRequest {
        idempotency_key: case.key.clone(),
        body_digest: format!("{digest:064x}"),
        ..ask::request(project, &case.sql)
    }
}
