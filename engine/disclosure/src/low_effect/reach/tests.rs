use crate::low_effect::LowEffect;
use crate::noise::NoiseSecret;
use crate::profile::tests::sample;
use crate::profile::{LowEffects, Profile};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);
#[test]
fn the_interval_holds_all_that_may_have_been_removed() {
    let low_effect = LowEffects { persons: 10, sd: 2.0, condition_sd: 0.0 };
    let profile = Profile { low_effect, ..sample() };
    let rule = LowEffect::new(&profile, &SECRET).unwrap();
    let (removed, earlier) = (3 * 14, 14);
    assert_eq!(
        [0, 1_400, 1_401, 10_000].map(|shown| low_effect.reach(shown, 9)),
        [removed, removed, removed + 1, 300].map(|most| most + earlier)
    );
    assert_eq!(
        [low_effect.reach(400, 0), low_effect.reach(400, 1), low_effect.reach(400, 2)],
        [14, 28, 42]
    );
    let mut beyond = 0;
    for (key, persons) in (0..2_000).zip((0..3_000).cycle().step_by(7)) {
        let most = (0..200).take_while(|changed| !rule.too_far(*changed, key, persons)).count();
        assert!(most >= 6);
        beyond += usize::from(most as u128 - 1 > low_effect.reach(persons.into(), 9) - earlier);
    }
    assert!((1..100).contains(&beyond), "{beyond} of 2,000 limits");
    let off = LowEffects { persons: 0, sd: 0.0, condition_sd: 0.0 };
    assert_eq!(off.reach(500, 9), 0);
}
