//! The face, driven without a network over a double of the engine.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tower::ServiceExt;
use tresor_core::audit::Filter;
use tresor_core::engine::{
    Asked, AuditRequest, Caller, Chunks, ExportFormat, KeepingRequest, Markers, Named,
    PolicyRequest, QueryRequest, QueryState, QueryStatus, ReleaseRecord, ResultFormat, Verdict,
};
use tresor_core::ids::{QueryId, UserId};
use tresor_core::refusal::{Class, Code, Position, Refusal};

use crate::api::Api;

const ID: &str = "q_0123456789abcdef0123456789abcdef";
const TOKEN: &str = "trs_a_b";

/// A double of the engine: says what the SQL tells it to, and remembers what it was asked.
#[derive(Default)]
struct Double {
    asked: Mutex<Vec<QueryRequest>>,
    patience: Mutex<Option<Duration>>,
    state: Mutex<Option<QueryState>>,
}

#[async_trait]
impl Api for Arc<Double> {
    async fn caller_of_token(&self, token: &str, _: &str) -> Result<Option<Caller>, Refusal> {
        match token {
            TOKEN => Ok(Some(Caller { user: UserId::new("ada").unwrap() })),
            "broken" => Err(Refusal::unavailable("the sealed cause")),
            _ => Ok(None),
        }
    }

    async fn ask(&self, _: &Caller, request: QueryRequest) -> Result<Asked, Refusal> {
        let sql = request.sql.clone();
        self.asked.lock().unwrap().push(request);
        if sql == "panic" {
            panic!("a value of the data");
        }
        match Code::ALL.iter().find(|code| code.as_str() == sql) {
            Some(code) => Err(Refusal::new(*code, "what is wrong", "what to write")
                .at(Some(Position { line: 1, column: 8, end: 14 }))
                .under("a rule")
                .because("the sealed cause")),
            None if sql.starts_with("EXPLAIN") => {
                Ok(Asked::Explained(json!({"verdict": "allowed"})))
            }
            None => Ok(Asked::Query(QueryId::new(ID).unwrap())),
        }
    }

    async fn check(&self, _: &Caller, request: QueryRequest) -> Result<Value, Refusal> {
        if request.sql == "panic" {
            panic!("a value of the data");
        }
        Ok(json!({"verdict": "allowed"}))
    }

    async fn status(
        &self,
        _: &Caller,
        id: &QueryId,
        patience: Duration,
    ) -> Result<QueryStatus, Refusal> {
        *self.patience.lock().unwrap() = Some(patience);
        Ok(QueryStatus {
            id: id.to_string(),
            state: self.state.lock().unwrap().unwrap_or(QueryState::Succeeded),
            project: "heart-study".to_owned(),
            submitted_at: "2026-01-01T00:00:00Z".to_owned(),
            cost: 1,
            comments: vec![],
        })
    }

