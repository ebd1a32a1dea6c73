//! Offers to a witness that follows the rules, and to some that do not.

use std::sync::Mutex;

use tresor_core::refusal::Refusal;
use tresor_ledger::tlog::witness::{Verdict, Witness as Rules};
use tresor_ledger::tlog::{
    Cosignature, Edge, Hash, LogError, LogKey, SignedCheckpoint, TileId, TileNodes, Tiles,
    TreeHead, WitnessKey, prove_consistency,
};

use super::offer::{Carrier, Log, offer};
use super::*;

fn log_key() -> LogKey {
    LogKey::new("log.example/tresor", &[7; 32]).unwrap()
}

fn witness_key() -> WitnessKey {
    WitnessKey::new("witness.example/w1", &[9; 32]).unwrap()
}

fn witness() -> Witness {
    format!("http://127.0.0.1:1/={}", witness_key().verifier()).parse().unwrap()
}

/// A log of so many leaves of one word; one tile is enough.
struct Small {
    leaves: Vec<Hash>,
    kept: Mutex<Vec<(u64, Cosignature)>>,
}

impl Small {
    fn of(word: &str, size: u64) -> Self {
        let leaves = (0..size).map(|i| Hash::of_leaf(format!("{word} {i}").as_bytes())).collect();
        Self { leaves, kept: Mutex::default() }
    }

    fn newest(&self) -> SignedCheckpoint {
        SignedCheckpoint::sign(&log_key(), self.head())
    }

    fn head(&self) -> TreeHead {
        let mut edge = Edge::default();
        self.leaves.iter().for_each(|leaf| drop(edge.push(*leaf)));
        edge.head()
    }
}

impl Tiles for Small {
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, LogError> {
        assert_eq!((id.level, id.index), (0, 0));
        Ok(self.leaves.clone())
    }
}

impl Log for Small {
    async fn growth(&self, old: u64, new: u64) -> Result<Vec<Hash>, Refusal> {
        Ok(prove_consistency(&TileNodes::new(self, new), old, new).unwrap())
    }

    async fn keep(&self, checkpoint: SignedCheckpoint, by: Cosignature) -> Result<(), Refusal> {
        self.kept.lock().unwrap().push((checkpoint.head().size, by));
        Ok(())
    }
}

/// A witness without a network that has seen this.
struct Near(Mutex<Option<TreeHead>>);

impl Near {
    fn that_saw(head: Option<TreeHead>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(head)))
    }
}

impl Carrier for Near {
    fn carry(&self, url: &str, submission: &str) -> Result<(u16, String), String> {
        assert_eq!(url, "http://127.0.0.1:1/add-checkpoint");
        let mut seen = self.0.lock().unwrap();
        let rules = Rules::new(witness_key(), vec![log_key().verifier().clone()]);
        let answer = match rules.decide(submission, 1_790_000_000, |_| *seen) {
            Verdict::Cosigned { line, kept } => {
                *seen = Some(kept.head());
                (200, format!("\u{2014} someone.else AAAAAAAA\n{line}\n"))
            }
            Verdict::Malformed => (400, String::new()),
            Verdict::NotSigned => (403, String::new()),
            Verdict::UnknownLog => (404, String::new()),
            Verdict::Conflict { size } => (409, format!("{size}\n")),
            Verdict::Inconsistent => (422, String::new()),
        };
        Ok(answer)
    }
}

/// One that says always the same.
struct Stubborn(u16, &'static str);

impl Carrier for Stubborn {
    fn carry(&self, _: &str, _: &str) -> Result<(u16, String), String> {
        Ok((self.0, self.1.to_owned()))
    }
}

#[tokio::test]
async fn a_log_that_grew_is_signed_whatever_we_remember_of_the_witness() {
    for (seen, remembered) in [(None, 0), (Some(3), 0), (Some(3), 3), (Some(7), 7), (Some(7), 2)] {
        let log = Small::of("leaf", 7);
        let near = Near::that_saw(seen.map(|size| Small::of("leaf", size).head()));
        let offered = offer(&log, &log.newest(), &witness(), near, remembered).await;
        assert_eq!(offered, Offered::Signed(7), "{seen:?} {remembered}");
        let kept = log.kept.lock().unwrap();
        assert_eq!((kept[0].0, kept[0].1.witness.as_str()), (7, "witness.example/w1"));
    }
}

#[tokio::test]
async fn a_witness_that_knows_more_or_another_history_is_believed() {
    let saw = |word: &str, size| Near::that_saw(Some(Small::of(word, size).head()));
    let log = Small::of("leaf", 7);
    assert_eq!(
        offer(&log, &log.newest(), &witness(), saw("leaf", 9), 0).await,
        Offered::Ahead { known: 9, ours: 7 }
    );
    assert_eq!(offer(&log, &log.newest(), &witness(), saw("fork", 5), 0).await, Offered::Other);
    assert_eq!(offer(&log, &log.newest(), &witness(), saw("fork", 7), 7).await, Offered::Other);
    assert!(log.kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_witness_that_does_not_speak_like_one_signs_nothing() {
    let log = Small::of("leaf", 7);
    for (status, body) in [
        (200, ""),
        (200, "\u{2014} witness.example/w1 AAAAAAAA\n"),
        (409, "many"),
        (409, "3"),
        (404, ""),
        (500, ""),
    ] {
        let offered =
            offer(&log, &log.newest(), &witness(), Arc::new(Stubborn(status, body)), 0).await;
        assert!(matches!(offered, Offered::Failed(_)), "{status} {body}: {offered:?}");
    }
    assert!(log.kept.lock().unwrap().is_empty());
}

#[test]
fn a_witness_is_written_as_address_and_key() {
    let key = witness_key().verifier().to_string();
    for good in ["http://127.0.0.1:8090", "https://witness.example/tresor/"] {
        assert!(format!("{good}={key}").parse::<Witness>().is_ok());
    }
    let log = log_key().verifier().to_string();
    for bad in [
        key.clone(),
        format!("ftp://x={key}"),
        "https://x=name".to_owned(),
        format!("https://x={log}"),
    ] {
        assert!(bad.parse::<Witness>().is_err(), "{bad}");
    }
}

/// The carrier that is used outside tests, over a socket: bytes arrive as they are, and statuses are answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_is_carried_by_http() {
    use axum::http::StatusCode;
    use axum::routing::post;
    let echo = post(|body: String| async move { (StatusCode::CONFLICT, body) });
    let router = axum::Router::new().route("/w/add-checkpoint", echo);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(crate::serve(listener, router, std::future::pending()));
    let text = "old 0\n\n\u{2014} line\n";
    let carried = move |path: &str| {
        let url = format!("http://{address}{path}");
        tokio::task::spawn_blocking(move || super::offer::Post.carry(&url, text))
    };
    assert_eq!(carried("/w/add-checkpoint").await.unwrap(), Ok((409, text.to_owned())));
    assert_eq!(carried("/elsewhere").await.unwrap().unwrap().0, 404);
    server.abort();
    let _ended = server.await;
    assert!(carried("/w/add-checkpoint").await.unwrap().is_err());
}
