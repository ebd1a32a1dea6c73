//! Averaging over what adds up: a cohort is cut in two in many ways, and each cut is an estimate of the whole.

use rand::rngs::ChaCha20Rng;
use rand::{Rng, RngExt, SeedableRng};
use tresor_disclosure::low_effect::Layer;
use tresor_disclosure::{ByPlan, Contribution, NoiseSecret, Profile, Protected, persons_in, sum};

use crate::profiles::{cell_key_only, tresor_default};
use crate::world::{layer, secret};

const WORLDS: usize = 300;

/// People that a cut can send to either side; their keys.
const PARTS: usize = 10;
const PART: u64 = 60;

/// Root of the mean square error of the mean over so many cuts. The cohort itself has `conditions`.
fn error(profile: &Profile, cuts: usize, conditions: usize) -> f64 {
    let rng = &mut ChaCha20Rng::seed_from_u64(15);
    let mut squares = 0.0;
    for _ in 0..WORLDS {
        let keys: [u64; PARTS] = std::array::from_fn(|_| rng.next_u64());
        let secret = secret(rng);
        let mut sum = 0.0;
        // Cuts without their mirror images: the last part stays on one side.
        for cut in 1..=cuts as u64 {
            sum += side(profile, &secret, &keys, cut, conditions)
                + side(profile, &secret, &keys, !cut & ((1 << PARTS) - 1), conditions);
        }
        let off = sum / cuts as f64 - (PARTS as u64 * PART) as f64;
        squares += off * off;
    }
    (squares / WORLDS as f64).sqrt()
}

fn side(profile: &Profile, secret: &NoiseSecret, keys: &[u64], cut: u64, conditions: usize) -> f64 {
    let parts = || keys.iter().enumerate().filter(|(part, _)| cut >> part & 1 == 1);
    let cohort = Contribution {
        persons: parts().count() as u64 * PART,
        key: parts().fold(0, |sum, (_, key)| sum.wrapping_add(*key)),
        ..Contribution::default()
    };
    let mut layers: Vec<Layer> = (0..conditions).map(|column| layer(column, "=")).collect();
    layers.push(layer(99, &cut.to_string()));
    layers.sort_unstable();
    let plan = ByPlan { layers: &layers, conditions: layers.len(), ..ByPlan::default() };
    shown(persons_in(profile, secret, &cohort, plan))
}

fn shown(answer: Protected) -> f64 {
    match answer {
        Protected::Shown { value, .. } => value as f64,
        Protected::Withheld(_) => f64::NAN,
    }
}

#[test]
fn cuts_do_not_average_out_what_belongs_to_the_conditions() {
    let (default, bare) = (tresor_default(), cell_key_only().profile);
    for cuts in [1, 15, 62, 308, 511] {
        eprintln!(
            "A15 {cuts:3} cuts: error without layers {:.2}, with none, one, three conditions {:.2}, {:.2}, {:.2}",
            error(&bare, cuts, 0),
            error(&default, cuts, 0),
            error(&default, cuts, 1),
            error(&default, cuts, 3)
        );
    }
    assert!(error(&bare, 511, 3) < 0.3, "the attack does not work");
    assert!(error(&default, 511, 1) > 1.5);
    assert!(error(&default, 511, 3) > 2.5);
}

/// A sum that is asked for in many units is one number as long as noise is drawn for the column, and averages out if it is
/// drawn for each expression.
#[test]
fn scaled_sums_average_out_only_where_each_has_its_own_noise() {
    const SCALES: i128 = 60;
    let profile = Profile { ..tresor_default() };
    let rng = &mut ChaCha20Rng::seed_from_u64(17);
    let (mut own, mut of_column, mut once) = (0.0, 0.0, 0.0);
    for _ in 0..WORLDS {
        let secret = secret(rng);
        let people = (0..80)
            .map(|_| Contribution::of_person(rng.next_u64(), 1, rng.random_range(1_000..2_000)));
        let cost = people.fold(Contribution::default(), Contribution::merge);
        let off = |value: f64| (value - cost.total as f64).powi(2) / WORLDS as f64;
        let column = shown(sum(&profile, &secret, "sum:cost", &cost));
        let expression = |scale: i128| {
            let scaled = scaled(&cost, scale);
            shown(sum(&profile, &secret, &format!("sum:cost*{scale}"), &scaled)) / scale as f64
        };
        once += off(column);
        own += off((1..=SCALES).map(expression).sum::<f64>() / SCALES as f64);
        let linear = (1..=SCALES).map(|scale| column * scale as f64 / scale as f64).sum::<f64>();
        of_column += off(linear / SCALES as f64);
    }
    let [once, own, of_column] = [once, own, of_column].map(f64::sqrt);
    eprintln!(
        "A17 error of one sum {once:.0}; of 60 scaled ones {of_column:.0}; with own noise {own:.0}"
    );
    assert!(own < once / 3.0, "the attack does not work");
    assert!(of_column > once * 0.99);
}

fn scaled(cost: &Contribution, scale: i128) -> Contribution {
    let by = scale.unsigned_abs();
    Contribution {
        total: cost.total * scale,
        absolute: cost.absolute * by,
        top: cost.top.map(|total| total * by),
        ..*cost
    }
}
