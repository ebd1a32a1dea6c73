//! Two tables over the same rows in one answer, written so that they do not look it: the total minus everybody else is
//! a cell that is withheld.

use serde_json::Value;
use tests::ask::ask;
use tests::clinic::Clinic;
use tests::home::{EXACT, Home, STRICT};
use tresor_core::engine::Engine;

use super::World;

/// The west has five people.
fn clinic() -> Clinic {
    let mut clinic = Clinic::new(300, 7);
    let west = clinic.persons.iter_mut().filter(|person| person.region == "west");
    for person in west.skip(5) {
        person.region = "east";
    }
    clinic
}

const ALL: &str = "select count(*) from people";
const VISITS: &str = "select count(*) from visits v join people p on v.person_id = p.person_id";

/// A total, and the same without the west in other words.
const FOUND: [(&str, &str); 9] = [
    (ALL, "select count(*) from people q where not (q.region = 'west')"),
    (ALL, "select sum(case when region = 'west' then 0 else 1 end) from people"),
    (ALL, "select count(distinct case when region <> 'west' then person_id end) from people"),
    (
        ALL,
        "select count(*) from (select person_id, region,
         row_number() over (partition by person_id order by region) n from people) t where region <> 'west'",
    ),
    (
        VISITS,
        "select count(*) from visits w join people q on w.person_id = q.person_id where q.region <> 'west'",
    ),
    (
        VISITS,
        "select count(*) from people p join visits v on v.person_id = p.person_id where p.region <> 'west'",
    ),
    (
        VISITS,
        "select count(*) from visits v
         join (select * from people where region <> 'west') p on v.person_id = p.person_id",
    ),
    (
        VISITS,
        "select count(*) from visits v join people p on v.person_id = p.person_id and p.region <> 'west'",
    ),
    (
        VISITS,
        "select count(*) from (select person_id, region r from people) p, visits v
         where v.person_id = p.person_id and r <> 'west'",
    ),
];

/// The total, and the same without the west where it cannot be seen that both are about the same rows. That they are
/// about the same people can.
const OF_PERSONS: [&str; 20] = [
    "select count(*) from people p join people q on p.person_id = q.person_id where p.region <> 'west'",
    "select count(*) from people where region <> 'west' and person_id in (select person_id from people)",
    "select count(*) from people p where exists
     (select 1 from people q where q.person_id = p.person_id and q.region <> 'west')",
    "select count(*) from people where person_id not in (select person_id from people where region = 'west')",
    "select count(*) from (select person_id, region from people group by person_id, region) t where region <> 'west'",
    "select count(*) from (select distinct person_id, region from people) t where region <> 'west'",
    "select sum(n) from (select person_id, count(*) n from people where region <> 'west' group by person_id) t",
    "select sum(n) from (select person_id, count(person_id) n from
     (select person_id from people where region <> 'west' group by person_id) t group by person_id) u",
    "select count(*) from (select person_id, region from people where region = 'east'
     union all select person_id, region from people where region in ('north', 'south')) t",
    "select count(*) from (select person_id from people where birth_year % 2 = 0 and region <> 'west'
     union all select person_id from people where birth_year % 2 <> 0 and region <> 'west') t",
    "select count(*) from (select person_id from people where region = 'east'
     union select person_id from people where region in ('north', 'south', 'east')) t",
    "select count(distinct person_id) from (select person_id from people where region = 'east'
     union all select person_id from people where region in ('north', 'south', 'east')) t",
    "select count(*) from people join (values ('east'), ('north'), ('south')) r (code) on region = code",
    "select count(*) from people where region in (select code from (values ('east'), ('north'), ('south')) r (code))",
    "select count(*) from people join (select 'west' w) c on region <> w",
    "select count(*) from people p full join people q on p.person_id = q.person_id where p.region <> 'west'",
    "select count(*) from people p left join people q on p.person_id = q.person_id and q.region <> 'west'
     where q.person_id is not null",
    "select count(*) from (select person_id, region, row_number() over (partition by person_id order by region) n
     from people) t where n = 1 and region <> 'west'",
    "select count(*) from people p join (select person_id, max(region) r from people group by person_id) q
     on p.person_id = q.person_id where r <> 'west'",
    "select count(distinct p.person_id) from people p left join visits v on p.person_id = v.person_id
     where p.region <> 'west'",
];

/// The same where one of the two is made first, and the other is chosen by it.
const AFTER_ANOTHER: [(&str, &str); 5] = [
    (
        ALL,
        "select count(*) from people where region in
         (select region from people group by region having count(*) > 0)",
    ),
    (
        ALL,
        "select count(*) from people join (select region r, count(*) n from people group by region) t
         on region = r where n > 0",
    ),
    (
        ALL,
        "select count(*) from people where region in (select region from people group by region) and region <> 'west'",
    ),
    (
        ALL,
        "select count(*) from people join (select region r, count(*) n from people group by region) t
         on region = r where r <> 'west'",
    ),
    // The total itself is read by the other.
    (
        ALL,
        "select count(*) from people where region <> 'west' and birth_year > (select 0 * count(*) from people)",
    ),
];

