//! One invented person: who they are, and how often they are ill.

use std::fmt::Write;

use super::calendar::{FIRST_DAY, LAST_DAY, LAST_YEAR, first_day_of};
use super::dice::Dice;
use super::world::{Practice, World};

/// A person.
pub(super) struct Patient<'w> {
    pub(super) pseudonym: String,
    pub(super) sex: Option<&'static str>,
    pub(super) birth_year: i32,
    pub(super) ethnicity: Option<&'static str>,
    pub(super) practice: &'w str,
    pub(super) region: usize,
    /// Deprivation, 1 (most) to 10.
    pub(super) imd: i64,
    pub(super) imd_known: bool,
    pub(super) hiv: bool,
    pub(super) registered_on: i32,
    /// How often ill, 1 on average: more with age and deprivation.
    pub(super) morbidity: f64,
    /// The one person whose costs dominate a diagnosis.
    pub(super) dominates: bool,
}

impl<'w> Patient<'w> {
    pub(super) fn draw(index: u64, world: &'w World, dice: &mut Dice) -> Self {
        let birth_year = birth_year(dice);
        let practice = if in_smallest_practice(index, world.persons) {
            world.smallest_practice()
        } else {
            world.draw_practice(dice)
        };
        let (code, region, around) = practice
            .map_or(("", 0, 5), |Practice { code, region, imd, .. }| {
                (code.as_str(), *region, *imd)
            });
        let imd = (around + (dice.bell() * 1.8).round() as i64).clamp(1, 10);
        let first = first_day_of(birth_year).max(first_day_of(1985));
        let registered_on = LAST_DAY
            - (dice.unit() * dice.unit() * f64::from(LAST_DAY - first.min(FIRST_DAY))) as i32;
        Self {
            pseudonym: pseudonym(world.seed, index),
            sex: sex(dice),
            birth_year,
            ethnicity: ethnicity(dice),
            practice: code,
            region,
            imd,
            imd_known: !dice.chance(0.02),
            hiv: is_rarely_ill(index, world.seed),
            registered_on: registered_on.max(first),
            morbidity: morbidity(LAST_YEAR - birth_year, imd, dice),
            dominates: index == world.persons / 3,
        }
    }

    /// Age in the last year of the sample.
    pub(super) fn age(&self) -> i32 {
        LAST_YEAR - self.birth_year
    }
}

/// Three persons, far from each other.
fn in_smallest_practice(index: u64, persons: u64) -> bool {
    [persons / 5, persons / 2, persons / 5 * 4].contains(&index)
}

/// One person in every 2,000.
fn is_rarely_ill(index: u64, seed: u64) -> bool {
    mix(seed ^ (index / 2_000)) % 2_000 == index % 2_000
}

/// 16 hexadecimal digits. One to one, so no two persons share a pseudonym.
fn pseudonym(seed: u64, index: u64) -> String {
    let mut bits = index ^ mix(seed ^ 0x7472_6573_6f72_2121);
    bits = mix(bits);
    let mut text = String::with_capacity(16);
    // Writing to a String cannot fail.
    let _ = write!(text, "{bits:016x}");
    text
}

/// A bijection of 64 bits that spreads neighbours (the finaliser of SplitMix64).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Even over ages to 60, then ever fewer.
fn birth_year(dice: &mut Dice) -> i32 {
    loop {
        let age = dice.below(106);
        let alive = if age < 60 { 1.0 } else { 1.0 - (age as f64 - 60.0) / 46.0 };
        if dice.chance(alive * alive) {
            return LAST_YEAR - i32::try_from(age).unwrap_or(0);
        }
    }
}

fn sex(dice: &mut Dice) -> Option<&'static str> {
    match dice.below(1_000) {
        0..=501 => Some("female"),
        502..=989 => Some("male"),
        990..=993 => Some("other"),
        _ => None,
    }
}

fn ethnicity(dice: &mut Dice) -> Option<&'static str> {
    match dice.below(100) {
        0..=70 => Some("white"),
        71..=80 => Some("asian"),
        81..=85 => Some("black"),
        86..=88 => Some("mixed"),
        89..=92 => Some("other"),
        _ => None,
    }
}

fn morbidity(age: i32, imd: i64, dice: &mut Dice) -> f64 {
    let by_age = 0.30 + (f64::from(age) / 55.0).powi(2);
    let by_place = 1.0 + 0.06 * (5.5 - imd as f64);
    by_age * by_place * (0.4 + 1.2 * dice.unit()) * 1.06
}
