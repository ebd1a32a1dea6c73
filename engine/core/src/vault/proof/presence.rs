//! Where a person is when a join may have left it on either side.
//!
//! After a FULL JOIN neither person column is always there, but one of the two is. `coalesce`, which is a CASE by the
//! time it gets here, makes one column of them; this follows it through further joins and steps.

use std::collections::BTreeSet;

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Case;

use super::expression::is_coalesce;
use super::relation::Relation;
use super::scope::Scope;

/// Whether the value is the first of some person columns that is there, and in every row one of them is.
pub(super) fn always_there(expr: &Expr, scope: &Scope<'_>) -> bool {
    first_of(expr, scope).is_some_and(|columns| scope.relation().has_person_in(&columns))
}

/// Whether every row has a person number in at least one of these values.
pub(super) fn one_is_there(exprs: &[&Expr], scope: &Scope<'_>) -> bool {
    let columns = exprs.iter().filter_map(|expr| first_of(expr, scope)).flatten().collect();
    scope.relation().has_person_in(&columns)
}

/// The sets of columns of which one is there, as sets of what is computed from the columns.
pub(super) fn carried(
    input: &Relation,
    exprs: &[&Expr],
    scope: &Scope<'_>,
) -> Vec<BTreeSet<usize>> {
    if input.one_of.is_empty() {
        return vec![];
    }
    let mut from: Vec<(usize, BTreeSet<usize>)> = exprs
        .iter()
        .enumerate()
        .filter_map(|(at, expr)| Some((at, first_of(expr, scope)?)))
        .collect();
    // Once by single columns and once by what stands for most of them: either may be asked for later.
    from.sort_by_key(|(_, columns)| columns.len());
    let by_fewest = input.one_of.iter().filter_map(|set| cover(set, from.iter()));
    let by_most = input.one_of.iter().filter_map(|set| cover(set, from.iter().rev()));
    let mut sets: Vec<BTreeSet<usize>> = by_fewest.chain(by_most).collect();
    sets.sort();
    sets.dedup();
    sets
}

/// Outputs that together stand for every column of a set.
fn cover<'a>(
    set: &BTreeSet<usize>,
    from: impl Iterator<Item = &'a (usize, BTreeSet<usize>)>,
) -> Option<BTreeSet<usize>> {
    let mut open = set.clone();
    let mut chosen = BTreeSet::new();
    for (at, columns) in from {
        if !open.is_disjoint(columns) {
            open.retain(|column| !columns.contains(column));
            chosen.insert(*at);
        }
    }
    open.is_empty().then_some(chosen)
}

/// The columns of which the value is the first that is not NULL.
fn first_of(expr: &Expr, scope: &Scope<'_>) -> Option<BTreeSet<usize>> {
    match expr {
        Expr::Alias(alias) => first_of(&alias.expr, scope),
        Expr::Column(column) => Some(BTreeSet::from([scope.position(column).ok()?])),
        Expr::Literal(value, _) if value.is_null() => Some(BTreeSet::new()),
        Expr::ScalarFunction(call) if is_coalesce(call) => {
            let columns: Option<Vec<_>> =
                call.args.iter().map(|one| first_of(one, scope)).collect();
            Some(columns?.into_iter().flatten().collect())
        }
        Expr::Case(case) => first_of_case(case, scope),
        _ => None,
    }
}

/// `CASE WHEN x IS NOT NULL THEN x .. ELSE y END`
fn first_of_case(case: &Case, scope: &Scope<'_>) -> Option<BTreeSet<usize>> {
    if case.expr.is_some() {
        return None;
    }
    let mut columns = match &case.else_expr {
        Some(rest) => first_of(rest, scope)?,
        None => BTreeSet::new(),
    };
    for (when, then) in &case.when_then_expr {
        match when.as_ref() {
            Expr::IsNotNull(tested) if tested == then => columns.extend(first_of(then, scope)?),
            _ => return None,
        }
    }
    Some(columns)
}
