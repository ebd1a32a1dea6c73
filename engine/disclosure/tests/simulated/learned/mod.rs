//! The learned attack (QuerySnout and its successors): an attacker who can draw worlds like the true one, or knows
//! everybody but one person, trains a classifier on the answers to every question there is and guesses that person's bit.
//!
//! Chance is 0.50. A target is one person in one population; its worlds are those that the attacker trains on and those
//! in which the guess is scored.

mod features;
mod population;
mod questions;
mod regression;

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use crate::profiles;
use crate::score::{Score, median};
use crate::world::{Project, Question, Release, World, secret};
use features::{Answers, Feature, most_telling};
use population::{ATTRIBUTES, Population};
use regression::Model;

const PERSONS: u64 = 8_000;
const TRAIN: usize = 600;
const TEST: usize = 250;

/// What the attacker knows.
#[derive(Clone, Copy)]
enum Knows {
    /// The population.
    Auxiliary,
    /// Everybody but the target.
    ExactButOne,
}

/// The attack on some targets, and what the release is worth to others.
struct Outcome {
    by_target: Vec<Score>,
    /// Relative errors of shown cells of 100 or more, against what was asked.
    error: f64,
    /// Share of cells of 10 or more that are withheld.
    withheld: f64,
}

impl Outcome {
    fn all(&self) -> Score {
        let add = |a: Score, b: &Score| Score { right: a.right + b.right, of: a.of + b.of };
        self.by_target.iter().fold(Score::default(), add)
    }

    fn print(&self, name: &str, knows: Knows) {
        let rates = || self.by_target.iter().map(|score| score.rate());
        let (low, high) = (rates().fold(1.0, f64::min), rates().fold(0.0, f64::max));
        let knows = match knows {
            Knows::Auxiliary => "auxiliary",
            Knows::ExactButOne => "exact but one",
        };
        eprintln!(
            "{name:42} {knows:14} {:.3}  {low:.3}-{high:.3}  error {:.3}  withheld {:.3}",
            self.all().rate(),
            self.error,
            self.withheld
        );
    }
}

fn attack(release: &Release, knows: Knows, targets: u64) -> Outcome {
    let questions = questions::all();
    let mut use_of = Use::default();
    let by_target =
        (0..targets).map(|target| one(release, knows, target, &questions, &mut use_of)).collect();
    Outcome { by_target, error: median(use_of.errors), withheld: use_of.withheld / use_of.cells }
}

/// What a researcher would get out of the same answers.
#[derive(Default)]
struct Use {
    errors: Vec<f64>,
    withheld: f64,
    cells: f64,
}

fn one(
    release: &Release,
    knows: Knows,
    target: u64,
    questions: &[Question],
    use_of: &mut Use,
) -> Score {
    let population = Population::with_target(target, PERSONS);
    let rng = &mut ChaCha20Rng::seed_from_u64(1_000 + target);
    let fixed = population.draw(PERSONS - 1, rng);
    let mut worlds = Vec::new();
    let mut bits = Vec::new();
    for at in 0..TRAIN + TEST {
        let mut persons = match knows {
            Knows::Auxiliary => population.draw(PERSONS - 1, rng),
            Knows::ExactButOne => fixed.clone(),
        };
        let bit: bool = rng.random();
        persons[(1 << ATTRIBUTES) - 1 + if bit { 1 << ATTRIBUTES } else { 0 }] += 1;
        let world = World::new(persons, rng);
        let answers = answers(release, &world, questions, rng);
        if at < 20 {
            use_of.see(&world, questions, &answers);
        }
        worlds.push(answers);
        bits.push(bit);
    }
    let (train, test) = worlds.split_at(TRAIN);
    let (known, hidden) = bits.split_at(TRAIN);
    let model = learn(train, known);
    let mut score = Score::default();
    test.iter().zip(hidden).for_each(|(answers, bit)| score.count(model.guess(answers) == *bit));
    score
}

impl Use {
    fn see(&mut self, world: &World, questions: &[Question], answers: &Answers) {
        for (question, answer) in questions.iter().zip(answers) {
            let asked = world.cohort(question.asked()).persons;
            if asked >= 10 {
                self.cells += 1.0;
                self.withheld += if answer.is_none() { 1.0 } else { 0.0 };
            }
            if let (100.., Some(shown)) = (asked, answer) {
                self.errors.push((*shown as f64 / asked as f64 - 1.0).abs());
            }
        }
    }
}

fn answers(
    release: &Release,
    world: &World,
    questions: &[Question],
    rng: &mut ChaCha20Rng,
) -> Answers {
    let secret = secret(rng);
    let mut project = Project::new(release, &secret, world);
    questions.iter().map(|question| project.ask(question)).collect()
}

/// How many features and how strong a ridge is decided on worlds that were kept back from the training.
fn learn(worlds: &[Answers], bits: &[bool]) -> Model {
    let all = Feature::all(questions::count(), &questions::pairs());
    let kept = worlds.len() * 3 / 4;
    let telling = most_telling(&all, &worlds[..kept], &bits[..kept], 300);
    let choices = [(5, 0.001), (30, 0.01), (100, 0.03), (300, 0.1)];
    let right = |&(most, ridge): &(usize, f32)| {
        let model =
            Model::fit(&telling[..most.min(telling.len())], &worlds[..kept], &bits[..kept], ridge);
        worlds[kept..].iter().zip(&bits[kept..]).filter(|(w, bit)| model.guess(w) == **bit).count()
    };
    let (most, ridge) = choices.into_iter().max_by_key(right).unwrap();
    let telling = most_telling(&all, worlds, bits, most);
    Model::fit(&telling, worlds, bits, ridge)
}

/// The attack on a release function, printed.
fn scored(name: &str, release: &Release, knows: Knows, targets: u64) -> f64 {
    let outcome = attack(release, knows, targets);
    outcome.print(name, knows);
    outcome.all().rate()
}

/// Two standard errors of a rate near one half, over so many targets.
fn tolerance(targets: u64) -> f64 {
    1.0 / (targets as f64 * TEST as f64).sqrt()
}

#[test]
fn what_others_do_is_learned() {
    for (name, release) in [
        ("threshold 10", profiles::threshold_only()),
        ("cell key, sd 2, threshold 10", profiles::cell_key_only()),
        ("default, nothing removed", profiles::without_removal()),
    ] {
        for knows in [Knows::Auxiliary, Knows::ExactButOne] {
            let rate = scored(name, &release, knows, 2);
            assert!(rate > 0.8, "{name}: the attack does not work: {rate}");
        }
    }
}

/// For an attacker who knows the population, 0.56 within the sampling error. A project that were never reminded of what
/// it was answered before would learn more.
#[test]
fn the_default_is_hardly_learned() {
    let rate = scored("default", &profiles::shipped(), Knows::Auxiliary, 16);
    assert!(rate <= 0.56 + tolerance(16), "{rate}");
    let rate = scored("default", &profiles::shipped(), Knows::ExactButOne, 4);
    assert!(rate <= 0.80 + tolerance(4), "{rate}");
    let rate = scored("default, no history", &profiles::without_history(), Knows::Auxiliary, 4);
    assert!(rate <= 0.60 + tolerance(4), "{rate}");
}

/// Who knows everybody else is held off by a strict profile alone.
#[test]
fn a_strict_profile_holds_off_who_knows_everybody_else() {
    let rate = scored("strict", &profiles::strict(), Knows::ExactButOne, 4);
    assert!(rate <= 0.65, "{rate}");
}
