//! The desk over HTTP, with the engine behind it and the shipped policies in it.

mod gates;
mod stories;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use tresor_core::engine::Engine;
use tresor_core::ids::UserId;
use tresor_core::progress::Silent;

use crate::home::Home;
use crate::signing::Officer;

const NO_CHANGE: &str = "c_00000000000000000000000000000000";
const NO_FREEZE: &str = "f_00000000000000000000000000000000";

/// A demonstration that is served without a network.
struct Served {
    folder: TempDir,
    engine: Arc<Engine>,
    router: Router,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    json: Value,
}

impl Served {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        crate::cli::demo_home(&Home::at(&home), &Silent).unwrap();
        let engine = crate::open(&home).await.unwrap();
        let router = crate::router(Arc::clone(&engine));
        Self { folder, engine, router }
    }

    async fn token(&self, user: &str) -> String {
        let user = UserId::new(user).unwrap();
        self.engine.issue_token(&user, std::time::Duration::from_secs(600)).await.unwrap()
    }

    fn officer(&self, user: &str) -> Officer {
        Officer::read(&Home::at(&self.folder.path().join("home")).demo_key(user)).unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, json }
    }

    async fn ask(&self, token: &str, (method, path, body): (&str, &str, &Value)) -> Answer {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).unwrap()).await
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        self.ask(token, ("GET", path, &Value::Null)).await.ok()
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.ask(token, ("POST", path, &body)).await
    }
}

impl Answer {
    #[track_caller]
    fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {:#}", self.status, self.json);
        self.json
    }

    #[track_caller]
    fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{:#}", self.json);
        assert_eq!(self.json["status"], self.status);
        (self.status, self.json["code"].as_str().unwrap())
    }
}

/// Consent of an officer to what the server wants signed.
async fn signature(served: &Served, token: &str, user: &str, id: &str) -> Value {
    let path = format!("policies/changes/{id}/statement");
    let statement = served.get(token, &path).await;
    let officer = served.officer(user);
    let signature = officer.sign(statement["statement"].as_str().unwrap());
    json!({
        "bundle": statement["bundle"],
        "signed": { "key": officer.public(), "signature": signature },
    })
}