    async fn result(
        &self,
        _: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<Vec<u8>, Refusal> {
        match format {
            _ if id.as_str() != ID => {
                Err(Refusal::new(Code::UnknownQuery, "there is no query", "look again"))
            }
            ResultFormat::Json => Ok(br#"{"rows": []}"#.to_vec()),
            ResultFormat::Csv(Markers::Columns) => Ok(b"a,a__status\n".to_vec()),
            ResultFormat::Csv(Markers::Shorthand) => Ok(b"a\n[c]\n".to_vec()),
            ResultFormat::Csv(Markers::Profile) => Ok(b"a,a__status\n*,c\n".to_vec()),
            ResultFormat::Arrow => Ok(b"arrow".to_vec()),
            ResultFormat::Parquet => {
                Err(Refusal::new(Code::FormNotAllowed, "not as `parquet`", "as `json`"))
            }
        }
    }

    async fn release(&self, _: &Caller, id: &QueryId) -> Result<ReleaseRecord, Refusal> {
        if id.as_str() != ID {
            return Err(Refusal::new(Code::UnknownQuery, "there is no query", "look again"));
        }
        let named = |id: &str| Named { id: id.to_owned(), name: id.to_owned() };
        Ok(ReleaseRecord {
            query: id.to_string(),
            person: named("ada"),
            role: "researcher".to_owned(),
            project: named("heart-study"),
            organisation: ("University".to_owned(), None),
            sql: None,
            fingerprint: "select ?".to_owned(),
            submitted_at: "2026-01-01T00:00:00Z".to_owned(),
            settled_at: "2026-01-01T00:00:01Z".to_owned(),
            reviewed_at: None,
            about: json!({"release": {}}),
        })
    }

    async fn receipt(&self, _: &Caller, id: &QueryId) -> Result<Vec<u8>, Refusal> {
        match id.as_str() {
            ID => Ok(br#"{"format": "tresor-receipt/1"}"#.to_vec()),
            _ => Err(Refusal::new(Code::UnknownQuery, "there is no query", "look again")),
        }
    }

    async fn checkpoint(&self) -> Result<String, Refusal> {
        Ok("a.log\n1\n".to_owned())
    }

    fn log_name(&self) -> String {
        "a.log".to_owned()
    }

    async fn datasets(&self, _: &Caller) -> Result<Value, Refusal> {
        Ok(json!({"datasets": []}))
    }

    async fn audit(&self, _: &Caller, from: u64, limit: u32) -> Result<Value, Refusal> {
        Ok(json!({"from": from, "limit": limit}))
    }

    async fn auditing(&self, _: &Caller, _: AuditRequest) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn export_log(
        &self,
        _: &Caller,
        _: ExportFormat,
        _: Filter,
        _: (u64, Option<u64>),
    ) -> Result<Chunks, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn reviews(&self, _: &Caller) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn review(&self, _: &Caller, _: &QueryId) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn reviewed_answer(
        &self,
        _: &Caller,
        _: &QueryId,
        _: ResultFormat,
    ) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn decide(&self, _: &Caller, _: &QueryId, _: Verdict) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn policies(&self, _: &Caller, _: PolicyRequest) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn keep(&self, _: &Caller, _: KeepingRequest) -> Result<Value, Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }

    async fn ready(&self) -> Result<(), Refusal> {
        Err(Refusal::unavailable("the sealed cause"))
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a problem document.
    #[track_caller]
    fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let document = self.json();
        assert_eq!(document["status"], self.status.as_u16());
        for field in ["title", "detail", "hint"] {
            assert!(document[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
        }
        let code = document["code"].as_str().unwrap().to_owned();
        assert_eq!(document["type"], format!("/problems/{code}"));
        assert!(!self.text.contains("the sealed cause"), "{}", self.text);
        (self.status.as_u16(), code)
    }
}

/// An engine that has nothing to say.
pub(super) fn double() -> super::Face {
    Arc::new(Arc::<Double>::default())
}

fn face(double: &Arc<Double>) -> Router {
    super::router(Arc::new(Arc::clone(double)))
}

async fn send(double: &Arc<Double>, request: Request<Body>) -> Answer {
    let response = face(double).oneshot(request).await.unwrap();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, text }
}

async fn get(path: &str) -> Answer {
    send(&Arc::default(), signed_in("GET", path).body(Body::empty()).unwrap()).await
}

fn signed_in(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"))
}

fn question(body: &str) -> Request<Body> {
    signed_in("POST", "/api/v1/queries")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

async fn ask(double: &Arc<Double>, body: &str) -> Answer {
    send(double, question(body)).await
}

fn sql(text: &str) -> String {
    json!({"sql": text, "project": "heart-study"}).to_string()
}

#[tokio::test]
async fn an_answer_in_time_comes_at_once() {
    let double = Arc::default();
    let answer = ask(&double, &sql("select 1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, r#"{"rows": []}"#);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("content-location"), format!("/api/v1/queries/{ID}/result"));
    assert_eq!(*double.patience.lock().unwrap(), Some(Duration::from_secs(10)));
}

#[tokio::test]
async fn a_late_answer_gives_the_address_of_the_query() {
    let double = Arc::<Double>::default();
    *double.state.lock().unwrap() = Some(QueryState::Running);
    let body = json!({"sql": "select 1", "project": "heart-study", "wait": "500ms"}).to_string();
    let answer = ask(&double, &body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.header("location"), format!("/api/v1/queries/{ID}"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(
        answer.json(),
        json!({"id": ID, "state": "running", "links": {
            "self": format!("/api/v1/queries/{ID}"),
            "result": format!("/api/v1/queries/{ID}/result"),
        }})
    );
    assert_eq!(*double.patience.lock().unwrap(), Some(Duration::from_millis(500)));
}

#[tokio::test]
async fn a_query_that_failed_is_named_in_the_problem() {
    let double = Arc::<Double>::default();
    *double.state.lock().unwrap() = Some(QueryState::Failed);
    let answer = ask(&double, &sql("select 1")).await;
    assert_eq!(answer.problem(), (500, "execution_failed".to_owned()));
    assert_eq!(answer.json()["instance"], format!("/api/v1/queries/{ID}"));
}

#[tokio::test]
async fn every_refusal_of_the_engine_is_a_problem_document() {
    for code in Code::ALL {
        let answer = ask(&Arc::default(), &sql(code.as_str())).await;
        let status = match code.class() {
            Class::Sql | Class::Policy | Class::Budget => 422,
            Class::NotFound => 404,
            Class::Forbidden => 403,
            Class::Form => 406,
            Class::Conflict | Class::Review => 409,
            Class::Unavailable => 503,
            Class::Internal => 500,
        };
        assert_eq!(answer.problem(), (status, code.as_str().to_owned()));
        let document = answer.json();
        assert_eq!(document["title"], code.title());
        assert_eq!(document["position"], json!({"line": 1, "column": 8, "end": 14}));
        assert_eq!(document["rule"], "a rule");
        assert_eq!(answer.header("retry-after").is_empty(), status != 503);
    }
}

#[tokio::test]
async fn strangers_all_get_the_same_words() {
    let mut seen = Vec::new();
    for credential in [
        None,
        Some("Bearer trs_un_known"),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer a b"),
        Some("Basic YTpi"),
        Some("trs_a_b"),
    ] {
        let mut request = Request::get("/api/v1/datasets");
        if let Some(credential) = credential {
            request = request.header("authorization", credential);
        }
        let answer = send(&Arc::default(), request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(), (401, "not_signed_in".to_owned()));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        seen.push(answer.text);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[tokio::test]
async fn no_operation_on_data_answers_a_stranger() {
    for (method, path) in [
        ("POST", "/api/v1/queries".to_owned()),
        ("POST", "/api/v1/queries:check".to_owned()),
        ("GET", format!("/api/v1/queries/{ID}")),
        ("GET", format!("/api/v1/queries/{ID}/result")),
        ("GET", "/api/v1/queries/nonsense".to_owned()),
        ("GET", "/api/v1/datasets".to_owned()),
        ("GET", "/api/v1/audit?limit=0".to_owned()),
        ("GET", "/api/v1/audit/entries?limit=0".to_owned()),
        ("GET", "/api/v1/audit/entries/nonsense".to_owned()),
        ("GET", "/api/v1/audit/timeline".to_owned()),
        ("GET", "/api/v1/audit/columns/nonsense".to_owned()),
        ("GET", "/api/v1/audit/overlaps?query=nonsense".to_owned()),
        ("GET", "/api/v1/audit/near-duplicates?at_least=0".to_owned()),
        ("GET", "/api/v1/audit/patterns?open=perhaps".to_owned()),
        ("GET", "/api/v1/audit/export?format=nonsense".to_owned()),
        ("GET", "/api/v1/reviews".to_owned()),
        ("GET", format!("/api/v1/reviews/{ID}")),
        ("GET", format!("/api/v1/reviews/{ID}/answer")),
        ("POST", format!("/api/v1/reviews/{ID}/decide")),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = send(&Arc::default(), request).await;
        assert_eq!(answer.problem(), (401, "not_signed_in".to_owned()));
    }
}

#[tokio::test]
async fn two_credentials_are_none() {
    let request = signed_in("GET", "/api/v1/datasets")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&Arc::default(), request).await.problem().0, 401);
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_is_not_a_bad_token() {
    let request = Request::get("/api/v1/datasets")
        .header("authorization", "bearer broken")
        .body(Body::empty())
        .unwrap();
    let answer = send(&Arc::default(), request).await;
    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_told_where() {
    for (body, place) in [
        ("", "line 1 column 0"),
        ("{\"sql\": \"select 1\",\n}", "line 2 column 1"),
        ("{\"sql\": 1}", "line 1 column 9"),
        ("{\"sql\": \"select 1\"}", "missing field `project`"),
        (r#"{"sql": "", "project": "p", "colour": 1}"#, "unknown field `colour`"),
        (r#"{"sql": "", "project": "Heart"}"#, "not a valid project id"),
        (r#"{"sql": "", "project": "p", "wait": "61s"}"#, "at most `60s`"),
        (r#"{"sql": "", "project": "p", "wait": "soon"}"#, "is not a waiting time"),
        (r#"{"sql": "", "project": "p"} x"#, "trailing characters at line 1"),
    ] {
        let answer = ask(&Arc::default(), body).await;
        assert_eq!(answer.problem(), (400, "bad_request".to_owned()));
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(place), "{detail}");
    }
}

#[tokio::test]
async fn a_body_of_another_kind_is_refused() {
    for (name, value) in [("content-type", "text/plain"), ("content-encoding", "gzip")] {
        let mut request = question(&sql("select 1"));
        request.headers_mut().insert(name, value.parse().unwrap());
        let answer = send(&Arc::default(), request).await;
        assert_eq!(answer.problem(), (415, "unsupported_media_type".to_owned()));
    }
}

#[tokio::test]
async fn the_largest_body_is_read_and_one_byte_more_is_not() {
    let around = sql("").len();
    let fits = ask(&Arc::default(), &sql(&"x".repeat(super::BODY_BYTES_MAX - around))).await;
    assert_eq!(fits.status, StatusCode::OK);
    let large = ask(&Arc::default(), &sql(&"x".repeat(super::BODY_BYTES_MAX - around + 1))).await;
    assert_eq!(large.problem(), (413, "body_too_large".to_owned()));
}

#[tokio::test]
async fn the_idempotency_key_reaches_the_engine_or_is_refused() {
    for (key, expected) in [("order-1", 200), ("", 400), ("a b", 400), ("ä", 400)] {
        let double = Arc::<Double>::default();
        let mut request = question(&sql("select 1"));
        let value = axum::http::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        request.headers_mut().insert("idempotency-key", value);
        let answer = send(&double, request).await;
        assert_eq!(answer.status.as_u16(), expected, "{key}");
        if let Some(asked) = double.asked.lock().unwrap().first() {
            assert_eq!(asked.idempotency_key.as_deref(), Some(key));
        }
    }
}

#[tokio::test]
async fn a_check_is_the_verdict_of_the_engine() {
    let mut request = question(&sql("select 1"));
    *request.uri_mut() = "/api/v1/queries:check".parse().unwrap();
    let answer = send(&Arc::default(), request).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"verdict": "allowed"})));
}

#[tokio::test]
async fn a_panic_says_nothing() {
    for path in ["/api/v1/queries", "/api/v1/queries:check"] {
        let mut request = question(&sql("panic"));
        *request.uri_mut() = path.parse().unwrap();
        let answer = send(&Arc::default(), request).await;
        assert_eq!(answer.problem(), (500, "execution_failed".to_owned()));
        assert!(!answer.text.contains("a value of the data"));
    }
}

#[tokio::test]
async fn a_result_comes_in_the_form_asked_for() {
    let path = format!("/api/v1/queries/{ID}/result");
    let json = get(&path).await;
    assert_eq!(json.header("content-type"), "application/json");

    let csv = get(&format!("{path}?format=csv")).await;
    assert_eq!(csv.text, "a,a__status\n");
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.header("content-disposition"), format!("attachment; filename=\"{ID}.csv\""));

    let shorthand = get(&format!("{path}?markers=shorthand")).await;
    assert_eq!(shorthand.text, "a\n[c]\n");
    let of_profile = get(&format!("{path}?format=csv&markers=profile")).await;
    assert_eq!(of_profile.text, "a,a__status\n*,c\n");
    for bad in ["format=json&markers=shorthand", "markers=stars"] {
        assert_eq!(get(&format!("{path}?{bad}")).await.problem(), (400, "bad_request".to_owned()));
    }

    let arrow = get(&format!("{path}?format=arrow")).await;
    assert_eq!(arrow.text, "arrow");
    assert_eq!(arrow.header("content-type"), "application/vnd.apache.arrow.stream");
    assert_eq!(
        arrow.header("content-disposition"),
        format!("attachment; filename=\"{ID}.arrows\"")
    );

    let unknown = get(&format!("{path}?format=xlsx")).await;
    assert_eq!(unknown.problem(), (400, "bad_request".to_owned()));
}

#[tokio::test]
async fn a_form_that_the_profile_does_not_allow_names_the_query_that_is_kept() {
    let path = format!("/api/v1/queries/{ID}/result?format=parquet");
    let refused = get(&path).await;
    assert_eq!(refused.problem(), (406, "form_not_allowed".to_owned()));
    assert_eq!(refused.json()["instance"], format!("/api/v1/queries/{ID}"));
}

#[tokio::test]
async fn an_answer_at_once_comes_in_the_form_that_is_accepted() {
    let accepting = |accept: &str| {
        let mut request = question(&sql("select 1"));
        request.headers_mut().insert("accept", accept.parse().unwrap());
        request
    };
    let double = Arc::default();
    let csv = send(&double, accepting("text/csv")).await;
    assert_eq!(csv.text, "a,a__status\n");
    assert_eq!(csv.header("content-location"), format!("/api/v1/queries/{ID}/result"));
    let arrow = send(&double, accepting("application/vnd.apache.arrow.stream")).await;
    assert_eq!(arrow.header("content-type"), "application/vnd.apache.arrow.stream");
    let refused = send(&double, accepting("application/vnd.apache.parquet")).await;
    assert_eq!(refused.problem(), (406, "form_not_allowed".to_owned()));
    assert_eq!(refused.json()["instance"], format!("/api/v1/queries/{ID}"));
}

#[tokio::test]
async fn an_answer_at_once_comes_in_the_form_that_the_address_names() {
    let double = Arc::<Double>::default();
    let asking = |parameters: &str| {
        let mut request = question(&sql("select 1"));
        *request.uri_mut() = format!("/api/v1/queries?{parameters}").parse().unwrap();
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        request
    };
    assert_eq!(send(&double, asking("format=csv")).await.text, "a,a__status\n");
    assert_eq!(send(&double, asking("markers=shorthand")).await.text, "a\n[c]\n");
    let asked = double.asked.lock().unwrap().len();
    for bad in ["format=xlsx", "form=csv", "format=csv&format=json", "format=json&markers=columns"]
    {
        let answer = send(&double, asking(bad)).await;
        assert_eq!(answer.problem(), (400, "bad_request".to_owned()), "{bad}");
    }
    // Nothing was charged for them.
    assert_eq!(double.asked.lock().unwrap().len(), asked);
    let mut check = question(&sql("select 1"));
    *check.uri_mut() = "/api/v1/queries:check?format=csv".parse().unwrap();
    assert_eq!(send(&double, check).await.problem(), (400, "bad_request".to_owned()));
}

#[tokio::test]
async fn a_status_waits_as_long_as_asked() {
    let double = Arc::<Double>::default();
    let path = format!("/api/v1/queries/{ID}?wait=30s");
    let answer = send(&double, signed_in("GET", &path).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.json()["state"], "succeeded");
    assert_eq!(*double.patience.lock().unwrap(), Some(Duration::from_secs(30)));
    let long = get(&format!("/api/v1/queries/{ID}?wait=2m")).await;
    assert_eq!(long.problem(), (400, "bad_request".to_owned()));
}

#[tokio::test]
async fn an_unknown_query_and_a_malformed_id_get_one_code() {
    let unknown = get("/api/v1/queries/q_ffffffffffffffffffffffffffffffff/result").await;
    let malformed = get("/api/v1/queries/q_42/result").await;
    assert_eq!(unknown.problem(), (404, "unknown_query".to_owned()));
    assert_eq!(unknown.problem(), malformed.problem());
}

#[tokio::test]
async fn the_audit_log_is_read_in_parts() {
    assert_eq!(get("/api/v1/audit").await.json(), json!({"from": 0, "limit": 100}));
    let part = get("/api/v1/audit?from=7&limit=1000").await;
    assert_eq!(part.json(), json!({"from": 7, "limit": 1000}));
    for bad in ["limit=1001", "limit=0", "from=-1", "since=7"] {
        let answer = get(&format!("/api/v1/audit?{bad}")).await;
        assert_eq!(answer.problem(), (400, "bad_request".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    assert_eq!(get("/nothing").await.problem(), (404, "not_found".to_owned()));
    let request = signed_in("DELETE", "/api/v1/queries").body(Body::empty()).unwrap();
    let answer = send(&Arc::default(), request).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned()));
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn health_says_nothing_about_the_inside() {
    let request = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let live = send(&Arc::default(), request("/livez")).await;
    assert_eq!(live.json(), json!({"status": "live"}));
    let ready = send(&Arc::default(), request("/readyz")).await;
    assert_eq!(ready.problem(), (503, "unavailable".to_owned()));
}

#[tokio::test]
async fn explain_is_answered_like_a_check_and_has_no_address() {
    let answer = ask(&Arc::default(), &sql("EXPLAIN SELECT count(*) FROM patients")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({"verdict": "allowed"}));
    assert_eq!(answer.header("content-location"), "");
}

#[tokio::test]
async fn every_code_has_a_page() {
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let of_face = super::FaceCode::ALL.iter().map(|code| code.as_str());
    for code in codes.chain(of_face) {
        let page = get(&format!("/problems/{code}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.header("content-type").starts_with("text/plain"));
        assert!(page.text.contains(&format!("code: {code}\n")), "{}", page.text);
    }
    assert_eq!(get("/problems/none").await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn the_description_names_every_operation_with_its_refusals() {
    let description = get("/api/v1/openapi.json").await.json();
    let paths = description["paths"].as_object().unwrap();
    let mut names: Vec<_> = paths.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "/api/v1/audit",
            "/api/v1/audit/checkpoint",
            "/api/v1/audit/columns/{column}",
            "/api/v1/audit/consistency",
            "/api/v1/audit/entries",
            "/api/v1/audit/entries/{seq}",
            "/api/v1/audit/entries/{seq}/erasure",
            "/api/v1/audit/export",
            "/api/v1/audit/exposure",
            "/api/v1/audit/flags",
            "/api/v1/audit/near-duplicates",
            "/api/v1/audit/overlaps",
            "/api/v1/audit/patterns",
            "/api/v1/audit/proof",
            "/api/v1/audit/timeline",
            "/api/v1/audit/verification-key",
            "/api/v1/datasets",
            "/api/v1/freezes",
            "/api/v1/freezes/{id}/thaw",
            "/api/v1/openapi.json",
            "/api/v1/policies",
            "/api/v1/policies/changes",
            "/api/v1/policies/changes/{id}",
            "/api/v1/policies/changes/{id}/access",
            "/api/v1/policies/changes/{id}/activate",
            "/api/v1/policies/changes/{id}/approve",
            "/api/v1/policies/changes/{id}/diff",
            "/api/v1/policies/changes/{id}/files",
            "/api/v1/policies/changes/{id}/propose",
            "/api/v1/policies/changes/{id}/rebase",
            "/api/v1/policies/changes/{id}/statement",
            "/api/v1/policies/changes/{id}/validate",
            "/api/v1/policies/changes/{id}/what-if",
            "/api/v1/policies/changes/{id}/withdraw",
            "/api/v1/policies/revisions",
            "/api/v1/policies/revisions/{number}/access",
            "/api/v1/policies/revisions/{number}/files",
            "/api/v1/queries",
            "/api/v1/queries/{id}",
            "/api/v1/queries/{id}/crate",
            "/api/v1/queries/{id}/receipt",
            "/api/v1/queries/{id}/result",
            "/api/v1/queries:check",
            "/api/v1/register.csv",
            "/api/v1/register.json",
            "/api/v1/reviews",
            "/api/v1/reviews/{query}",
            "/api/v1/reviews/{query}/answer",
            "/api/v1/reviews/{query}/decide",
            "/api/v1/tokens",
            "/api/v1/tokens/{id}",
            "/livez",
            "/problems/{code}",
            "/readyz",
        ]
    );
    let problem = "#/components/schemas/Problem";
    let asking = &description["paths"]["/api/v1/queries"]["post"]["responses"];
    for status in ["400", "401", "403", "404", "406", "409", "413", "415", "422", "500", "503"] {
        let schema = &asking[status]["content"]["application/problem+json"]["schema"];
        assert_eq!(schema["$ref"], problem, "{status}");
    }
    for name in ["Problem", "Question", "Running", "Standing", "ReleasedAnswer"] {
        assert!(description["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn an_answer_names_its_receipt() {
    let answer = ask(&Arc::default(), &sql("select 1")).await;
    let link =
        format!("</api/v1/queries/{ID}/receipt>; rel=\"describedby\"; type=\"application/json\"");
    assert_eq!(answer.header("link"), link);
    assert_eq!(get(&format!("/api/v1/queries/{ID}/result")).await.header("link"), link);
    let receipt = get(&format!("/api/v1/queries/{ID}/receipt")).await;
    assert_eq!(receipt.header("content-type"), "application/json");
    assert_eq!(receipt.json()["format"], "tresor-receipt/1");
    let other = get("/api/v1/queries/q_ffffffffffffffffffffffffffffffff/receipt").await;
    assert_eq!(other.problem(), (404, "unknown_query".to_owned()));
}

#[tokio::test]
async fn who_signed_in_is_told_the_state_of_the_log() {
    let expected = BASE64_STANDARD.encode("a.log\n1\n");
    let mistaken = get(&format!("/api/v1/queries/{ID}/result?format=parquet")).await;
    for answer in [get("/api/v1/datasets").await, ask(&Arc::default(), "{}").await, mistaken] {
        assert_eq!(answer.header("tresor-log-checkpoint"), expected);
    }
    let nobody = Request::get("/api/v1/datasets").body(Body::empty()).unwrap();
    let health = get("/livez").await;
    for answer in [send(&Arc::default(), nobody).await, health] {
        assert_eq!(answer.header("tresor-log-checkpoint"), "");
    }
}

#[tokio::test]
async fn a_release_leaves_as_a_crate() {
    let double = Arc::default();
    let path = format!("/api/v1/queries/{ID}/crate");
    let response =
        face(&double).oneshot(signed_in("GET", &path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/zip");
    assert_eq!(response.headers()["link"], "<https://w3id.org/ro/crate>; rel=\"profile\"");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(bytes.starts_with(b"PK"));
    let other = get("/api/v1/queries/q_ffffffffffffffffffffffffffffffff/crate").await;
    assert_eq!(other.problem(), (404, "unknown_query".to_owned()));
}
