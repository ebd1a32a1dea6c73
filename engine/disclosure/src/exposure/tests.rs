mod attacks;
mod bounds;

use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};

use super::*;
use crate::profile::Exposure;

const LIMITS: Exposure = Exposure { warn: 0.05, review: 0.10, lock: 0.25 };
const OFF: Exposure = Exposure { warn: 0.0, review: 0.0, lock: 0.0 };

fn cohort(members: impl IntoIterator<Item = u32>, sd: f64) -> Cohort {
    Cohort { members: members.into_iter().collect(), variance: sd * sd }
}

/// Each person with one chance in two.
fn halves(persons: u32, number: usize, sd: f64, seed: u64) -> Vec<Cohort> {
    let mut draws = ChaCha20Rng::seed_from_u64(seed);
    let mut half = || (0..persons).filter(|_| draws.next_u64() >> 63 == 1).collect::<Vec<_>>();
    (0..number).map(|_| cohort(half(), sd)).collect()
}

fn metered(persons: u32, cohorts: &[Cohort]) -> Meter {
    let mut meter = Meter::new(persons, 10);
    meter.add(cohorts.iter().cloned());
    meter
}

fn share(meter: &Meter, person: u32) -> f64 {
    meter.persons.shares().find(|(one, _)| *one == person).unwrap().1
}

/// The formula as it stands in the header, with the whole matrix.
fn by_formula(persons: u32, cohorts: &[Cohort]) -> Vec<f64> {
    let entry = |j: usize, k: usize| {
        let shared = cohorts[j].members.intersection_len(&cohorts[k].members) as f64;
        PRIOR * shared + if j == k { cohorts[j].variance } else { 0.0 }
    };
    let size = cohorts.len();
    let matrix: Vec<Vec<f64>> =
        (0..size).map(|j| (0..size).map(|k| entry(j, k)).collect()).collect();
    let person = |person: u32| {
        let inside = |c: &Cohort| f64::from(u8::from(c.members.contains(person)));
        let a: Vec<f64> = cohorts.iter().map(inside).collect();
        let x = solved(matrix.clone(), a.clone());
        PRIOR * a.iter().zip(x).map(|(a, x)| a * x).sum::<f64>()
    };
    (0..persons).map(person).collect()
}

/// Gaussian elimination.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let (by, by_right) = (matrix[pivot].clone(), right[pivot]);
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = matrix[row][pivot] / by[pivot];
            for (entry, by) in matrix[row].iter_mut().zip(&by) {
                *entry -= factor * by;
            }
            right[row] -= factor * by_right;
        }
    }
    (0..size).map(|row| right[row] / matrix[row][row]).collect()
}

#[test]
fn it_is_what_the_formula_says() {
    for (persons, number, sd) in [(40, 1, 2.0), (40, 25, 1.0), (12, 30, 3.0), (60, 20, 0.1)] {
        let cohorts = halves(persons, number, sd, u64::from(persons));
        let meter = metered(persons, &cohorts);
        assert_eq!(meter.cohorts(), cohorts.len());
        for (person, wanted) in (0..).zip(by_formula(persons, &cohorts)) {
            let got = share(&meter, person);
            assert!((got - wanted).abs() < 1e-6, "{persons}, {person}: {got} for {wanted}");
        }
    }
}

#[test]
fn cohorts_of_other_sizes_and_noise() {
    let mut cohorts = vec![cohort(0..30, 2.0), cohort(5..9, 1.0), cohort([7], 4.0)];
    cohorts.extend(halves(30, 5, 1.5, 1));
    cohorts.push(cohort(0..30, 5.0)); // the same persons, with other noise: another number
    let meter = metered(30, &cohorts);
    for (person, wanted) in (0..).zip(by_formula(30, &cohorts)) {
        assert!((share(&meter, person) - wanted).abs() < 1e-9);
    }
}

#[test]
fn what_is_asked_again_adds_nothing() {
    let cohorts = halves(50, 10, 2.0, 3);
    let once = metered(50, &cohorts);
    let thrice = metered(50, &[cohorts.clone(), cohorts.clone(), cohorts].concat());
    assert_eq!(thrice.most(), once.most());
    assert_eq!(thrice.cohorts(), 10);
}

#[test]
fn one_by_one_is_the_same_as_all_at_once() {
    let cohorts = halves(50, 40, 2.0, 7);
    let once = metered(50, &cohorts);
    let mut meter = Meter::new(50, 10);
    cohorts.into_iter().for_each(|cohort| meter.add([cohort]));
    for person in 0..50 {
        assert!((share(&once, person) - share(&meter, person)).abs() < 1e-12);
    }
}

