//! A rule whose draw is known for a set of known people must not say whether the same people are asked about once more, with
//! the target in the set if it has the secret. What is shown of the one is shown of the other, and what is not is not.

use serde_json::Value;
use tests::clinic::Person;

use super::oracles::{COHORTS, SHIPPED, cohorts, world};
use crate::attacks::World;

/// How far an income is from that of the nearest of these people.
fn from_any(people: &[&Person]) -> String {
    let each = people.iter().map(|one| format!("abs(income - {:?})", one.income));
    format!("least({})", each.collect::<Vec<_>>().join(", "))
}

/// The same, and the target among them if it has the secret: one expression, of which no part counts as absent.
fn or_target(people: &[&Person], target: &Person) -> String {
    let target = format!("abs(income - {:?}) + 1 - cast(hiv as int)", target.income);
    format!("least({}, {target})", from_any(people))
}

/// The target of a cohort and the others, all of them known.
fn known(world: &World, cohort: usize) -> (&Person, Vec<&Person>) {
    let mut people = world.clinic.persons.iter().skip(cohort).step_by(COHORTS);
    (people.next().unwrap(), people.collect())
}

async fn row(world: &World, columns: &[String], from: &str) -> Vec<Value> {
    let sql = format!("select {} from {from}", columns.join(", "));
    let body = world.body(SHIPPED, &sql).await.unwrap_or_else(|why| panic!("{why}: {sql}"));
    body["rows"][0].as_array().unwrap().clone()
}

/// How many targets are told: first known sets are asked for, then the same with the target.
async fn told(
    world: &World,
    sets: for<'p> fn(&[&'p Person]) -> Vec<Vec<&'p Person>>,
    number: impl Fn(&str) -> String,
) -> usize {
    let (mut told, mut shown, mut asked) = (0, 0, 0);
    for cohort in 0..COHORTS {
        let (target, others) = known(world, cohort);
        let sets = sets(&others);
        let columns = |of: &dyn Fn(&[&Person]) -> String| -> Vec<String> {
            sets.iter().map(|set| number(&of(set))).collect()
        };
        let before = row(world, &columns(&|set| from_any(set)), "people").await;
        let after = row(world, &columns(&|set| or_target(set, target)), "people").await;
        told += usize::from(before != after);
        shown += before.iter().filter(|value| !value.is_null()).count();
        asked += before.len();
    }
    assert!((asked / 20..asked * 19 / 20).contains(&shown), "not drawn: {shown} of {asked} shown");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minimum_that_was_found_says_nothing_of_one_person_more() {
    fn sets<'p>(others: &[&'p Person]) -> Vec<Vec<&'p Person>> {
        let mut others = others.iter().copied();
        (11..18).map(|size| others.by_ref().take(size).collect()).collect()
    }
    let world = world(cohorts()).await;
    let told = told(&world, sets, |who| format!("count(*) filter (where {who} = 0)")).await;
    assert_eq!(told, 0, "of {COHORTS}");
}

/// Two people with far more than twenty others.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_on_dominance_that_was_found_says_nothing_of_one_person_more() {
    const RICH: usize = 280;
    fn sets<'p>(others: &[&'p Person]) -> Vec<Vec<&'p Person>> {
        let mut poor = others[..RICH].iter().copied();
        let rich = others[RICH..].chunks_exact(2);
        let sizes = (16..30).step_by(2);
        sizes
            .zip(rich)
            .map(|(size, rich)| poor.by_ref().take(size).chain(rich.iter().copied()).collect())
            .collect()
    }
    let mut clinic = cohorts();
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        let rich = at / COHORTS > RICH;
        person.income = if rich { 2_000.0 } else { 15.0 } + at as f64 / 100.0;
    }
    let world = world(clinic).await;
    let told = told(&world, sets, |who| format!("sum(income) filter (where {who} = 0)")).await;
    assert_eq!(told, 0, "of {COHORTS}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_far_percentile_beside_an_earlier_answer_stays_as_it_was() {
    let world = world(cohorts()).await;
    let (mut told, mut shown, mut asked) = (0, 0, 0);
    for cohort in 0..COHORTS {
        let (target, _) = known(&world, cohort);
        for size in [120, 170, 240, 300] {
            let columns = [4, 5, 6, 7, 8, 10, 90, 92, 93, 94, 95, 96].map(|share| {
                format!("percentile_cont(0.{share:02}) within group (order by income)")
            });
            let below = 10_000 + COHORTS * size;
            let from = |moved: &str| {
                let born = 1930 + cohort;
                format!("people where birth_year{moved} = {born} and income < {below}")
            };
            let moved = format!(
                " - 200 * cast(hiv as int) * (1 - signum(abs(income - {:?})))",
                target.income
            );
            let before = row(&world, &columns, &from("")).await;
            let after = row(&world, &columns, &from(&moved)).await;
            told += usize::from(before != after);
            shown += before.iter().filter(|value| !value.is_null()).count();
            asked += before.len();
        }
    }
    assert!((asked / 20..asked * 19 / 20).contains(&shown), "not drawn: {shown} of {asked} shown");
    assert_eq!(told, 0, "of {}", 4 * COHORTS);
}
