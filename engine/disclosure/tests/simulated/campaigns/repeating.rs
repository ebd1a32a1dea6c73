//! Asking again: in the same words, in others, and with conditions that change nothing.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

use super::{SECRET, Scene, group};
use crate::profiles::{shipped, without_history, without_removal};
use crate::said::{Said, all, any, is};
use crate::world::{Project, Release, secret};

/// True of everybody, in other words each.
const CHAFF: [u8; 4] = [1, 2, 3, 4];
/// The condition that is meant, and its two halves.
const MEANT: u8 = 5;
const ONE_HALF: u8 = 6;
const OTHER_HALF: u8 = 7;

const TRIALS: usize = 300;

/// The forms of one question.
fn forms() -> Vec<Said> {
    let meant = || all([is(MEANT), is(SECRET)]);
    let mut forms = vec![
        meant(),
        meant(),
        all([is(SECRET), is(MEANT)]),
        all([is(MEANT), is(MEANT), is(SECRET)]),
        all([all([is(MEANT)]), all([is(SECRET)])]),
        all([any([is(MEANT)]), is(SECRET)]),
        any([meant()]),
        all([is(MEANT), any([is(SECRET), is(SECRET)])]),
    ];
    forms.extend(CHAFF.map(|chaff| all([is(MEANT), is(chaff), is(SECRET)])));
    forms.extend(
        CHAFF.map(|chaff| all([any([is(MEANT), all([is(chaff), is(MEANT)])]), is(SECRET)])),
    );
    forms.push(all([
        is(CHAFF[0]),
        is(CHAFF[1]),
        is(CHAFF[2]),
        is(CHAFF[3]),
        is(MEANT),
        is(SECRET),
    ]));
    forms
}

/// The most different answers that the forms of one question got in one world.
fn most_answers(release: &Release, forms: &[Said]) -> usize {
    let always: u64 = CHAFF.map(|chaff| 1 << chaff).iter().sum();
    let groups = vec![
        group(always | 1 << MEANT | 1 << ONE_HALF, 0, 0),
        group(always | 1 << MEANT | 1 << ONE_HALF, 130, 80),
        group(always | 1 << MEANT | 1 << OTHER_HALF, 160, 70),
        group(always, 900, 400),
    ];
    let scene = Scene::new(groups, forms);
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let count = |_| {
        let world = scene.world(true, rng);
        let secret = secret(rng);
        let mut project = Project::new(release, &secret, &world);
        let answers = scene.questions.iter().map(|question| project.ask(question));
        answers.collect::<BTreeSet<_>>().len()
    };
    (0..TRIALS).map(count).max().unwrap_or(0)
}

#[test]
fn the_same_question_has_one_answer_in_all_words() {
    let without = most_answers(&without_removal(), &forms());
    eprintln!("A10 to A14, {} forms: up to {without} answers without removal", forms().len());
    assert!(without > 2, "chaff would have to measure the noise: {without}");
    for release in [without_history(), shipped()] {
        assert_eq!(most_answers(&release, &forms()), 1);
    }
}

/// One condition written as two that are joined: the people are the same, but no condition is of low effect, and each has
/// noise of its own. That a project was answered before makes them one.
#[test]
fn the_same_people_have_one_answer_in_a_project() {
    let forms =
        [all([is(MEANT), is(SECRET)]), all([any([is(ONE_HALF), is(OTHER_HALF)]), is(SECRET)])];
    let alone = most_answers(&without_history(), &forms);
    eprintln!("A11 two halves: up to {alone} answers without history");
    assert_eq!(alone, 2, "the layers of a list and of its parts are no longer different");
    assert_eq!(most_answers(&shipped(), &forms), 1);
}