/// Visits, and those without the west, where the rows do not look alike.
const OF_VISITS: [&str; 8] = [
    "select count(*) from visits where person_id in (select person_id from people where region <> 'west')",
    "select count(*) from visits v where not exists
     (select 1 from people p where p.person_id = v.person_id and p.region = 'west')",
    "select sum(n) from (select v.person_id, count(*) n from visits v join people p on v.person_id = p.person_id
     where p.region <> 'west' group by v.person_id) t",
    "select count(*) from visits v join people p on v.person_id = p.person_id
     join (values ('east'), ('north'), ('south')) r (code) on p.region = r.code",
    "select count(*) from (select v.person_id from visits v join people p on v.person_id = p.person_id
     where p.region = 'east' union all
     select v.person_id from visits v join people p on v.person_id = p.person_id
     where p.region in ('north', 'south')) t",
    "select count(*) from visits v left join people p on v.person_id = p.person_id and p.region <> 'west'
     where p.person_id is not null",
    "select count(*) from (select v.person_id, p.region, row_number() over (partition by v.person_id order by v.kind) n
     from visits v join people p on v.person_id = p.person_id) t where n > 0 and region <> 'west'",
    "select count(*) from visits v join (select person_id, max(region) r from people group by person_id) q
     on v.person_id = q.person_id where r <> 'west'",
];

