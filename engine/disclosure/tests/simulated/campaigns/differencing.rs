//! Two cohorts that differ in the target, asked for in the words that are known: leaving one out, letting one in, trackers,
//! ranges, histograms.

use super::{SECRET, Scene, differ, group, print};
use crate::profiles::{cell_key_only, shipped, threshold_only, without_history};
use crate::said::{Said, all, any, is};
use crate::score::Score;
use crate::world::Release;

/// The target, and everybody but the target.
const TARGET: u8 = 1;
const NOT_TARGET: u8 = 2;
/// Two attributes; a third that cuts through everything.
const A: u8 = 3;
const NOT_B: u8 = 4;
const X: u8 = 5;
const NOT_X: u8 = 6;

const fn bits<const N: usize>(predicates: [u8; N]) -> u64 {
    let (mut bits, mut at) = (0, 0);
    while at < N {
        bits |= 1 << predicates[at];
        at += 1;
    }
    bits
}

/// The target is the only one with A and B.
fn clinic(said: &[Said]) -> Scene {
    let groups = vec![
        group(bits([TARGET, A, NOT_X]), 0, 0),
        group(bits([NOT_TARGET, A, NOT_B, X]), 130, 60),
        group(bits([NOT_TARGET, A, NOT_B, NOT_X]), 150, 55),
        group(bits([NOT_TARGET, NOT_B, X]), 400, 90),
        group(bits([NOT_TARGET, NOT_B, NOT_X]), 300, 120),
        group(bits([NOT_TARGET, X]), 35, 25),
        group(bits([NOT_TARGET, NOT_X]), 45, 20),
    ];
    Scene::new(groups, said)
}

/// An attack scores without the rule what it should, and with it no better than a coin.
fn stopped(attack: &str, scene: &Scene, guess: impl Fn(&[Option<i64>]) -> bool + Copy) {
    let scored = |name: &str, release: &Release| {
        let score = scene.score(release, guess);
        print(attack, name, score);
        score
    };
    scored("threshold", &threshold_only());
    let open: Score = scored("cell key", &cell_key_only());
    let closed: Score = scored("default, no history", &without_history());
    let shipped: Score = scored("default", &shipped());
    assert!(open.interval().0 > 0.75, "{attack}: the attack does not work: {open}");
    for score in [closed, shipped] {
        assert!(score.interval().0 <= 0.5 && score.rate() < 0.55, "{attack}: {score}");
    }
}

#[test]
fn leaving_one_out_tells_nothing() {
    let asked = [is(SECRET), all([is(SECRET), is(NOT_TARGET)])];
    stopped("A23, A38 exclude one, equality", &clinic(&asked), differ);
    let averaged: Vec<Said> = [A, NOT_B, X, NOT_X]
        .into_iter()
        .flat_map(|base| [all([is(base), is(SECRET)]), all([is(base), is(SECRET), is(NOT_TARGET)])])
        .collect();
    let any_differs = |answers: &[Option<i64>]| answers.chunks(2).any(differ);
    stopped("A24 exclude one from four cohorts", &clinic(&averaged), any_differs);
}

#[test]
fn letting_one_in_tells_nothing() {
    let with = all([any([is(X), is(TARGET)]), is(SECRET)]);
    let asked = [all([is(X), is(SECRET)]), with];
    stopped("A25 include one", &clinic(&asked), differ);
    let asked = [is(X), any([is(X), all([is(TARGET), is(SECRET)])])];
    stopped("A25 include one with the secret", &clinic(&asked), differ);
}

#[test]
fn trackers_tell_nothing() {
    let asked = [all([is(A), is(SECRET)]), all([is(A), is(NOT_B), is(SECRET)])];
    stopped("A26 individual tracker", &clinic(&asked), differ);
    let c = || all([is(TARGET), is(SECRET)]);
    let asked = [any([c(), is(X)]), any([c(), is(NOT_X)]), is(X), is(NOT_X)];
    let formula = |answers: &[Option<i64>]| {
        let all: Option<Vec<i64>> = answers.iter().copied().collect();
        all.is_some_and(|a| a[0] + a[1] - a[2] - a[3] != 0)
    };
    stopped("A27 general tracker", &clinic(&asked), formula);
}

/// Predicate 7 + i: at most i years old; the target is the only one of that age in the middle.
#[test]
fn creeping_along_a_range_tells_nothing() {
    const BELOW: u8 = 7;
    const TO_TARGET: u8 = 8;
    let groups = vec![
        group(bits([TO_TARGET]), 0, 0),
        group(bits([BELOW, TO_TARGET]), 200, 90),
        group(bits([]), 180, 60),
    ];
    let asked = [all([is(BELOW), is(SECRET)]), all([is(TO_TARGET), is(SECRET)])];
    let scene = Scene::new(groups, &asked);
    // Neither bound is of low effect: only what was answered before can tell that the cohorts hardly differ.
    let open = scene.score(&without_history(), differ);
    print("A29 range creep", "default, no history", open);
    assert!(open.interval().0 > 0.5, "{open}");
    stopped_by_history("A29 range creep", &scene);
}

/// The target stands at the end of the range, where nobody else is.
#[test]
fn creeping_off_the_end_of_a_range_tells_nothing() {
    const BELOW: u8 = 7;
    let groups = vec![group(bits([]), 0, 0), group(bits([BELOW]), 200, 90)];
    let scene = Scene::new(groups, &[is(SECRET), all([is(BELOW), is(SECRET)])]);
    stopped("A29 range creep, last one", &scene, differ);
}

fn stopped_by_history(attack: &str, scene: &Scene) {
    let cell_key = scene.score(&cell_key_only(), differ);
    print(attack, "cell key", cell_key);
    assert!(cell_key.interval().0 > 0.75, "{attack}: the attack does not work: {cell_key}");
    let score = scene.score(&shipped(), differ);
    print(attack, "default", score);
    assert!(score.interval().0 <= 0.5 && score.rate() < 0.55, "{attack}: {score}");
}

/// Each bar of two histograms, over everybody and over everybody but the target. The bar that changed is the target's.
#[test]
fn the_bar_that_changes_is_not_the_targets() {
    const NO_SECRET: u8 = 9;
    // Whether one has the secret is a group; so the predicate of the other bar is its own.
    let groups = vec![group(bits([TARGET]), 0, 0), group(bits([NOT_TARGET]), 300, 90)];
    let mut scene = Scene::new(groups, &[]);
    let atoms = [
        bits([TARGET, NO_SECRET]),
        bits([NOT_TARGET, NO_SECRET]),
        bits([TARGET, SECRET]),
        bits([NOT_TARGET, SECRET]),
    ];
    let bars = [
        is(SECRET),
        all([is(SECRET), is(NOT_TARGET)]),
        is(NO_SECRET),
        all([is(NO_SECRET), is(NOT_TARGET)]),
    ];
    scene.questions = bars.iter().map(|bar| bar.asked_of(&atoms)).collect();
    let changed = |answers: &[Option<i64>]| {
        let by = |at: usize| Some(answers[at]?.abs_diff(answers[at + 1]?));
        by(0) > by(2)
    };
    stopped("A31 first derivative", &scene, changed);
}
