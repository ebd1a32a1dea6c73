//! Reading single values off their place among others.

use std::collections::BTreeSet;

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};
use tests::profile;
use tresor_disclosure::bins::Bins;
use tresor_disclosure::{Contribution, Distribution, NoiseSecret, Profile, quantile};

use super::{World, plain};

/// A clinic in which one person, born in a year of their own, has this income.
fn clinic(income: f64) -> Clinic {
    let mut clinic = Clinic::new(300, 7);
    clinic.persons[123].birth_year = 2_015;
    clinic.persons[123].income = income;
    clinic
}

/// The median of the target between as many people far below as far above.
fn between_two_crowds(clinic: &Clinic, crowd: usize) -> String {
    let others = clinic.persons.iter().filter(|person| person.birth_year != 2_015);
    let mut incomes: Vec<f64> = others.map(|person| person.income).collect();
    incomes.sort_by(f64::total_cmp);
    let (low, high) = (incomes[crowd], incomes[incomes.len() - 1 - crowd]);
    format!(
        "select median(income) from people where birth_year = 2015 or income < {low} or income > {high}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_median_between_two_crowds_is_the_persons_own_income() {
    let clinic = clinic(31_234.5);
    let sql = between_two_crowds(&clinic, 20);
    assert_eq!(plain::number(&clinic, &sql).await, 31_234.5);
}

/// What is told is a range that reaches to the crowds, or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn between_two_crowds_the_income_is_not_told() {
    for income in [18_000.25, 22_500.0, 31_234.5] {
        let world = World::of(clinic(income)).await;
        for crowd in [12, 20, 40] {
            let sql = between_two_crowds(&world.clinic, crowd);
            for project in [EXACT, NOISY] {
                let body = world.body(project, &sql).await.unwrap();
                let far = |found: f64| (found - income).abs() > 0.1 * income;
                let told = &body["rows"][0][0];
                assert!(told.as_f64().is_none_or(far), "{project}: {told} tells {income}: {sql}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_edge_single_people_are_not_told() {
    let world = World::of(clinic(49_999.5)).await;
    let top = "select percentile_cont(0.99) within group (order by income) from people where region = 'north'";
    let values: Vec<f64> = world
        .clinic
        .persons
        .iter()
        .filter(|person| person.region == "north")
        .map(|person| person.income)
        .collect();
    let plainly = plain::number(&world.clinic, top).await;
    let near = |value: &f64| (value - plainly).abs() < 500.0;
    assert!(values.iter().any(near), "the attack finds one of the largest incomes");
    for project in [EXACT, NOISY] {
        let body = world.body(project, top).await.unwrap();
        assert!(body["rows"][0][0].is_null(), "{project}: {body}");
        assert_eq!(body["cell_status"][0]["code"], "c");
    }
}

const NOISE: &str =
    "noise = { method = \"cell_key_geometric\", count_sd = 20.0, magnitude_sd = 1.0 }";

/// Shares so close together that they mean the same rank, each with noise of its own: many answers to one question.
/// With the noise of the cell there is one.
#[test]
fn nearly_equal_shares_draw_no_fresh_noise() {
    let profile: Profile = toml::from_str(&profile::with(&[NOISE])).unwrap();
    let bins = Bins::of(0, 1_000, true);
    let mut cell = Contribution::default();
    let mut spread = Distribution::default();
    for at in 0..900_i64 {
        let key = u64::try_from(at).unwrap();
        cell = cell.merge(Contribution::of_person(key, 1, 1));
        spread.add_row(bins.of_value(at));
        spread.add_person(key, bins.of_value(at), bins.of_value(at));
    }
    let ask = |secret: u8, share: u32| {
        let secret = NoiseSecret::new([secret; 32]);
        let found = quantile(&profile, &secret, &cell, &spread, bins, share, true);
        found.unwrap_or_else(|reason| panic!("{}", reason.as_str())).value.to_string()
    };
    let shares = 500_000..500_050_u32;
    let secrets = 0..50_u8;
    let fresh: BTreeSet<String> =
        shares.clone().zip(secrets).map(|(share, secret)| ask(secret, share)).collect();
    assert!(fresh.len() > 5, "the attack: {fresh:?}");
    let sticky: BTreeSet<String> = shares.map(|share| ask(7, share)).collect();
    // The rank moves by a twentieth, so the answer moves once at most.
    assert!(sticky.len() <= 2, "{sticky:?}");
}