/// What the total and the rest differ by, if both are told.
async fn difference(world: &World, project: &str, total: &str, rest: &str) -> Option<f64> {
    let sql = format!("select * from ({total}) x (a) cross join ({rest}) y (b)");
    let body = world.body(project, &sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
    Some(body["rows"][0][0].as_f64()? - body["rows"][0][1].as_f64()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_and_its_rest_are_one_family_however_they_are_written() {
    let clinic = clinic();
    let west = clinic.persons.iter().filter(|person| person.region == "west");
    let visits = west.map(|person| person.visits.len()).sum::<usize>() as f64;
    let world = World::of(clinic).await;
    for (total, rest) in FOUND {
        let truth = if total == ALL { 5.0 } else { visits };
        assert_eq!(difference(&world, EXACT, total, rest).await, Some(truth), "{rest}");
        assert_eq!(difference(&world, STRICT, total, rest).await, None, "{rest}");
    }
}

/// Which of the rests are told beside their totals. Each gives the west away where no rule keeps it.
async fn told<'a>(world: &World, truth: f64, pairs: &[(&'a str, &'a str)]) -> Vec<&'a str> {
    let mut told = vec![];
    for (total, rest) in pairs {
        assert_eq!(difference(world, EXACT, total, rest).await, Some(truth), "{rest}");
        if difference(world, STRICT, total, rest).await == Some(truth) {
            told.push(*rest);
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_the_same_people_is_one_family_whatever_its_rows_are() {
    let world = World::of(clinic()).await;
    let told = told(&world, 5.0, &OF_PERSONS.map(|rest| (ALL, rest))).await;
    assert!(told.is_empty(), "told:\n{}", told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_before_is_not_forgotten() {
    let world = World::of(clinic()).await;
    let told = told(&world, 5.0, &AFTER_ANOTHER).await;
    assert!(told.is_empty(), "told:\n{}", told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_people_are_held_against_each_other_however_they_are_found() {
    let clinic = clinic();
    let west = clinic.persons.iter().filter(|person| person.region == "west");
    let visits = west.map(|person| person.visits.len()).sum::<usize>() as f64;
    let world = World::of(clinic).await;
    let told =
        told(&world, visits, &OF_VISITS.map(|rest| ("select count(*) from visits", rest))).await;
    assert!(told.is_empty(), "told:\n{}", told.join("\n"));
}

/// The same where people differ in the number of their visits so much that nobody can look at each number by itself.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_people_with_many_are_held_against_each_other() {
    let mut clinic = clinic();
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        if let Some(visit) = person.visits.first().cloned() {
            person.visits = vec![visit; 1 + at % 17];
        }
    }
    let west = clinic.persons.iter().filter(|person| person.region == "west");
    let visits = west.map(|person| person.visits.len()).sum::<usize>() as f64;
    let world = World::of(clinic).await;
    let told =
        told(&world, visits, &OF_VISITS.map(|rest| ("select count(*) from visits", rest))).await;
    assert!(told.is_empty(), "told:\n{}", told.join("\n"));
}

/// Tables of other people, and of other rows of the same people, lose nothing to each other.
#[tokio::test(flavor = "multi_thread")]
async fn what_tells_nothing_of_each_other_is_shown() {
    let world = World::of(clinic()).await;
    let tables = [
        "select 'region ' || region, count(*) from people group by region",
        "select 'kind ' || kind, count(*) from visits group by kind",
        "select 'test ' || test, count(*) from labs group by test",
        "select 'seen ' || test, count(distinct person_id) from labs group by test",
        "select 'visits', count(*) from visits where nights > 0",
        "select 'income ' || sex, sum(income) from people where sex is not null group by sex",
        "select 'often', count(*) from people p join (select person_id, count(*) n from visits group by person_id) v
         on p.person_id = v.person_id where n > 1",
        "select 'often ' || test, avg(value) from labs where person_id in
         (select person_id from visits group by person_id having count(*) > 1) group by test",
    ];
    let shown = |body: &Value| {
        let rows = body["rows"].as_array().unwrap().iter();
        let mut shown: Vec<String> = rows
            .filter(|row| !row[1].is_null())
            .map(|row| format!("{} {:.2}", row[0], row[1].as_f64().unwrap()))
            .collect();
        shown.sort();
        shown
    };
    let mut alone = vec![];
    for table in tables {
        alone.extend(shown(&world.body(STRICT, table).await.unwrap()));
    }
    alone.sort();
    let together = tables.map(|sql| format!("select * from ({sql}) t (a, b)")).join(" union all ");
    assert_eq!(shown(&world.body(STRICT, &together).await.unwrap()), alone);
}

/// What is left over between two numbers is not told because further ones cut it into smaller parts.
#[tokio::test(flavor = "multi_thread")]
async fn cutting_what_is_left_over_does_not_uncover_it() {
    let world = World::of(clinic()).await;
    let cuts = "sex = 'f', hiv, birth_year % 2 = 0, income > 30000".split(", ").collect::<Vec<_>>();
    for count in 0..=cuts.len() {
        let filter = |condition: &&str| format!(", count(*) filter (where {condition})");
        let cuts: String = cuts[..count].iter().map(filter).collect();
        let sql =
            format!("select count(*), count(*) filter (where region <> 'west'){cuts} from people");
        let exact = world.body(EXACT, &sql).await.unwrap();
        assert_eq!(left_over(&exact), Some(5.0));
        let body = world.body(STRICT, &sql).await.unwrap();
        assert_eq!(left_over(&body), None, "{sql}: {}", body["rows"]);
    }
}

/// The first number of a row less the second.
fn left_over(body: &Value) -> Option<f64> {
    Some(body["rows"][0][0].as_f64()? - body["rows"][0][1].as_f64()?)
}

/// Everybody, and everybody but the west once more.
#[tokio::test(flavor = "multi_thread")]
async fn counting_some_twice_tells_nothing_of_those_who_are_counted_once() {
    let world = World::of(clinic()).await;
    let twice = "select count(*) from (select person_id from people union all
         select person_id from people where region <> 'west') t";
    assert_eq!(difference(&world, EXACT, ALL, twice).await, Some(5.0 - 300.0));
    assert_eq!(difference(&world, STRICT, ALL, twice).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn which_number_was_hidden_first_is_not_told() {
    let world = World::of(clinic()).await;
    let sql = "select count(*), count(*) filter (where region = 'west'),
        count(*) filter (where region = 'south'), count(*) filter (where region in ('east', 'north')) from people";
    let body = world.body(STRICT, sql).await.unwrap();
    let statuses = body["cell_status"].as_array().unwrap();
    assert_eq!(statuses.len(), 2, "the west, and one other for its sake: {body}");
    assert_eq!(statuses[0]["reason"], statuses[1]["reason"], "{body}");
}

/// Where zeros are shown, what is hidden is at least one person; three of those who sum to three are one each, however
/// many rows they have.
#[tokio::test(flavor = "multi_thread")]
async fn hidden_people_are_no_more_for_having_many_rows() {
    let mut clinic = Clinic::new(300, 7);
    clinic.persons.iter_mut().for_each(|person| person.region = "east");
    let many = clinic.persons.iter_mut().filter(|person| person.visits.len() > 2);
    for (person, region) in many.zip(["west", "north", "south"]) {
        person.region = region;
    }
    let home = Home::of(&clinic);
    let shown = tests::profile::with(&[
        "id = \"strict\"",
        "secondary = { method = \"gauss\", zeros = false }",
        "zero = \"show\"",
    ]);
    home.change_profile("strict", &shown);
    let engine = home.engine().await;
    // Rows leave room: three groups are hidden, and all else is shown.
    assert_eq!(hidden_and_total(&engine, "count(*)").await, (3, true));
    // The same of people would tell that each is one.
    let (hidden, total) = hidden_and_total(&engine, "count(distinct v.person_id)").await;
    assert!(hidden > 3 || !total, "{hidden} hidden");
}

/// How many regions are hidden, and whether the total is shown.
async fn hidden_and_total(engine: &std::sync::Arc<Engine>, number: &str) -> (usize, bool) {
    let sql = format!(
        "select p.region, {number} from visits v
         join people p on p.person_id = v.person_id group by rollup (p.region) order by p.region"
    );
    let answer = ask(engine, STRICT, &sql).await.unwrap();
    let told: Vec<&Value> = answer.rows().iter().map(|row| &row[1]).collect();
    let (total, regions) = told.split_last().unwrap();
    (regions.iter().filter(|value| value.is_null()).count(), !total.is_null())
}
