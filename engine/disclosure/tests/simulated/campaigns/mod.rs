//! Attacks that were written down as short series of questions. `docs/ATTACKS.md` has a paragraph on each.
//!
//! In each world a coin decides whether the target has the secret. The attacker asks and guesses; chance is 0.50.

mod differencing;
mod edges;
mod repeating;
mod splitting;

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use crate::score::Score;
use crate::world::{Project, Question, Release, World, secret};

/// Worlds of one score: its standard error is at most 0.011.
const WORLDS: u32 = 2_000;

/// People of one atom: which predicates are true of them, and how many have the secret and how many have not.
struct Group {
    predicates: u64,
    without: u64,
    with: u64,
}

const fn group(predicates: u64, without: u64, with: u64) -> Group {
    Group { predicates, without, with }
}

/// The predicate that is the secret.
const SECRET: u8 = 0;

/// A cast of people, of which the first is the target, and the conditions that are asked about them.
struct Scene {
    groups: Vec<Group>,
    questions: Vec<Question>,
}

impl Scene {
    /// The first group is the target; its numbers say nothing.
    fn new(groups: Vec<Group>, said: &[crate::said::Said]) -> Self {
        let predicates = || groups.iter().map(|group| group.predicates);
        let atoms: Vec<u64> = predicates().chain(predicates().map(|p| p | 1 << SECRET)).collect();
        let questions = said.iter().map(|said| said.asked_of(&atoms)).collect();
        Self { groups, questions }
    }

    /// The world in which the target has the secret or not.
    fn world(&self, has: bool, rng: &mut ChaCha20Rng) -> World {
        let others = || self.groups.iter().skip(1);
        let without = others().map(|group| group.without);
        let with = others().map(|group| group.with);
        let target = u64::from(has);
        let persons = [1 - target].into_iter().chain(without).chain([target]).chain(with);
        World::new(persons.collect(), rng)
    }

    /// How often `guess` is right about the target.
    fn score(&self, release: &Release, guess: impl Fn(&[Option<i64>]) -> bool) -> Score {
        let rng = &mut ChaCha20Rng::seed_from_u64(7);
        let mut score = Score::default();
        for _ in 0..WORLDS {
            let has: bool = rng.random();
            let world = self.world(has, rng);
            let secret = secret(rng);
            let mut project = Project::new(release, &secret, &world);
            let answers: Vec<Option<i64>> =
                self.questions.iter().map(|question| project.ask(question)).collect();
            score.count(guess(&answers) == has);
        }
        score
    }
}

/// The guess of whoever takes two answers that are the same for two cohorts that are the same.
fn differ(answers: &[Option<i64>]) -> bool {
    answers[0] != answers[1]
}

fn print(attack: &str, release: &str, score: Score) {
    eprintln!("{attack:44} {release:22} {score}");
}
