//! What a meter does at its bounds.

use super::*;

const SMALL: Bounds = Bounds { cohorts: 30, bytes: 1 << 20, slots: 200, watched: 20 };

fn within(bounds: Bounds, persons: u32, cohorts: &[Cohort]) -> Meter {
    let mut meter = Meter::within(bounds, persons, 10);
    meter.add(cohorts.iter().cloned());
    meter
}

#[test]
fn a_full_meter_asks_for_people() {
    for bounds in [SMALL, Bounds { cohorts: 99, bytes: 2_000, ..SMALL }] {
        let meter = within(bounds, 100, &halves(100, 31, 50.0, 1));
        assert!(meter.is_full() && meter.cohorts() < 31);
        assert_eq!(meter.level(&LIMITS), Level::Review);
        assert_eq!(meter.level(&OFF), Level::Open);
    }
    let repeated: Vec<Cohort> = (0..100).map(|_| cohort(0..50, 50.0)).collect();
    assert!(!within(SMALL, 100, &repeated).is_full());
}

/// In a large universe one of every so many is followed, with the same share as if all were.
#[test]
fn a_sample_stands_for_everybody() {
    let cohorts = halves(5_000, 20, 1.0, 2);
    let (all, some) = (metered(5_000, &cohorts), within(SMALL, 5_000, &cohorts));
    let shares: Vec<(u32, f64)> = some.persons.shares().collect();
    assert_eq!(shares.len(), 200);
    for (person, one) in shares {
        assert!((one - share(&all, person)).abs() < 1e-12);
    }
    assert!((some.most() - all.most()).abs() < 0.1 * all.most());
}

/// Whoever is singled out after that is seen all the same.
#[test]
fn who_stands_out_is_watched() {
    let mut cohorts = halves(5_000, 5, 2.0, 3);
    for target in 1_000..1_012 {
        let mut base = halves(5_000, 1, 2.0, target.into()).remove(0);
        base.members.remove(target);
        cohorts.push(base.clone());
        base.members.insert(target);
        cohorts.push(base);
    }
    cohorts.push(cohort(40..47, 2.0));
    let (all, some) = (metered(5_000, &cohorts), within(SMALL, 5_000, &cohorts));
    let mut one_by_one = Meter::within(SMALL, 5_000, 10);
    cohorts.into_iter().for_each(|cohort| one_by_one.add([cohort]));
    assert!((one_by_one.most() - some.most()).abs() < 1e-12);
    assert!((some.most() - all.most()).abs() < 1e-9);
    for person in (1_000..1_012).chain(40..47) {
        let watched = share(&some, person);
        assert!((watched - share(&all, person)).abs() < 1e-9, "{person}");
    }
}

#[test]
fn too_many_to_watch_lets_the_least_exposed_go() {
    let mut cohorts: Vec<Cohort> = (0..5).map(|part| cohort(part * 9..part * 9 + 9, 3.0)).collect();
    cohorts.push(cohort([900, 901], 0.5));
    let meter = within(SMALL, 5_000, &cohorts);
    let watched = meter.persons.shares().count() - 200;
    assert!(watched <= 20);
    assert!(share(&meter, 900) > 0.3);
}

#[test]
fn persons_of_a_later_extract_are_counted_in() {
    let meter = within(SMALL, 100, &[cohort(50..150, 1.0), cohort(140..150, 1.0)]);
    assert!(share(&meter, 149) > share(&meter, 99));
    let beyond = within(SMALL, 100, &[cohort([u32::MAX], 1.0)]);
    assert!(beyond.is_full() && beyond.cohorts() == 0);
}
