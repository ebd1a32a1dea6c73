//! Tables of which nothing is shown: for one small cell, or for too many.
//!
//! Cells that are not listed count like those that are: they are as small as any.

use super::{Cell, Table};
use crate::noise::NoiseSecret;
use crate::outcome::Reason;
use crate::profile::{OnSmall, Profile};

/// Why nothing of the table is shown, if so.
pub(super) fn refused(
    profile: &Profile,
    secret: &NoiseSecret,
    table: &Table<'_>,
) -> Option<Reason> {
    match profile.on_small {
        OnSmall::RefuseResult if small(profile, secret, profile.min_count, table) > 0 => {
            return Some(Reason::AnotherCellTooSmall);
        }
        OnSmall::RefuseResult | OnSmall::HideCell => {}
    }
    is_sparse(profile, secret, table).then_some(Reason::SparseTable)
}

/// Cells with somebody, but fewer than the minimum that holds for them.
fn small(profile: &Profile, secret: &NoiseSecret, least: u64, table: &Table<'_>) -> u128 {
    let is_small = |cell: &&Cell| cell.persons > 0 && cell.is_small(profile, secret, least);
    table.cells.iter().filter(is_small).count() as u128
}

/// Whether a larger share of the cells is small than the profile allows. The share is of cells with somebody in them:
/// listing further empty groups must not make a table look dense. Where no minimum is set for a cell, the one for a
/// measure says what is small.
fn is_sparse(profile: &Profile, secret: &NoiseSecret, table: &Table<'_>) -> bool {
    if profile.sparsity_max_small >= 1.0 {
        return false;
    }
    let minimum = if profile.min_count < 2 { profile.min_count_measure } else { profile.min_count };
    let full = table.cells.iter().filter(|cell| cell.persons > 0).count() as u128;
    // Shares of a million compare exactly; a share that is no number allows nothing (FAIL-CLOSED).
    let allowed = (profile.sparsity_max_small * MILLION as f64).round().max(0.0) as u128;
    small(profile, secret, minimum, table) * MILLION > full * allowed
}

const MILLION: u128 = 1_000_000;
