//! Which condition is removed next, and when what is left no longer stands for what was asked.
//!
//! The limit carries noise that belongs to the people who are left without the condition: an exact one would tell of
//! everybody but one how many there are (`docs/ATTACKS.md`). It is cut off so far above two people that a condition
//! about one person is removed whatever the noise.

#[cfg(test)]
mod tests;

use rand_distr::{Distribution, StandardNormal};

use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, generator_for};
use crate::profile::Profile;

/// Noise on the limit is cut off at so many standard deviations, so that measuring can stop early.
pub(crate) const FURTHEST: f64 = 4.0;

/// Standard deviation of the share of an earlier cell by which another may differ at most.
const COMMON_SD: f64 = 0.2;

/// Two cells that are fewer people apart, which is one, are near whatever is drawn.
const FEWEST_APART: f64 = 2.0;

/// Share of the people of a sum who may be below zero and count as 0, and its standard deviation: with more, the number
/// would not be that of the sum any more.
const BELOW: f64 = 0.25;
const BELOW_SD: f64 = 0.05;

/// In percent: what may be removed together, of the people who are left.
const SHARE: u128 = 3;

/// So many times the limit may be removed together. At the limit itself most numbers of a few conditions would stand at the
/// edge, and whether they are shown would tell more of one person than all noise hides (`tests/simulated`).
const TOGETHER: u32 = 3;

/// What removing one candidate, or several together, would change in one cell, in the context of what was removed already.
/// These are true numbers and have no `Debug` (ONLY-RELEASED).
#[derive(Clone, Copy)]
pub struct Effect {
    /// Persons that would come in or go out.
    pub persons: u64,
    /// Key of the cohort without it: wrapping sum of record keys.
    pub reduced_key: u64,
    /// Persons of the cohort without it.
    pub reduced_persons: u64,
}

/// The rule of a profile, for one cell.
pub struct LowEffect<'a> {
    profile: &'a Profile,
    secret: &'a NoiseSecret,
    /// Name of the conditions as they are asked for, where that is known.
    asked: Option<u64>,
}

impl<'a> LowEffect<'a> {
    /// `None` where the profile turns it off.
    #[must_use]
    pub fn new(profile: &'a Profile, secret: &'a NoiseSecret) -> Option<Self> {
        (profile.low_effect.persons > 0).then_some(Self { profile, secret, asked: None })
    }

    /// The same rule for a number with conditions of this name ([`Layer::name`](super::Layer::name)), before anything more
    /// is removed. Its limit belongs to them as well.
    ///
    /// A limit of the reduced cohort alone can be found with conditions about people whose number is known, two, three
    /// and so on, until one is kept; one more person in the largest that was not kept is then told for certain: "these
    /// nine, and the target if ill". The key of the cohort that is asked for would not do instead: these nine, and these
    /// nine and the target, are one cohort exactly when the target is not ill.
    #[must_use]
    pub const fn asked(&self, name: u64) -> Self {
        Self { profile: self.profile, secret: self.secret, asked: Some(name) }
    }

    /// An effect of at least so many persons is never low, whatever the noise: looking can stop there.
    #[must_use]
    pub fn surely(&self) -> u64 {
        let rule = &self.profile.low_effect;
        FURTHEST.mul_add(rule.sd, rule.persons as f64).ceil() as u64 // a conversion from f64 stops at the end of the range
    }

    /// The candidate to remove next: of those whose effect is low, the one with the least. Ties by the cohort that would
    /// be left, so that the order in which conditions are written decides only where it makes no difference.
    #[must_use]
    pub fn next(&self, effects: &[(u8, Effect)]) -> Option<u8> {
        let mut effects: Vec<&(u8, Effect)> = effects.iter().collect();
        effects.sort_unstable_by_key(|(id, effect)| (effect.persons, effect.reduced_key, *id));
        effects.into_iter().find(|(_, effect)| self.is_low(effect)).map(|(id, _)| *id)
    }

    /// Whether so few persons come in or go out that what does it counts as absent.
    #[must_use]
    pub fn is_low(&self, effect: &Effect) -> bool {
        effect.persons < self.surely()
            && (effect.persons as f64) < self.limit(effect.reduced_key, effect.reduced_persons)
    }

