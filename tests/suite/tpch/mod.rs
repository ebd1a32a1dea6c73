//! The 22 queries of TPC-H over a small shop, with the customer as the person.
//!
//! Each is answered, or refused with its code and answered in other words. Every answer without noise is held against
//! plain DataFusion over the same rows: equal where ten customers or more are in a cell, not shown where fewer are.

mod links;
mod page;
mod queries;
mod reference;
mod truth;

use std::path::Path;

use tests::ask::{Answer, ask};
use tests::home::{EXACT, Home, NOISY};
use tests::tpch::Shop;
use tresor_core::refusal::Refusal;

use self::queries::{Instead, QUERIES, Query, Truth, Verdict};
use self::reference::Reference;

/// The shop, asked and read.
struct World {
    engine: std::sync::Arc<tresor_core::engine::Engine>,
    reference: Reference,
    _home: Home,
}

impl World {
    async fn of(shop: &Shop) -> Self {
        let home = Home::of_shop(shop);
        let reference = Reference::over(&home.path().join("source").join("tpch")).await;
        Self { engine: home.engine().await, reference, _home: home }
    }

    async fn ask(&self, project: &str, sql: &str) -> Result<Answer, Refusal> {
        ask(&self.engine, project, sql).await
    }
}

impl Query {
    fn instead(&self) -> Option<&Instead> {
        match &self.verdict {
            Verdict::Answered(_) => None,
            Verdict::Nothing(instead) | Verdict::Refused(_, instead) => Some(instead),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_its_verdict_and_every_answer_is_true() {
    let world = World::of(&Shop::new(1_500, 1)).await;
    let mut wrong = vec![];
    for query in &QUERIES {
        for project in [EXACT, NOISY] {
            if let Err(why) = verdict(&world, query, project).await {
                wrong.push(format!("query {} of {project}: {why}", query.number));
            }
        }
        if let Err(why) = answers(&world, query).await {
            wrong.push(format!("query {}: {why}", query.number));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a query has the verdict that the page tells.
async fn verdict(world: &World, query: &Query, project: &str) -> Result<(), String> {
    let found = world.ask(project, query.sql).await;
    match (&query.verdict, found) {
        (Verdict::Answered(_), Ok(answer)) if !answer.rows().is_empty() => Ok(()),
        (Verdict::Nothing(_), Ok(answer)) if answer.rows().is_empty() => Ok(()),
        (Verdict::Refused(code, _), Err(refusal)) if refusal.code() == *code => Ok(()),
        (_, Ok(answer)) => Err(format!("answered with {} rows", answer.rows().len())),
        (_, Err(refusal)) => Err(format!("refused: {refusal}")),
    }?;
    match query.instead() {
        Some(instead) => match world.ask(project, instead.sql).await {
            Ok(answer) if answer.rows().is_empty() => Err("instead: nothing is left".to_owned()),
            Ok(_) => Ok(()),
            Err(refusal) => Err(format!("instead: refused: {refusal}")),
        },
        None => Ok(()),
    }
}

/// Holds the answer without noise against the truth.
async fn answers(world: &World, query: &Query) -> Result<(), String> {
    let (asked, asked_of_reference, truth) = match &query.verdict {
        Verdict::Answered(truth) => (query.sql, query.sql, truth),
        Verdict::Nothing(instead) | Verdict::Refused(_, instead) => {
            let same = if instead.same { query.sql } else { instead.sql };
            (instead.sql, same, &instead.truth)
        }
    };
    let answer = world.ask(EXACT, asked).await.map_err(|refusal| refusal.to_string())?;
    let rows = world.reference.rows(&uncut(asked_of_reference)).await;
    match truth {
        Truth::Public => truth::all_alike(&answer, &rows),
        Truth::Cells(keys, persons) => {
            let persons = world.reference.rows(persons).await;
            truth::large_cells_alike(&answer, &rows, *keys, &persons)
        }
    }
}

/// Without LIMIT: what is not listed makes room for other rows.
fn uncut(sql: &str) -> String {
    let cut = |line: &&str| !line.starts_with("limit ");
    sql.lines().filter(cut).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_tells_what_the_tests_know() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TPCH.md");
    let page = page::page();
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if found != page {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("TPCH.md");
        std::fs::write(&made, page).unwrap();
        panic!("docs/TPCH.md is stale; put {} in its place", made.display());
    }
}
