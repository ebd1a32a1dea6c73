//! Columns that may not be crossed: pairs that a release profile keeps apart.
//!
//! Where one of them may be rare in every value of the other, each of their tables is made of small cells (ABS
//! TableBuilder forbids such pairs). A pair is crossed by one query that uses both, in whatever way: a filter on one
//! and groups by the other give the table line by line, and a number of distinct values counts its cells.
//! Must never know: rows; what the columns mean.

#[cfg(test)]
mod tests;

use tresor_disclosure::Profile;

use crate::ids::ColumnId;
use crate::refusal::{Code, Position, Refusal};
use crate::sql::Reads;

/// Refuses a query that uses both columns of a pair.
pub(super) fn refuse(profile: &Profile, reads: &Reads) -> Result<(), Refusal> {
    for [one, other] in &profile.field_exclusions {
        let (Some((first, at)), Some((second, later))) = (used(reads, one), used(reads, other))
        else {
            continue;
        };
        return Err(Refusal::new(
            Code::ColumnsNotCrossed,
            format!("`{}` and `{}` may not be used in one query", first.column, second.column),
            "leave one of them out; a query of its own may use it",
        )
        .under(format!("release profile `{}`: field_exclusions: {one}, {other}", profile.id))
        .at(later.or(at)));
    }
    Ok(())
}

/// The column of this name and its place, if the query uses it.
fn used<'a>(reads: &'a Reads, name: &str) -> Option<(&'a ColumnId, Option<Position>)> {
    let mut uses = reads.iter().filter(|(column, _, _)| column.to_string() == name);
    let (column, _, at) = uses.next()?;
    Some((column, uses.fold(at, |at, (_, _, other)| at.or(other))))
}
