//! A witness over HTTP, and what it remembers.

use std::fs;
use std::sync::Mutex;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tempfile::TempDir;
use time::OffsetDateTime;
use tower::ServiceExt as _;
use tresor_core::clock::Clock;
use tresor_ledger::tlog::witness::Submission;
use tresor_ledger::tlog::{
    Cosignature, Edge, Hash, LogKey, Signature, SignedCheckpoint, TileId, TileNodes, Tiles,
    prove_consistency,
};

use super::*;

const ORIGIN: &str = "log.example/tresor";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
    }

    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

fn log_key() -> LogKey {
    LogKey::new(ORIGIN, &[7; 32]).unwrap()
}

fn rules() -> Rules {
    let key = WitnessKey::new("witness.example/w1", &[9; 32]).unwrap();
    Rules::new(key, vec![log_key().verifier().clone()])
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    witness_seed(home.path(), &SystemEntropy).unwrap();
    home
}

fn opened(home: &TempDir) -> Result<Arc<Kept>, Stop> {
    Kept::open(home.path(), rules(), Arc::new(Noon)).map(Arc::new)
}

/// A small tree: one tile is enough.
struct Tree(Vec<Hash>);

impl Tiles for Tree {
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, tresor_ledger::tlog::LogError> {
        assert_eq!((id.level, id.index), (0, 0));
        Ok(self.0.clone())
    }
}

fn submission(old: u64, new: u64, word: &str) -> String {
    let leaves: Vec<Hash> =
        (0..new).map(|i| Hash::of_leaf(format!("{word} {i}").as_bytes())).collect();
    let mut edge = Edge::default();
    leaves.iter().for_each(|leaf| drop(edge.push(*leaf)));
    let checkpoint = SignedCheckpoint::sign(&log_key(), edge.head()).note().clone();
    let proof = prove_consistency(&TileNodes::new(&Tree(leaves), new), old, new).unwrap();
    Submission { old, proof, checkpoint }.to_string()
}

async fn asked(kept: &Arc<Kept>, request: Request<Body>) -> (StatusCode, String, String) {
    let answer = routes::router(Arc::clone(kept)).oneshot(request).await.unwrap();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

async fn posted(kept: &Arc<Kept>, body: impl Into<Body>) -> (StatusCode, String, String) {
    asked(kept, Request::post("/add-checkpoint").body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_log_that_grows_is_signed_and_one_that_does_not_is_not() {
    let home = home();
    let kept = opened(&home).unwrap();
    let (status, _, line) = posted(&kept, submission(0, 5, "leaf")).await;
    assert_eq!(status, StatusCode::OK);
    let line: Signature = line.strip_suffix('\n').unwrap().parse().unwrap();
    let first: Submission = submission(0, 5, "leaf").parse().unwrap();
    let seen = Cosignature::check(first.checkpoint.text(), &line, rules().verifier()).unwrap();
    assert_eq!(seen.seconds, 1_790_000_000);

    let (status, kind, size) = posted(&kept, submission(0, 9, "leaf")).await;
    assert_eq!(
        (status, kind.as_str(), size.as_str()),
        (StatusCode::CONFLICT, "text/x.tlog.size", "5\n")
    );
    assert_eq!(posted(&kept, submission(5, 9, "leaf")).await.0, StatusCode::OK);
    assert_eq!(posted(&kept, submission(9, 12, "fork")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(posted(&kept, "no submission").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(posted(&kept, vec![0xff, 0xfe]).await.0, StatusCode::BAD_REQUEST);
    let elsewhere = submission(9, 10, "leaf").replace(ORIGIN, "other.example/log");
    assert_eq!(posted(&kept, elsewhere).await.0, StatusCode::NOT_FOUND);
    let unsigned = submission(9, 10, "leaf").replace("\n10\n", "\n11\n");
    assert_eq!(posted(&kept, unsigned).await.0, StatusCode::FORBIDDEN);
    assert_eq!(posted(&kept, "x".repeat(200_000)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_was_signed_is_remembered_and_served() {
    let home = home();
    let kept = opened(&home).unwrap();
    let address =
        |hash: &str| Request::get(format!("/{hash}/checkpoint")).body(Body::empty()).unwrap();
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(ORIGIN));
    assert_eq!(asked(&kept, address(&hash)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(posted(&kept, submission(0, 5, "leaf")).await.0, StatusCode::OK);
    drop(kept);
    let kept = opened(&home).unwrap();
    assert_eq!(posted(&kept, submission(0, 5, "leaf")).await.2, "5\n");
    let (status, kind, text) = asked(&kept, address(&hash)).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/plain; charset=utf-8"));
    let served = SignedCheckpoint::read(&text, log_key().verifier()).unwrap();
    assert!(Cosignature::of(served.note(), rules().verifier()).unwrap().is_some());
    assert_eq!(asked(&kept, address("00")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(asked(&kept, address("..")).await.0, StatusCode::NOT_FOUND);
}

/// A witness that forgot would sign a fork.
#[tokio::test]
async fn a_memory_that_was_changed_stops_the_witness() {
    let home = home();
    let kept = opened(&home).unwrap();
    assert_eq!(posted(&kept, submission(0, 5, "leaf")).await.0, StatusCode::OK);
    let file = fs::read_dir(home.path().join("logs")).unwrap().next().unwrap().unwrap().path();
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("\n5\n", "\n4\n")).unwrap();
    assert_eq!(posted(&kept, submission(4, 6, "fork")).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(opened(&home).is_err());
    let only_the_log = good.lines().take(5).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&file, only_the_log).unwrap();
    assert!(opened(&home).is_err());
    fs::write(&file, good).unwrap();
    assert!(opened(&home).is_ok());
    // Another key would be another witness.
    fs::remove_file(home.path().join("witness.key")).unwrap();
    assert!(witness_seed(home.path(), &SystemEntropy).is_err());
}

/// Many at once: one is signed, the others are told the size.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_submissions_are_never_signed_for_the_same_place() {
    let home = home();
    let kept = opened(&home).unwrap();
    let signed = Arc::new(Mutex::new(0));
    let mut tasks = vec![];
    for new in 1..20 {
        let (kept, signed) = (Arc::clone(&kept), Arc::clone(&signed));
        tasks.push(tokio::spawn(async move {
            if posted(&kept, submission(0, new, "leaf")).await.0 == StatusCode::OK {
                *signed.lock().unwrap() += 1;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*signed.lock().unwrap(), 1);
}
