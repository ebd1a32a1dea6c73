use super::*;

#[test]
fn the_minimum_itself_is_enough() {
    assert_eq!(judge(9, 10, ZeroRule::Show), Verdict::TooFew);
    assert_eq!(judge(10, 10, ZeroRule::Show), Verdict::Enough);
    assert_eq!(judge(u64::MAX, u64::MAX, ZeroRule::Show), Verdict::Enough);
}

#[test]
fn zero_is_shown_or_small() {
    assert_eq!(judge(0, 10, ZeroRule::Show), Verdict::Empty);
    assert_eq!(judge(0, 10, ZeroRule::TreatAsSmall), Verdict::TooFew);
}

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

fn set(persons: u64, key: u64) -> Contribution {
    Contribution { persons, key, ..Contribution::default() }
}

fn drawn(sd: f64) -> Profile {
    Profile { min_count_sd: sd, ..crate::profile::tests::sample() }
}

#[test]
fn a_drawn_minimum_is_never_below_the_one_of_the_profile() {
    let minimums: Vec<u64> =
        (0..20_000).map(|key| of_persons(&drawn(1.0), &SECRET, 10, &set(30, key))).collect();
    assert!(minimums.iter().all(|minimum| (10..=18).contains(minimum)));
    let mean = minimums.iter().sum::<u64>() as f64 / 20_000.0;
    assert!((mean - 12.0).abs() < 0.05, "{mean}");
    assert!(minimums.contains(&10) && minimums.contains(&14));
    assert!((0..100).all(|key| of_persons(&drawn(0.0), &SECRET, 10, &set(30, key)) == 10));
}

/// The threshold edge (A43): nine known people, or more, and `or (T and S)`. The number is shown or not, and that is the
/// target's secret. How often the best guess is right, over all numbers of known people.
#[test]
fn whether_a_number_is_shown_hardly_tells_of_one_person() {
    let best_guess = |profile: &Profile| {
        let shown = |persons: u64| {
            let enough = (0..4_000_u64).filter(|key| {
                let minimum = of_cell(profile, &SECRET, &set(persons, *key));
                judge(persons, minimum, profile.zero) == Verdict::Enough
            });
            enough.count() as f64 / 4_000.0
        };
        (1..30).map(|known| 0.5 + (shown(known + 1) - shown(known)).abs() / 2.0).fold(0.5, f64::max)
    };
    assert_eq!(best_guess(&drawn(0.0)), 1.0, "the attack works without");
    let (one, two) = (best_guess(&drawn(1.0)), best_guess(&drawn(2.0)));
    assert!(one < 0.72 && two < 0.62, "{one}, {two}");
}

/// Averaging the minimum (A22): the same people under another label or in another project would draw anew, and the mean of
/// the verdicts would tell their number.
#[test]
fn one_set_of_people_has_one_minimum() {
    let profile = drawn(1.0);
    for (persons, key) in (20..26).cycle().zip(0..300) {
        let of = |c: &Contribution, least| of_set(&profile, &SECRET, "a", least, c) - least;
        let c = Contribution { total: 9, rows: 50, ..set(persons, key) };
        assert_eq!(of(&c, 10), of(&set(persons, key), 20));
        assert_eq!(of(&c, 10), of_measure(&profile, &SECRET, "a", &c) - 10);
        let other = Profile {
            dof_min: 3,
            class_disclosure: crate::profile::ClassDisclosure::Off,
            ..profile.clone()
        };
        assert_eq!(
            of_cell(&other, &SECRET, &set(persons, key)),
            of_cell(&profile, &SECRET, &set(persons, key))
        );
    }
    let of =
        |secret: u8, key| of_persons(&profile, &NoiseSecret::new([secret; 32]), 10, &set(20, key));
    assert!((0..50).any(|key| of(1, key) != of(2, key)), "and nobody can work it out");
}

/// A rare minimum that was found with one measure (A103) is none of another, which the same people with the target were
/// not asked for yet.
#[test]
fn a_minimum_that_was_found_with_one_measure_is_none_of_another() {
    let profile = drawn(2.0);
    let of = |measure, key| of_measure(&profile, &SECRET, measure, &set(11, key)) <= 11;
    let found: Vec<u64> = (0..2_000).filter(|key| of("a", *key)).collect();
    let again = found.iter().filter(|key| of("b", **key)).count();
    assert!(
        (40..400).contains(&found.len()) && again * 4 < found.len(),
        "{again} of {}",
        found.len()
    );
}
