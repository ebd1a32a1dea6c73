//! Conditions that concern too few people count as absent: through the whole engine, with exact numbers, so that every
//! difference is seen.

mod again;
mod cut;
mod oracles;

use tests::clinic::Clinic;
use tests::home::Home;
use tests::profile;

use crate::attacks::World;

/// The project whose profile shows true numbers and leaves out what concerns fewer than ten people.
const LOW: &str = "low";

/// Conditions that hold for one person alone, and a base cohort, in the clinic of [`worlds`].
const TARGET: &str = "income = 49999.5";

fn profile() -> String {
    profile_with(&[])
}

fn profile_with(lines: &[&str]) -> String {
    let low = ["id = \"low\"", "low_effect = { persons = 10, sd = 0.0, condition_sd = 0.0 }"];
    profile::with(&[&low, lines].concat())
}

/// How many projects there are like [`LOW`].
const FRESH: usize = 24;

/// A project like [`LOW`] that has asked nothing yet, so that no earlier answer is given in the place of an attack's own.
fn fresh(at: usize) -> String {
    assert!(at < FRESH, "more projects are needed");
    format!("{LOW}-{at}")
}

async fn world(clinic: Clinic) -> World {
    let home = Home::of(&clinic);
    home.add_project(LOW, &profile(), "clinic");
    (0..FRESH).for_each(|at| home.add_project_with(&fresh(at), LOW, ""));
    World::in_home(home, clinic).await
}

