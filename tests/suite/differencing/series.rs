//! Two questions of one project, each about many people, that differ by the target only when they are taken together.
//!
//! No condition in them concerns few people, so none is left out. What a project was told before decides: a number that
//! differs from an earlier one by few people is the earlier number.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tests::ask::ask;
use tests::home::Home;
use tresor_core::engine::Engine;
use tresor_core::vault::{Stage, Stages};

use super::house::*;
use super::pairs::numbers;

/// First question, second question. Asked in this order in one project.
const CREEPING: [(&str, &str); 14] = [
    // A29: one more person in a range, at either end.
    (
        "select count(*) from people where income < 49999",
        "select count(*) from people where income <= 49999.5",
    ),
    (
        "select count(*) from people where hiv and income > 20000 and income < 49950",
        "select count(*) from people where hiv and income > 20000 and income < 50000",
    ),
    (
        "select count(*) from people where income between 30000 and 49950",
        "select count(*) from people where income between 30000 and 50000",
    ),
    // One condition that says both who is meant and what is asked.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where (case when hiv then 1 else 0 end) - (case when income > 49999 then 1 else 0 end) > 0",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv <> (income > 49999)",
    ),
    (
        "select count(*) from people where region = 'south'",
        "select count(*) from people where case when income > 49999 then 'south' else region end = 'south'",
    ),
    (
        "select count(*) from people where sex = 'm'",
        "select count(*) from people where concat(sex, cast(income as varchar)) like 'm%' or income > 49999",
    ),
    // A27: a general tracker, and a group that one label leaves.
    (
        "select count(*) from people where hiv or region = 'south'",
        "select count(*) from people where hiv or region = 'south' or income > 49999",
    ),
    (
        "select count(*) n from people where region = 'north' and hiv",
        "select n from (select region || (case when income > 49999 then '!' else '' end) r, count(*) n from people where hiv group by 1) t where r = 'north'",
    ),
    // A33 for sums; A32 for missing values.
    (
        "select sum(income) from people where income < 49950",
        "select sum(income) from people where income < 50000",
    ),
    (
        "select avg(income) from people where income < 49950",
        "select avg(income) from people where income < 50000",
    ),
    ("select count(income) from people", "select count(nullif(income, 49999.5)) from people"),
    // The same people in another relation.
    (
        "select count(*) from people where person_id in (select person_id from visits where cost < 9000)",
        "select count(*) from people where person_id in (select person_id from visits where cost <> 10.0 and cost < 9000)",
    ),
    // The other way round: the narrow question first.
    (
        "select count(*) from people where hiv and not (income > 49999)",
        "select count(*) from people where hiv",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn plain_numbers_creep_by_the_target() {
    let world = World::of(clinic(true)).await;
    let mut differ = 0;
    for (first, second) in CREEPING {
        differ += usize::from(world.plain(first).await != world.plain(second).await);
    }
    assert!(differ + 1 >= CREEPING.len(), "{differ}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_differs_by_few_is_the_earlier_one() {
    let mut complaints = vec![];
    for world in worlds().await {
        for (first, second) in CREEPING {
            for [project, _] in [BARE, LOW] {
                let (earlier, later) =
                    (world.told(project, first).await, world.told(project, second).await);
                match &later {
                    Err(code) if code != "execution_failed" => {
                        complaints.push(format!("{code}: {second}"))
                    }
                    _ if numbers(&earlier) == numbers(&later) => {}
                    _ => complaints
                        .push(format!("{project}: {second}\n    {earlier:?}\n    {later:?}")),
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), complaints.join("\n"));
}

/// Breaks a query off once, after its numbers were made and before they are durable.
#[derive(Default)]
struct Breaks(AtomicBool);

impl Stages for Breaks {
    fn begins(&self, stage: Stage) {
        let once = || !self.0.swap(true, Ordering::SeqCst);
        assert!(stage != Stage::Write || !once(), "broken off");
    }
}

/// What no rule finds in the text is held against what was answered before: positions too, and the intervals.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_answer_is_given_with_its_interval() {
    let clinic = clinic(true);
    let home = Home::of(&clinic);
    let drawn = "noise = { method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 0.1 }";
    home.add_project("low", &tests::profile::with(&["id = \"low\"", LEAVES_OUT, drawn]), "clinic");
    let engine = home.engine().await;
    let shares = (5..95).step_by(3);
    let positions =
        shares.map(|share| format!("percentile_cont(0.{share:02}) within group (order by income)"));
    let numbers = ["count(*)", "sum(income)", "avg(income)", "sum(income * 2 + 1)"];
    for measure in numbers.into_iter().map(str::to_owned).chain(positions) {
        let asked = async |from: u32| {
            let sql = format!("select {measure} from people where hiv <> (income > {from})");
            let answer = ask(&engine, "low", &sql).await.unwrap().json;
            (answer["rows"].clone(), answer["intervals"].clone())
        };
        let all = asked(60_000).await;
        assert!(!all.0[0][0].is_null(), "{measure}");
        // The target has the largest income: without it the noise of a sum would have another size.
        assert_eq!(asked(49_999).await, all, "{measure}");
    }
}

/// What was never answered is nothing that a project was told.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_breaks_off_leaves_nothing_behind() {
    let clinic = clinic(true);
    let home = Home::of(&clinic);
    home.add_project("low", &tests::profile::with(&["id = \"low\"", LEAVES_OUT]), "clinic");
    let mut config = home.config();
    config.stages = Arc::new(Breaks::default());
    let engine = Engine::open(config).await.unwrap();
    let number =
        async |sql: &str| ask(&engine, "low", sql).await.map(|it| it.json["rows"][0][0].clone());
    let (all, but_one) = (
        "select count(*) from people where hiv <> (income > 60000)",
        "select count(*) from people where hiv <> (income > 49999)",
    );
    assert!(number(all).await.is_err(), "the first is broken off");
    let people = clinic.persons.iter().filter(|person| person.hiv).count();
    assert_eq!(number(but_one).await.unwrap(), people - 1, "its own number, not that of the first");
    assert_eq!(number(all).await.unwrap(), people - 1, "what was answered first");
}

const LEAVES_OUT: &str = "low_effect = { persons = 10, sd = 0, condition_sd = 0 }";
