//! Linear reconstruction until the meter locks: an attacker asks how many have the secret in many overlapping parts of one
//! cohort, and solves for everybody by least squares.
//!
//! The attacker knows who is in each part, how many have the secret in all and how large the noise is. What the meter is
//! told is who is in the part, whatever the secret is, and the variance of the cell's own noise.

use rand::rngs::ChaCha20Rng;
use rand::{Rng, RngExt, SeedableRng};
use roaring::RoaringBitmap;
use tresor_disclosure::exposure::{Cohort, Level, Meter};
use tresor_disclosure::low_effect::Layer;
use tresor_disclosure::{ByPlan, Contribution, NoiseSecret, Profile, Protected, persons_in};

use crate::profiles::{geometric, tresor_default};
use crate::score::Score;
use crate::world::{layer, secret};

const WORLDS: u64 = 12;

/// Parts of a cohort that are asked for.
#[derive(Clone, Copy, Debug)]
enum Parts {
    /// A coin for each person: what a hash of a column would give.
    Halves,
    /// `birth_year between .. and imd_decile in (..) and sex = ..`
    Ranges,
}

struct Person {
    key: u64,
    has: bool,
    birth_year: u32,
    decile: u32,
    sex: u32,
}

struct Setting {
    parts: Parts,
    persons: u32,
    /// Share of those who have the secret.
    share: f64,
    count_sd: f64,
}

/// One number as it was shown, and who was asked for.
struct Row {
    members: Vec<bool>,
    shown: f64,
}

/// What was guessed at the moment of lock, five times later, and how many numbers there were until lock.
#[derive(Default)]
struct Outcome {
    at_lock: Score,
    later: Score,
    base: Score,
    numbers: usize,
}

fn campaign(setting: &Setting, profile: &Profile) -> Outcome {
    let mut outcome = Outcome::default();
    for world in 0..WORLDS {
        let rng = &mut ChaCha20Rng::seed_from_u64(world);
        let people = people(setting, rng);
        let secret = secret(rng);
        let mut meter = Meter::new(setting.persons, profile.min_count);
        let mut rows = Vec::new();
        while meter.level(&profile.exposure) != Level::Lock {
            let Some((row, cohort)) = ask(setting, profile, &secret, &people, rng) else {
                continue;
            };
            meter.add([cohort]);
            rows.push(row);
        }
        outcome.numbers += rows.len();
        guess(setting, &people, &rows, &mut outcome.at_lock);
        let later = rows.len() * 5;
        while rows.len() < later {
            rows.extend(ask(setting, profile, &secret, &people, rng).map(|(row, _)| row));
        }
        guess(setting, &people, &rows, &mut outcome.later);
        let usual = setting.share > 0.5;
        people.iter().for_each(|person| outcome.base.count(person.has == usual));
    }
    outcome
}

fn people(setting: &Setting, rng: &mut ChaCha20Rng) -> Vec<Person> {
    let person = |_| Person {
        key: rng.next_u64(),
        has: rng.random_bool(setting.share),
        birth_year: rng.random_range(1930..2005),
        decile: rng.random_range(0..10),
        sex: rng.random_range(0..2),
    };
    (0..setting.persons).map(person).collect()
}

/// A part, and its number if it is shown.
fn ask(
    setting: &Setting,
    profile: &Profile,
    secret: &NoiseSecret,
    people: &[Person],
    rng: &mut ChaCha20Rng,
) -> Option<(Row, Cohort)> {
    let (members, mut layers) = part(setting.parts, people, rng);
    layers.sort_unstable();
    let having = || people.iter().zip(&members).filter(|(person, inside)| **inside && person.has);
    let cell = Contribution {
        persons: having().count() as u64,
        key: having().fold(0, |sum, (person, _)| sum.wrapping_add(person.key)),
        ..Contribution::default()
    };
    let plan = ByPlan { layers: &layers, conditions: layers.len(), ..ByPlan::default() };
    let Protected::Shown { value, .. } = persons_in(profile, secret, &cell, plan) else {
        return None;
    };
    let variance = setting.count_sd * setting.count_sd;
    let inside = (0..).zip(&members).filter(|(_, inside)| **inside).map(|(number, _)| number);
    let cohort = Cohort { members: inside.collect::<RoaringBitmap>(), variance };
    Some((Row { members, shown: value as f64 }, cohort))
}

