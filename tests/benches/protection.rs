//! What protection costs: each query through the whole engine, side by side with plain DataFusion over the same files.
//!
//! `cargo bench -p tests --bench protection -- [--persons N] [--rounds K] [--folder DIR] [--only TEXT]`
//!
//! The plain side runs the researcher's SQL as it is, with all cores, without any statistics about persons, rules or
//! records. The protected side is the engine's front door: text checks, policy, guard, ledger with its two durable
//! writes, exact distinct persons, cell key and the two largest person totals for every cell and argument, rules,
//! noise, the finishing plan. The two take turns in one process, so that a busy machine disturbs both.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

mod common;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Arguments, prepare};
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use tests::ask::ask_as;
use tests::ask::request;
use tests::home::config;
use tresor_core::catalog::contract::TableKind;
use tresor_core::engine::Engine;
use tresor_core::extract::Snapshot;

/// Name, SQL. The plain side gets the same text.
const QUERIES: [(&str, &str); 10] = [
    ("count by two attributes", "select sex, region, count(*) from patients group by sex, region"),
    (
        "count by five attributes",
        "select sex, region, ethnicity, imd_decile, birth_year / 10 as decade, count(*) from patients \
         group by sex, region, ethnicity, imd_decile, birth_year / 10",
    ),
    (
        "cost by diagnosis chapter",
        "select chapter, count(*), sum(cost), avg(cost) from admissions group by chapter",
    ),
    (
        "join with two attributes",
        "select p.sex, p.region, count(*), sum(a.length_of_stay) from patients p \
         join admissions a on a.person_id = p.person_id group by p.sex, p.region",
    ),
    (
        "join, two filters, by month",
        "select date_trunc('month', a.admission_date) as month, p.sex, count(*) from patients p \
         join admissions a on a.person_id = p.person_id \
         where a.chapter = 'circulatory' and p.birth_year < 1960 \
         group by date_trunc('month', a.admission_date), p.sex",
    ),
    (
        "persons by number of admissions",
        "select n, count(*) from (select person_id, count(*) as n from admissions group by person_id) t \
         group by n",
    ),
    (
        "one year by month",
        "select date_trunc('month', admission_date) as month, count(*) from admissions \
         where admission_date >= date '2023-01-01' and admission_date < date '2024-01-01' \
         group by date_trunc('month', admission_date)",
    ),
    ("admissions by code", "select icd10, count(*), sum(cost) from admissions group by icd10"),
    (
        "prescriptions by drug",
        "select drug_code, count(*), sum(quantity) from prescriptions group by drug_code",
    ),
    (
        "distinct persons by drug",
        "select drug_code, count(distinct person_id) from prescriptions group by drug_code",
    ),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&Arguments::read(2_000_000)));
}

async fn run(arguments: &Arguments) {
    let home = prepare(arguments);
    let snapshot = Snapshot::current(&home).unwrap().pop().unwrap();
    let engine = Engine::open(config(home)).await.unwrap();
    let plain = plain_context(&snapshot).await;
    let rows = |table| snapshot.rows(table).unwrap_or_default();
    println!(
        "{} persons, {} admissions, {} prescriptions, {} cores; best of {} rounds, in turns\n",
        snapshot.persons(),
        rows("admissions"),
        rows("prescriptions"),
        std::thread::available_parallelism().map_or(1, usize::from),
        arguments.rounds
    );
    println!(
        "{:34} {:>9} {:>12} {:>6} {:>10} {:>12}",
        "query", "plain ms", "protected ms", "ratio", "plain MB", "protected MB"
    );
    let (mut all_plain, mut all_protected) = (Duration::ZERO, Duration::ZERO);
    for (name, sql) in QUERIES.into_iter().filter(|(name, _)| name.contains(&arguments.only)) {
        let (mut best_plain, mut best_protected) = (Duration::MAX, Duration::MAX);
        let (mut peak_plain, mut peak_protected) = (0, 0);
        for _ in 0..arguments.rounds {
            let (time, peak) = measured(run_plain(&plain, sql)).await;
            best_plain = best_plain.min(time);
            peak_plain = peak_plain.max(peak);
            let (time, peak) = measured(run_protected(&engine, sql)).await;
            best_protected = best_protected.min(time);
            peak_protected = peak_protected.max(peak);
        }
        all_plain += best_plain;
        all_protected += best_protected;
        line(name, best_plain, best_protected, peak_plain, peak_protected);
    }
    line("all ten", all_plain, all_protected, 0, 0);
}

fn line(name: &str, plain: Duration, protected: Duration, plain_mb: u64, protected_mb: u64) {
    let ratio = protected.as_secs_f64() / plain.as_secs_f64();
    let (plain, protected) = (plain.as_secs_f64() * 1e3, protected.as_secs_f64() * 1e3);
    println!("{name:34} {plain:9.0} {protected:12.0} {ratio:6.2} {plain_mb:10} {protected_mb:12}");
}

/// Time, and how far the process grew above where it stood before, in MB.
async fn measured(work: impl Future<Output = ()>) -> (Duration, u64) {
    let before = memory("VmRSS:");
    // Linux: forgets the highest memory use so far.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let start = Instant::now();
    work.await;
    let time = start.elapsed();
    (time, memory("VmHWM:").saturating_sub(before))
}

fn memory(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    kilobytes / 1024
}

async fn run_protected(engine: &Arc<Engine>, sql: &str) {
    if let Err(refusal) = ask_as(engine, "ada", request("heart-study", sql)).await {
        panic!("{sql}: {refusal}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the plain side, to compare with")]
async fn run_plain(context: &SessionContext, sql: &str) {
    context.sql(sql).await.unwrap().collect().await.unwrap();
}

/// Plain DataFusion over the files of the snapshot, as it comes.
async fn plain_context(snapshot: &Snapshot) -> SessionContext {
    let context = SessionContext::new_with_config(SessionConfig::new());
    for table in &snapshot.contract().tables {
        let name = table.name.as_str();
        let file = match table.kind {
            TableKind::Personal { .. } => snapshot.shard_file(name, 0),
            TableKind::Public { .. } => snapshot.public_file(name),
        };
        let folder = file.unwrap().path.parent().unwrap().to_str().unwrap().to_owned();
        context.register_parquet(name, folder, ParquetReadOptions::default()).await.unwrap();
    }
    context
}
