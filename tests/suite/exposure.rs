//! The exposure meter: what a project's answers tell together about single people moves later queries to review and to
//! an end. It moves by who was counted, so it stands the same whatever is true of anybody.

use std::sync::Arc;

use serde_json::Value;
use tests::ask::ask;
use tests::clinic::Clinic;
use tests::home::Home;
use tests::profile;
use tresor_core::refusal::Code;

use crate::attacks::World;

/// The project whose answers are metered.
const METERED: &str = "metered";

const LINES: [&str; 5] = [
    "id = \"metered\"",
    "noise = { method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 1.0 }",
    "low_effect = { persons = 4, sd = 0.5, condition_sd = 0.0 }",
    "exposure = { warn = 0.05, review = 0.0, lock = 0.12 }",
    "min_count_sd = 0.0",
];

async fn world(lines: &[&str], secret: bool) -> World {
    let mut clinic = Clinic::new(300, 7);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.hiv = at % 2 == 0;
    }
    clinic.persons[123].hiv = secret;
    let home = Home::of(&clinic);
    home.add_project(METERED, &profile::with(lines), "clinic");
    World::in_home(home, clinic).await
}

/// Counts over groups of the same people, cut in many ways.
fn series() -> Vec<String> {
    let mut all = vec![];
    for from in (1920..2000).step_by(4) {
        for region in ["region <> 'east'", "region in ('east', 'north')", "sex = 'f'"] {
            let to = from + 17;
            let sql = "select count(*) from people where hiv and birth_year between";
            all.push(format!("{sql} {from} and {to} and {region}"));
        }
    }
    all
}

/// How many questions there are of [`alike`].
const ALIKE: usize = 30;

/// Counts that all count the same people in the middle, so that their order makes little difference.
fn alike(at: usize) -> String {
    let (from, to) = (1938 + at % 6, 1952 + at / 6);
    format!("select count(*) from people where hiv and birth_year between {from} and {to}")
}

/// What the answer says of the meter: level and share in percent.
fn gauge(answer: &Value) -> (String, f64) {
    let told = &answer["release"]["exposure"][0];
    assert_eq!(told["column"], "clinic.people.hiv");
    let percent = told["explained_percent"].as_f64().unwrap();
    (told["level"].as_str().unwrap().to_owned(), percent)
}

