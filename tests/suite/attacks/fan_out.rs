//! Multiplying one person's rows until they stand out of the noise.

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::{World, plain};

const PERSON: usize = 50;
const VISITS: usize = 9;

/// Worlds with and without a person of many visits.
fn clinics() -> (Clinic, Clinic) {
    let mut with = Clinic::new(300, 7);
    for person in &mut with.persons {
        person.visits.truncate(VISITS);
    }
    let visit = with.persons.iter().find_map(|p| p.visits.first()).unwrap().clone();
    with.persons[PERSON].visits = vec![visit; VISITS];
    let mut without = with.clone();
    without.persons[PERSON].visits.clear();
    (with, without)
}

/// Visits joined with themselves: a person with k visits has k to the power of `factor` rows.
fn multiplied(factor: usize) -> String {
    let joins = (1..factor).map(|n| format!(" join visits v{n} on v{n}.person_id = v0.person_id"));
    format!("select count(*) n from visits v0{}", joins.collect::<String>())
}

#[tokio::test]
async fn fixed_noise_drowns_in_multiplied_rows() {
    let (with, without) = clinics();
    let sql = multiplied(3);
    let gap = plain::number(&with, &sql).await - plain::number(&without, &sql).await;
    assert_eq!(gap, 729.0, "no noise of a few people hides this");
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_grows_with_the_largest_contributor() {
    let (with, without) = clinics();
    let (with, without) = (World::of(with).await, World::of(without).await);
    for factor in 1..=3 {
        let sql = multiplied(factor);
        let contribution = (VISITS.pow(u32::try_from(factor).unwrap())) as f64;
        let (a, a_width) = noisy(&with, &sql).await;
        let (b, b_width) = noisy(&without, &sql).await;
        assert!(a_width >= contribution, "{factor}: +-{a_width} beside {contribution}");
        assert!((a - b).abs() <= a_width + b_width, "{factor}: {a} and {b} are too far apart");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_multiplied_answers_is_no_fixed_number() {
    let world = World::of(clinics().0).await;
    let mut errors = vec![];
    for kind in ["planned", "urgent", "walk-in"] {
        for factor in 1..=3 {
            let sql = format!("{} where v0.kind = '{kind}'", multiplied(factor));
            let truth = world.number(EXACT, &sql).await;
            errors.push(noisy(&world, &sql).await.0 - truth);
        }
    }
    assert!(errors.iter().any(|error| error.abs() > 20.0), "{errors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_cannot_be_made_up() {
    let world = World::of(Clinic::new(300, 7)).await;
    for (sql, code) in [
        ("select count(*) from visits v join (values (1), (2)) x (n) on true", "join_not_on_key"),
        ("select count(*) from visits v cross join (values (1), (2)) x (n)", "join_not_on_key"),
        ("select count(*) from visits v cross join wards w", "join_not_on_key"),
        ("select count(*) from visits v join wards w on w.beds > 0", "join_not_on_key"),
        (
            "select count(*) from visits v join (select 1 one union all select 2) x on true",
            "join_not_on_key",
        ),
        ("select count(*) from visits v cross join generate_series(1, 1000)", "unsupported_sql"),
        ("select count(*) from visits v cross join unnest([1, 2, 3])", "unsupported_sql"),
    ] {
        assert_eq!(world.body(EXACT, sql).await.err().as_deref(), Some(code), "{sql}");
    }
}

/// Keys that are one and the same real number.
fn near(keys: i64) -> String {
    let keys: Vec<String> = (0..keys).map(|at| format!("({})", (1_i64 << 60) + at)).collect();
    keys.join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_do_not_become_one_by_a_cast() {
    let world = World::of(Clinic::new(300, 7)).await;
    let whole = format!("(values {}) x (k)", near(100));
    let sql = format!(
        "select count(*) from visits v join {whole} on cast(v.nights * 0 + {} as double) = x.k",
        1_i64 << 60
    );
    assert_eq!(world.body(EXACT, &sql).await.err().as_deref(), Some("join_not_on_key"));
    let sql = format!(
        "select count(*) from visits v join {whole} on v.nights * 0 + {} = x.k",
        1_i64 << 60
    );
    let once = world.number(EXACT, "select count(nights) from visits").await;
    assert_eq!(world.number(EXACT, &sql).await, once);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_full_join_keeps_apart_are_counted_as_rows() {
    let world = World::of(Clinic::new(300, 7)).await;
    let sql =
        "select count(*) from people a full join people b on a.person_id = b.person_id and a.hiv";
    let with = world.clinic.persons.iter().filter(|person| person.hiv).count();
    let truth = 2 * world.clinic.persons.len() - with;
    assert_eq!(world.number(EXACT, sql).await, truth as f64);
}

/// A noisy number and half the width of its interval.
async fn noisy(world: &World, sql: &str) -> (f64, f64) {
    let body = world.body(NOISY, sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
    let value = body["rows"][0][0].as_f64().unwrap_or_else(|| panic!("withheld: {sql}"));
    let interval = &body["intervals"][0];
    let (low, high) = (interval["low"].as_f64().unwrap(), interval["high"].as_f64().unwrap());
    (value, (high - low) / 2.0)
}
