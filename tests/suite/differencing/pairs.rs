//! Pairs of questions: one about many, and one that is the same but for the target. Both get the same answer.
//!
//! They are asked in two projects, so that nothing but the rule itself makes them alike: what a project asked before has
//! no part in it.

use std::collections::HashMap;

use serde_json::Value;

use super::house::*;

/// A question, and what an attacker makes of it. `{t}` is true for the target alone, `{n}` for everybody else.
type Pair = (&'static str, &'static str);

const COUNTS: [Pair; 24] = [
    // A23 exclude one.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and not ({t})",
    ),
    (
        "select count(distinct person_id) from people where hiv and sex = 'f'",
        "select count(distinct person_id) from people where hiv and sex = 'f' and not ({t})",
    ),
    (
        "select region, count(*) n from people where hiv group by region order by region",
        "select region, count(*) n from people where hiv and not ({t}) group by region order by region",
    ),
    (
        "select count(*) from people where hiv and region <> 'south'",
        "select count(*) from (select * from people where not ({t})) people where hiv and region <> 'south'",
    ),
    // A25 include one, in a branch of OR.
    (
        "select count(*) from people where hiv and sex = 'm'",
        "select count(*) from people where hiv and (sex = 'm' or ({t}))",
    ),
    (
        "select count(*) from people where hiv and sex = 'm'",
        "select count(*) from people where (hiv and sex = 'm') or ({t} and hiv)",
    ),
    (
        "select count(*) from people where region = 'south'",
        "select count(*) from people where region = 'south' or (hiv and {t})",
    ),
    // De Morgan.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where not (not hiv or ({t}))",
    ),
    // FILTER, CASE.
    (
        "select count(*) filter (where hiv) from people",
        "select count(*) filter (where hiv and not ({t})) from people",
    ),
    (
        "select count(*) filter (where hiv and sex = 'm') from people",
        "select count(*) filter (where hiv and (sex = 'm' or ({t}))) from people",
    ),
    (
        "select count(case when hiv then 1 end) from people",
        "select count(case when hiv and not ({t}) then 1 end) from people",
    ),
    (
        "select sum(case when hiv then 1 else 0 end) from people",
        "select sum(case when hiv and not ({t}) then 1 else 0 end) from people",
    ),
    (
        "select sum(case when hiv then 1 else 0 end) from people",
        "select sum(case when {t} then 0 when hiv then 1 else 0 end) from people",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where case when {t} then false else hiv end",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and case when {t} then 'y' else 'n' end = 'n'",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and coalesce(not ({t}), true)",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and ({t}) is not true",
    ),
    // The other side of a join.
    (
        "select count(*) from visits v where exists (select 1 from people where people.person_id = v.person_id and hiv)",
        "select count(*) from visits v where exists (select 1 from people where people.person_id = v.person_id and hiv and not ({t}))",
    ),
    (
        "select count(distinct v.person_id) from visits v join people on people.person_id = v.person_id where hiv",
        "select count(distinct v.person_id) from visits v join people on people.person_id = v.person_id where hiv and not ({t})",
    ),
    (
        "select count(*) from visits where person_id in (select person_id from people where hiv)",
        "select count(*) from visits where person_id in (select person_id from people where hiv and not ({t}))",
    ),
    (
        "select count(*) from people where person_id not in (select person_id from visits where kind = 'urgent')",
        "select count(*) from people where person_id not in (select person_id from visits where kind = 'urgent') and not ({t})",
    ),
    // A56 a part of a union.
    (
        "select count(*) from (select person_id from people where region = 'south' union all select person_id from people where region = 'east') p",
        "select count(*) from (select person_id from people where region = 'south' union all select person_id from people where region = 'east' \
         union all select person_id from people where hiv and {t}) p",
    ),
    (
        "select count(distinct person_id) from (select person_id from people where region = 'south' union all select person_id from people where region = 'east') p",
        "select count(distinct person_id) from (select person_id from people where region = 'south' union all select person_id from people where region = 'east' \
         union all select person_id from people where hiv and {t}) p",
    ),
    // A CTE that keeps the condition for later.
    (
        "select count(*) from people where hiv",
        "with t as (select person_id, hiv, ({t}) as it from people) select count(*) from t where hiv and not it",
    ),
];

