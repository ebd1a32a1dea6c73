//! The person added to the conditions of joins.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, Query, Select, VisitMut, VisitorMut,
};

use super::{Source, expression, sources};
use crate::catalog::view::View;

/// Every join of two tables about people with the person among its conditions.
pub(super) fn proposals(query: &Query, view: &View) -> Vec<Query> {
    let mut query = query.clone();
    let _ = query.visit(&mut AddPerson { view });
    vec![query]
}

struct AddPerson<'a> {
    view: &'a View,
}

impl VisitorMut for AddPerson<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let sources = sources(select, self.view);
        let Some(first) = sources.iter().flatten().find_map(Source::person) else {
            return ControlFlow::Continue(());
        };
        let mut sources = sources.iter();
        let mut seen = false;
        let mut commas = vec![];
        for from in &mut select.from {
            if let Some(equal) = equality(&first, sources.next(), &mut seen) {
                commas.push(equal);
            }
            for join in &mut from.joins {
                if let Some(equal) = equality(&first, sources.next(), &mut seen) {
                    add(join, equal);
                }
            }
        }
        for equal in commas {
            select.selection = Some(both(select.selection.take(), equal));
        }
        ControlFlow::Continue(())
    }
}

/// The equality of the first person with that of a later table; nothing for the first itself.
fn equality(first: &Expr, source: Option<&Option<Source<'_>>>, seen: &mut bool) -> Option<Expr> {
    let person = source?.as_ref()?.person()?;
    if !std::mem::replace(seen, true) {
        return None;
    }
    expression(&format!("{first} = {person}"))
}

fn add(join: &mut Join, equal: Expr) {
    match &mut join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => match constraint {
            JoinConstraint::On(condition) if condition.to_string() != equal.to_string() => {
                *condition = both(Some(condition.clone()), equal);
            }
            JoinConstraint::None => *constraint = JoinConstraint::On(equal),
            JoinConstraint::On(_) | JoinConstraint::Using(_) | JoinConstraint::Natural => {}
        },
        operator @ JoinOperator::CrossJoin(_) => {
            *operator = JoinOperator::Join(JoinConstraint::On(equal));
        }
        _ => {}
    }
}

fn both(condition: Option<Expr>, equal: Expr) -> Expr {
    let Some(condition) = condition else { return equal };
    let condition = match condition {
        // OR binds less than AND.
        or @ Expr::BinaryOp { op: BinaryOperator::Or, .. } => Expr::Nested(Box::new(or)),
        other => other,
    };
    let (left, right) = (Box::new(equal), Box::new(condition));
    Expr::BinaryOp { left, op: BinaryOperator::And, right }
}
