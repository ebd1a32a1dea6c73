//! A question without its constants: what a program asks that fills in one value after the other.

use std::collections::BTreeSet;

use super::observed::Observed;

/// What questions of one template have in common: tables, columns and their uses, shapes of conditions.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Template<'a> {
    tables: &'a BTreeSet<String>,
    uses: &'a BTreeSet<String>,
    shapes: &'a [String],
}

impl<'a> Template<'a> {
    /// The template of a question, if there are constants to fill in.
    pub(super) fn of(one: &'a Observed) -> Option<Self> {
        one.shapes.iter().any(|shape| shape.contains('?')).then_some(Self {
            tables: &one.question.tables,
            uses: &one.uses,
            shapes: &one.shapes,
        })
    }

    /// Whether its groups can overlap for all that shapes say: lists, alternatives, computations, ranges of two columns.
    /// One value, or one range, after the other is a table that was asked for row by row.
    pub(super) fn entangles(&self) -> bool {
        let of_people = || self.shapes.iter().filter(|shape| !shape.starts_with("result: "));
        let ranged: BTreeSet<&str> = of_people().filter_map(|shape| ranged(shape)).collect();
        ranged.len() > 1 || of_people().any(|shape| !is_plain(shape))
    }
}

/// The column of which a shape is a range.
fn ranged(shape: &str) -> Option<&str> {
    let ranges = [" < ?", " <= ?", " > ?", " >= ?"];
    ranges.into_iter().find_map(|range| shape.strip_suffix(range))
}

/// Whether it compares a column, or a part of its date, with one value.
fn is_plain(shape: &str) -> bool {
    let compared = ["= ?", "< ?", "> ?", " is null", " is not null"];
    let column = compared.into_iter().find_map(|end| shape.strip_suffix(end)).unwrap_or(shape);
    !column.contains('(') || column.starts_with("date_part(") || column.starts_with("date_trunc(")
}

/// A shape with one `?` for every list, and without the mark of a long one, which depends on the length of its lists.
pub(super) fn without_constants(shape: &str) -> String {
    let (shape, long) = shape.split_once(".. #").map_or((shape, false), |(shape, _)| (shape, true));
    let mut collapsed = shape.to_owned();
    while collapsed.contains("?, ?") {
        collapsed = collapsed.replace("?, ?", "?");
    }
    if long { format!("{collapsed}..") } else { collapsed }
}
