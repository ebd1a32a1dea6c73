//! What it costs to leave out conditions that concern few people, and to meter sensitive columns: each query under the default
//! profile where all conditions count, without its meter, and as it is shipped (but for the limits of the meter).
//!
//! `cargo bench -p tests --bench low_effect -- [--persons N] [--rounds K] [--folder DIR] [--only TEXT]`
//!
//! They take turns in one process, so that a busy machine disturbs all.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

mod common;
mod projects;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Arguments, prepare};
use projects::add_project;
use tests::ask::{ask_as, request};
use tests::home::config;
use tresor_core::engine::Engine;

/// Name, SQL.
const QUERIES: [(&str, &str); 14] = [
    ("no condition", "select count(*) from patients"),
    ("by two attributes", "select sex, region, count(*) from patients group by sex, region"),
    ("one condition", "select count(*) from patients where birth_year < 1960"),
    (
        "three conditions",
        "select count(*) from patients where birth_year < 1960 and sex = 'female' and region = 'plains'",
    ),
    (
        "by region, two conditions",
        "select region, count(*) from patients where birth_year between 1940 and 1979 and imd_decile <= 5 group by region",
    ),
    (
        "cost by region, one condition",
        "select region, count(*), sum(cost) from admissions a join patients p on p.person_id = a.person_id \
         where a.emergency group by region",
    ),
    (
        "by hospital, which is not public",
        "select organisation_code, count(*) from admissions where emergency group by organisation_code",
    ),
    (
        "join, two conditions, by sex",
        "select p.sex, count(*), sum(a.length_of_stay) from patients p join admissions a \
         on a.person_id = p.person_id where a.emergency and p.birth_year < 1960 group by p.sex",
    ),
    (
        "share by FILTER",
        "select region, count(*), count(*) filter (where birth_year < 1960) from patients group by region",
    ),
    (
        "with a sub-query",
        "select sex, count(*) from patients where person_id in \
         (select person_id from admissions where length_of_stay > 7) group by sex",
    ),
    (
        "per person first",
        "select sex, avg(n) from patients p join (select person_id, count(*) as n from admissions \
         group by person_id) a on a.person_id = p.person_id group by sex",
    ),
    (
        "many small groups",
        "select birth_year, region, sex, count(*) from patients where imd_decile <= 5 group by 1, 2, 3",
    ),
    (
        "a condition that nobody meets",
        "select count(*) from patients where birth_year < 1960 and region = 'nowhere'",
    ),
    (
        "a sensitive column, metered",
        "select region, count(*) from patients where hiv_status group by region",
    ),
];

/// Project, the shipped profile that it has, and the lines in which that is changed.
const PROJECTS: [(&str, &str, &[&str]); 3] = [
    (
        "all-count",
        "tresor-default",
        &[
            "low_effect = { persons = 0, sd = 0.0, condition_sd = 0.0 }",
            "exposure = { warn = 0.0, review = 0.0, lock = 0.0 }",
        ],
    ),
    ("left-out", "tresor-default", &["exposure = { warn = 0.0, review = 0.0, lock = 0.0 }"]),
    ("metered", "tresor-default", &["exposure = { warn = 0.0, review = 0.0, lock = 1.0 }"]),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&Arguments::read(1_000_000)));
}

async fn run(arguments: &Arguments) {
    let home = prepare(arguments);
    PROJECTS.iter().for_each(|project| add_project(&home.join("policies"), project));
    let engine = Engine::open(config(home)).await.unwrap();
    println!("{} persons; best of {} rounds; ms\n", arguments.persons, arguments.rounds);
    println!(
        "{:34} {:>9} {:>9} {:>6} {:>9} {:>6}",
        "query", "all count", "left out", "ratio", "metered", "ratio"
    );
    let mut sums = [Duration::ZERO; PROJECTS.len()];
    for (name, sql) in QUERIES.iter().filter(|(name, _)| name.contains(&arguments.only)) {
        let mut best = [Duration::MAX; PROJECTS.len()];
        for _ in 0..arguments.rounds {
            for (best, (project, ..)) in best.iter_mut().zip(PROJECTS) {
                *best = (*best).min(time(&engine, project, sql).await);
            }
        }
        sums.iter_mut().zip(best).for_each(|(sum, best)| *sum += best);
        line(name, best);
    }
    line("all", sums);
}

async fn time(engine: &Arc<Engine>, project: &str, sql: &str) -> Duration {
    let start = Instant::now();
    if let Err(refusal) = ask_as(engine, "ada", request(project, sql)).await {
        panic!("{sql}: {refusal}");
    }
    start.elapsed()
}

fn line(name: &str, [all_count, left_out, metered]: [Duration; 3]) {
    let ratio = |time: Duration| time.as_secs_f64() / all_count.as_secs_f64();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{name:34} {:9.0} {:9.0} {:6.2} {:9.0} {:6.2}",
        ms(all_count),
        ms(left_out),
        ratio(left_out),
        ms(metered),
        ratio(metered)
    );
}
