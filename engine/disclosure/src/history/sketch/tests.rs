use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};

use super::*;

fn keys(seed: u64, number: usize) -> Vec<u64> {
    let mut draws = ChaCha20Rng::seed_from_u64(seed);
    (0..number).map(|_| draws.next_u64()).collect()
}

fn of(keys: &[u64]) -> Sketch {
    let mut sketch = Sketch::default();
    keys.iter().for_each(|key| sketch.add_person(*key));
    sketch
}

#[test]
fn parts_add_up_to_the_whole_in_any_order() {
    let everybody = keys(1, 500);
    let (first, second) = everybody.split_at(123);
    let mut merged = of(second);
    merged.merge(&of(first));
    assert!(merged == of(&everybody));
    assert_eq!(merged.differing(&of(&everybody)), 0);
    assert!(Sketch::of_lanes(*merged.lanes()) == merged);
}

/// Never more than there are, and hardly fewer while there are few.
#[test]
fn so_many_differ_at_least() {
    let mut found = 0;
    let mut wanted = 0;
    for seed in 0..300 {
        let size = 10 + seed as usize * 7;
        let everybody = keys(seed, size + 20);
        let (whole, out) = (of(&everybody[..size]), (seed % 10) as usize);
        let come = (seed / 10 % 10) as usize;
        let other = of(&everybody[out..size + come]);
        let differing = whole.differing(&other);
        assert_eq!(differing, other.differing(&whole));
        for persons in 1..30 {
            assert_eq!(whole.differs_by(&other, persons), u64::from(differing) >= persons);
        }
        assert!(differing as usize <= out + come, "{differing} of {out} + {come}");
        assert_eq!(differing == 0, out + come == 0);
        found += differing as usize;
        wanted += out + come;
    }
    assert!(found * 100 >= wanted * 98, "{found} of {wanted}");
}

/// More than there are lanes, because a lane tells by how many persons it differs.
#[test]
fn many_that_differ_are_seen_to_be_many() {
    let (one, two) = (of(&keys(1, 1_000)), of(&keys(2, 1_000)));
    assert!(one.differing(&two) > 150);
    assert!(of(&keys(1, 5_000)).differing(&Sketch::default()) == 5_000);
}

#[test]
fn another_total_is_another_person() {
    let mut one = Sketch::default();
    let mut two = Sketch::default();
    for key in keys(3, 1_000) {
        one.add_total(key, 5);
        two.add_total(key, if key % 100 == 0 { 5 | 1 << 70 } else { 5 });
    }
    let changed = keys(3, 1_000).iter().filter(|key| *key % 100 == 0).count();
    assert!(changed > 3);
    assert_eq!(one.differing(&two) as usize, changed);
    assert!(one.shares_somebody(&two));
}

#[test]
fn many_other_totals_are_seen_to_be_many() {
    let keys = keys(9, 2_000);
    let totals = |changed: usize| {
        let mut sketch = Sketch::default();
        for (at, key) in keys.iter().enumerate() {
            sketch.add_total(*key, if at < changed { 7 } else { 5 });
        }
        sketch
    };
    let before = totals(0);
    // One lane says one person at most, and there are 64.
    for (changed, least) in [(10, 7), (30, 20), (150, 100), (400, 200)] {
        let differing = before.differing(&totals(changed));
        assert!(differing >= least, "{differing} of {changed}");
        assert!(before.differs_by(&totals(changed), least.into()));
    }
}

#[test]
fn cells_that_share_nobody_show_it() {
    for seed in 0..200 {
        let both = keys(seed, 25);
        let (one, two) = both.split_at(12);
        assert!(!of(one).shares_somebody(&of(two)));
        assert!(of(one).shares_somebody(&of(one)));
    }
    assert!(!Sketch::default().shares_somebody(&Sketch::default()));
}

#[test]
fn it_comes_back_from_its_bytes() {
    for size in [0, 1, 10, 1_000] {
        let sketch = of(&keys(9, size));
        let bytes = sketch.to_bytes();
        assert!(bytes.len() <= 8 + 8 * size.min(64));
        assert!(Sketch::from_bytes(&bytes).is_ok_and(|back| back == sketch));
        for length in 0..bytes.len() {
            assert!(Sketch::from_bytes(&bytes[..length]).is_err());
        }
        assert!(Sketch::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    }
}

/// What is remembered must mean the same tomorrow.
#[test]
fn the_mix_never_changes() {
    let mut sketch = of(&[1, 2, 3]);
    sketch.add_total(4, -5);
    let sum = sketch.lanes().iter().fold(0_u64, |sum, lane| sum.rotate_left(1) ^ lane);
    assert_eq!(sum, 302_296_079_756_461_889);
}
