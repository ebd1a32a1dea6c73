use super::*;

fn people(totals: &[i128]) -> Contribution {
    totals
        .iter()
        .map(|&total| Contribution::of_person(0, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

fn rules(nk: &[(u8, f64)], p: f64, compare: Compare) -> Dominance {
    Dominance { nk: nk.to_vec(), p, compare }
}

#[test]
fn exactly_k_percent_depends_on_the_comparison() {
    let half = people(&[50, 30, 20]);
    assert!(!exceeds_nk(1, 50.0, Compare::MoreThan, &half));
    assert!(exceeds_nk(1, 50.0, Compare::AtLeast, &half));
    let more = people(&[51, 30, 19]);
    assert!(exceeds_nk(1, 50.0, Compare::MoreThan, &more));
    assert!(!exceeds_nk(2, 81.001, Compare::MoreThan, &more));
    assert!(exceeds_nk(2, 80.999, Compare::MoreThan, &more));
}

#[test]
fn p_percent_asks_what_the_others_hold() {
    assert!(exceeds_p(10.0, &people(&[100, 50, 9])));
    assert!(!exceeds_p(10.0, &people(&[100, 50, 10])), "the comparison is strict");
    assert!(!exceeds_p(0.0, &people(&[100])), "0 is off");
}

#[test]
fn few_contributors() {
    for rule in [rules(&[(1, 99.9)], 0.0, Compare::MoreThan), rules(&[], 0.001, Compare::MoreThan)]
    {
        assert!(is_dominated(&rule, &people(&[7])), "one contributor is always unsafe");
    }
    assert!(is_dominated(&rules(&[], 0.001, Compare::MoreThan), &people(&[7, 7])));
    assert!(!is_dominated(&rules(&[(1, 50.0)], 0.0, Compare::MoreThan), &people(&[7, 7])));
}

#[test]
fn zeros_are_not_dominated() {
    let zeros = people(&[0; 10]);
    assert!(!is_dominated(&rules(&[(2, 90.0)], 10.0, Compare::AtLeast), &zeros));
    let one_left = people(&[1, 0, 0, 0]);
    assert!(is_dominated(&rules(&[], 10.0, Compare::MoreThan), &one_left));
}

#[test]
fn shares_are_of_absolute_totals() {
    // The total is 1, the totals behind it are 100 and -99: no share of 1 would make sense.
    let c = people(&[100, -99]);
    assert!(exceeds_nk(1, 50.0, Compare::MoreThan, &c));
    assert!(!exceeds_nk(1, 51.0, Compare::MoreThan, &c));
}

#[test]
fn values_at_the_end_of_the_range_are_compared_exactly() {
    let huge = i128::MAX / 2;
    let c = people(&[huge, huge]);
    assert!(!exceeds_nk(1, 50.0, Compare::MoreThan, &c));
    let mut larger = c;
    larger.top[0] += 1;
    assert!(exceeds_nk(1, 50.0, Compare::MoreThan, &larger));
}

#[test]
fn a_rule_that_cannot_be_read_withholds() {
    let fine = people(&[1; 100]);
    for k in [f64::NAN, -1.0, 100.1, 33.3333] {
        assert!(exceeds_nk(1, k, Compare::MoreThan, &fine), "{k}");
        assert!(exceeds_p(k, &fine), "{k}");
    }
    assert!(exceeds_nk(3, 75.0, Compare::MoreThan, &fine));
}

#[test]
fn p_percent_and_two_k_agree_on_two_plus_remainder() {
    // For x1 = x2 = 90 both say that the others must hold at least 20.
    for remainder in 0..40 {
        let c = people(&[90, 90, remainder / 2, remainder - remainder / 2]);
        let by_k = exceeds_nk(2, 90.0, Compare::MoreThan, &c);
        let by_p = exceeds_p(22.222, &c);
        assert_eq!(by_k, by_p, "remainder {remainder}");
    }
}

/// The attack pads the target with people of known totals until the sum is shown: the remainder at which that happens is p
/// percent of the target's total. An exact p tells it to the width of one step of the padding.
#[test]
fn padding_does_not_tell_the_largest_total() {
    use crate::profile::tests::sample;
    let secret = NoiseSecret::new([5; 32]);
    let edge = |sd: f64, fresh: u64| {
        let mut profile = Profile { min_count_sd: sd, ..sample() };
        profile.dominance = rules(&[], 10.0, Compare::MoreThan);
        let shown = |rest: &i128| {
            let mut c = people(&[100_000, 50_000]).merge(people(&[rest / 15; 15]));
            (c.persons, c.key) = (17, fresh * 100_000 + *rest as u64);
            !is_dominated(&of_set(&profile, &secret, "sum", &c), &c)
        };
        (5_000..60_000).step_by(100).find(shown).unwrap()
    };
    let exact: Vec<i128> = (0..50).map(|fresh| edge(0.0, fresh)).collect();
    assert!(exact.iter().all(|edge| (10_000..=10_100).contains(edge)), "{exact:?}");
    let mut drawn: Vec<i128> = (0..50).map(|fresh| edge(1.0, fresh)).collect();
    drawn.sort_unstable();
    assert!(drawn[0] >= 10_000, "never less strict than the profile");
    assert!(drawn[40] - drawn[10] > 500, "{drawn:?}");
}
