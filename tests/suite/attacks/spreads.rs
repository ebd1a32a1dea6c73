//! Reading one person's value off a spread or a line that this person makes.
//!
//! Squares grow faster than values: who makes up a tenth of a sum can make up nearly all of its sum of squares.
//! Dominance is therefore decided on every base measure, on squares and products as on sums.

use tests::clinic::Clinic;
use tests::home::NOISY;

use super::{World, plain};

/// A clinic where among many small incomes one person has a large one.
fn clinic(income: f64) -> Clinic {
    let mut clinic = Clinic::new(300, 7);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.income = 100.0 + (at * 37 % 400) as f64;
    }
    clinic.persons[123].income = income;
    clinic
}

const ONE: f64 = 30_000.0;
const OTHER: f64 = 45_000.0;

/// Statistics that one large income decides, with what an attacker makes of them.
const SPREADS: [&str; 5] = [
    "select sqrt(var_pop(income) * count(*)) from people",
    "select sqrt(regr_sxx(income, income)) from people",
    "select stddev_pop(income) * sqrt(count(*)) from people",
    "select sqrt(covar_pop(income, income) * count(*)) from people",
    "select sqrt(var_pop(income * 2) * count(*)) / 2 from people",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_spread_tells_the_largest_value() {
    let clinic = clinic(ONE);
    let found = plain::number(&clinic, SPREADS[0]).await;
    assert!((found / ONE - 1.0).abs() < 0.05, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spread_that_one_person_makes_is_withheld_where_the_sum_is_not() {
    let (one, other) = (World::of(clinic(ONE)).await, World::of(clinic(OTHER)).await);
    for world in [&one, &other] {
        assert!(world.number(NOISY, "select sum(income) from people").await > 0.0);
    }
    let more = [
        "select stddev(income) from people",
        "select corr(income, case when sex = 'f' then 1 else 0 end) from people",
        "select regr_r2(income, income) from people",
        "select regr_intercept(income, income) from people",
        "select sum(income * income) from people",
        "select avg(income * income) from people",
        "select sum(income * (100000 - income)) from people",
        "select sum(case when sex = 'f' then income * income else income * income end) from people",
    ];
    let plain = |sql: &str| sql.replace("sqrt", "");
    for sql in SPREADS.iter().map(|sql| plain(sql)).chain(more.map(str::to_owned)) {
        let body = one.body(NOISY, &sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
        assert!(body["rows"][0][0].is_null(), "{sql}: {body}");
        assert_eq!(Ok(body), other.body(NOISY, &sql).await, "{sql}");
    }
}

/// The spread of ones and zeros is made of the two counts: it is no third number about the same people.
#[tokio::test(flavor = "multi_thread")]
async fn the_spread_of_a_share_is_made_of_two_counts() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let ones =
        world.number(NOISY, "select count(case when sex = 'f' then 1 end) from people").await;
    let all = world.number(NOISY, "select count(*) from people").await;
    let share = ones / all;
    let spread = "select var_pop(case when sex = 'f' then 1 else 0 end) from people";
    let body = world.body(NOISY, spread).await.unwrap();
    let found = body["rows"][0][0].as_f64().unwrap();
    let (low, high) = (&body["intervals"][0]["low"], &body["intervals"][0]["high"]);
    let width = (high.as_f64().unwrap() - low.as_f64().unwrap()) / 2.0;
    assert!((found - share * (1.0 - share)).abs() <= width / 4.0, "{found} {share}");
}

/// Too few people for a line, although there are enough for a mean.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_through_few_people_is_withheld() {
    let mut clinic = Clinic::new(300, 7);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.birth_year = if at < 10 { 2_015 } else { 1_990 };
    }
    let world = World::of(clinic).await;
    let sql = "select avg(income), var_pop(income), corr(income, income) from people where birth_year = 2015";
    let body = world.body(tests::home::EXACT, sql).await.unwrap();
    let row = &body["rows"][0];
    assert!(row[0].is_number() && row[1].is_null() && row[2].is_null(), "{row}");
    let reason = body["cell_status"][0]["reason"].as_str().unwrap();
    assert_eq!(reason, "fewer than 10 degrees of freedom (may be 0)");
}
