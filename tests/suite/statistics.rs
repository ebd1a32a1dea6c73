//! Spreads, pairs and quantiles beside the truth, computed over the rows of the clinic from their definitions.

use std::sync::Arc;

use tests::ask::ask;
use tests::clinic::{Clinic, Visit};
use tests::home::{EXACT, Home};
use tresor_core::engine::Engine;

/// Means, and sums of products of distances from them.
fn moments(pairs: &[(f64, f64)]) -> Moments {
    let n = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0 / n, y + pair.1 / n));
    let together = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    Moments {
        n,
        x,
        y,
        xx: together(&|p| (p.0 - x) * (p.0 - x)),
        yy: together(&|p| (p.1 - y) * (p.1 - y)),
        xy: together(&|p| (p.0 - x) * (p.1 - y)),
    }
}

struct Moments {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

fn visits(clinic: &Clinic) -> impl Iterator<Item = &Visit> {
    clinic.persons.iter().flat_map(|person| &person.visits)
}

async fn numbers(engine: &Arc<Engine>, sql: &str) -> Vec<f64> {
    let answer = ask(engine, EXACT, sql).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let row = answer.rows()[0].as_array().unwrap();
    row.iter().map(|value| value.as_f64().unwrap_or_else(|| panic!("{}", answer.csv))).collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (at, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-7 * b.abs().max(1e-6), "number {at}: {a} instead of {b}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spreads_and_pairs_are_the_true_ones_without_noise() {
    let clinic = Clinic::new(700, 21);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    let incomes: Vec<(f64, f64)> = clinic.persons.iter().map(|p| (p.income, p.income)).collect();
    let m = moments(&incomes);
    let found = numbers(
        &engine,
        "select var_samp(income), var_pop(income), stddev(income), stddev_pop(income), \
         var_pop(3 - income * 2), regr_sxx(income, income) from people",
    )
    .await;
    let (samp, pop) = (m.xx / (m.n - 1.0), m.xx / m.n);
    assert_near(&found, &[samp, pop, samp.sqrt(), pop.sqrt(), 4.0 * pop, m.xx]);

    let both: Vec<(f64, f64)> =
        visits(&clinic).filter_map(|v| Some((v.nights? as f64, v.cost))).collect();
    let m = moments(&both);
    let found = numbers(
        &engine,
        "select corr(cost, nights), covar_samp(cost, nights), covar_pop(cost, nights), \
         regr_slope(cost, nights), regr_intercept(cost, nights), regr_r2(cost, nights), \
         regr_count(cost, nights), regr_sxx(cost, nights), regr_syy(cost, nights), regr_sxy(cost, nights) \
         from visits",
    )
    .await;
    let (r, slope) = (m.xy / (m.xx * m.yy).sqrt(), m.xy / m.xx);
    let expected =
        [r, m.xy / (m.n - 1.0), m.xy / m.n, slope, m.y - slope * m.x, r * r, m.n, m.xx, m.yy, m.xy];
    assert_near(&found, &expected);
}

/// The smallest value at which the rank of the middle is reached: the rank of a share p among n rows is p (n - 1) + 1,
/// half a rank less counts.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * (sorted.len() as f64 - 1.0) + 0.5).ceil() as usize;
    sorted[rank.max(1) - 1]
}

#[tokio::test(flavor = "multi_thread")]
async fn quantiles_are_near_the_true_ones_without_noise() {
    let clinic = Clinic::new(700, 22);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    let nights: Vec<f64> =
        visits(&clinic).filter_map(|v| v.nights).map(|nights| nights as f64).collect();
    let incomes: Vec<f64> = clinic.persons.iter().map(|person| person.income).collect();
    let shares = [0.05, 0.1, 0.25, 0.5, 0.6, 0.9, 0.95];
    let ask = |column: &str, table: &str| {
        let one = |share| format!("percentile_cont({share}) within group (order by {column})");
        let all: Vec<String> = shares.iter().map(one).collect();
        format!("select {} from {table}", all.join(", "))
    };
    // Whole numbers that many share are told as they are.
    let found = numbers(&engine, &ask("nights", "visits")).await;
    assert_eq!(found, shares.map(|share| quantile(&nights, share)));
    // Others are told within a range that ten people share: about 1,000 wide here.
    let found = numbers(&engine, &ask("income", "people")).await;
    for (found, share) in found.iter().zip(shares) {
        let truth = quantile(&incomes, share);
        assert!((found - truth).abs() <= 1_000.0, "{share}: {found} instead of {truth}");
        assert!(found.fract() == 0.0, "{found} is nobody's own value");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn distinct_values_are_those_that_ten_people_share() {
    let clinic = Clinic::new(700, 23);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    let shared = |of: &dyn Fn(&tests::clinic::Person) -> Vec<String>| {
        let mut persons = std::collections::BTreeMap::<String, usize>::new();
        for person in &clinic.persons {
            let values: std::collections::BTreeSet<String> = of(person).into_iter().collect();
            values.into_iter().for_each(|value| *persons.entry(value).or_default() += 1);
        }
        persons.values().filter(|&&n| n >= 10).count() as f64
    };
    let years = shared(&|person| vec![person.birth_year.to_string()]);
    let found = numbers(&engine, "select count(distinct birth_year) from people").await;
    assert_eq!(found, [years]);
    assert!(years > 5.0 && years < 60.0, "some years are shared by ten and some are not: {years}");
    let days = shared(&|person| {
        let early = person.visits.iter().filter(|visit| visit.kind == "urgent");
        early.map(|visit| visit.visited_on[..7].to_owned()).collect()
    });
    let found = numbers(
        &engine,
        "select count(distinct date_trunc('month', visited_on)) filter (where kind = 'urgent') from visits",
    )
    .await;
    assert_eq!(found, [days]);
}

/// The sum over visits that have nights of what is made of cost and nights, beside the number of these visits.
fn summed(clinic: &Clinic, of: impl Fn(f64, f64, &Visit) -> f64) -> (f64, f64) {
    let with = visits(clinic).filter_map(|v| Some(of(v.cost, v.nights? as f64, v)));
    with.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0))
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_of_products_are_the_true_ones_without_noise() {
    let clinic = Clinic::new(1_000, 1);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    let found = numbers(
        &engine,
        "select sum(cost * nights), sum(cost * (3 - nights)), avg(cost * nights), avg(cost * nights - cost + 1), \
         sum(nights * nights), sum((cost - nights) * (cost + nights)), sum(cost + nights), \
         sum(case when kind = 'urgent' then cost * (3 - nights) else 0 end), \
         avg(case when kind = 'urgent' then cost * (3 - nights) end), \
         sum(cost * (3 - nights)) filter (where kind = 'urgent'), \
         sum(coalesce(cost * nights + 5, 0)), sum(cost * coalesce(nights, 0)), \
         sum(cost * (1 - coalesce(nights, 0))), sum((cost + 1) * case when kind = 'urgent' then 2 else 0 end) \
         from visits",
    )
    .await;
    let urgent = |v: &Visit| f64::from(u8::from(v.kind == "urgent"));
    let sum = |of: &dyn Fn(f64, f64, &Visit) -> f64| summed(&clinic, of).0;
    let n = summed(&clinic, |_, _, _| 1.0).1;
    let urgents = sum(&|_, _, v| urgent(v));
    let less = sum(&|c, n, v| urgent(v) * c * (3.0 - n));
    let costs: f64 = visits(&clinic).map(|v| v.cost).sum();
    let product = sum(&|c, n, _| c * n);
    let expected = [
        product,
        sum(&|c, n, _| c * (3.0 - n)),
        product / n,
        sum(&|c, n, _| c * n - c + 1.0) / n,
        sum(&|_, n, _| n * n),
        sum(&|c, n, _| c * c - n * n),
        sum(&|c, n, _| c + n),
        less,
        less / urgents,
        less,
        sum(&|c, n, _| c * n + 5.0),
        product,
        costs - product,
        visits(&clinic).map(|v| 2.0 * urgent(v) * (v.cost + 1.0)).sum(),
    ];
    assert_near(&found, &expected);
    let found = numbers(
        &engine,
        "select sum(income * (birth_year - 1950)), sum(case when sex = 'f' then birth_year else 0 end), \
         sum(coalesce(birth_year, 0)) from people",
    )
    .await;
    let born = |p: &tests::clinic::Person| p.birth_year as f64;
    let people = || clinic.persons.iter();
    let expected = [
        people().map(|p| p.income * (born(p) - 1950.0)).sum(),
        people().filter(|p| p.sex == Some("f")).map(born).sum(),
        people().map(born).sum(),
    ];
    assert_near(&found, &expected);
}
