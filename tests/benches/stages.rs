//! Where the time of an answer goes: measuring cells (release plans run, lanes are merged) against protecting them,
//! stage by stage, in one run of the whole engine.
//!
//! `cargo bench -p tests --bench stages -- [--persons N] [--rounds K] [--folder DIR] [--only TEXT]`
//!
//! The engine says which stage begins and knows no time; the time is taken here. Each query runs under the shipped
//! default profile (secondary suppression, bounds, noise), under the same without secondary suppression, and under a
//! shipped one without noise. Answers are written whole, however many rows they have.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

mod common;
mod projects;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Arguments, prepare};
use projects::add_project;
use tests::ask::{ask_as, request};
use tests::home::config;
use tresor_core::engine::Engine;
use tresor_core::vault::{Stage, Stages};

/// Name, SQL.
const QUERIES: [(&str, &str); 7] = [
    (
        "some cells",
        "select icd10, chapter, emergency, count(*) as n, sum(cost) as c from admissions \
         group by icd10, chapter, emergency",
    ),
    (
        "thousands of cells",
        "select icd10, organisation_code, count(*) as n, sum(cost) as c from admissions \
         group by icd10, organisation_code",
    ),
    (
        "more cells",
        "select icd10, date_trunc('month', admission_date) as m, emergency, count(*) as n, sum(cost) as c \
         from admissions group by icd10, date_trunc('month', admission_date), emergency",
    ),
    (
        "very many cells",
        "select icd10, organisation_code, extract(year from admission_date) as y, emergency, \
         count(*) as n, sum(cost) as c from admissions \
         group by icd10, organisation_code, extract(year from admission_date), emergency",
    ),
    (
        "many persons",
        "select region, ethnicity, imd_decile, birth_year, count(*) as n from patients \
         group by region, ethnicity, imd_decile, birth_year",
    ),
    (
        "cube of 3 keys",
        "select chapter, organisation_code, emergency, count(*) as n, sum(cost) as c from admissions \
         group by cube (chapter, organisation_code, emergency)",
    ),
    (
        "cube of 5 keys",
        "select p.sex, p.region, p.imd_decile, a.emergency, p.birth_year >= 1960 as young, \
         count(*) as n, sum(a.cost) as c \
         from admissions a join patients p on p.person_id = a.person_id \
         group by cube (p.sex, p.region, p.imd_decile, a.emergency, p.birth_year >= 1960)",
    ),
];

/// Project, the shipped profile that it has, and the lines in which that is changed. All rows are wanted, whatever the
/// profile says of the size of an answer.
const PROJECTS: [(&str, &str, &[&str]); 3] = [
    ("default", "tresor-default", &[ALL_ROWS]),
    (
        "noise-only",
        "tresor-default",
        &[ALL_ROWS, "secondary = { method = \"off\", zeros = false }"],
    ),
    ("acro", "acro-default", &[ALL_ROWS]),
];

const ALL_ROWS: &str = "release = { max_rows = 1000000, max_bytes = 1000000000, formats = [\"json\", \"csv\"], review = false }";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&Arguments::read(1_000_000)));
}

async fn run(arguments: &Arguments) {
    let home = prepare(arguments);
    PROJECTS.iter().for_each(|project| add_project(&home.join("policies"), project));
    let watch = Arc::new(Watch::default());
    let mut config = config(home);
    config.limits.result_rows = 1_000_000;
    config.limits.boundaries = 64;
    config.limits.seconds = 3_600;
    config.stages = Arc::<Watch>::clone(&watch);
    let engine = Engine::open(config).await.unwrap();
    println!(
        "{} persons, {} cores; best of {} rounds; ms\n",
        arguments.persons,
        std::thread::available_parallelism().map_or(1, usize::from),
        arguments.rounds
    );
    print!("{:20} {:11} {:>7} |{:>8} |", "query", "project", "rows", "measure");
    println!(
        "{:>8} {:>8} {:>8} {:>8} ={:>8} |{:>8} {:>8}",
        "decide", "withhold", "perturb", "tables", "protect", "finish", "write"
    );
    for (name, sql) in QUERIES.iter().filter(|(name, _)| name.contains(&arguments.only)) {
        for (project, ..) in PROJECTS {
            let mut best: Option<(usize, Times)> = None;
            for _ in 0..arguments.rounds {
                let (rows, times) = measured(&engine, &watch, project, sql).await;
                if best.as_ref().is_none_or(|(_, known)| times.protect() < known.protect()) {
                    best = Some((rows, times));
                }
            }
            if let Some((rows, times)) = best {
                times.print(name, project, rows);
            }
        }
    }
    engine.close().await;
}

async fn measured(engine: &Arc<Engine>, watch: &Watch, project: &str, sql: &str) -> (usize, Times) {
    let _ = watch.taken();
    match ask_as(engine, "ada", request(project, sql)).await {
        Ok(answer) => (answer.rows().len(), watch.taken()),
        Err(refusal) => panic!("{sql}: {refusal}"),
    }
}

/// Takes the time whenever a stage begins.
#[derive(Default)]
struct Watch(Mutex<Vec<(Stage, Instant)>>);

impl Stages for Watch {
    fn begins(&self, stage: Stage) {
        self.0.lock().unwrap().push((stage, Instant::now()));
    }
}

impl Watch {
    /// How long each stage took since this was asked last. The last stage is for the disk and does not count.
    fn taken(&self) -> Times {
        let begun = std::mem::take(&mut *self.0.lock().unwrap());
        let spans = begun.windows(2).map(|pair| (pair[0].0, pair[1].1 - pair[0].1));
        Times(spans.collect())
    }
}

/// Stages in the order in which they were passed, with what each took.
struct Times(Vec<(Stage, Duration)>);

impl Times {
    fn of(&self, stages: &[Stage]) -> f64 {
        let those = self.0.iter().filter(|(stage, _)| stages.contains(stage));
        those.map(|(_, time)| time.as_secs_f64() * 1e3).sum()
    }

    fn protect(&self) -> f64 {
        self.of(&[Stage::Decide, Stage::Withhold, Stage::Perturb, Stage::Tables])
    }

    fn print(&self, name: &str, project: &str, rows: usize) {
        let one = |stage| self.of(&[stage]);
        print!("{name:20} {project:11} {rows:7} |{:8.0} |", one(Stage::Measure));
        println!(
            "{:8.0} {:8.0} {:8.0} {:8.0} ={:8.0} |{:8.0} {:8.0}",
            one(Stage::Decide),
            one(Stage::Withhold),
            one(Stage::Perturb),
            one(Stage::Tables),
            self.protect(),
            one(Stage::Finish),
            one(Stage::Write),
        );
    }
}
