//! The canary: every value about persons is planted, and none of them may ever be seen.
//!
//! Random queries, changed ones, and those of somebody who wants a value out, through the whole API: answers, headers,
//! checks, refusals and log lines are searched for values that belong to fewer people than may be told. The texts that
//! are asked hold none of them. `TRESOR_QUERIES=10000` asks so many random ones.

mod face;
mod hostile;
mod planted;
mod search;

use std::sync::Arc;

use tests::home::Home;

use crate::fuzz::{beginnings, mutate};
use crate::model::chance::Chance;
use crate::model::generate::{ANSWERED, generate};
use crate::model::runs::{queries, report, side_by_side};
use crate::model::sql;
use face::{Face, Log};
use planted::{PUBLIC, Planted};

/// Random queries in the ordinary run, besides those that are written out.
const QUERIES: u64 = 1_000;
const PERSONS: usize = 300;

struct World {
    planted: Planted,
    face: Face,
    source: tempfile::TempDir,
    _home: Home,
}

impl World {
    async fn new() -> Self {
        let source = tempfile::tempdir().unwrap();
        let planted = planted::write(source.path(), PERSONS);
        let home = Home::over(source.path());
        Self { planted, face: Face::of(home.engine().await).await, source, _home: home }
    }

    /// Asks, and complains about every planted value that comes back.
    async fn ask(&self, sql: &str) -> (bool, Option<String>) {
        let told = self.face.all(sql).await;
        let found = search::found(&self.planted, &told.text);
        let complaint = (!found.is_empty()).then(|| format!("{found:?}: {sql}\n{}", told.text));
        (told.answered, complaint)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_value_is_ever_told() {
    let log = Log::listen();
    let (world, total) = (Arc::new(World::new().await), queries(QUERIES));
    let corpus = Arc::new(beginnings());
    let hostile = Arc::new(hostile::all());
    let written = hostile.len() as u64;
    let told = side_by_side(total + written, |number| {
        let (world, corpus, hostile) =
            (Arc::clone(&world), Arc::clone(&corpus), Arc::clone(&hostile));
        async move {
            let chance = || Chance::new(number.wrapping_add(1 << 48));
            let sql = match hostile.get(usize::try_from(number).unwrap()) {
                Some(sql) => sql.clone(),
                None if number % 2 == 0 => sql::query(&generate(chance(), ANSWERED).query),
                None => mutate::mutated(&mut chance(), &corpus),
            };
            world.ask(&sql).await
        }
    })
    .await;
    let answered = told.iter().filter(|(answered, _)| *answered).count();
    let complaints: Vec<&String> = told.iter().filter_map(|(_, why)| why.as_ref()).collect();
    report(&format!(
        "canary: {written} hostile and {total} random queries from seed 0; {answered} answered, {} planted values, \
         {} bytes of log",
        world.planted.texts.len() + world.planted.numbers.len() + world.planted.days.len(),
        log.text().len()
    ));
    let first = complaints.first().map_or("", |why| why);
    assert!(complaints.is_empty(), "{} queries tell a planted value: {first}", complaints.len());
    let logged = search::found(&world.planted, &log.text());
    assert!(logged.is_empty(), "the log tells {logged:?}");
    assert!(log.text().lines().count() as u64 > total, "the log was not heard");
    assert!(answered as u64 * 4 > total, "{answered} of {total} queries were answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_datasets_tells_no_value() {
    let world = World::new().await;
    for path in ["/api/v1/datasets", "/api/v1/openapi.json", "/readyz", "/api/v1/audit"] {
        let told = world.face.send("GET", path, None).await;
        assert!(search::found(&world.planted, &told).is_empty(), "{path}: {told}");
    }
}

/// The search finds what is there: what the contract makes public is told, and the rows themselves are full of finds.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_is_found_and_so_would_be_the_rest() {
    let world = World::new().await;
    let told = world.face.all("select region, count(*) from people group by region").await;
    assert!(told.answered && told.text.contains(PUBLIC), "{}", told.text);
    let shared = world.face.all("select left(ward, 2) k, count(*) from visits group by 1").await;
    assert!(shared.text.contains("\"zq\""), "many people share these letters: {}", shared.text);
    for (table, cells) in [("people", 2), ("visits", 3), ("labs", 1)] {
        let rows =
            std::fs::read_to_string(world.source.path().join(format!("{table}.csv"))).unwrap();
        for row in rows.lines().skip(1) {
            assert!(search::found(&world.planted, row).len() >= cells, "{table}: {row}");
        }
    }
    let amount = world.planted.numbers.iter().find(|number| number.contains('.')).unwrap();
    assert_eq!(search::found(&world.planted, &format!("[{amount}0, null]")).len(), 1);
}
