//! A clinic with an auditor, and the API over it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tests::clinic::Clinic;
use tests::home::{AUDITOR, Home};
use tower::ServiceExt as _;
use tresor_core::engine::Engine;
use tresor_core::ids::UserId;

/// A query that is not there.
pub(super) const NO_QUERY: &str = "q_00000000000000000000000000000000";

/// A clinic whose auditor may read the log and open texts.
pub(super) fn home() -> Home {
    Home::of(&Clinic::new(300, 5))
}

/// The same; the auditor may read the log and open nothing.
pub(super) fn closed_home() -> Home {
    let home = home();
    let rules = home.policy("access/rules.csv");
    let closed = rules.replace("p, auditor, *, audit-log, open, allow\n", "");
    assert_ne!(rules, closed);
    home.write_policy("access/rules.csv", &closed);
    home
}

/// Every address of the log that reads, for a query, without parameters that open anything.
pub(super) fn addresses(query: &str) -> Vec<String> {
    let tools = [
        "?limit=1000",
        "/entries?limit=1000",
        "/entries?order=oldest&column=clinic.people.region&decision=released",
        "/entries/0",
        "/timeline?person=ann",
        "/timeline?project=exact",
        "/columns/clinic.people.region",
        "/overlaps",
        "/near-duplicates",
        "/patterns",
        "/export",
        "/export?format=csv&kind=intent",
        "/checkpoint",
        "/verification-key",
        "/proof?entry=0",
        "/consistency?from=1&to=2",
    ];
    let of_query = [format!("/timeline?query={query}"), format!("/overlaps?query={query}")];
    let tools = tools.into_iter().map(str::to_owned).chain(of_query);
    tools.map(|tool| format!("/api/v1/audit{tool}")).collect()
}

/// The API over an engine, with everybody's tokens.
pub(super) struct Face {
    engine: Arc<Engine>,
    router: Router,
}

/// What a client was told.
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status, and the code of the problem if it is one.
    pub(super) fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Face {
    pub(super) fn of(engine: &Arc<Engine>) -> Self {
        Self { engine: Arc::clone(engine), router: tresor::router(Arc::clone(engine)) }
    }

    /// What the auditor is told; must be an answer.
    pub(super) async fn read(&self, path: &str) -> Value {
        let told = self.get(Some(AUDITOR), &format!("/api/v1/audit{path}")).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        told.json()
    }

    pub(super) async fn get(&self, user: Option<&str>, path: &str) -> Told {
        let mut request = Request::builder().uri(path);
        if let Some(user) = user {
            let user = UserId::new(user).unwrap();
            let token = self.engine.issue_token(&user, Duration::from_secs(3_600)).await.unwrap();
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await;
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Told { status, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}
