//! Small queries that ask for more time or memory than there is, to wedge the service or to see who makes it fail.

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::World;

/// Steps that each use the column of the step before twice.
fn doubled(steps: usize, twice: &str) -> String {
    let start = "with c0 as (select person_id, birth_year y from people)".to_owned();
    let all = (0..steps).fold(start, |sql, at| {
        format!("{sql}, c{} as (select person_id, {twice} y from c{at})", at + 1)
    });
    format!("{all} select count(*) from c{steps} where y > 1")
}

/// One expression inside the other.
fn nested(levels: usize, open: &str, close: &str) -> String {
    let (open, close) = (open.repeat(levels), close.repeat(levels));
    format!("select count(*) from people where {open}birth_year > 3{close}")
}

#[tokio::test(flavor = "multi_thread")]
async fn expressions_that_double_with_every_step_are_refused() {
    let world = World::of(Clinic::new(100, 7)).await;
    for sql in [
        doubled(31, "y + y"),
        doubled(31, "case when y > 1 then y end"),
        nested(40, "(", " between false and true)"),
        nested(40, "coalesce(", ", false)"),
        nested(40, "(", " in (true, hiv))"),
        nested(40, "case ", " when true then false end"),
        nested(30, "case when ", " then hiv else sex = 'f' end"),
    ] {
        let refused = world.body(EXACT, &sql).await;
        assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{sql}");
    }
    for sql in [doubled(6, "y + y"), nested(6, "coalesce(", ", false)")] {
        assert_eq!(world.number(EXACT, &sql).await, 100.0, "{sql}");
    }
}

/// Results paired with themselves.
const PAIRED: &str =
    "with a as (select birth_year, region, count(*) n from people group by birth_year, region)";

#[tokio::test(flavor = "multi_thread")]
async fn results_are_paired_once_and_cut_at_the_rows_that_are_shown() {
    let world = World::of(Clinic::new(300, 7)).await;
    let once = format!("{PAIRED} select a.region r1, b.region r2 from a cross join a b");
    let body = world.body(NOISY, &once).await.unwrap();
    assert_eq!(body["rows"].as_array().map(Vec::len), Some(5_000));
    assert_eq!(body["truncated"], true);
    for joins in [
        "cross join a b cross join a c",
        "join a b on b.region = a.region join a c on c.region = a.region",
        "join a b on b.n < a.n join a c on c.n < b.n",
        "join (select distinct region from a) b on b.region <> a.region cross join wards",
        "left join a b on b.region = a.region left join a c on c.birth_year = a.birth_year",
    ] {
        let refused = world.body(NOISY, &format!("{PAIRED} select count(*) from a {joins}")).await;
        assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{joins}");
    }
    for joins in [
        "join a b on b.region = a.region and b.birth_year = a.birth_year join a c on c.region = a.region and c.birth_year = a.birth_year",
        "cross join (select count(*) n from people) b cross join (select sum(n) n from a) c cross join (select count(*) n from visits) d",
        "join (select region, sum(n) n from a group by region) b on b.region = a.region join (select distinct region from a) c on c.region = a.region",
    ] {
        let answer = world.body(NOISY, &format!("{PAIRED} select count(*) from a {joins}")).await;
        assert_eq!(answer.unwrap()["rows"][0][0], 404, "{joins}");
    }
}

/// The visits of one person, if that person has HIV, joined with all visits again and again.
fn multiplied(joins: usize) -> String {
    let more: String = (0..joins)
        .map(|at| format!(" join visits v{at} on v{at}.person_id = v.person_id"))
        .collect();
    format!(
        "select count(*) from visits v join people p on p.person_id = v.person_id and p.income = 49999.5 and p.hiv{more}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_rows_cannot_be_multiplied_until_the_query_fails() {
    let mut clinic = Clinic::new(300, 7);
    let visit = clinic.persons.iter().find_map(|p| p.visits.first()).unwrap().clone();
    clinic.persons[123].income = 49_999.5;
    clinic.persons[123].visits = vec![visit; 40];
    let mut worlds = vec![];
    for hiv in [true, false] {
        clinic.persons[123].hiv = hiv;
        worlds.push(World::of(clinic.clone()).await);
    }
    for joins in 1..8 {
        let mut answers = vec![];
        for world in &worlds {
            answers.push(world.body(EXACT, &multiplied(joins)).await);
        }
        assert_eq!(answers[0], answers[1], "{joins} joins");
    }
}

/// Sub-queries with NOT IN, one inside the other: each looks into copies of the next.
fn inside(levels: usize) -> String {
    let open = "beds + 0 not in (select beds + 0 from wards where ".repeat(levels);
    format!("select count(*) from wards where {open}beds > 0{}", ")".repeat(levels))
}

#[tokio::test(flavor = "multi_thread")]
async fn sub_queries_that_are_looked_into_thrice_do_not_triple_at_every_level() {
    let world = World::of(Clinic::new(100, 7)).await;
    for levels in 1..4 {
        assert!(world.body(EXACT, &inside(levels)).await.is_ok(), "{levels} levels");
    }
    for levels in 6..15 {
        let refused = world.body(EXACT, &inside(levels)).await;
        assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{levels} levels");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_window_holds_all_pairs_of_results() {
    let world = World::of(Clinic::new(100, 7)).await;
    for window in ["sum(a.n) over ()", "lag(a.n) over (order by b.n)", "rank() over (order by a.n)"]
    {
        let sql =
            format!("{PAIRED} select max(x) from (select {window} x from a cross join a b) t");
        let refused = world.body(EXACT, &sql).await;
        assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{window}");
    }
    let before = format!(
        "{PAIRED} select count(*) from (select region, rank() over (order by n) k from a) x cross join a y"
    );
    assert!(world.body(EXACT, &before).await.is_ok());
}