/// With conditions of their own: not every form can be put into every place.
const ALONE: [Pair; 22] = [
    // A26 a tracker: two conditions of which each concerns many, and the one that is left out few.
    (
        "select count(*) from people where sex = 'f' and region = 'north' and hiv",
        "select count(*) from people where sex = 'f' and region = 'north' and birth_year <> 1957 and hiv",
    ),
    // NOT IN, BETWEEN, lists.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and income not in (49999.5)",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and income not between 49999 and 50000",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and income < 49999",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and income between 0 and 49999.4",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and floor(income) <> 49999",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and abs(income - 49999.5) > 0.01",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and 1 / (income - 49999.5) is not null",
    ),
    // A32 difference through a missing value.
    (
        "select count(income) from people where hiv",
        "select count(nullif(income, 49999.5)) from people where hiv",
    ),
    (
        "select count(income) from people where hiv",
        "select count(1 / (income - 49999.5)) from people where hiv",
    ),
    // A semi-join and an anti-join whose other side finds the target.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and person_id not in (select person_id from visits where cost = 9999.99)",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people p where hiv and not exists (select 1 from visits v where v.person_id = p.person_id and cost = 9999.99)",
    ),
    (
        "select count(*) from people where hiv",
        "select count(*) from people p left join (select distinct person_id from visits where cost > 9999) v on v.person_id = p.person_id \
         where hiv and v.person_id is null",
    ),
    (
        "select count(*) from (select person_id from people where hiv) p",
        "select count(*) from (select person_id from people where hiv except select person_id from visits where cost > 9999) p",
    ),
    // HAVING and WHERE over what each person has.
    (
        "select count(*) from (select person_id, count(*) n from visits group by person_id having count(*) > 0) t",
        "select count(*) from (select person_id, count(*) n from visits group by person_id having count(*) > 0 and max(cost) < 9999) t",
    ),
    (
        "select count(*) from (select person_id, count(*) n from visits group by person_id) t where n > 1",
        "select count(*) from (select person_id, count(*) n, max(cost) m from visits group by person_id) t where n > 1 and m < 9999",
    ),
    (
        "select count(*) from (select person_id, count(*) n from visits group by person_id) t where n > 1",
        "select count(*) from (select person_id, count(*) n from visits where cost < 9999 group by person_id) t where n > 1",
    ),
    (
        "select count(distinct person_id) from visits",
        "select count(distinct person_id) from (select person_id, max(cost) over (partition by person_id) m from visits) t where m < 9999",
    ),
    (
        "select count(*) from people join (select person_id, count(*) n from visits group by person_id) t on t.person_id = people.person_id where hiv",
        "select count(*) from people join (select person_id, count(*) n, max(case when cost > 9999 then 1 else 0 end) it from visits group by person_id) t \
         on t.person_id = people.person_id where hiv and it = 0",
    ),
    // Constants beside the data.
    (
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and income not in (select x from (values (49999.5), (-1.0)) v(x))",
    ),
    // Chaff that has an effect only if the target has the secret (A40).
    (
        "select count(*) from people where hiv and region = 'north'",
        "select count(*) from people where hiv and region = 'north' and not (sex = 'f' and birth_year = 1957 and hiv)",
    ),
    (
        "select count(*) from people where region = 'north'",
        "select count(*) from people where region = 'north' and not (hiv and income > 49999)",
    ),
];

/// A33 sums and means.
const SUMS: [Pair; 9] = [
    (
        "select sum(income) from people where hiv",
        "select sum(income) from people where hiv and not ({t})",
    ),
    (
        "select avg(income) from people where hiv",
        "select avg(income) from people where hiv and not ({t})",
    ),
    (
        "select sum(case when hiv then income end) from people",
        "select sum(case when hiv and not ({t}) then income end) from people",
    ),
    (
        "select sum(case when hiv then income else 0 end) from people",
        "select sum(case when hiv and not ({t}) then income else 0 end) from people",
    ),
    (
        "select sum(income) filter (where hiv and sex = 'm') from people",
        "select sum(income) filter (where hiv and (sex = 'm' or ({t}))) from people",
    ),
    (
        "select stddev_pop(income) from people where hiv",
        "select stddev_pop(income) from people where hiv and not ({t})",
    ),
    (
        "select sum(v.cost) from visits v join people on people.person_id = v.person_id where hiv",
        "select sum(v.cost) from visits v join people on people.person_id = v.person_id where hiv and not ({t})",
    ),
    (
        "select count(*), sum(cost) from visits",
        "select count(*), sum(cost) from visits where person_id not in (select person_id from people where {t})",
    ),
    (
        "select median(income) from people where hiv",
        "select median(income) from people where hiv and not ({t})",
    ),
];

/// Group labels that are about the target: of the answer to the second, what is said of the groups of the first.
const LABELS: [Pair; 5] = [
    (
        "select 'rest' k, count(*) n from people where hiv group by 1",
        "select case when {t} then 'it' else 'rest' end k, count(*) n from people where hiv group by 1",
    ),
    (
        "select region k, count(*) n from people where hiv group by 1 order by 1",
        "select case when {t} then 'it' else region end k, count(*) n from people where hiv group by 1 order by 1",
    ),
    (
        "select false k, count(*) n from people where hiv group by 1",
        "select ({t}) k, count(*) n from people where hiv group by 1",
    ),
    (
        "select region k, count(*) n from people where hiv group by 1 order by 1",
        "select region k, count(*) n from people where hiv group by region, ({t}) order by 1, 2",
    ),
    (
        "select hiv k, count(*) n from people group by 1 order by 1",
        "select hiv k, count(*) n from people group by hiv, ({t}) order by 1, 2",
    ),
];

