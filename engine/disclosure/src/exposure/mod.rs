//! The exposure meter: how much of one person's secret the numbers released so far explain.
//!
//! Each released number is a sum over its cohort plus noise. Taken together they are a regression on everybody's
//! secret, and the share of variance it explains (R squared) says how well the best linear attack guesses a person's
//! value ([`predicted_accuracy`]). It is reckoned from who was in which cohort and how large the noise was: never from
//! values, so that what follows from it tells nothing of them. A cohort that is asked for again adds nothing.
//!
//! With `v` the variance of a secret bit, `S` the cohorts, `s` their noise and `a` the cohorts that a person is in:
//! `K[j,k] = v |S_j and S_k| + s_j^2 [j = k]` and the share is `v a' K^-1 a`. A new number adds to each share what it
//! tells beyond the best guess of it from those before.
//!
//! Memory is bounded: [`MOST_COHORTS`] cohorts in [`MOST_BYTES`] bytes, the triangle of their covariances (36 MB), and two
//! numbers for each of [`MOST_SLOTS`] persons. A meter that is full asks for people to look at every further answer.
//!
//! Must never know: a value, SQL text, the researcher.

mod accuracy;
mod cohort;
mod factor;
mod level;
mod persons;
#[cfg(test)]
mod tests;

pub use accuracy::predicted_accuracy;
pub use cohort::{Cohort, from_bytes, to_bytes};
pub use level::Level;

use roaring::RoaringBitmap;

pub use crate::packed::Damaged;
use crate::profile::Exposure;

use factor::Factor;
use persons::Persons;

/// Variance of a secret that half of all persons have: no other bit varies more.
const PRIOR: f64 = 0.25;

/// Most cohorts of a meter.
pub const MOST_COHORTS: usize = 3_000;

/// Most bytes of all cohorts of a meter together.
pub const MOST_BYTES: usize = 256 << 20;

/// Most persons who are followed for their own sake.
pub const MOST_SLOTS: u32 = 1 << 21;

/// Most persons who are followed because they stood out.
pub const MOST_WATCHED: usize = 10_000;

/// Weights below this move no share that counts.
const NO_WEIGHT: f64 = 1e-7;

/// What released numbers tell of the persons of one universe about one sensitive column.
pub struct Meter {
    bounds: Bounds,
    few: u64,
    /// How many cohorts were handed over.
    handed: usize,
    /// Those that count, each with its place among all that were handed over.
    cohorts: Vec<(usize, Cohort)>,
    bytes: usize,
    full: bool,
    factor: Factor,
    persons: Persons,
}

/// How large a meter may grow.
#[derive(Clone, Copy)]
struct Bounds {
    cohorts: usize,
    bytes: usize,
    slots: u32,
    watched: usize,
}

/// What a number tells beyond those before it.
struct Told {
    /// What a difference of one person between number and guess is worth.
    factor: f64,
    /// Its best guess: the weight of each cohort before it.
    guess: Vec<f64>,
}

impl Told {
    /// The weight of a cohort in the difference between the number and its guess.
    fn weight_of(&self, place: usize) -> f64 {
        match self.guess.get(place) {
            Some(weight) => -weight,
            None if place == self.guess.len() => 1.0,
            None => 0.0,
        }
    }
}

/// Persons of whom the same is known, for the auditor. Has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Exposed {
    /// How much of their secret is explained.
    pub share: f64,
    /// How many they are.
    pub persons: u64,
    /// The cohorts that they are in: places among all that were handed to [`Meter::add`], from 0.
    pub cohorts: Vec<usize>,
}

impl Meter {
    /// A meter for a universe of so many person numbers. Groups of fewer than `few` persons stand out.
    #[must_use]
    pub fn new(persons: u32, few: u64) -> Self {
        let bounds = Bounds {
            cohorts: MOST_COHORTS,
            bytes: MOST_BYTES,
            slots: MOST_SLOTS,
            watched: MOST_WATCHED,
        };
        Self::within(bounds, persons, few)
    }

    fn within(bounds: Bounds, persons: u32, few: u64) -> Self {
        Self {
            bounds,
            few,
            handed: 0,
            cohorts: Vec::new(),
            bytes: 0,
            full: false,
            factor: Factor::default(),
            persons: Persons::new(persons, bounds.slots, bounds.watched),
        }
    }

    /// Takes in the cohorts of released numbers. Many at once are faster than one by one.
    pub fn add(&mut self, cohorts: impl IntoIterator<Item = Cohort>) {
        let mut told = Vec::new();
        let mut conspicuous = RoaringBitmap::new();
        for cohort in cohorts {
            let place = self.handed;
            self.handed = self.handed.saturating_add(1);
            told.extend(self.take_in(place, cohort, &mut conspicuous));
            if told.len() >= self.persons.at_once() {
                self.grow(&std::mem::take(&mut told));
            }
        }
        self.grow(&told);
        self.watch(&conspicuous);
    }

