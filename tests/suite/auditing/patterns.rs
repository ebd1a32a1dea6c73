//! Attacks through the whole engine, and what the auditor is told of them.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::ask::ask;
use tests::home::{EXACT, NOISY, RESEARCHER};
use tresor_core::engine::Engine;

use super::house::{Face, home};

/// The kinds of alerts after these questions, with texts closed and open.
async fn alerts(questions: &[String]) -> (Vec<String>, Vec<String>) {
    let home = home();
    let engine: Arc<Engine> = home.engine().await;
    for sql in questions {
        ask(&engine, EXACT, sql).await.unwrap_or_else(|refusal| panic!("{refusal}: {sql}"));
    }
    let face = Face::of(&engine);
    let mut told = vec![];
    for (address, open) in [("/patterns", false), ("/patterns?open=true", true)] {
        let said = face.read(address).await;
        assert_eq!(said["looked_at"], questions.len(), "{said}");
        assert_eq!((&said["sealed_texts"], &said["next"]), (&json!(open), &Value::Null));
        let alerts = said["alerts"].as_array().unwrap();
        for alert in alerts {
            assert_eq!(
                (&alert["people"], &alert["projects"]),
                (&json!([RESEARCHER]), &json!([EXACT]))
            );
            assert_eq!(alert["released"], alert["number"], "all of them were answered: {alert}");
        }
        told.push(alerts.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect());
    }
    let open = told.pop().unwrap();
    (told.pop().unwrap(), open)
}

/// A23, as somebody would write it: in WHERE, with OR, and as FILTER.
#[tokio::test(flavor = "multi_thread")]
async fn exclude_one() {
    for pair in [
        ["select count(*) from people", "select count(*) from people where not (TARGET)"],
        [
            "select count(*) from people where sex = 'f'",
            "select count(*) from people where sex = 'f' and (birth_year <> YEAR or region <> 'north')",
        ],
        [
            "select count(*) from people where birth_year > 1930",
            "select count(*) from people where (hiv or (TARGET)) and birth_year > 1930",
        ],
        [
            "select count(*) from people where hiv",
            "select count(*), count(*) filter (where not (TARGET)) from people where hiv",
        ],
    ] {
        let years = 1950..1955;
        let questions: Vec<String> = years
            .flat_map(|year| {
                let target = format!("region = 'north' and birth_year = {year}");
                pair.map(|sql| sql.replace("TARGET", &target).replace("YEAR", &year.to_string()))
            })
            .collect();
        let (closed, open) = alerts(&questions).await;
        assert_eq!(
            (closed, open),
            (vec!["near_duplicates".to_owned()], vec!["near_duplicates".to_owned()]),
            "{pair:?}"
        );
    }
}

/// A11: the log writes many of the forms alike; the others are wordings.
#[tokio::test(flavor = "multi_thread")]
async fn rewrites() {
    let forms = [
        "region = 'north'",
        "region in ('north')",
        "not (region <> 'north')",
        "region like 'north'",
        "upper(region) = 'NORTH'",
        "coalesce(region, 'x') = 'north'",
        "case when region = 'north' then 1 else 0 end = 1",
    ];
    let questions: Vec<String> = forms
        .iter()
        .flat_map(|form| {
            [
                format!("select count(*) from people where {form}"),
                format!("select count(*) as n from (select * from people where {form}) t"),
            ]
        })
        .collect();
    let (closed, open) = alerts(&questions).await;
    assert!(closed.contains(&"rewrites".to_owned()), "{closed:?}");
    assert!(open.contains(&"rewrites".to_owned()), "{open:?}");
}

/// A50: nothing but lists and ranges. The same as bands side by side is a table, asked for row by row.
#[tokio::test(flavor = "multi_thread")]
async fn sweeps_and_tables_row_by_row() {
    let lists = ["'north', 'east'", "'north', 'south'", "'east', 'south', 'north'"];
    let sweep = |at: usize| {
        let (low, list) = (1925 + 2 * at, lists[at % lists.len()]);
        let range = format!("birth_year between {low} and {}", low + 40);
        format!("select count(*) from people where region in ({list}) and {range}")
    };
    let (closed, open) = alerts(&(0..20).map(sweep).collect::<Vec<_>>()).await;
    assert!(closed.contains(&"sweep".to_owned()), "{closed:?}");
    assert!(open.contains(&"sweep".to_owned()), "{open:?}");

    let band = |at: usize| {
        let low = 1920 + 5 * at;
        let range = format!("birth_year >= {low} and birth_year < {}", low + 5);
        format!("select count(*) from people where region in ('north', 'east') and {range}")
    };
    let (closed, open) = alerts(&(0..19).map(band).collect::<Vec<_>>()).await;
    assert_eq!((closed, open), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_part_that_was_asked_for_is_looked_through() {
    let home = home();
    let engine = home.engine().await;
    for project in [EXACT, EXACT, NOISY] {
        ask(&engine, project, "select count(*) from people").await.unwrap();
    }
    let face = Face::of(&engine);
    for (part, looked_at) in [
        ("", 3),
        ("?project=noisy", 1),
        ("?person=ann", 3),
        ("?person=bob", 0),
        ("?since=2100-01-01", 0),
        ("?until=2100-01-01&open=true", 3),
    ] {
        assert_eq!(face.read(&format!("/patterns{part}")).await["looked_at"], looked_at, "{part}");
    }
}
