//! What the ledger adds to a query: reserve, settle and record, one after the other and by many at once, beside what the
//! disk takes for one durable write.
//!
//! `cargo bench --workspace --bench ledger -- [--queries N] [--folder F] [--server postgres://..]`
//!
//! Every query is charged, settled with an answer of 2 KiB, and has an entry of its own recorded. The folder should lie on
//! the disk that is meant; the database must be empty.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tresor_ledger::{
    Intent, Kind, Ledger, LedgerConfig, LedgerPlace, LogConfig, Moment, NewEntry, NoSteps, Outcome,
    Reservation, digest_of,
};

const NOW: Moment = Moment(1_790_000_000_000_000);
const CLIENTS: [u64; 4] = [1, 8, 64, 256];

fn main() {
    let queries: u64 = after("--queries").map_or(2_000, |n| n.parse().expect("--queries N"));
    let folder = after("--folder").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let place = after("--server").map_or_else(
        || LedgerPlace::File(folder.path().join("ledger.sqlite")),
        LedgerPlace::Postgres,
    );
    println!("milliseconds; {queries} queries per line, each of three writes");
    println!(
        "| clients | writes per second | write: median | p99 | one after the other on the bare disk: median | p99 |"
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(place, folder.path(), queries));
}

fn after(flag: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != flag).nth(1)
}

async fn measure(place: LedgerPlace, folder: &Path, queries: u64) {
    let log = LogConfig {
        origin: "bench.example/log".to_owned(),
        seed: [7; 32],
        folder: folder.join("log"),
        anchor: None,
    };
    let config = LedgerConfig { place, log, steps: Arc::new(NoSteps) };
    let (ledger, _) = Ledger::open(config, NOW).await.unwrap();
    let next = Arc::new(AtomicU64::new(0));
    for clients in CLIENTS {
        // Taken in turns with the ledger, because the load of a machine changes.
        let mut disk = durable_writes(folder, 200);
        let start = Instant::now();
        let tasks: Vec<_> = (0..clients)
            .map(|_| tokio::spawn(ask(ledger.clone(), Arc::clone(&next), queries / clients)))
            .collect();
        let mut writes = Vec::new();
        for task in tasks {
            writes.extend(task.await.unwrap());
        }
        let seconds = start.elapsed().as_secs_f64();
        disk.extend(durable_writes(folder, 200));
        let per_second = f64::from(u32::try_from(writes.len()).unwrap()) / seconds;
        println!(
            "| {clients} | {per_second:.0} | {} | {} | {} | {} |",
            share(&mut writes, 50),
            share(&mut writes, 99),
            share(&mut disk, 50),
            share(&mut disk, 99)
        );
    }
    ledger.close().await;
}

/// One client: so many queries, and how long each write took.
async fn ask(ledger: Ledger, next: Arc<AtomicU64>, queries: u64) -> Vec<Duration> {
    let mut writes = Vec::new();
    for _ in 0..queries {
        let id = format!("q_{}", next.fetch_add(1, Ordering::Relaxed));
        let start = Instant::now();
        let Reservation::Fresh(receipt) = ledger.reserve(intent(&id)).await.unwrap() else {
            panic!("not charged");
        };
        writes.push(start.elapsed());
        let answer = vec![b'7'; 2_048];
        let digest = digest_of(&answer);
        let summary = json!({ "cells": 10 });
        let outcome = Outcome::Released {
            answer,
            digest,
            summary,
            sealed: vec![],
            reviewers: 0,
            remembered: vec![],
        };
        let start = Instant::now();
        ledger.settle(receipt, outcome, NOW).await.unwrap();
        writes.push(start.elapsed());
        let start = Instant::now();
        ledger.record(NewEntry::new(Kind::Download, "ana", NOW)).await.unwrap();
        writes.push(start.elapsed());
    }
    writes
}

fn intent(query_id: &str) -> Intent {
    Intent {
        query_id: query_id.to_owned(),
        account: "study".to_owned(),
        user: "ana".to_owned(),
        role: "researcher".to_owned(),
        idempotency: None,
        sql: "select count(*) from patients where diagnosis = 'I21'".repeat(8),
        sql_fingerprint: "select count(*) from patients where diagnosis = ?".repeat(8),
        policy_digest: "0".repeat(64),
        policy_revision: Some(1),
        profile: "standard".to_owned(),
        snapshots: vec!["0".repeat(64)],
        plan_digest: "0".repeat(64),
        cost: 1,
        limit: 1_000_000_000,
        at: NOW,
        details: json!({ "purpose": "incidence", "tables": ["patients"] }),
        sealed: Vec::new(),
    }
}

/// What the disk itself takes: 4 KiB at the end of a file, durable.
fn durable_writes(folder: &Path, count: usize) -> Vec<Duration> {
    let mut file = File::create(folder.join("bare")).unwrap();
    let page = [7; 4_096];
    let one = |_| {
        let start = Instant::now();
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
        start.elapsed()
    };
    (0..count).map(one).collect()
}

/// The time below which so many in a hundred lie.
fn share(times: &mut [Duration], percent: usize) -> String {
    times.sort();
    let at = (times.len() * percent / 100).min(times.len() - 1);
    format!("{:.2}", times[at].as_secs_f64() * 1_000.0)
}