/// Asks the series until it ends: what the meter said before each answer, and whether one was held and the next refused.
async fn until_locked(world: &World) -> (Vec<(String, f64)>, bool) {
    let (mut said, mut held) = (vec![], false);
    for sql in series() {
        match ask(&world.engine, METERED, &sql).await {
            Ok(answer) => said.push(gauge(&answer.json)),
            // The one that moves the meter there is held already.
            Err(refusal) if refusal.code() == Code::HeldForReview && !held => held = true,
            Err(refusal) => {
                assert_eq!(refusal.code(), Code::ExposureLocked, "{sql}");
                return (said, held);
            }
        }
    }
    (said, false)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_answers_about_the_same_people_come_to_an_end() {
    let without = world(
        &[&LINES[..3], &["exposure = { warn = 0.0, review = 0.0, lock = 0.0 }"]].concat(),
        true,
    )
    .await;
    for sql in series() {
        let answer = ask(&without.engine, METERED, &sql).await.unwrap();
        assert_eq!(answer.json["release"]["exposure"], serde_json::json!([]));
    }
    let (said, locked) = until_locked(&world(&LINES, true).await).await;
    assert!(locked, "{said:?}");
    assert_eq!(said.first().unwrap(), &("open".to_owned(), 0.0));
    assert!(said.iter().any(|(level, _)| level == "warn"), "{said:?}");
    assert!(said.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_meter_says_the_same_whatever_is_true_of_somebody() {
    let (yes, no) = (world(&LINES, true).await, world(&LINES, false).await);
    assert_eq!(until_locked(&yes).await, until_locked(&no).await);
}

/// The gauge must not count people: of the same cohort with and without one more person it says the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_gauge_moves_in_few_steps() {
    let (said, _) = until_locked(&world(&LINES, true).await).await;
    let mut shares: Vec<f64> = said.into_iter().map(|(_, share)| share).collect();
    shares.dedup();
    assert!((3..=5).contains(&shares.len()), "{shares:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_cost_nothing_and_other_columns_stay_open() {
    let world = world(&LINES, true).await;
    let sql = "select count(*) from people where hiv and region <> 'east'";
    let mut shares = vec![];
    for _ in 0..4 {
        shares.push(gauge(&ask(&world.engine, METERED, sql).await.unwrap().json).1);
    }
    assert!(shares[1] > 0.0 && shares[1] == shares[2] && shares[2] == shares[3], "{shares:?}");
    let (_, locked) = until_locked(&world).await;
    assert!(locked);
    let other = "select count(*) from people where region <> 'east'";
    assert_eq!(
        ask(&world.engine, METERED, other).await.unwrap().json["release"]["exposure"],
        serde_json::json!([])
    );
    let refused = ask(&world.engine, METERED, sql).await.err().unwrap();
    assert_eq!(refused.code(), Code::ExposureLocked);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_release_what_comes_after_the_limit() {
    let mut lines = LINES;
    lines[3] = "exposure = { warn = 0.02, review = 0.04, lock = 0.0 }";
    let world = world(&lines, true).await;
    let mut held = 0;
    for sql in series() {
        match ask(&world.engine, METERED, &sql).await {
            Ok(_) => assert_eq!(held, 0, "answered after one was held: {sql}"),
            Err(refusal) => {
                assert_eq!(refusal.code(), Code::HeldForReview, "{sql}");
                held += 1;
            }
        }
    }
    assert!(held > 0);
}

/// Sent one after the other, each is let in only if those before have not moved the meter too far. Sent together, all are
/// let in before any of them has.
#[tokio::test(flavor = "multi_thread")]
async fn asking_everything_at_once_does_not_pass_the_limit() {
    let mut one_by_one = vec![];
    for stride in [1, 17, 59] {
        let world = world(&LINES, true).await;
        let mut answered = 0;
        for at in 0..ALIKE {
            let end = ask(&world.engine, METERED, &alike(at * stride % ALIKE)).await;
            answered += usize::from(end.is_ok());
        }
        one_by_one.push(answered);
    }
    let world = world(&LINES, true).await;
    let mut together = tokio::task::JoinSet::new();
    for at in 0..ALIKE {
        let engine = Arc::clone(&world.engine);
        together.spawn(
            async move { ask(&engine, METERED, &alike(at)).await.map_err(|why| why.code()) },
        );
    }
    let ends = together.join_all().await;
    let answered = ends.iter().filter(|end| end.is_ok()).count();
    let held = ends.iter().filter(|end| matches!(end, Err(Code::HeldForReview))).count();
    // The order is another one, so the limit is met a few answers earlier or later.
    let most = one_by_one.iter().max().unwrap() + 4;
    assert!(answered <= most, "{answered} answered, {one_by_one:?} one by one");
    assert!(held > 0, "none of them was let in before the limit: the test shows nothing");
}

/// What one question asks for is looked at like many: the meter is read once the numbers are there, and not before alone.
#[tokio::test(flavor = "multi_thread")]
async fn one_question_that_asks_everything_is_held() {
    let number = |at: usize| {
        alike(at).replace("select count(*) from people where ", "count(*) filter (where ") + ")"
    };
    let asked = |numbers: usize| {
        let numbers: Vec<String> = (0..numbers).map(number).collect();
        format!("select {} from people", numbers.join(", "))
    };
    let world = world(&LINES, true).await;
    assert!(ask(&world.engine, METERED, &asked(2)).await.is_ok());
    let end = ask(&world.engine, METERED, &asked(18)).await;
    assert_eq!(end.err().unwrap().code(), Code::HeldForReview);
}
