//! What must not change an answer: the order of rows, how the extract is cut, what else there is, how the question is
//! written.

use std::path::Path;

use tests::clinic::Clinic;
use tests::home::{Home, NOISY, STRICT};
use tests::profile;

use super::World;
use super::question::Question;
use crate::model::chance::Chance;
use crate::model::runs::queries;

const RANDOM_ROUNDING: &str = "random-rounding";
const TABLE: &str = "table";
const PROJECTS: [&str; 4] = [STRICT, NOISY, RANDOM_ROUNDING, TABLE];

async fn world(home: Home) -> World {
    let own = |id: &str, lines: &[&str]| {
        let id_line = format!("id = \"{id}\"");
        let lines: Vec<&str> =
            std::iter::once(id_line.as_str()).chain(lines.iter().copied()).collect();
        home.add_project(id, &profile::with(&lines), "clinic");
    };
    own(
        RANDOM_ROUNDING,
        &[
            "rounding = { method = \"random_fixed\", base = 3, half = \"up\", bands = [] }",
            "secondary = { method = \"gauss\", zeros = false }",
            "zero = \"show\"",
            "class_disclosure = \"refuse\"",
        ],
    );
    own(
        TABLE,
        &[
            "noise = { method = \"cell_key_table\", ptable = \"site\", index = \"abs\", keys = 256, ptable_size = 30, small_n = 10, magnitude = { top = 1, small = 0.25, large = 0.05, flex_point = 1000, exponent = 3 } }",
            "zero = \"show\"",
        ],
    );
    World::of(home).await
}

fn written(clinic: &Clinic) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    clinic.write(folder.path());
    folder
}

/// Puts the rows of every table into another order.
fn permute(folder: &Path, chance: &mut Chance) {
    for table in ["people", "visits", "labs", "wards"] {
        let path = folder.join(format!("{table}.csv"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        for at in 1..lines.len() {
            let other = at + chance.below(lines.len() - at);
            lines.swap(at, other);
        }
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
}

/// The same people in a data set of their own.
const OTHER: &str = r#"
dataset = "elsewhere"
title = "Elsewhere"
description = "The people of the clinic in another data set."
universe = "clinic-tests"

[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["f", "m"], description = "Sex." }
"#;

fn add_other(home: &Home, clinic: &Clinic) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("contract.toml"), OTHER).unwrap();
    let rows: String = clinic.persons.iter().map(|p| format!("{},f\n", p.id)).collect();
    std::fs::write(folder.path().join("people.csv"), format!("person_id,sex\n{rows}")).unwrap();
    home.add_from(folder.path(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_order_nor_shards_nor_other_data_sets_change_an_answer() {
    let clinic = Clinic::new(400, 31);
    let source = written(&clinic);
    let base = world(Home::over(source.path())).await;
    let permuted = written(&clinic);
    permute(permuted.path(), &mut Chance::new(1));
    let permuted = world(Home::over(permuted.path())).await;
    let cut = world(Home::in_shards(source.path(), 23)).await;
    let more = Home::over(source.path());
    add_other(&more, &clinic);
    let more = world(more).await;

    for seed in 0..queries(8) {
        let sql = Question::new(&mut Chance::new(seed)).plain().sql;
        for project in PROJECTS {
            let expected = base.body(project, &sql).await;
            for (name, world) in [("permuted", &permuted), ("cut", &cut), ("more", &more)] {
                let answer = world.body(project, &sql).await;
                let text = |body: &Result<serde_json::Value, String>| format!("{body:?}");
                assert_eq!(text(&answer), text(&expected), "{name}, {project}, {seed}: {sql}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_words_do_not_change_an_answer() {
    let clinic = Clinic::new(400, 32);
    let world = world(Home::of(&clinic)).await;
    let mut values = 0;
    for seed in 0..queries(16) {
        let mut chance = Chance::new(1000 + seed);
        let question = Question::new(&mut chance);
        let plain = question.plain();
        for project in PROJECTS {
            let expected = match world.body(project, &plain.sql).await {
                Ok(body) => plain.told(&body),
                Err(code) => {
                    let other = question.in_other_words(&mut chance).sql;
                    assert_eq!(world.body(project, &other).await.err(), Some(code), "{other}");
                    continue;
                }
            };
            values += expected.len();
            for _ in 0..2 {
                let other = question.in_other_words(&mut chance);
                let told = other.told(&world.answer(project, &other.sql).await);
                let differ: Vec<_> =
                    expected.iter().filter(|(at, of)| told.get(*at) != Some(*of)).collect();
                assert!(
                    differ.is_empty() && told.len() == expected.len(),
                    "{project}, {seed}:\n{}\n{}\n{:?}\n{:?}",
                    plain.sql,
                    other.sql,
                    differ,
                    differ.iter().map(|(at, _)| told.get(*at)).collect::<Vec<_>>()
                );
            }
        }
    }
    assert!(values > 1000, "{values} values compared");
}
