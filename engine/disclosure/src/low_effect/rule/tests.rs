use super::*;
use crate::profile::LowEffects;
use crate::profile::tests::sample;

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

fn profile(persons: u64, sd: f64) -> Profile {
    Profile { low_effect: LowEffects { persons, sd, condition_sd: 0.0 }, ..sample() }
}

fn effect(id: u8, persons: u64, key: u64) -> (u8, Effect) {
    (id, Effect { persons, reduced_key: key, reduced_persons: 500 })
}

#[test]
fn a_profile_can_turn_it_off() {
    assert!(LowEffect::new(&profile(0, 0.0), &SECRET).is_none());
    assert!(LowEffect::new(&profile(10, 2.0), &SECRET).is_some());
}

#[test]
fn without_noise_the_limit_is_that_of_the_profile() {
    let profile = profile(10, 0.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    assert_eq!(rule.surely(), 10);
    assert_eq!(rule.next(&[effect(0, 9, 1)]), Some(0));
    assert_eq!(rule.next(&[effect(0, 10, 1)]), None);
    assert_eq!(rule.next(&[]), None);
}

#[test]
fn the_least_effect_goes_first_and_ties_do_not_depend_on_the_order() {
    let profile = profile(10, 0.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    assert_eq!(rule.next(&[effect(0, 8, 1), effect(1, 3, 9), effect(2, 40, 0)]), Some(1));
    assert_eq!(rule.next(&[effect(0, 3, 9), effect(1, 3, 4)]), Some(1), "by the set that is left");
    assert_eq!(rule.next(&[effect(5, 3, 4), effect(2, 3, 4)]), Some(2), "the same set");
}

/// Whoever knows everybody but one person knows how many a condition concerns, give or take that one. At an exact limit
/// the answer then says whether the person is in; noise moves the limit with the people.
#[test]
fn the_limit_belongs_to_the_people_who_are_left() {
    let profile = profile(10, 2.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    let low = |persons, key| rule.next(&[effect(0, persons, key)]).is_some();
    let share = |persons| (0..2_000).filter(|key| low(persons, *key)).count();
    assert!((800..1_200).contains(&share(10)), "{}", share(10));
    assert!((200..450).contains(&share(12)), "{}", share(12));
    assert!((1_550..1_800).contains(&share(8)), "{}", share(8));
    for key in 0..2_000 {
        assert_eq!(low(10, key), low(10, key));
    }
}

/// The edge that matters most: zero and one person are always low, however the noise falls.
#[test]
fn one_person_is_always_low_and_enough_never_are() {
    let profile = profile(10, 2.0);
    assert_eq!(profile.validate(), Ok(()), "the widest noise beside 10 people");
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    assert_eq!(rule.surely(), 18);
    for key in 0..20_000 {
        assert_eq!(rule.next(&[effect(3, 1, key)]), Some(3));
        assert_eq!(rule.next(&[effect(3, 18, key)]), None);
    }
    let far = |key| (rule.limit(key, 500) - 10.0).abs();
    assert!((0..20_000).all(|key| far(key) <= 8.0) && (0..20_000).any(|key| far(key) > 6.0));
}

/// Whoever knows how many people some conditions concern finds the limit of a cohort with them, and then asks for one
/// more: "these nine, and the target if ill". How often what happens to that condition tells the target's secret.
#[test]
fn a_limit_that_was_found_says_nothing_of_other_people() {
    let profile = profile(10, 2.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    // Whether a condition about these people is removed from a cohort. Who they are is a number.
    let removed = |cohort: u64, people: u64, persons: u64, knows: bool| {
        let effect = [effect(0, persons, cohort)];
        let asked = rule.asked(cohort.wrapping_sub(people));
        if knows { asked.next(&effect).is_some() } else { rule.next(&effect).is_some() }
    };
    let right = |knows: bool| {
        let hits = (0..1_000_u64).filter(|cohort| {
            let probe = |persons: &u64| !removed(*cohort, 7_000 + persons, *persons, knows);
            let kept = (2..=18).find(probe).unwrap();
            let ill = cohort % 2;
            let target = 5_000 + ill;
            let told = !removed(*cohort, target, kept - 1 + ill, knows);
            told == (ill == 1)
        });
        hits.count()
    };
    assert_eq!(right(false), 1_000, "a limit of the cohort alone tells for certain");
    assert!((450..680).contains(&right(true)), "{} of 1,000", right(true));
}

#[test]
fn another_secret_draws_other_limits() {
    let profile = profile(10, 2.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    let other = NoiseSecret::new([8; 32]);
    let other = LowEffect::new(&profile, &other).unwrap();
    assert!((0..20).any(|key| rule.limit(key, 500) != other.limit(key, 500)));
    assert!(rule.limit(1, 500) != rule.limit(1, 501) && rule.limit(1, 500) != rule.limit(2, 500));
}

/// Removed conditions add up: many small ones may not make a number that says nothing of what was asked.
#[test]
fn what_was_removed_together_may_be_too_far() {
    let profile = profile(10, 0.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    assert!(!rule.too_far(29, 1, 40) && rule.too_far(30, 1, 40), "small cohorts: three limits");
    assert!(!rule.too_far(59, 1, 2_000) && rule.too_far(60, 1, 2_000), "large ones: 3 %");
    assert!(rule.too_far(30, 0, 0) && !rule.too_far(0, 0, 0));
    assert!(rule.too_far(u64::MAX, 1, u64::MAX), "nothing overflows");
}

#[test]
fn a_single_low_condition_is_never_too_far() {
    let profile = profile(10, 2.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    for (key, persons) in (0..4_000).zip((0..18).cycle()) {
        let removed = rule.next(&[effect(0, persons, key)]).is_some();
        assert!(!removed || !rule.too_far(persons, key, 500), "{persons} of key {key}");
        let asked = rule.asked(key + 77);
        let removed = asked.next(&[effect(0, persons, key)]).is_some();
        assert!(!removed || !asked.too_far(persons, key, 500), "{persons} of key {key}");
    }
}

/// Two small cells with one person in common would be near only if that person is in both.
#[test]
fn small_cells_are_near_with_half_of_their_people_in_common() {
    let profile = profile(20, 4.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    let near = |persons| {
        let keys = 0..1_000;
        let beside = |reduced_key| Effect { persons, reduced_key, reduced_persons: 12 };
        keys.filter(|key| rule.is_low_between_cells(&beside(*key))).count()
    };
    assert_eq!(near(1), 1_000, "one person never matters");
    assert!(near(6) > 900 && near(18) < 30, "{} and {}", near(6), near(18));
    // One person more is never the edge for all of them.
    assert!((1..24).all(|apart| near(apart) - near(apart + 1) < 250));
}

#[test]
fn one_person_is_as_little_near_a_cell_that_is_large_enough_as_nobody_is() {
    let profile = profile(20, 4.0);
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    let near = |persons| {
        let beside = |reduced_key| Effect { persons, reduced_key, reduced_persons: 15 };
        (0..1_000).filter(|key| rule.is_low_beside_few(&beside(*key))).count()
    };
    assert_eq!(rule.fewest(), 10);
    assert_eq!((near(1), near(9)), (1_000, 0), "the cell may have ten people");
    assert!((2..9).all(|apart| near(apart) - near(apart + 1) < 250), "no edge at a known place");
}
