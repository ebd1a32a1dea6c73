//! The API over an engine, as a client sees it: status, headers and bodies, and the lines that the server logs.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tests::home::{EXACT, RESEARCHER};
use tower::ServiceExt as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tresor_core::engine::Engine;
use tresor_core::ids::UserId;

/// The API with a researcher's token.
#[derive(Clone)]
pub(super) struct Face {
    router: Router,
    token: String,
}

impl Face {
    pub(super) async fn of(engine: Arc<Engine>) -> Self {
        let user = UserId::new(RESEARCHER).unwrap();
        let token = engine.issue_token(&user, Duration::from_secs(86_400)).await.unwrap();
        Self { router: tresor::router(engine), token }
    }

    /// Everything that is told about a query: its check, its answer in every form, all headers.
    pub(super) async fn all(&self, sql: &str) -> Told {
        let body = json!({ "sql": sql, "project": EXACT, "wait": "60s" });
        let checked = json!({ "sql": sql, "project": EXACT });
        let mut text = self.send("POST", "/api/v1/queries:check", Some(checked)).await;
        let answer = self.send("POST", "/api/v1/queries", Some(body)).await;
        text.push_str(&answer);
        let json = answer.split_once("\n\n").map_or("", |(_, body)| body);
        let json: Value = serde_json::from_str(json).unwrap_or_default();
        if let (Some(id), true) = (json["id"].as_str(), json["rows"].is_array()) {
            let place = format!("/api/v1/queries/{id}");
            text.push_str(&self.send("GET", &place, None).await);
            text.push_str(&self.send("GET", &format!("{place}/result?format=csv"), None).await);
        }
        Told { answered: json["rows"].is_array(), text }
    }

    /// Sends a request; status, headers and body as one text.
    pub(super) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> String {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let mut text = format!("{}\n", answer.status());
        for (name, value) in answer.headers() {
            // A hash and a signature in base64: any four letters turn up in them sooner or later.
            if name == "tresor-log-checkpoint" {
                continue;
            }
            text.push_str(&format!("{name}: {}\n", value.to_str().unwrap_or_default()));
        }
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        format!("{text}\n{}", String::from_utf8_lossy(&body))
    }
}

/// What a client was told.
pub(super) struct Told {
    pub(super) answered: bool,
    pub(super) text: String,
}

/// What the engine and the server log, down to the finest level: more than a server ever writes.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens from now on, to everything that a server listens to.
    pub(super) fn listen() -> Self {
        let log = Self::default();
        let ours = ["tresor", "tresor_core", "tresor_ledger", "tresor_disclosure"];
        let ours = ours
            .iter()
            .fold(Targets::new(), |all, name| all.with_target(*name, LevelFilter::TRACE));
        let lines = tracing_subscriber::fmt::layer().with_writer(log.clone()).with_filter(ours);
        tracing_subscriber::util::SubscriberInitExt::init(
            tracing_subscriber::registry().with(lines),
        );
        log
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
