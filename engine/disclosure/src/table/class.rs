//! Class disclosure: a row or column with everybody in one cell tells the group of everybody in it.
//!
//! A visible zero is enough, also beside a cell that is withheld for its size: "nobody here, nobody there, a few there"
//! tells as much. Decided on what a reader sees of the line, so that neither a warning nor a withheld line tells an
//! empty group from a small one that is not listed.

use super::{Line, Standing, Table, Warning};
use crate::outcome::Reason;
use crate::profile::{CheckOn, ClassDisclosure, Noise, Profile, RoundingMethod, ZeroRule};

/// Warns of such lines, or withholds their cells.
pub(super) fn judge_lines(
    profile: &Profile,
    table: &Table<'_>,
    cells: &mut [Standing],
) -> Vec<Warning> {
    if profile.class_disclosure == ClassDisclosure::Off || !zeros_tell(profile) {
        return vec![];
    }
    let mut warnings = vec![];
    for (at, line) in table.lines.iter().enumerate() {
        let Some(full) = only_full(table, line, cells) else { continue };
        match profile.class_disclosure {
            ClassDisclosure::Off => {}
            ClassDisclosure::Warn => {
                warnings.push(Warning::ClassDisclosure { line: at, cell: full });
            }
            ClassDisclosure::Refuse => withhold(line, cells),
        }
    }
    warnings
}

/// Withholds a line, all of it for one reason: another for the full cell would tell which it is.
fn withhold(line: &Line, cells: &mut [Standing]) {
    for place in &line.cells {
        match cells.get_mut(*place) {
            // Policy says its 0, not the rows.
            Some(Standing::Structural) | None => {}
            Some(standing) => *standing = Standing::Withheld(Reason::ClassDisclosure),
        }
    }
}

/// The cell that has everybody of a line, where others are possible. What policy says cannot be is no alternative.
fn only_full(table: &Table<'_>, line: &Line, cells: &[Standing]) -> Option<usize> {
    let is_possible = |at: &usize| cells.get(*at).is_some_and(|cell| *cell != Standing::Structural);
    let possible: Vec<usize> = line.cells.iter().copied().filter(is_possible).collect();
    let is_full = |at: &&usize| table.cells.get(**at).is_some_and(|cell| cell.persons > 0);
    let mut full = possible.iter().filter(is_full);
    match (full.next(), full.next()) {
        (Some(at), None) if possible.len() + line.absent > 1 => Some(*at),
        _ => None,
    }
}

/// Whether a 0 in the answer means that nobody is there. Not where zeros are withheld with small numbers, and not
/// where somebody's cell can be shown as 0: there a warning would tell which zeros are true.
fn zeros_tell(profile: &Profile) -> bool {
    let least = match profile.check_on {
        CheckOn::True | CheckOn::Noisy => profile.min_count.max(1),
        CheckOn::MeanCellSize => 1,
    };
    let base = profile.rounding.base;
    let rounded_away = match profile.rounding.method {
        RoundingMethod::None | RoundingMethod::Midpoint | RoundingMethod::Ceil => false,
        RoundingMethod::Nearest => least.saturating_mul(2) <= base,
        RoundingMethod::RandomFixed => least < base,
        RoundingMethod::Bands => profile.rounding.bands.iter().any(|[_, _, shown]| *shown == 0),
    };
    let perturbed_away = match profile.noise {
        // Their exact zeros have no interval and are told apart by that.
        Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => false,
        Noise::CellKeyTable { .. } => least == 1,
    };
    profile.zero == ZeroRule::Show && !rounded_away && !perturbed_away
}
