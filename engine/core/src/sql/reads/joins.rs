//! What a join reads. A row that finds no partner tells which partners were chosen.

use datafusion::common::JoinType;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Join, Operator};

use super::Reads;
use super::origins::{Input, Origins};
use crate::catalog::usage::Use;
use crate::refusal::Refusal;

/// The origins of a join's columns.
pub(super) fn join(node: &Join, reads: &mut Reads) -> Result<Vec<Origins>, Refusal> {
    let (mut near, mut beyond) = (Reads::default(), Reads::default());
    let left = Input::new(&node.left, &mut near)?;
    let right = Input::new(&node.right, &mut beyond)?;
    let mut chosen_left = Origins { condition: near.filters(), ..Origins::default() };
    let mut chosen_right = Origins { condition: beyond.filters(), ..Origins::default() };
    reads.uses.extend(near.uses);
    reads.uses.extend(beyond.uses);
    let mut links = Origins::default();
    for (l, r) in &node.on {
        links.merge(left.flow(l));
        links.merge(right.flow(r));
    }
    reads.record(&links, link(node.join_type));
    let far = left.columns.len();
    let pairs = equated(node, &left, &right);
    let (lefts, rights): (Vec<Expr>, Vec<Expr>) = pairs.into_iter().unzip();
    let mut columns = found(&left, &lefts, &right, &rights);
    columns.extend(found(&right, &rights, &left, &lefts));
    if let Some(filter) = &node.filter {
        let schema = node.left.schema().join(node.right.schema());
        let schema = schema.map_err(|error| Refusal::internal(error.to_string()))?;
        let both = Input { columns, schema: &schema };
        let origins = both.flow(filter);
        columns = both.columns;
        reads.record(&origins, Use::Filter);
        chosen_left.merge(origins.clone().into_condition());
        chosen_right.merge(origins.into_condition());
    }
    let (may_miss_left, may_miss_right) = match node.join_type {
        JoinType::Left => (false, true),
        JoinType::Right => (true, false),
        JoinType::Full => (true, true),
        JoinType::Inner
        | JoinType::LeftSemi
        | JoinType::RightSemi
        | JoinType::LeftAnti
        | JoinType::RightAnti
        | JoinType::LeftMark
        | JoinType::RightMark => (false, false),
    };
    for (at, column) in columns.iter_mut().enumerate() {
        if at < far && may_miss_left {
            column.merge(chosen_left.clone());
        } else if at >= far && may_miss_right {
            column.merge(chosen_right.clone());
        }
    }
    match node.join_type {
        JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {}
        JoinType::LeftSemi | JoinType::LeftAnti => columns.truncate(far),
        JoinType::RightSemi | JoinType::RightAnti => drop(columns.drain(..far)),
        JoinType::LeftMark => {
            columns.truncate(far);
            chosen_right.merge(links.into_condition());
            columns.push(chosen_right);
        }
        JoinType::RightMark => {
            columns.drain(..far);
            chosen_left.merge(links.into_condition());
            columns.push(chosen_left);
        }
    }
    Ok(columns)
}

/// Columns that only choose rows are conditions; columns that bring other columns along are links.
const fn link(kind: JoinType) -> Use {
    match kind {
        JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => Use::Join,
        JoinType::LeftSemi
        | JoinType::RightSemi
        | JoinType::LeftAnti
        | JoinType::RightAnti
        | JoinType::LeftMark
        | JoinType::RightMark => Use::Filter,
    }
}

/// What is equated between the sides, left and right. The planner leaves equalities in the filter.
fn equated(node: &Join, left: &Input<'_>, right: &Input<'_>) -> Vec<(Expr, Expr)> {
    let mut pairs = node.on.clone();
    let of = |side: &Input<'_>, expr: &Expr| {
        let columns = expr.column_refs();
        !columns.is_empty()
            && columns.iter().all(|column| side.schema.maybe_index_of_column(column).is_some())
    };
    for part in node.filter.iter().flat_map(split_conjunction) {
        let Expr::BinaryExpr(BinaryExpr { left: one, op: Operator::Eq, right: other }) = part
        else {
            continue;
        };
        if of(left, one) && of(right, other) {
            pairs.push((one.as_ref().clone(), other.as_ref().clone()));
        } else if of(right, one) && of(left, other) {
            pairs.push((other.as_ref().clone(), one.as_ref().clone()));
        }
    }
    pairs
}

/// The columns of one side, as the equated columns of the other side found them. What is equated with a column holds
/// its values; what is written into the query, or computed, and found by a column tells its values in other words.
/// Columns of a table of the catalogue are what linking was allowed for.
fn found(side: &Input<'_>, own: &[Expr], other: &Input<'_>, by: &[Expr]) -> Vec<Origins> {
    let mut links = Origins::default();
    by.iter().for_each(|expr| links.merge(other.flow(expr)));
    let links = links.into_condition();
    let named = |at: usize| {
        let mut columns = own.iter().flat_map(Expr::column_refs);
        columns.any(|column| side.schema.maybe_index_of_column(column) == Some(at))
    };
    let mut columns = side.columns.clone();
    for (at, column) in columns.iter_mut().enumerate() {
        if column.value.is_empty() || named(at) {
            column.merge(links.clone());
        }
    }
    columns
}
