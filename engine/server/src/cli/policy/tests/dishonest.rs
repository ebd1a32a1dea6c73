//! A server that wants another thing signed than it shows.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tresor_core::policy::PolicyFiles;

use super::*;

const CHANGE: &str = "c_00112233445566778899aabbccddeeff";
const OTHER: &str = "c_ffeeddccbbaa99887766554433221100";

/// What the server says, and what was sent to it.
#[derive(Clone)]
struct Lies {
    files: Value,
    base_files: Value,
    change: Value,
    statement: String,
    sent: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(lies): State<Lies>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if request.method() != Method::GET {
        lies.sent.lock().unwrap().push(path);
        return axum::Json(lies.change).into_response();
    }
    let said = match path.rsplit('/').next().unwrap() {
        "files" if path.contains("/revisions/") => lies.base_files,
        "files" => lies.files,
        "statement" => json!({ "statement": lies.statement }),
        _ => lies.change,
    };
    axum::Json(said).into_response()
}

fn told(files: &PolicyFiles) -> Value {
    let texts: serde_json::Map<String, Value> =
        files.texts().map(|(path, text)| (path.to_owned(), json!(text))).collect();
    json!({ "bundle": files.digest(), "files": texts })
}

fn statement(id: &str, bundle: &str, base: &str, effective: &str, part: &str) -> String {
    format!(
        "tresor policy change v1\nchange: {id}\nbundle: {bundle}\nbase: 1 {base}\neffective: {effective}\n{part}\n"
    )
}

/// What became of `words`, and what was sent.
async fn against(lies: Lies, words: &[&str]) -> (Result<String, String>, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let (key, token) = (folder.path().join("key"), folder.path().join("token"));
    said(&["tresor", "policy", "key", "--out", key.to_str().unwrap()]).unwrap();
    std::fs::write(&token, "trs_a_b").unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::clone(&lies.sent);
    let router = Router::new().fallback(answer).with_state(lies);
    tokio::spawn(crate::serve(listener, router, std::future::pending()));
    let mut line: Vec<String> = ["tresor", "policy", "--server", &address, "--token-file"]
        .iter()
        .map(|&word| word.to_owned())
        .collect();
    line.push(token.display().to_string());
    line.extend(words.iter().map(|&word| word.to_owned()));
    line.extend(["--key".to_owned(), key.display().to_string()]);
    let outcome = tokio::task::spawn_blocking(move || {
        said(&line.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let outcome = outcome.await.unwrap();
    let sent = sent.lock().unwrap().clone();
    (outcome, sent)
}

fn lies(statement: String) -> Lies {
    let files = PolicyFiles::from_texts([("people.toml", "mine")]);
    let base = PolicyFiles::from_texts([("people.toml", "base")]);
    let change = json!({ "id": CHANGE, "base": 1, "proposal": { "effective_at": null } });
    let sent = Arc::default();
    Lies { files: told(&files), base_files: told(&base), change, statement, sent }
}

fn digests() -> (String, String) {
    let digest = |text| PolicyFiles::from_texts([("people.toml", text)]).digest();
    (digest("mine"), digest("base"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_true_is_signed() {
    let (bundle, base) = digests();
    let author = statement(CHANGE, &bundle, &base, "activation", "author: grace");
    let (outcome, sent) = against(lies(author), &["propose", CHANGE]).await;
    assert!(outcome.unwrap().contains("author: grace"));
    assert_eq!(sent, [format!("/api/v1/policies/changes/{CHANGE}/propose")]);
    let later = statement(CHANGE, &bundle, &base, "2030-01-01T00:00:00Z", "author: grace");
    let words = ["propose", CHANGE, "--effective", "2030-01-01T01:00:00+01:00"];
    assert!(against(lies(later), &words).await.0.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_signed() {
    let (bundle, base) = digests();
    let (other, active) = ("ab".repeat(32), "activation");
    let late = "2030-01-01T00:00:00Z";
    let (author, approver) = ("author: grace", "approver: grace");
    for (text, words) in [
        (statement(OTHER, &bundle, &base, active, author), ["propose", CHANGE]),
        (statement(CHANGE, &other, &base, active, author), ["propose", CHANGE]),
        (statement(CHANGE, &bundle, &other, active, author), ["propose", CHANGE]),
        (statement(CHANGE, &bundle, &base, late, author), ["propose", CHANGE]),
        (statement(CHANGE, &bundle, &base, active, approver), ["propose", CHANGE]),
        (statement(CHANGE, &bundle, &base, active, author), ["approve", CHANGE]),
        (statement(CHANGE, &bundle, &base, late, approver), ["approve", CHANGE]),
        (
            statement(CHANGE, &bundle, &base, active, "author: grace\nchange: x"),
            ["propose", CHANGE],
        ),
        (statement(CHANGE, &bundle, &base, active, "author: "), ["propose", CHANGE]),
        (format!("{}\n", statement(CHANGE, &bundle, &base, active, author)), ["propose", CHANGE]),
        (String::new(), ["propose", CHANGE]),
    ] {
        let (outcome, sent) = against(lies(text.clone()), &words).await;
        assert!(outcome.unwrap_err().starts_with("nothing is signed"), "{text}");
        assert!(sent.is_empty(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_their_digest_are_not_signed() {
    let (bundle, base) = digests();
    let text = statement(CHANGE, &bundle, &base, "activation", "author: grace");
    for place in ["/files/files/people.toml", "/base_files/files/people.toml"] {
        let mut lies = lies(text.clone());
        let (of, path) =
            place.split_at(place.char_indices().skip(1).find(|(_, c)| *c == '/').unwrap().0);
        let told = if of == "/files" { &mut lies.files } else { &mut lies.base_files };
        *told.pointer_mut(path).unwrap() = json!("something else");
        let (outcome, sent) = against(lies, &["propose", CHANGE]).await;
        assert!(outcome.unwrap_err().contains("do not have the digest"), "{place}");
        assert!(sent.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sends_one_elsewhere_is_not_followed() {
    let folder = TempDir::new().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "trs_a_b").unwrap();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&seen);
    let router = Router::new().fallback(move |request: Request| {
        keep.lock().unwrap().push(request.uri().path().to_owned());
        async { axum::response::Redirect::temporary("/elsewhere") }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::serve(listener, router, std::future::pending()));
    let token = token.display().to_string();
    let outcome = tokio::task::spawn_blocking(move || {
        said(&["tresor", "policy", "--server", &address, "--token-file", &token, "status"])
    });
    assert!(outcome.await.unwrap().unwrap_err().contains("does not speak like Tresor"));
    assert_eq!(*seen.lock().unwrap(), ["/api/v1/policies"]);
}