    /// What the cohort tells beyond those before, where it tells anything and there is room for it.
    fn take_in(
        &mut self,
        place: usize,
        cohort: Cohort,
        conspicuous: &mut RoaringBitmap,
    ) -> Option<Told> {
        let shared = self.shared_with(&cohort);
        if cohort.members.is_empty() || self.is_known(&cohort, &shared) {
            return None;
        }
        let bytes = self.bytes.saturating_add(cohort.members.serialized_size());
        let room = self.cohorts.len() < self.bounds.cohorts && bytes <= self.bounds.bytes;
        if !room || !self.persons.reach(cohort.members.max().unwrap_or(0)) {
            self.full = true;
            return None;
        }
        let covariances: Vec<f64> = shared.iter().map(|shared| PRIOR * *shared as f64).collect();
        let noise = cohort.sound_variance();
        let whole = PRIOR * cohort.members.len() as f64 + noise;
        let residual = self.factor.residual(&covariances, whole, noise)?;
        let told = Told { factor: PRIOR / residual.variance, guess: residual.weights.clone() };
        self.factor.push(residual);
        *conspicuous |= self.conspicuous(&cohort, &shared);
        self.bytes = bytes;
        self.cohorts.push((place, cohort));
        Some(told)
    }

    /// How many persons each earlier cohort has in common with this one.
    fn shared_with(&self, cohort: &Cohort) -> Vec<u64> {
        let shared =
            |(_, earlier): &(usize, Cohort)| earlier.members.intersection_len(&cohort.members);
        self.cohorts.iter().map(shared).collect()
    }

    fn is_known(&self, cohort: &Cohort, shared: &[u64]) -> bool {
        let (persons, noise) = (cohort.members.len(), cohort.sound_variance());
        self.cohorts.iter().zip(shared).any(|((_, earlier), shared)| {
            *shared == persons
                && earlier.members.len() == persons
                && earlier.sound_variance() == noise
        })
    }

    /// Adds to every share what new numbers tell beyond those before: in whom each differs from its best guess.
    fn grow(&mut self, told: &[Told]) {
        if told.is_empty() {
            return;
        }
        let factors: Vec<f64> = told.iter().map(|told| told.factor).collect();
        let cohorts = self.cohorts.iter().enumerate().filter_map(|(place, (_, cohort))| {
            let weights: Vec<f64> = told.iter().map(|told| told.weight_of(place)).collect();
            let counts = weights.iter().any(|weight| weight.abs() >= NO_WEIGHT);
            counts.then_some((weights, &cohort.members))
        });
        self.persons.tell(&factors, cohorts);
    }

    /// Who is in a small cohort, or in one of two that hardly differ. Asked for where not everybody is followed.
    fn conspicuous(&self, cohort: &Cohort, shared: &[u64]) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        if self.persons.follows_everybody() {
            return found;
        }
        let members = &cohort.members;
        if members.len() < self.few {
            found |= members;
        }
        for ((_, earlier), shared) in self.cohorts.iter().zip(shared) {
            let either = members.len().saturating_add(earlier.members.len());
            let differing = either.saturating_sub(shared.saturating_mul(2));
            if differing < self.few {
                found |= members ^ &earlier.members;
            }
        }
        found
    }

    fn watch(&mut self, persons: &RoaringBitmap) {
        for person in persons {
            if !self.persons.follows(person) {
                self.persons.watch(person, self.share_of(person));
            }
        }
    }

    /// The share of one person, reckoned anew.
    fn share_of(&self, person: u32) -> f64 {
        let inside =
            |(_, cohort): &(usize, Cohort)| f64::from(u8::from(cohort.members.contains(person)));
        let memberships: Vec<f64> = self.cohorts.iter().map(inside).collect();
        let told = self.factor.forward(&memberships);
        PRIOR * told.iter().map(|part| part * part).sum::<f64>()
    }

    /// The largest share of anybody.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.persons.shares().map(|(_, share)| share).fold(0.0, f64::max)
    }

    /// What follows, by the limits of a profile.
    #[must_use]
    pub fn level(&self, limits: &Exposure) -> Level {
        Level::of(self.most(), self.full, limits)
    }

    /// Whether a cohort came that there was no room for: the meter no longer knows everything.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// How many cohorts were handed over: the place of the next one.
    #[must_use]
    pub const fn handed(&self) -> usize {
        self.handed
    }

    /// How many cohorts count.
    #[must_use]
    pub const fn cohorts(&self) -> usize {
        self.factor.len()
    }

    /// The groups of persons of whom most is known, at most so many, most first.
    #[must_use]
    pub fn most_exposed(&self, groups: usize) -> Vec<Exposed> {
        let mut shares: Vec<(u32, f64)> =
            self.persons.shares().filter(|(_, share)| *share > 0.0).collect();
        shares.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
        let mut told = RoaringBitmap::new();
        let mut exposed = Vec::new();
        for (person, share) in shares {
            if exposed.len() >= groups {
                break;
            }
            if !told.contains(person) {
                let (alike, cohorts) = self.alike(person);
                exposed.push(Exposed { share, persons: alike.len(), cohorts });
                told |= alike;
            }
        }
        exposed
    }

    /// Everybody who is in the same cohorts as this person, who is in one; and which those are.
    fn alike(&self, person: u32) -> (RoaringBitmap, Vec<usize>) {
        let (with, without): (Vec<_>, Vec<_>) =
            self.cohorts.iter().partition(|(_, cohort)| cohort.members.contains(person));
        let members = |(_, cohort): &&(usize, Cohort)| cohort.members.clone();
        let mut alike = with.iter().map(members).reduce(|one, two| one & two).unwrap_or_default();
        for (_, cohort) in without {
            alike -= &cohort.members;
        }
        (alike, with.iter().map(|(place, _)| *place).collect())
    }
}
