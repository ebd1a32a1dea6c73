use super::*;
use crate::profile::tests::sample;

fn enough(profile: &Profile, persons: u64, estimates: u64) -> Result<(), Reason> {
    let c = Contribution { persons, key: 7, ..Contribution::default() };
    estimable(profile, &NoiseSecret::new([7; 32]), &c, estimates)
}

#[test]
fn each_estimate_uses_up_a_person() {
    let profile = sample();
    assert_eq!(enough(&profile, 10, 1), Err(Reason::TooFewDegrees));
    assert_eq!(enough(&profile, 11, 1), Ok(()));
    assert_eq!(enough(&profile, 11, 2), Err(Reason::TooFewDegrees));
    assert_eq!(enough(&profile, 12, 2), Ok(()));
    assert_eq!(enough(&profile, u64::MAX, u64::MAX), Err(Reason::TooManyEstimates));
}

#[test]
fn there_are_only_so_many_estimates_per_person() {
    let profile = Profile { dof_min: 2, ..sample() };
    assert_eq!(enough(&profile, 6, 2), Err(Reason::TooManyEstimates), "2/6 is more than 0.33");
    assert_eq!(enough(&profile, 7, 2), Ok(()));
    assert_eq!(enough(&profile, 100, 33), Ok(()), "exactly 0.33");
    assert_eq!(enough(&profile, 100, 34), Err(Reason::TooManyEstimates));
}

#[test]
fn a_ratio_that_is_no_number_allows_nothing() {
    for ratio in [f64::NAN, -1.0, 0.0] {
        let profile = Profile { max_param_ratio: ratio, ..sample() };
        assert_eq!(enough(&profile, 1_000, 1), Err(Reason::TooManyEstimates));
    }
}