    /// Whether all that was removed together changed too much for the number to stand for what was asked. `changed`
    /// persons are in one of the cohorts, as asked and reduced, and not in the other.
    ///
    /// A single condition that was low is never too far: the limit belongs to the same people. So the rule should be that
    /// of the number with all its conditions that change anything ([`Self::asked`]).
    #[must_use]
    pub fn too_far(&self, changed: u64, reduced_key: u64, reduced_persons: u64) -> bool {
        let beyond_share = u128::from(changed) * 100 >= SHARE * u128::from(reduced_persons);
        let most = f64::from(TOGETHER) * self.limit(reduced_key, reduced_persons);
        changed > 0 && beyond_share && changed as f64 >= most
    }

    /// As [`Self::is_low`] for two cells, the earlier one as what is left: they must have about half of their people in
    /// common as well. Else two small cells would be near because of one person who is in both.
    #[must_use]
    pub fn is_low_between_cells(&self, effect: &Effect) -> bool {
        let drawn = self.drawn("in common", effect.reduced_key, effect.reduced_persons);
        let share = drawn.mul_add(COMMON_SD, 1.0);
        let most = (share * effect.reduced_persons as f64).max(FEWEST_APART);
        self.is_low(effect) && (effect.persons as f64) < most
    }

    /// As [`Self::is_low_between_cells`] where one of the two has too few people: so few persons apart that both
    /// are shown, or neither. Always where it is one person; and never so many that one person alone comes near a cell that
    /// is large enough, as nobody cannot.
    #[must_use]
    pub fn is_low_beside_few(&self, effect: &Effect) -> bool {
        let least = self.fewest() as f64;
        let most = (least - 1.0).max(1.0);
        let drawn = self.drawn("few", effect.reduced_key, effect.reduced_persons);
        let limit = drawn.mul_add(least / 5.0, f64::midpoint(least, 1.0));
        let limit = limit.clamp(most.min(FEWEST_APART), most);
        (effect.persons as f64) < limit
    }

    /// No minimum is smaller: fewer persons than this are too few whatever is drawn.
    #[must_use]
    pub fn fewest(&self) -> u64 {
        self.profile.min_count.min(self.profile.min_count_measure)
    }

    /// Whether so few persons are below zero in what is summed that they count as 0: fewer than the limit for conditions, and
    /// than about a quarter of all. The limit belongs to all the people and to the measure: one that was found with known people
    /// below zero does not hold for another sum.
    #[must_use]
    pub fn is_few_below(&self, below: u64, measure: &str, c: &Contribution) -> bool {
        let rule = &self.profile.low_effect;
        let drawn = self.drawn(&format!("below zero in {measure}"), c.key, c.persons);
        let limit = drawn.mul_add(rule.sd, rule.persons as f64);
        let share = drawn.mul_add(BELOW_SD, BELOW) * c.persons as f64;
        (below as f64) < limit.min(share).max(FEWEST_APART)
    }

    /// The limit for what is left with this set of people: that of the profile and its noise.
    fn limit(&self, key: u64, persons: u64) -> f64 {
        let rule = &self.profile.low_effect;
        self.drawn("low effect", key, persons).mul_add(rule.sd, rule.persons as f64)
    }

    /// How many standard deviations the limit for this set of people and what is asked is off; 0 where limits are exact.
    fn drawn(&self, purpose: &str, key: u64, persons: u64) -> f64 {
        let rule = &self.profile.low_effect;
        if rule.sd == 0.0 {
            return 0.0;
        }
        let set = Contribution { persons, key, ..Contribution::default() };
        let mut purpose = format!("{purpose} {:016x}", rule.sd.to_bits());
        if let Some(asked) = self.asked {
            purpose.push_str(&format!(" from {asked:016x}"));
        }
        match generator_for(self.secret, &purpose, "persons", &set) {
            Some(mut generator) => {
                let standard: f64 = StandardNormal.sample(&mut generator);
                standard.clamp(-FURTHEST, FURTHEST)
            }
            None => f64::INFINITY, // FAIL-CLOSED: everything is low
        }
    }
}
