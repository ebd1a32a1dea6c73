//! Where a cell is shown or not: attackers who know everybody else choose how many there are.

use super::{SECRET, Scene, differ, group, print};
use crate::profiles::{shipped, threshold_only, without_removal};
use crate::said::{all, any, is};

const TARGET: u8 = 1;
const KNOWN: u8 = 2;

/// Shown means that the target made the minimum full.
fn is_shown(answers: &[Option<i64>]) -> bool {
    answers[0].is_some()
}

/// Nine people who are known, and the target if it has the secret, beside thousands.
#[test]
fn nine_known_people_and_one_more_tell_nothing() {
    let groups =
        vec![group(1 << TARGET, 0, 0), group(1 << KNOWN, 9, 0), group(0, 2_000, 700)];
    let asked = [any([is(KNOWN), all([is(TARGET), is(SECRET)])])];
    let scene = Scene::new(groups, &asked);
    let open = scene.score(&threshold_only(), is_shown);
    let closed = scene.score(&shipped(), is_shown);
    print("A43 threshold edge, added by OR", "threshold", open);
    print("A43 threshold edge, added by OR", "default", closed);
    assert!(open.rate() > 0.99, "the attack does not work: {open}");
    assert!(closed.interval().0 <= 0.5 && closed.rate() < 0.55, "{closed}");
}

/// People of one kind, the target among them, of whom the attacker knows how many others have the secret.
#[test]
fn a_minimum_that_is_drawn_tells_less() {
    let mut best = [0.0_f64; 3];
    for others in 8..18 {
        let groups = vec![group(1 << KNOWN, 0, 0), group(1 << KNOWN, 60, others), group(0, 900, 300)];
        let scene = Scene::new(groups, &[all([is(KNOWN), is(SECRET)])]);
        for (best, release) in best.iter_mut().zip([threshold_only(), without_removal(), shipped()]) {
            *best = best.max(scene.score(&release, is_shown).rate());
        }
    }
    let [exact, drawn, shipped] = best;
    eprintln!("A43 threshold edge, all others known: exact {exact:.3}, drawn {drawn:.3}, default {shipped:.3}");
    assert!(exact > 0.99, "the attack does not work: {exact}");
    assert!(shipped < 0.75, "{shipped}");
}

/// A condition whose effect lies at the limit: is it counted or not?
#[test]
fn a_limit_that_is_drawn_tells_less() {
    const NOT_FEW: u8 = 3;
    let mut best = [0.0_f64; 2];
    for others in 5..15 {
        // The target is one of those few who are left out.
        let groups = vec![group(0, 0, 0), group(0, 3, others), group(1 << NOT_FEW, 900, 300)];
        let asked = [is(SECRET), all([is(SECRET), is(NOT_FEW)])];
        let scene = Scene::new(groups, &asked);
        let mut exact = shipped();
        exact.profile.low_effect.sd = 0.0;
        for (best, release) in best.iter_mut().zip([exact, shipped()]) {
            *best = best.max(scene.score(&release, differ).rate());
        }
    }
    let [exact, drawn] = best;
    eprintln!("A43 edge of low effect, all others known: exact {exact:.3}, default {drawn:.3}");
    assert!(exact > 0.8, "the attack does not work: {exact}");
    assert!(drawn < 0.75, "{drawn}");
}
