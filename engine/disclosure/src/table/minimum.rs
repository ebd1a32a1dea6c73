//! The minimum number of persons, of each cell or as a mean over the cells of the table.

use super::{Cell, Standing, Table};
use crate::noise::NoiseSecret;
use crate::outcome::Reason;
use crate::profile::{CheckOn, Profile, RESCUED, ZeroRule};

/// The standing of every cell by numbers of persons alone.
pub(super) fn judge_cells(
    profile: &Profile,
    secret: &NoiseSecret,
    table: &Table<'_>,
) -> Vec<Standing> {
    let sparse =
        profile.check_on == CheckOn::MeanCellSize && mean_is_below(profile.min_count, table.cells);
    table.cells.iter().map(|cell| standing(profile, secret, *cell, sparse)).collect()
}

fn standing(profile: &Profile, secret: &NoiseSecret, cell: Cell, sparse: bool) -> Standing {
    let small = cell.persons == 0 || cell.is_small(profile, secret, profile.min_count);
    if cell.structural && small {
        return Standing::Structural;
    }
    match (cell.persons, profile.zero) {
        (0, ZeroRule::Show) => return Standing::Empty,
        (0, ZeroRule::TreatAsSmall) => return Standing::Withheld(Reason::TooFewPersons),
        (1.., _) => {}
    }
    match profile.check_on {
        CheckOn::True if small => Standing::Withheld(Reason::TooFewPersons),
        CheckOn::True => Standing::Open,
        // The perturbed number decides, which is not known yet.
        CheckOn::Noisy => Standing::Open,
        CheckOn::MeanCellSize if sparse && cell.persons < RESCUED => {
            Standing::Withheld(Reason::SparseTable)
        }
        CheckOn::MeanCellSize => Standing::Open,
    }
}

/// Whether the cells with somebody in them have fewer persons on average. Empty ones do not count: with them a reader
/// could make a table sparse by naming groups that nobody is in.
fn mean_is_below(minimum: u64, cells: &[Cell]) -> bool {
    let full = cells.iter().filter(|cell| cell.persons > 0);
    let (count, persons) =
        full.fold((0_u128, 0_u128), |(n, sum), cell| (n + 1, sum + u128::from(cell.persons)));
    persons < count * u128::from(minimum)
}