/// The pairs with every way to find the target. Only plain conditions go where sub-queries may not stand.
fn pairs(of: &[Pair]) -> Vec<(String, String)> {
    let mut all = vec![];
    for (at, (base, attack)) in of.iter().enumerate() {
        let plain = attack.contains("filter (")
            || attack.contains("case when")
            || attack.contains("group by");
        let joined = attack.contains("join people")
            || attack.contains("with t as")
            || attack.contains(" is not true");
        for step in 0..2 {
            let found = TARGETING[(at * 2 + step) % TARGETING.len()];
            let sub_query = found.contains("select");
            if sub_query && (plain || joined || attack.contains("coalesce")) {
                continue;
            }
            all.push(((*base).to_owned(), attack.replace("{t}", found)));
        }
    }
    all
}

fn alone(of: &[Pair]) -> Vec<(String, String)> {
    of.iter().map(|(base, attack)| ((*base).to_owned(), (*attack).to_owned())).collect()
}

/// The attack in plain DataFusion: both numbers differ where the target is among those who are counted.
#[tokio::test(flavor = "multi_thread")]
async fn plain_numbers_differ_by_the_target() {
    let world = World::of(clinic(true)).await;
    let mut differ = 0;
    let all = [pairs(&COUNTS), alone(&ALONE), pairs(&SUMS)].concat();
    for (base, attack) in &all {
        differ += usize::from(world.plain(base).await != world.plain(attack).await);
    }
    assert!(differ * 10 > all.len() * 9, "{differ} of {} pairs differ", all.len());
}

async fn told(world: &World, project: &str, pairs: &[(String, String)]) -> Vec<Told> {
    let (mut all, mut known) = (vec![], HashMap::new());
    for (at, (base, attack)) in pairs.iter().enumerate() {
        if !known.contains_key(base) {
            known.insert(base, world.told(project, base).await);
        }
        all.push([known[base].clone(), world.told(&fresh(project, at), attack).await]);
    }
    all
}

fn are_same([base, attack]: &Told) -> bool {
    numbers(base) == numbers(attack)
}

/// By how much the attack differs from its base, where each is one number.
fn between([base, attack]: &Told) -> Option<f64> {
    let number = |told: &Result<Value, String>| told.as_ref().ok()?[0][0][0].as_f64();
    Some(number(attack)? - number(base)?)
}

/// What was told without its intervals: they are as wide as so many conditions make them, whatever the conditions do.
pub(super) fn numbers(told: &Result<Value, String>) -> Option<[&Value; 3]> {
    let told = told.as_ref().ok()?;
    Some([&told[0], &told[1], &told[3]])
}

/// What a pair was told in one world: the base and the attack.
type Told = [Result<Value, String>; 2];

/// Asks each pair in both worlds, with and without noise. Each attack is the first question of its project: no earlier answer
/// is given in its place.
///
/// Without noise both numbers are the same. With it the attack may be another question, whose conditions draw other noise: then
/// what lies between the two is the same whatever the secret is.
async fn alike(pairs: &[(String, String)]) {
    let (mut complaints, mut refused) = (vec![], vec![]);
    let [yes, no] = worlds().await;
    let bare = told(&no, BARE[0], pairs).await;
    let (with, without) = (told(&yes, LOW[0], pairs).await, told(&no, LOW[0], pairs).await);
    for (at, (_, attack)) in pairs.iter().enumerate() {
        // What is never answered tells nothing.
        if matches!(&with[at][1], Err(code) if code != "execution_failed") {
            refused.push(attack);
        } else if numbers(&bare[at][0]) != numbers(&bare[at][1]) {
            complaints.push(format!("without noise: {attack}\n    {:?}", bare[at]));
        } else if !are_same(&with[at]) && between(&with[at]) != between(&without[at]) {
            complaints.push(format!("{attack}\n    {:?}\n    {:?}", with[at], without[at]));
        }
    }
    let asked = pairs.len();
    assert!(complaints.is_empty(), "{} of {asked}:\n{}", complaints.len(), complaints.join("\n"));
    assert!(
        refused.len() * 10 < asked,
        "{} of {asked} refused: too easy: {refused:?}",
        refused.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_without_the_target_is_the_number_with_it() {
    alike(&pairs(&COUNTS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_words_find_the_target() {
    alike(&alone(&ALONE)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_without_the_target_is_the_sum_with_it() {
    alike(&pairs(&SUMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_for_the_target_changes_no_group() {
    for world in worlds().await {
        for (base, attack) in pairs(&LABELS) {
            for [first, second] in [BARE, LOW] {
                let asked = shown(world.told(first, &base).await);
                let told = shown(world.told(second, &attack).await);
                // The part of a label that is left when another is left out may be a group of its own.
                assert!(asked.iter().all(|row| told.contains(row)), "{first}: {attack}");
            }
        }
    }
}

/// The groups that have a number.
fn shown(told: Result<Value, String>) -> Vec<Value> {
    let told = told.unwrap();
    told[0].as_array().unwrap().iter().filter(|row| !row[1].is_null()).cloned().collect()
}
