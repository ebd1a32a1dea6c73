//! The secret of one person in every place of a question, and the same answer in both worlds.
//!
//! Here the attacker isolates the target, alone or with others of whom everything is known.

use super::house::*;

/// `{t}` is true for the target alone; `{k}` for so many others, of whom the attacker knows all.
const ISOLATING: [&str; 17] = [
    "select count(*) from people where {t} and hiv",
    "select hiv, count(*) n from people where {t} group by hiv",
    "select count(*) filter (where {t} and hiv) a, count(*) b from people",
    "select sum(case when {t} and hiv then 1000000 else 0 end) s from people",
    "select avg(case when {t} and hiv then income end) a from people",
    "select case when {t} and hiv then 'x' else region end k, count(*) n from people group by 1 order by 1",
    "select region, count(*) n from people where {t} and hiv group by region",
    // A43: the edge of the minimum.
    "select count(*) from people where ({t} and hiv) or {k}",
    "select region, count(*) n from people where ({t} and hiv) or {k} group by region order by region",
    "select count(*) filter (where ({t} and hiv) or {k}) from people",
    "select sum(income) from people where ({t} and hiv) or {k}",
    "select count(*) from (select person_id from people where {t} and hiv union all select person_id from people where {k}) p",
    "select count(distinct person_id) from (select person_id from people where {t} and hiv union all select person_id from people where {k}) p",
    "select count(*) from visits where person_id in (select person_id from people where ({t} and hiv) or {k})",
    "select n from (select count(*) n from people where ({t} and hiv) or {k}) t where n is not null",
    "select count(*) n from people where ({t} and hiv) or {k} having count(*) >= 10",
    // Two of three withheld, or none.
    "select count(*) filter (where ({t} and hiv) or {k}) a, count(*) filter (where {k}) b, count(*) c from people",
];

/// Conditions that say of so many people that they are meant, and of nobody else.
fn known(world: &World, people: usize) -> String {
    let others = world.clinic.persons.iter().enumerate().filter(|(at, _)| *at != TARGET);
    let incomes = others.take(people).map(|(_, person)| format!("{:.2}", person.income));
    format!("income in ({})", incomes.collect::<Vec<_>>().join(", "))
}

fn questions(world: &World) -> Vec<String> {
    let mut all = vec![];
    for (at, question) in ISOLATING.iter().enumerate() {
        let target = TARGETING[[0, 1, 2, 5][at % 4]];
        if !question.contains("{k}") {
            all.push(question.replace("{t}", target));
            continue;
        }
        for people in [9, 10, 30] {
            all.push(question.replace("{t}", target).replace("{k}", &known(world, people)));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_answers_tell_the_worlds_apart() {
    let [yes, no] = worlds().await;
    let all = questions(&yes);
    let mut apart = 0;
    for sql in &all {
        apart += usize::from(yes.plain(sql).await != no.plain(sql).await);
    }
    assert!(apart * 10 > all.len() * 9, "{apart} of {}", all.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_worlds_answer_alike() {
    let [yes, no] = worlds().await;
    let (mut complaints, mut answered) = (vec![], 0);
    let all = questions(&yes);
    for sql in &all {
        let (one, other) = (yes.told(LOW[0], sql).await, no.told(LOW[0], sql).await);
        answered += usize::from(one.is_ok());
        if one != other {
            complaints.push(format!("{sql}\n    {one:?}\n    {other:?}"));
        }
    }
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), complaints.join("\n"));
    assert!(answered * 2 > all.len(), "{answered} answers to {} questions: too easy", all.len());
}
