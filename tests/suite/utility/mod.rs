//! Forty ordinary tables of a study keep their use: what protection changes in them, cell by cell.
//!
//! The tables stand in `tests/cases/study/`, as researchers write them. Each is asked under a profile that shows true
//! numbers and under one that protects, in the order of the files and within one project, so that numbers are held against
//! what the project was told before. Both are about 20,000 people of the generator of the sample, with keys that are
//! always the same. `--nocapture` shows the figures of every table.

mod compare;
mod tables;

use std::sync::Arc;

use serde_json::Value;
use tests::ask::ask;
use tests::home::Home;
use tests::{profile, shelf};
use tresor_core::engine::Engine;
use tresor_core::progress::Silent;
use tresor_core::sample::{SampleSpec, generate};

use compare::{Compared, Kind, NEAR, Summary};
use tables::{Table, tables};

/// People of the study, from the generator of the sample. Of 3,000, whom the repository holds, many cells have just a hundred,
/// where noise and rounding alone move more than 3 %, and forty tables on sensitive columns would be looked at by people.
const PERSONS: u64 = 20_000;
/// Tables of the study.
const TABLES: usize = 40;
/// What of cells of a hundred people and more has to be near the truth, in percent.
const NEAR_ENOUGH: f64 = 95.0;
/// What of the numbers about groups of a hundred people and more has to be within 5 %, in percent, where they are not
/// numbers of people: their noise follows the person who has most.
const WITHIN_FIVE: [(Kind, f64); 3] =
    [(Kind::Rows, 90.0), (Kind::Sum, 80.0), (Kind::Derived, 80.0)];
/// What of the intervals has to hold the truth, in percent. Of sums there are sixteen.
const INTERVALS_HOLD: [(Kind, f64); 3] =
    [(Kind::Persons, 95.0), (Kind::Rows, 95.0), (Kind::Sum, 90.0)];
/// What of the tables has to be answered, in percent.
const ANSWERED_ENOUGH: f64 = 90.0;

/// The profile that shows true numbers, of as few people as the engine ever shows.
const TRUTH: &str = "truth";
/// The profile of the sample, as it is in the repository.
const STUDY: &str = "study";
/// The profile of the sample where conditions about fewer than a thousand people count as absent.
const HARSH: &str = "harsh";
/// True numbers, but conditions that concern few people count as absent as in the sample.
const LEFT_OUT: &str = "left-out";

struct Study {
    engine: Arc<Engine>,
    tables: Vec<Table>,
    _home: Home,
}

impl Study {
    async fn new() -> Self {
        let sample = tempfile::tempdir().unwrap();
        let out = sample.path().to_path_buf();
        generate(&SampleSpec { persons: PERSONS, seed: 1, out }, &Silent).unwrap();
        let home = Home::of_sample(sample.path());
        let truth = ["id = \"truth\"", "min_count = 2", "min_count_measure = 2", PERCENTILES];
        home.add_project(TRUTH, &profile::with(&truth), "sample");
        let left_out =
            ["id = \"left-out\"", "min_count = 2", "min_count_measure = 2", PERCENTILES, LIMIT];
        home.add_project(LEFT_OUT, &profile::with(&left_out), "sample");
        let harsh =
            ["id = \"harsh\"", "low_effect = { persons = 1000, sd = 2.0, condition_sd = 1.0 }"];
        home.add_project(HARSH, &profile::changed(&shelf::text("sample"), &harsh), "sample");
        Self { engine: home.engine().await, tables: tables(), _home: home }
    }

    /// Every table under this project beside the truth.
    async fn compared(&self, project: &str) -> Summary {
        let (truth, shown) = tokio::join!(self.answers(TRUTH), self.answers(project));
        let beside = self.tables.iter().zip(truth).zip(shown);
        let compared =
            beside.map(|((table, truth), shown)| Compared::new(&table.title, truth, shown));
        Summary::of(compared.collect())
    }

    /// The answers of a project, one after the other; or why there is none.
    async fn answers(&self, project: &str) -> Vec<Result<Value, String>> {
        let mut answers = vec![];
        for table in &self.tables {
            let answer = ask(&self.engine, project, &table.sql).await;
            answers.push(answer.map(|answer| answer.json).map_err(|why| why.to_string()));
        }
        answers
    }
}

const PERCENTILES: &str = "quantile = { min_n = 2, range = [1, 99] }";
const LIMIT: &str = "low_effect = { persons = 10, sd = 2.0, condition_sd = 0.0 }";

/// What a study can live with.
fn useful(summary: &Summary) -> Result<(), String> {
    let (answered, near) = (summary.answered(), summary.within(NEAR, Kind::Persons));
    if answered < ANSWERED_ENOUGH {
        return Err(format!("{answered:.1} % of the tables are answered"));
    }
    if near < NEAR_ENOUGH {
        return Err(format!("{near:.1} % of the cells of 100 people and more are within 3 %"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_tables_of_a_study_stay_useful() {
    let study = Study::new().await;
    assert_eq!(study.tables.len(), TABLES);
    let summary = study.compared(STUDY).await;
    eprintln!("{summary}");
    useful(&summary).unwrap();
    for (kind, enough) in INTERVALS_HOLD {
        let held = summary.held(kind);
        eprintln!("intervals of {kind:?} that hold the truth: {held:.1} %");
        assert!(held >= enough, "{held:.1} % of the intervals of {kind:?} hold the truth");
    }
    for (kind, enough) in WITHIN_FIVE {
        let within = summary.within(0.05, kind);
        assert!(within >= enough, "{within:.1} % of {kind:?} are within 5 %");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_conditions_out_changes_no_table_by_much() {
    let summary = Study::new().await.compared(LEFT_OUT).await;
    eprintln!("{summary}");
    useful(&summary).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_a_thousand_people_makes_them_useless() {
    let mut study = Study::new().await;
    study.tables.retain(|table| table.file == "baseline");
    let (usual, harsh) = (study.compared(STUDY).await, study.compared(HARSH).await);
    eprintln!("{harsh}");
    useful(&harsh).unwrap_err();
    let near = |summary: &Summary| summary.within(NEAR, Kind::Persons);
    assert!(near(&harsh) + 20.0 < near(&usual));
}
