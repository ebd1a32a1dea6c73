use super::*;

fn cohort(members: impl IntoIterator<Item = u32>, variance: f64) -> Cohort {
    Cohort { members: members.into_iter().collect(), variance }
}

fn several() -> Vec<Cohort> {
    vec![
        cohort([], 4.0),
        cohort([0], 0.0),
        cohort([0, 1, 2, 3], 4.0),
        cohort([5, 7, 8, 9, 1_000, u32::MAX - 1, u32::MAX], 2.5),
        cohort((0..200_000).filter(|person| person % 3 == 0), 1e-300),
        cohort(100_000..300_000, f64::INFINITY),
    ]
}

#[test]
fn cohorts_come_back_from_their_bytes() {
    for cohorts in [vec![], several()] {
        assert!(from_bytes(&to_bytes(&cohorts)) == Ok(cohorts));
    }
}

#[test]
fn neighbours_take_no_room_and_others_a_byte() {
    let size = |cohort| to_bytes(&[cohort]).len();
    assert!(size(cohort(100_000..300_000, 4.0)) < 20);
    assert!(size(cohort((0..30_000).filter(|person| person % 10 == 0), 4.0)) < 3_020);
}

#[test]
fn damaged_bytes_are_an_error() {
    let bytes = to_bytes(&several()[..4]);
    for length in 0..bytes.len() {
        assert!(from_bytes(&bytes[..length]).is_err(), "{length}");
    }
    assert!(from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    for place in 0..bytes.len() {
        for flip in [0x01, 0x02, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[place] ^= flip;
            // Some changes give other cohorts; none may panic.
            let read = from_bytes(&changed);
            assert!(read.is_err() || read.is_ok_and(|cohorts| cohorts.len() <= bytes.len()));
        }
    }
}

#[test]
fn a_variance_that_is_none_counts_as_no_noise() {
    for (variance, sound) in [
        (4.0, 4.0),
        (f64::NAN, 0.0),
        (-1.0, 0.0),
        (f64::NEG_INFINITY, 0.0),
        (f64::INFINITY, LARGEST_VARIANCE),
    ] {
        assert_eq!(cohort([1], variance).sound_variance(), sound);
    }
}
