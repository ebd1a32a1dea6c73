//! Where a cell is shown or not: attackers who know everybody else choose how many there are.

use super::{SECRET, Scene, differ, group, print};
use crate::profiles::{shipped, threshold_only, without_history, without_removal};
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
    let groups = vec![group(1 << TARGET, 0, 0), group(1 << KNOWN, 9, 0), group(0, 2_000, 700)];
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
        let groups =
            vec![group(1 << KNOWN, 0, 0), group(1 << KNOWN, 60, others), group(0, 900, 300)];
        let scene = Scene::new(groups, &[all([is(KNOWN), is(SECRET)])]);
        for (best, release) in best.iter_mut().zip([threshold_only(), without_removal(), shipped()])
        {
            *best = best.max(scene.score(&release, is_shown).rate());
        }
    }
    let [exact, drawn, shipped] = best;
    eprintln!(
        "A43 threshold edge, all others known: exact {exact:.3}, drawn {drawn:.3}, default {shipped:.3}"
    );
    assert!(exact > 0.99, "the attack does not work: {exact}");
    assert!(shipped < 0.75, "{shipped}");
}

/// A condition whose effect lies at the limit: is it counted or not?
#[test]
fn a_limit_that_is_drawn_tells_less() {
    const NOT_FEW: u8 = 3;
    let mut best = [0.0_f64; 2];
    for others in 14..26 {
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

/// The same in many cohorts, each of which draws a limit of its own: the edge averages out, as nothing but a price for
/// each answer could prevent.
#[test]
fn many_edges_tell_more_than_one() {
    const FEW: u8 = 1;
    const COHORTS: usize = 8;
    const FIRST: u8 = 2;
    let groups = |others: u64| {
        let cohorts = (0..COHORTS as u64).map(|at| group(1 << (u64::from(FIRST) + at), 200, 100));
        let few = [group(1 << FEW, 0, 0), group(1 << FEW, 3, others)];
        few.into_iter().chain(cohorts).collect::<Vec<_>>()
    };
    let pair = |at: usize| {
        let cohort = FIRST + at as u8;
        [all([is(cohort), is(SECRET)]), all([any([is(cohort), is(FEW)]), is(SECRET)])]
    };
    for cohorts in [1, COHORTS] {
        let asked: Vec<_> = (0..cohorts).flat_map(pair).collect();
        let mut best = 0.0_f64;
        for others in 17..23 {
            let scene = Scene::new(groups(others), &asked);
            for least in 1..=cohorts {
                let guess = |answers: &[Option<i64>]| {
                    answers.chunks(2).filter(|two| differ(two)).count() >= least
                };
                best = best.max(scene.score(&shipped(), guess).rate());
            }
        }
        eprintln!(
            "A43 edge of low effect in {cohorts} cohorts, all others known: default {best:.3}"
        );
        assert!(best < 0.85, "{best}");
    }
}

/// Who finds out, with people whose number is known, at how many a condition begins to count, adds the target to one fewer.
/// So the limit belongs to those people as well: what was found out of some says nothing of others.
#[test]
fn a_limit_cannot_be_found_out_with_others() {
    const COHORT: u8 = 1;
    const FIRST: u8 = 2;
    const OTHERS: u8 = 8;
    const JOINT: u8 = FIRST + OTHERS;
    let groups = || {
        // Disjoint groups of 16 to 23 who are known to have the secret; one predicate for each, one for it and the target.
        let known = (0..OTHERS)
            .map(|at| group(1 << (FIRST + at) | 1 << (JOINT + at), 0, u64::from(at) + 16));
        let target = group((0..OTHERS).map(|at| 1 << (JOINT + at)).sum(), 0, 0);
        [target, group(1 << COHORT, 300, 200)].into_iter().chain(known).collect::<Vec<_>>()
    };
    let and = |few: u8| all([any([is(COHORT), is(few)]), is(SECRET)]);
    let mut asked = vec![all([is(COHORT), is(SECRET)])];
    asked.extend((FIRST..JOINT + OTHERS).map(and));
    let scene = Scene::new(groups(), &asked);
    let guess = |answers: &[Option<i64>]| {
        let is_kept = |at: usize| answers[at] != answers[0];
        let others = usize::from(OTHERS);
        // The largest group that does not count, and the same with the target.
        let largest = (1..=others).rev().find(|at| !is_kept(*at)).unwrap_or(1);
        is_kept(largest + others)
    };
    for release in [without_history(), shipped()] {
        let score = scene.score(&release, guess);
        eprintln!("A43 a limit that others find out: {score}");
        assert!(score.rate() < 0.65, "{score}");
    }
}
