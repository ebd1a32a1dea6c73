//! Asking an engine, and reading what comes back.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tresor_core::engine::{Caller, Engine, Markers, QueryRequest, QueryState, ResultFormat};
use tresor_core::ids::{ProjectId, QueryId, UserId};
use tresor_core::refusal::Refusal;

use crate::home::RESEARCHER;

/// The signed-in person of this id.
pub fn caller(user: &str) -> Caller {
    Caller { user: UserId::new(user).unwrap() }
}

/// A request without idempotency key.
pub fn request(project: &str, sql: &str) -> QueryRequest {
    QueryRequest {
        sql: sql.to_owned(),
        project: ProjectId::new(project).unwrap(),
        idempotency_key: None,
        body_digest: "00".repeat(32),
    }
}

/// Asks as the researcher and waits for the answer.
pub async fn ask(engine: &Arc<Engine>, project: &str, sql: &str) -> Result<Answer, Refusal> {
    ask_as(engine, RESEARCHER, request(project, sql)).await
}

/// Asks as somebody and waits for the answer.
pub async fn ask_as(
    engine: &Arc<Engine>,
    user: &str,
    request: QueryRequest,
) -> Result<Answer, Refusal> {
    let id = answered(engine, user, request).await?;
    let bytes = fetch(engine, user, &id, ResultFormat::Json).await?;
    let csv = fetch(engine, user, &id, ResultFormat::Csv(Markers::Columns)).await?;
    Ok(Answer {
        json: serde_json::from_slice(&bytes).unwrap(),
        bytes,
        csv: String::from_utf8(csv).unwrap(),
    })
}

/// Asks as somebody, waits, and gives the answer in one form.
pub async fn ask_in(
    engine: &Arc<Engine>,
    user: &str,
    request: QueryRequest,
    form: ResultFormat,
) -> Result<Vec<u8>, Refusal> {
    let id = answered(engine, user, request).await?;
    fetch(engine, user, &id, form).await
}

async fn answered(
    engine: &Arc<Engine>,
    user: &str,
    request: QueryRequest,
) -> Result<QueryId, Refusal> {
    let caller = caller(user);
    let id = engine.submit(&caller, request).await?;
    loop {
        let status = engine.status(&caller, &id, Duration::from_secs(60)).await?;
        if status.state != QueryState::Running {
            return Ok(id);
        }
    }
}

async fn fetch(
    engine: &Engine,
    user: &str,
    id: &QueryId,
    form: ResultFormat,
) -> Result<Vec<u8>, Refusal> {
    engine.result(&caller(user), id, form).await.map(|released| released.into_bytes())
}

/// A released answer.
pub struct Answer {
    pub json: Value,
    pub bytes: Vec<u8>,
    pub csv: String,
}

impl Answer {
    /// The rows.
    pub fn rows(&self) -> &Vec<Value> {
        self.json["rows"].as_array().unwrap()
    }

    /// The only row's only value.
    pub fn single(&self) -> &Value {
        assert_eq!(self.rows().len(), 1, "{}", self.csv);
        &self.rows()[0][0]
    }

    /// The status code of a cell, if it has one.
    pub fn code(&self, row: usize, col: usize) -> Option<&str> {
        self.json["cell_status"]
            .as_array()
            .unwrap()
            .iter()
            .find(|status| status["row"] == row && status["col"] == col)
            .and_then(|status| status["code"].as_str())
    }
}