#[test]
fn the_order_does_not_matter() {
    let mut cohorts = halves(50, 20, 2.0, 4);
    let one = metered(50, &cohorts);
    cohorts.reverse();
    let two = metered(50, &cohorts);
    for person in 0..50 {
        assert!((share(&one, person) - share(&two, person)).abs() < 1e-9);
    }
}

/// Other numbers for the same persons, as in another extract, change nothing: only who is with whom counts.
#[test]
fn names_of_persons_do_not_matter() {
    let cohorts = halves(50, 20, 2.0, 5);
    let renamed = |one: &Cohort| one.renumbered(|person| (person * 7 + 3) % 50);
    let other = metered(50, &cohorts.iter().map(renamed).collect::<Vec<_>>());
    let meter = metered(50, &cohorts);
    for person in 0..50 {
        assert!((share(&meter, person) - share(&other, (person * 7 + 3) % 50)).abs() < 1e-9);
    }
}

#[test]
fn more_never_tells_less() {
    let mut meter = Meter::new(40, 10);
    let mut before = vec![0.0; 40];
    for cohort in halves(40, 60, 1.0, 6) {
        meter.add([cohort]);
        let after: Vec<f64> = meter.persons.shares().map(|(_, share)| share).collect();
        assert!(after.iter().zip(&before).all(|(after, before)| after >= before));
        before = after;
    }
    assert!(meter.most() <= 1.0);
}

#[test]
fn numbers_without_noise_tell_all_that_they_can() {
    let exact = [cohort(0..20, 0.0), cohort(1..20, 0.0), cohort([0], 0.0), cohort([], 0.0)];
    let meter = metered(20, &exact);
    assert_eq!(meter.cohorts(), 2); // the third follows from the first two
    assert!((share(&meter, 0) - 1.0).abs() < 1e-6);
    assert!((share(&meter, 5) - 1.0 / 19.0).abs() < 1e-6);
}

/// Whatever comes in, shares come out.
#[test]
fn there_is_no_number_that_breaks_it() {
    let variances =
        [f64::NAN, f64::INFINITY, -1.0, 0.0, f64::MIN_POSITIVE, 1e-300, f64::MAX, 4.0, 1e30];
    let mut meter = Meter::new(10, 10);
    for (start, variance) in (0..).zip(variances) {
        for end in [start, start + 1, start + 5, 3_000] {
            meter.add([Cohort { members: (start..end).collect(), variance }]);
        }
    }
    assert!(meter.persons.shares().all(|(_, share)| (0.0..=1.0).contains(&share)));
    assert!((0.5..=1.0).contains(&predicted_accuracy(meter.most())));
}

#[test]
fn levels_are_reached_one_by_one() {
    let levels = |share| Level::of(share, false, &LIMITS);
    assert_eq!(levels(0.0), Level::Open);
    assert_eq!(levels(0.049), Level::Open);
    assert_eq!(levels(0.05), Level::Warn);
    assert_eq!(levels(0.10), Level::Review);
    assert_eq!(levels(0.25), Level::Lock);
    assert_eq!(levels(f64::NAN), Level::Lock);
    assert_eq!(Level::of(1.0, false, &OFF), Level::Open);
    assert_eq!(Level::of(1.0, false, &Exposure { lock: 0.0, ..LIMITS }), Level::Review);
    assert_eq!(Level::of(1.0, false, &Exposure { warn: 0.05, ..OFF }), Level::Warn);
}

/// Whatever of the limits a profile has: what no longer knows everything must not let everything pass.
#[test]
fn a_full_meter_stops_what_its_profile_can_stop() {
    let full = |limits| Level::of(0.0, true, limits);
    assert_eq!(full(&LIMITS), Level::Review);
    assert_eq!(full(&Exposure { review: 0.0, ..LIMITS }), Level::Lock);
    assert_eq!(full(&Exposure { warn: 0.05, ..OFF }), Level::Warn);
    assert_eq!(full(&OFF), Level::Open);
    assert_eq!(Level::of(0.3, true, &LIMITS), Level::Lock);
}

#[test]
fn the_auditor_sees_who_and_by_which() {
    let meter = metered(
        100,
        &[
            cohort(0..50, 2.0),
            cohort([], 2.0),
            cohort(0..50, 2.0),
            cohort(1..50, 2.0),
            cohort(50..60, 2.0),
        ],
    );
    let exposed = meter.most_exposed(9);
    let groups: Vec<_> = exposed.iter().map(|e| (e.persons, e.cohorts.clone())).collect();
    assert_eq!(groups, [(10, vec![4]), (1, vec![0]), (49, vec![0, 3])]);
    assert_eq!(exposed[0].share, meter.most());
    assert_eq!(meter.most_exposed(1).len(), 1);
    assert!(Meter::new(5, 10).most_exposed(9).is_empty());
}