fn part(parts: Parts, people: &[Person], rng: &mut ChaCha20Rng) -> (Vec<bool>, Vec<Layer>) {
    match parts {
        Parts::Halves => {
            let coin: u64 = rng.random();
            let members = people.iter().map(|_| rng.random()).collect();
            (members, vec![layer(0, &coin.to_string()), layer(9, "=")])
        }
        Parts::Ranges => {
            let from: u32 = rng.random_range(1930..1985);
            let to = from + rng.random_range(15..60);
            let deciles: u32 = rng.random_range(1..1 << 10);
            let sexes: u32 = rng.random_range(1..4);
            let inside = |person: &Person| {
                (from..=to).contains(&person.birth_year)
                    && deciles >> person.decile & 1 == 1
                    && sexes >> person.sex & 1 == 1
            };
            let texts = [format!("{from} {to}"), deciles.to_string(), sexes.to_string()];
            let named = texts.iter().enumerate().map(|(column, text)| layer(column, text));
            (people.iter().map(inside).collect(), named.chain([layer(9, "=")]).collect())
        }
    }
}

/// Least squares with a ridge: the best guess for whoever knows how large the noise is, rounding included.
fn guess(setting: &Setting, people: &[Person], rows: &[Row], score: &mut Score) {
    const ROUNDING: f64 = 25.0 / 12.0;
    let layers = 2.0;
    let noise = setting.count_sd * setting.count_sd + ROUNDING + layers;
    let ridge = noise / (setting.share * (1.0 - setting.share));
    let n = people.len();
    let mut normal = vec![vec![0.0; n]; n];
    let mut right = vec![0.0; n];
    for row in rows {
        let inside: Vec<usize> = (0..n).filter(|&person| row.members[person]).collect();
        let off = row.shown - setting.share * inside.len() as f64;
        for &person in &inside {
            right[person] += off;
            inside.iter().for_each(|&other| normal[person][other] += 1.0);
        }
    }
    (0..n).for_each(|person| normal[person][person] += ridge);
    for (person, off) in people.iter().zip(solved(normal, right)) {
        score.count((setting.share + off > 0.5) == person.has);
    }
}

/// Gauss without looking for pivots: the ridge makes the matrix positive definite.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for at in 0..n {
        let (done, rest) = matrix.split_at_mut(at + 1);
        let pivot = &done[at];
        for (below, row) in rest.iter_mut().enumerate() {
            let factor = row[at] / pivot[at];
            if factor != 0.0 {
                row[at..].iter_mut().zip(&pivot[at..]).for_each(|(x, p)| *x -= factor * p);
                right[at + 1 + below] -= factor * right[at];
            }
        }
    }
    for at in (0..n).rev() {
        let known: f64 = (at + 1..n).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

#[test]
fn nobody_is_reconstructed_before_lock() {
    let cases = [(100, 0.5, 2.0), (300, 0.5, 2.0), (300, 0.5, 5.0), (300, 0.2, 2.0)];
    for parts in [Parts::Halves, Parts::Ranges] {
        for (persons, share, count_sd) in cases {
            let setting = Setting { parts, persons, share, count_sd };
            let profile = Profile { noise: geometric(count_sd), ..tresor_default() };
            check(&setting, &campaign(&setting, &profile));
        }
    }
}

fn check(setting: &Setting, outcome: &Outcome) {
    let Outcome { at_lock, later, base, numbers } = outcome;
    let Setting { parts, persons, share, count_sd } = setting;
    let usual = base.rate().max(1.0 - base.rate());
    let allowed = usual + 0.2 * (1.0 - usual);
    eprintln!(
        "A50, A51 {parts:?} of {persons:3} people, {:2.0} % with the secret, sd {count_sd}: {:3} numbers until lock, \
         {:.3} right (allowed {allowed:.3}), five times later {:.3}",
        share * 100.0,
        numbers / WORLDS as usize,
        at_lock.rate(),
        later.rate()
    );
    let sampling = 2.0 * (0.25 / f64::from(at_lock.of)).sqrt();
    assert!(at_lock.rate() <= allowed + sampling, "{parts:?} {persons} {share} {count_sd}");
    if matches!(parts, Parts::Halves) && *share == 0.5 {
        assert!(later.rate() > allowed + 0.05, "the attack does not work");
    }
}

#[test]
fn ordinary_tables_stay_below_the_warning() {
    let profile = tresor_default();
    for persons in [30_000, 10_000, 3_000] {
        let rng = &mut ChaCha20Rng::seed_from_u64(60);
        let mut meter = Meter::new(persons, profile.min_count);
        for _ in 0..60 {
            let mut cells = vec![RoaringBitmap::new(); 10];
            (0..persons).for_each(|person| {
                cells[rng.random_range(0..10)].insert(person);
            });
            cells.into_iter().for_each(|members| meter.add([Cohort { members, variance: 4.0 }]));
        }
        eprintln!("60 tables of 10 cells over {persons} people: {:.4}", meter.most());
        let enough = persons >= 30_000;
        assert!(!enough || meter.level(&profile.exposure) == Level::Open, "{persons} people");
    }
}
