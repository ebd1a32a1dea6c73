//! The person column only links and counts.
//!
//! It may stand alone (to be joined, grouped by, counted) and may be asked whether it is missing. Compared with
//! a literal, computed with, or put through a function, it would become a name for one person. Inside
//! `count(distinct CASE WHEN .. THEN person END)`, and nowhere else, it may be what a CASE yields.

use datafusion::common::Column;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::AggregateFunction;

use super::facts::Relation;
use super::walk::fact_of;
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// Refuses every use of the person column inside a larger expression.
pub(super) fn check(expr: &Expr, input: &Relation, text: &QueryText) -> Result<(), Refusal> {
    match expr {
        Expr::Column(_) => Ok(()),
        Expr::Alias(alias) => check(&alias.expr, input, text),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) if matches!(**inner, Expr::Column(_)) => {
            Ok(())
        }
        // The same person from whichever side of an outer join has it.
        Expr::ScalarFunction(_) if fact_of(expr, input).touches_person() => Ok(()),
        other => {
            let mut result = Ok(());
            let _ = other.apply_children(|child| {
                result = inside(child, input, text);
                Ok(match result {
                    Ok(()) => TreeNodeRecursion::Continue,
                    Err(_) => TreeNodeRecursion::Stop,
                })
            });
            result
        }
    }
}

/// Refuses every use of the person column in an aggregate but to be counted: bare as its argument, or chosen by the
/// CASE that `count(distinct ..)` takes.
pub(super) fn check_aggregate(
    expr: &Expr,
    input: &Relation,
    text: &QueryText,
) -> Result<(), Refusal> {
    let AggregateFunction { func, params } = match expr {
        Expr::Alias(alias) => return check_aggregate(&alias.expr, input, text),
        Expr::AggregateFunction(call) => call,
        other => return check(other, input, text),
    };
    let mut arguments = params.args.iter();
    if let Some(first) = arguments.next() {
        match first {
            Expr::Case(case)
                if func.name() == "count" && params.distinct && chooses_person(first, input) =>
            {
                let operand =
                    case.expr.iter().chain(case.when_then_expr.iter().map(|(when, _)| when));
                operand.into_iter().try_for_each(|when| check_condition(when, input, text))?;
            }
            first => check(first, input, text)?,
        }
    }
    let order = params.order_by.iter().map(|key| &key.expr);
    let rest = arguments.chain(order).chain(params.filter.as_deref());
    rest.into_iter().try_for_each(|part| check_condition(part, input, text))
}

/// Whether a CASE yields the person or nothing.
pub(super) fn chooses_person(expr: &Expr, input: &Relation) -> bool {
    let Expr::Case(case) = expr else { return false };
    let is_person = |branch: &Expr| fact_of(branch, input).touches_person();
    let mut yields = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
    yields.clone().any(|branch| is_person(branch))
        && yields.all(|branch| is_person(branch) || super::linear::is_null(branch))
}

/// A child of a larger expression: the person is refused here, bare or from whichever side of an outer join has it.
fn inside(expr: &Expr, input: &Relation, text: &QueryText) -> Result<(), Refusal> {
    if !fact_of(expr, input).touches_person() {
        return check(expr, input, text);
    }
    let place = |column: &&Column| {
        let at = text.find_column(column).map(|at| (at.line, at.column));
        (at, column.name.clone())
    };
    Err(match expr.column_refs().into_iter().min_by_key(place) {
        Some(column) => refuse(&column.name).at(text.find_column(column)),
        None => refuse("the person"),
    })
}

/// Refuses the person column anywhere in the expression, even alone: conditions and sort keys.
pub(super) fn check_condition(
    expr: &Expr,
    input: &Relation,
    text: &QueryText,
) -> Result<(), Refusal> {
    inside(expr, input, text)
}

fn refuse(name: &str) -> Refusal {
    Refusal::new(
        Code::PersonColumnUse,
        format!("`{name}` identifies people: it can link tables and be counted, and nothing else"),
        format!(
            "use it in `JOIN .. ON a.{name} = b.{name}`, in `GROUP BY {name}` inside a sub-query, \
             or in `count(distinct {name})`; choose people by their attributes"
        ),
    )
}
