//! Disclosure control end to end: what holds for every question, whoever asks it in whichever words.
//!
//! Random questions and extracts, from seeds; `TRESOR_QUERIES=1000` asks so many instead of the usual number. What is
//! expected is worked out from the rows of the clinic or taken from what others published, never from the engine.

mod bounds;
mod margins;
mod published;
mod question;
mod reader;
mod stricter;
mod unchanged;

use std::sync::Arc;

use serde_json::Value;
use tests::ask::ask;
use tests::home::Home;
use tresor_core::engine::Engine;

/// An engine with the home that it reads.
struct World {
    engine: Arc<Engine>,
    _home: Home,
}

impl World {
    async fn of(home: Home) -> Self {
        Self { engine: home.engine().await, _home: home }
    }

    /// The answer without what differs from query to query; or the code of the refusal.
    async fn body(&self, project: &str, sql: &str) -> Result<Value, String> {
        let answer = ask(&self.engine, project, sql).await;
        let mut body = answer.map_err(|refusal| refusal.code().as_str().to_owned())?.json;
        let object = body.as_object_mut().unwrap();
        object.remove("id");
        object.remove("release");
        Ok(body)
    }

    /// The answer to a question that must have one.
    async fn answer(&self, project: &str, sql: &str) -> Value {
        let body = self.body(project, sql).await;
        body.unwrap_or_else(|code| panic!("{project}, {code}: {sql}"))
    }
}
