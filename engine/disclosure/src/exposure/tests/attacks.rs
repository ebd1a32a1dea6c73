//! The meter against campaigns whose outcome is known.

use super::*;

/// Fifteen pairs of cohorts that differ in one person: the figures of the published attack.
#[test]
fn fifteen_pairs_single_their_victim_out() {
    for (sd, wanted) in [(2.0, 0.32), (3.0, 0.17), (5.0, 0.07)] {
        let mut cohorts = Vec::new();
        for with in halves(3_000, 15, sd, 8) {
            let (mut with, mut without) = (with.clone(), with);
            with.members.insert(17);
            without.members.remove(17);
            cohorts.extend([with, without]);
        }
        let meter = metered(3_000, &cohorts);
        let victim = share(&meter, 17);
        assert!((victim - wanted).abs() < 0.01, "{sd}: {victim}");
        assert_eq!(meter.most(), victim);
        let exposed = meter.most_exposed(2);
        assert_eq!((exposed[0].persons, exposed[0].cohorts.len()), (1, 15));
        assert!(exposed[1].share < 0.007, "{}", exposed[1].share);
    }
}

/// Tables that cut everybody into ten groups, each in its own way.
fn tables(persons: u32, number: usize, sd: f64) -> Vec<Cohort> {
    let mut draws = ChaCha20Rng::seed_from_u64(9);
    let mut cohorts = Vec::new();
    for _ in 0..number {
        let group: Vec<u64> = (0..persons).map(|_| draws.next_u64() % 10).collect();
        let of = |wanted: u64| (0..persons).filter(move |person| group[*person as usize] == wanted);
        cohorts.extend((0..10).map(|group| cohort(of.clone()(group), sd)));
    }
    cohorts
}

#[test]
fn ordinary_tables_cost_next_to_nothing() {
    let meter = metered(30_000, &tables(30_000, 60, 3.0));
    assert!((meter.most() - 0.018).abs() < 0.003, "{}", meter.most());
    assert_eq!(meter.level(&LIMITS), Level::Open);
}

#[test]
fn the_same_tables_over_few_persons_cost_much() {
    for (sd, low, high) in [(5.0, 0.25, 0.4), (2.0, 0.6, 0.8)] {
        let meter = metered(300, &tables(300, 60, sd));
        assert!((low..high).contains(&meter.most()), "{sd}: {}", meter.most());
    }
}

/// What the meter foretells for random subsets is what such attacks reached.
#[test]
fn random_subsets_are_foretold() {
    for (sd, number, wanted) in [(3.0, 300, 0.846), (10.0, 1_000, 0.773), (3.0, 20, 0.586)] {
        let meter = metered(300, &halves(300, number, sd, 10));
        let shares: Vec<f64> = meter.persons.shares().map(|(_, share)| share).collect();
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        let accuracy = predicted_accuracy(mean);
        assert!((accuracy - wanted).abs() < 0.01, "{sd}, {number}: {accuracy}");
    }
}

/// Three cohorts none of which is near another: A and B, A, and B without one person.
#[test]
fn inclusion_and_exclusion_is_seen() {
    let both = cohort(0..400, 1.0);
    let meter = metered(400, &[both, cohort(0..200, 1.0), cohort(201..400, 1.0)]);
    let exposed = meter.most_exposed(1);
    assert_eq!((exposed[0].persons, exposed[0].cohorts.clone()), (1, vec![0]));
    assert!((exposed[0].share - 0.25 / 3.25).abs() < 0.01, "{}", exposed[0].share);
}
