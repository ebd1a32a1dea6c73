//! How few persons a cell may have.
//!
//! One person is never a group: with a minimum of 1, a cell of one person would show that person's record. Guidelines in
//! health ask for 3 to 30. A minimum of 0 or 1 is left to methods under which a cell of one person reads like cells of
//! several, and which somebody has in force: midpoint rounding (OpenSAFELY), bands that begin at 1 (Eurostat), and
//! perturbation tables (Australian Bureau of Statistics). Rounding up to a multiple is as coarse, but nobody who uses
//! it does without a minimum.

use super::Problems;
use super::noise::hides_one_person;
use super::rounding::NARROWEST_BASE;
use crate::profile::{CheckOn, Noise, OnSmall, Profile, RoundingMethod, Scope, ZeroRule};

/// No profile may show a group smaller than this. 2 is the least that any rule in force starts from (Stats NZ, whose
/// other rules carry the protection).
pub const FEWEST_PERSONS: u64 = 2;

/// The same where zeros are shown. A cell that is withheld, not empty and smaller than 2 has exactly one person, so
/// being withheld would tell it.
pub const FEWEST_BESIDE_ZEROS: u64 = 3;

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_persons(profile, problems);
    check_measure(profile, problems);
    check_number(profile, problems);
    check_scope(profile, problems);
    if profile.zero == ZeroRule::TreatAsSmall && profile.min_count < FEWEST_PERSONS {
        let wrong =
            "is `treat_as_small`, but nothing is small: a withheld cell would be an empty one";
        problems.add("zero", wrong, "write `show`, or a `min_count` of 2 or more");
    }
}

/// The fewest persons where a withheld cell is told as "not 0", or as perhaps 0.
const fn fewest(zero: ZeroRule) -> u64 {
    match zero {
        ZeroRule::Show => FEWEST_BESIDE_ZEROS,
        ZeroRule::TreatAsSmall => FEWEST_PERSONS,
    }
}

fn check_persons(profile: &Profile, problems: &mut Problems) {
    let minimum = profile.min_count;
    // On the mean over a table nothing is withheld for being 1: whole tables are, up to cells of six.
    let by_table = profile.check_on == CheckOn::MeanCellSize;
    let least = if by_table { FEWEST_PERSONS } else { fewest(profile.zero) };
    if minimum >= least || (minimum < FEWEST_PERSONS && needs_no_minimum(profile)) {
        return;
    }
    let wrong = if minimum < FEWEST_PERSONS {
        format!("is {minimum}, which would show single persons")
    } else {
        format!("is {minimum} and zeros are shown, so that a withheld cell has exactly one person")
    };
    problems.add("min_count", wrong, format!("write {least} or more"));
}

/// Whether a cell of one person reads like cells of several, so that there need be no minimum.
fn needs_no_minimum(profile: &Profile) -> bool {
    let rounding = &profile.rounding;
    let rounded = match rounding.method {
        RoundingMethod::Midpoint => rounding.base >= NARROWEST_BASE,
        RoundingMethod::Bands => {
            rounding.bands.first().is_some_and(|&[from, to, _]| from == 1 && to >= NARROWEST_BASE)
        }
        RoundingMethod::None
        | RoundingMethod::Nearest
        | RoundingMethod::RandomFixed
        | RoundingMethod::Ceil => false,
    };
    rounded || hides_one_person(profile)
}

/// No method stands in for the minimum of a measure: neither rounding nor a table for counts touches a sum.
fn check_measure(profile: &Profile, problems: &mut Problems) {
    let least = profile.min_count.max(fewest(profile.zero));
    if profile.min_count_measure < least {
        let wrong = format!("is {}, below what a number needs", profile.min_count_measure);
        problems.add("min_count_measure", wrong, format!("write {least} or more"));
    }
}

fn check_number(profile: &Profile, problems: &mut Problems) {
    let (rounding, method) = (&profile.rounding, profile.rounding.method);
    let by_chance = method == RoundingMethod::RandomFixed && rounding.base >= NARROWEST_BASE;
    match profile.check_on {
        CheckOn::Noisy if !is_by_table(&profile.noise) => {
            let wrong = "is `noisy`, but this noise has no bound and could lift one person over any minimum";
            problems.add("check_on", wrong, "write `true`, or the noise `cell_key_table`");
        }
        CheckOn::MeanCellSize if !by_chance => {
            let wrong = "is `mean_cell_size`, which shows small cells of large tables";
            let fix = "write `true`, or the rounding `random_fixed` with a base of 3 or more";
            problems.add("check_on", wrong, fix);
        }
        CheckOn::True | CheckOn::Noisy | CheckOn::MeanCellSize => {}
    }
    if profile.on_small == OnSmall::RefuseResult && profile.check_on != CheckOn::True {
        let wrong = "is `refuse_result`, which is decided on true numbers";
        problems.add("on_small", wrong, "write `hide_cell`, or `true` for `check_on`");
    }
}

const fn is_by_table(noise: &Noise) -> bool {
    match noise {
        Noise::CellKeyTable { .. } => true,
        Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => false,
    }
}

/// Nationally the profile is another one ([`Profile::national`]), without rounding: what needs the rounding cannot be.
fn check_scope(profile: &Profile, problems: &mut Problems) {
    if profile.scope == Scope::BelowNational && profile.check_on == CheckOn::MeanCellSize {
        let wrong =
            "is `below_national`, where numbers of a whole country would not be rounded by chance";
        problems.add("scope", wrong, "write `all`, or `true` for `check_on`");
    }
}