/// Two worlds that differ in whether one person has the secret.
async fn worlds() -> (World, World) {
    let mut clinic = Clinic::new(600, 7);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.hiv = at % 2 == 0;
    }
    clinic.persons[123].income = 49_999.5;
    clinic.persons[123].sex = Some("f");
    clinic.persons[123].birth_year = 2020;
    let with = |hiv: bool| {
        let mut clinic = clinic.clone();
        clinic.persons[123].hiv = hiv;
        clinic
    };
    (world(with(true)).await, world(with(false)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn excluding_one_person_changes_nothing() {
    let (yes, _) = worlds().await;
    let base = yes.number(LOW, "select count(*) from people where sex = 'f'").await;
    let forms = [
        format!("select count(*) from people where sex = 'f' and not ({TARGET})"),
        "select count(*) from people where sex = 'f' and income <> 49999.5".to_owned(),
        format!("select count(*) filter (where not ({TARGET})) from people where sex = 'f'"),
        format!("select sum(case when {TARGET} then 0 else 1 end) from people where sex = 'f'"),
        "select count(*) from people where sex = 'f' and birth_year < 2020".to_owned(),
        "select count(*) from people where sex = 'f' and birth_year between 1800 and 2019"
            .to_owned(),
        "select count(*) from people where sex = 'f' and birth_year not in (2020)".to_owned(),
        format!(
            "select count(*) from people where sex = 'f' and person_id not in \
             (select person_id from people where {TARGET})"
        ),
        format!(
            "select count(*) from people p where sex = 'f' and exists \
             (select 1 from people q where q.person_id = p.person_id and not ({TARGET}))"
        ),
        format!(
            "select count(*) from (select person_id from people where sex = 'f' and not ({TARGET}) \
             group by person_id) t"
        ),
    ];
    for (at, sql) in forms.iter().enumerate() {
        assert_eq!(yes.number(&fresh(at), sql).await, base, "{sql}");
    }
}

/// What a join equates chooses rows as a condition does. Asked first, so that no earlier answer covers it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_join_equates_excludes_nobody_alone() {
    let secret = format!("({TARGET} and hiv)");
    let from = [
        format!("people join (values (false)) v(b) on {secret} = v.b"),
        format!("people left join (values (false, 1)) v(b, n) on {secret} = v.b where v.n = 1"),
        format!("(values (false)) v(b) join people on {secret} = v.b"),
        format!("(select *, {secret} as s from people) t join (values (false)) v(b) on t.s = v.b"),
        format!(
            "people join (select person_id, case when {secret} then 'x' else sex end as sex \
             from people) q on q.person_id = people.person_id and q.sex = people.sex"
        ),
    ];
    for (at, from) in from.iter().enumerate() {
        let (yes, no) = worlds().await;
        // Those without a sex are in no pair.
        let known = if at == 4 { "where sex is not null" } else { "" };
        for number in ["count(*)", "median(income)", "sum(income)"] {
            let income =
                if at == 4 { number.replace("income", "people.income") } else { number.into() };
            let asked = yes.number(LOW, &format!("select {income} from {from}")).await;
            let base = no.number(LOW, &format!("select {number} from people {known}")).await;
            assert_eq!(asked, base, "{number} from {from}");
        }
    }
}

/// Places where a predicate chooses rows without being one of the pieces of a WHERE. In all of them (S and T) is true for the
/// target alone, if it has the secret; each attack is the first question of its project.
const PLACES: [&str; 15] = [
    "select count(*) from people where ((hiv and T) = false)",
    "select count(*) from people where ((not hiv or not (T)) is true)",
    "select count(*) from people where (hiv and T) is not true",
    "select count(*) from people where not coalesce(hiv and T, false)",
    "select count(*) from people where cast(hiv and T as int) = 0",
    "select count(*) from people where nullif(hiv and T, true) is not null",
    "select count(*) from (select person_id, bool_or(hiv and T) as s from people group by person_id) t where not s",
    "select count(*) from (select person_id, count(*) filter (where hiv and T) over (partition by person_id) as n \
     from people) t where n = 0",
    "select count(*) from (select distinct person_id, (hiv and T) as s from people) t where not s",
    "select count(*) from people p where exists (select 1 from (select person_id, not (hiv and T) as z from people) q \
     where q.person_id = p.person_id and q.z = (p.birth_year > 0))",
    "select count(*) from people p where not exists (select 1 from (select person_id, (hiv and T) as z from people) q \
     where q.person_id = p.person_id and q.z = (p.birth_year > 0))",
    "select sum(n) from (select (hiv and T) as s, count(*) as n from people group by 1) t where not s",
    "select count(x) from (select person_id, nullif(hiv and T, true) as x from people) p \
     where exists (select 1 from people q where q.person_id = p.person_id)",
    "select count(m) from (select person_id, max(cast(nullif(hiv and T, true) as int)) as m from people \
     group by person_id) t",
    "select count(v.n) from people left join (values (false, 1)) v(b, n) on (hiv and T) = v.b",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_place_of_a_predicate_excludes_one_person() {
    let (yes, no) = worlds().await;
    let people = yes.number(LOW, "select count(*) from people").await;
    let mut refused = vec![];
    for (at, sql) in PLACES.iter().enumerate() {
        let sql = sql.replace('T', TARGET);
        for world in [&yes, &no] {
            match world.body(&fresh(at), &sql).await {
                Ok(body) => assert_eq!(body["rows"][0][0].as_f64(), Some(people), "{sql}"),
                Err(code) => refused.push(format!("{code}: {sql}")),
            }
        }
    }
    assert!(refused.len() <= 6, "too easy: {refused:#?}");
}

/// However much is left out beside it.
#[tokio::test(flavor = "multi_thread")]
async fn one_condition_pushes_no_other_out() {
    let (yes, no) = worlds().await;
    let others = yes.clinic.persons.iter().skip(200).take(29).map(|person| person.income);
    let others = others.map(|income| format!("median(income) filter (where income <> {income:?})"));
    let target = format!("median(income) filter (where not ({TARGET} and hiv))");
    let columns: Vec<String> = std::iter::once(target).chain(others).collect();
    let sql = format!("select {} from people", columns.join(", "));
    let (yes, no) = (yes.body(LOW, &sql).await.unwrap(), no.body(LOW, &sql).await.unwrap());
    assert_eq!(yes["rows"], no["rows"]);
    assert!(yes["rows"][0].as_array().unwrap().iter().all(|value| !value.is_null()));
}

#[tokio::test(flavor = "multi_thread")]
async fn including_one_person_changes_nothing() {
    let (yes, _) = worlds().await;
    let base = yes.number(LOW, "select count(*) from people where sex = 'm'").await;
    let forms = [
        format!("select count(*) from people where sex = 'm' or ({TARGET})"),
        format!("select count(*) from people where sex = 'm' or (sex = 'f' and {TARGET})"),
        format!(
            "select count(*) from (select person_id from people where sex = 'm' union all \
             select person_id from people where {TARGET}) t"
        ),
        format!(
            "select sum(case when sex = 'm' then 1 when {TARGET} then 1 else 0 end) from people"
        ),
    ];
    for (at, sql) in forms.iter().enumerate() {
        assert_eq!(yes.number(&fresh(at), sql).await, base, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_that_are_always_true_change_nothing() {
    let (yes, _) = worlds().await;
    let base = yes.number(LOW, "select count(*) from people where sex = 'f'").await;
    let more = ["birth_year > 1801", "income >= 0", "region <> 'nowhere'", "birth_year + 1 > 0"];
    for (at, more) in more.iter().enumerate() {
        let sql = format!("select count(*) from people where sex = 'f' and {more}");
        assert_eq!(yes.number(&fresh(at), &sql).await, base, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_many_is_kept() {
    let (yes, _) = worlds().await;
    for (sql, truth) in [
        ("select count(*) from people where sex = 'f' and region = 'east'", "sex = f, east"),
        ("select count(*) from people where sex = 'f' or region = 'east'", "sex = f or east"),
    ] {
        let exact = yes.number("exact", sql).await;
        assert_eq!(yes.number(LOW, sql).await, exact, "{truth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_loses_one_person_in_no_cell() {
    let (yes, _) = worlds().await;
    let by = |more: &str| {
        format!(
            "select region, count(*), sum(income) from people where sex = 'f' {more} group by region order by 1"
        )
    };
    let base = yes.body(LOW, &by("")).await.unwrap();
    let without = yes.body(&fresh(0), &by(&format!("and not ({TARGET})"))).await.unwrap();
    assert_eq!(base["rows"], without["rows"]);
    let labels = format!(
        "select case when {TARGET} then 'x' else region end as r, count(*) from people where sex = 'f' \
         group by 1 order by 1"
    );
    let labelled = yes.body(&fresh(1), &labels).await.unwrap();
    let counts = |body: &serde_json::Value, at: usize| -> Vec<Option<i64>> {
        body["rows"].as_array().unwrap().iter().map(|row| row[at].as_i64()).collect()
    };
    let shown: Vec<_> = counts(&labelled, 1).into_iter().flatten().collect();
    assert_eq!(shown, counts(&base, 1).into_iter().flatten().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_one_person_is_not_read_off_any_pair() {
    let (yes, no) = worlds().await;
    let pairs = [
        "select count(*) from people where hiv",
        "select count(*) from people where hiv and not (T)",
        "select count(*) from people where hiv and sex = 'f'",
        "select count(*) from people where hiv and (sex = 'm' or (T))",
        "select count(*) filter (where hiv and not (T)) from people",
    ];
    for sql in pairs {
        let sql = sql.replace('T', TARGET);
        let difference = yes.number(LOW, &sql).await - no.number(LOW, &sql).await;
        // What is left is the count itself, in which one person is one more.
        assert!((0.0..=1.0).contains(&difference), "{difference}: {sql}");
    }
    for world in [&yes, &no] {
        let number =
            async |at: usize, sql: &str| world.number(&fresh(at), &sql.replace('T', TARGET)).await;
        let all = number(0, "select count(*) from people where hiv").await;
        assert_eq!(all, number(1, "select count(*) from people where hiv and not (T)").await);
        let men = number(2, "select count(*) from people where hiv and sex = 'm'").await;
        let one = number(3, "select count(*) from people where hiv and (sex = 'm' or (T))").await;
        assert_eq!(men, one);
    }
}

/// Eight people have visits on a ward that nobody else has, one of them the target. Whether the group is there must not
/// depend on which kind of visit the target had, wherever the others lie in the data.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_in_which_nobody_is_left_is_found_wherever_it_lies() {
    let ward = |clinic: &Clinic, first: usize, urgent: bool| {
        let mut clinic = clinic.clone();
        for at in 0..8 {
            let person = clinic.persons.get_mut(first * 200 + at).unwrap();
            let mut visit = person.visits.first().cloned().unwrap();
            visit.kind = if at == 0 && urgent { "urgent" } else { "planned" };
            visit.ward = "apart".to_owned();
            person.visits.push(visit);
        }
        clinic
    };
    let mut clinic = Clinic::new(4_000, 11);
    clinic.persons.retain(|person| !person.visits.is_empty());
    let mut told = vec![];
    for first in (0..12).step_by(3) {
        let mut answers = vec![];
        for urgent in [true, false] {
            let clinic = ward(&clinic, first, urgent);
            let source = tempfile::tempdir().unwrap();
            clinic.write(source.path());
            let home = Home::in_shards(source.path(), 200);
            home.add_project(
                LOW,
                &profile_with(&["min_count = 5", "min_count_measure = 5"]),
                "clinic",
            );
            let world = World::in_home(home, clinic).await;
            for sql in BY_WARD {
                answers.push((urgent, world.body(LOW, sql).await.unwrap()["rows"].clone()));
            }
        }
        let (yes, no): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(urgent, _)| *urgent);
        for ((sql, (_, yes)), (_, no)) in BY_WARD.iter().zip(yes).zip(no) {
            if yes.as_array().unwrap().len() != no.as_array().unwrap().len() {
                told.push(format!("{first}: {sql}\n  {yes}\n  {no}"));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

const BY_WARD: [&str; 3] = [
    "select ward, count(distinct person_id) from visits group by ward order by ward",
    "select ward, count(distinct person_id) from visits where kind = 'urgent' group by ward order by ward",
    "select ward, count(distinct person_id) from visits where person_id in \
     (select person_id from visits where kind = 'urgent' and ward = 'apart' or nights > 0) \
     group by ward order by ward",
];
