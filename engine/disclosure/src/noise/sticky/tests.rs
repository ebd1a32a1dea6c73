use super::*;
use crate::noise::TwoSidedGeometric;
use rand::Rng;

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

fn cell(persons: u64, key: u64) -> Contribution {
    Contribution { persons, key, ..Contribution::default() }
}

fn draw(secret: &NoiseSecret, measure: &str, c: &Contribution, sd: f64) -> i128 {
    let mut rng = generator(secret, measure, c).unwrap();
    TwoSidedGeometric::with_sd(sd).unwrap().sample(&mut rng)
}

/// A failure here means that released noise would be drawn anew: raise the noise version or keep
/// the old crate.
#[test]
fn golden_draws() {
    let persons = [11, 12, 13, 14, 15, 16, 17, 18]
        .map(|n| draw(&SECRET, "persons", &cell(n, n * 1_000_003), 2.0));
    assert_eq!(persons, [0, -4, 2, 1, -1, -2, 0, 0]);
    let sums = [1e3, 1e6, 1e9, 1e12, 1e20]
        .map(|sd| draw(&SECRET, "sum:sample.admissions.cost", &cell(40, 42), sd));
    assert_eq!(sums, [397, 139661, 569516429, -324699837432, -43580474473900408312]);
}

/// The seed and the generator, computed apart with an HMAC and a ChaCha20 of another language.
#[test]
fn the_generator_is_chacha20_over_the_hmac() {
    let mut rng = generator(&SECRET, "persons", &cell(40, 42)).unwrap();
    assert_eq!([rng.next_u64(), rng.next_u64()], [0x0008_e301_aae8_ec1f, 0x6edc_c11d_9d93_ed8c]);
}

#[test]
fn every_input_matters() {
    let base = draw(&SECRET, "persons", &cell(40, 42), 1e9);
    assert_eq!(base, draw(&SECRET, "persons", &cell(40, 42), 1e9));
    assert_ne!(base, draw(&NoiseSecret::new([8; 32]), "persons", &cell(40, 42), 1e9));
    assert_ne!(base, draw(&SECRET, "person", &cell(40, 42), 1e9));
    assert_ne!(base, draw(&SECRET, "persons", &cell(41, 42), 1e9));
    assert_ne!(base, draw(&SECRET, "persons", &cell(40, 43), 1e9));
}

#[test]
fn another_total_of_the_same_persons_draws_other_noise() {
    let c = Contribution { rows: 900, total: 12, top: [5, 4, 0, 0, 0], ..cell(40, 42) };
    let other = Contribution { rows: 901, ..c };
    assert_eq!(draw(&SECRET, "rows", &c, 1e9), draw(&SECRET, "rows", &other, 1e9));
    let other = Contribution { total: 13, ..c };
    assert_ne!(draw(&SECRET, "rows", &c, 1e9), draw(&SECRET, "rows", &other, 1e9));
}

#[test]
fn nothing_but_the_set_of_persons_matters_to_their_number() {
    let c = Contribution { rows: 900, total: 12, top: [5, 4, 0, 0, 0], ..cell(40, 42) };
    let c = c.only_persons();
    assert_eq!(draw(&SECRET, "persons", &c, 1e9), draw(&SECRET, "persons", &cell(40, 42), 1e9));
}

#[test]
fn a_name_cannot_run_into_the_numbers_behind_it() {
    let long = format!("a{}", "\0".repeat(8));
    assert_ne!(draw(&SECRET, "a", &cell(0, 0), 1e9), draw(&SECRET, &long, &cell(0, 0), 1e9));
}

/// Two methods, or one at two scales, must not share a draw: the answers would meet in the truth.
#[test]
fn every_purpose_draws_its_own() {
    let of = |purpose, measure| bits(&SECRET, purpose, measure, &cell(40, 42)).unwrap();
    assert_eq!(of("gaussian 2", "persons"), of("gaussian 2", "persons"));
    assert_ne!(of("gaussian 2", "persons"), of("gaussian 2.5", "persons"));
    assert_ne!(of("gaussian 2", "persons"), of("", "persons"));
    assert_ne!(of("a", "b"), of("", "ab"));
    assert_ne!(of("", "persons"), generator(&SECRET, "persons", &cell(40, 42)).unwrap().next_u64());
}
