//! What the project may not call: by name as it is written, and by function as it is planned.
//!
//! Standard syntax calls functions without their names (`EXTRACT`, `SUBSTRING .. FROM`, `CEIL .. TO`), so the plan is
//! looked at too, before the analyser replaces calls. Must never know: why something is denied.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::functions;
use super::text::QueryText;
use crate::limits::{Limits, Narrowed};
use crate::refusal::{Code, Position, Refusal};

/// Checks a name as it is written.
pub(super) fn check_name(name: &str, limits: &Limits) -> Result<(), Refusal> {
    let first = functions::first_name(name);
    let denied = limits.project.functions.iter().find(|it| first.as_ref() == Some(&it.value));
    denied.map_or(Ok(()), |denied| Err(refused(name, denied)))
}

/// Checks every call of a plan, those in sub-queries included.
pub(super) fn check_plan(
    plan: &LogicalPlan,
    text: &QueryText,
    limits: &Limits,
) -> Result<(), Refusal> {
    if limits.project.functions.is_empty() {
        return Ok(());
    }
    let mut result = Ok(());
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|whole| {
            whole.apply(|expr| {
                result = called(expr).map_or(Ok(()), |name| {
                    check_name(name, limits).map_err(|refusal| refusal.at(place(name, text)))
                });
                Ok(if result.is_ok() {
                    TreeNodeRecursion::Continue
                } else {
                    TreeNodeRecursion::Stop
                })
            })
        })
    });
    walked.map_err(|error| Refusal::internal(error.to_string()))?;
    result
}

/// Syntax that is planned as a call of a function.
const SYNTAX: [(&str, &str); 2] = [("date_part", "extract"), ("substr", "substring")];

/// Where a function is written, by its name or as syntax.
fn place(name: &str, text: &QueryText) -> Option<Position> {
    let syntax = SYNTAX.iter().filter(|(function, _)| *function == name);
    let mut words: Vec<&str> = syntax.map(|(_, word)| *word).collect();
    words.push(name);
    text.find_any(&words)
}

/// The function that an expression calls; exhaustive, so that a new kind of call is not overlooked.
fn called(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, .. }) => Some(func.name()),
        Expr::AggregateFunction(AggregateFunction { func, .. }) => Some(func.name()),
        Expr::WindowFunction(call) => {
            let WindowFunction { fun, .. } = call.as_ref();
            Some(fun.name())
        }
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::ScalarVariable(..)
        | Expr::Literal(..)
        | Expr::BinaryExpr(_)
        | Expr::Like(_)
        | Expr::SimilarTo(_)
        | Expr::Not(_)
        | Expr::IsNotNull(_)
        | Expr::IsNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::Cast(_)
        | Expr::TryCast(_)
        | Expr::InList(_)
        | Expr::Exists(_)
        | Expr::InSubquery(_)
        | Expr::SetComparison(_)
        | Expr::ScalarSubquery(_)
        | Expr::GroupingSet(_)
        | Expr::Placeholder(_)
        | Expr::OuterReferenceColumn(..)
        | Expr::Unnest(_)
        | Expr::HigherOrderFunction(_)
        | Expr::Lambda(_)
        | Expr::LambdaVariable(_) => None,
        #[expect(deprecated, reason = "every kind of expression is named")]
        Expr::Wildcard { .. } => None,
    }
}

fn refused(name: &str, denied: &Narrowed<String>) -> Refusal {
    let syntax = SYNTAX.iter().find(|(function, _)| *function == name);
    let also = syntax.map_or(String::new(), |(_, word)| format!(" (`{word}` calls it too)"));
    Refusal::new(
        Code::UnknownFunction,
        format!("your project may not use the function `{name}`{also}"),
        "leave it out, or ask the governance officer of the project",
    )
    .under(denied.rule.clone())
}
