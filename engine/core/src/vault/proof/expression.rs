//! What the value of an expression can say of a person.
//!
//! A person number may be passed on, asked whether it is there, and compared with the number of the same row; a CASE
//! may choose between it and NULL. Any other use ends the proof.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{Case, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use super::functions::check_scalar;
use super::plan::Prover;
use super::presence::always_there;
use super::scope::Scope;
use super::taint::Taint;
use super::{Proof, Unproven};

impl Prover<'_> {
    /// The taint of an expression.
    pub(super) fn taint(&mut self, expr: &Expr, scope: &Scope<'_>) -> Proof<Taint> {
        match expr {
            Expr::Column(column) => scope.taint(column),
            Expr::Literal(value, _) if value.is_null() => Ok(Taint::Null),
            Expr::Literal(..) => Ok(Taint::Nobody),
            Expr::Alias(alias) => self.taint(&alias.expr, scope),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                let inner = self.taint(inner, scope)?;
                Ok(of_presence(inner))
            }
            Expr::BinaryExpr(both) => self.binary(both, scope),
            Expr::Case(case) => {
                let taint = self.case(case, scope)?;
                Ok(if always_there(expr, scope) { certain(taint) } else { taint })
            }
            Expr::ScalarFunction(call) => {
                let taint = self.call(call, scope)?;
                Ok(if always_there(expr, scope) { certain(taint) } else { taint })
            }
            Expr::Cast(cast) => self.converted(&cast.expr, scope),
            Expr::TryCast(cast) => self.converted(&cast.expr, scope),
            Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::Not(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::InList(_) => self.mixed(expr, scope),
            Expr::Exists(exists) => self.subquery(&exists.subquery).map(|_| Taint::Nobody),
            Expr::ScalarSubquery(subquery) => self.subquery(subquery).map(|_| Taint::Nobody),
            Expr::InSubquery(within) => {
                self.subquery(&within.subquery)?;
                self.plain(&within.expr, scope)
            }
            Expr::SetComparison(comparison) => {
                self.subquery(&comparison.subquery)?;
                self.plain(&comparison.expr, scope)
            }
            #[expect(deprecated, reason = "the variant still exists and must be decided")]
            Expr::Wildcard { .. } => Err(NO_RULE),
            Expr::ScalarVariable(..)
            | Expr::AggregateFunction(_)
            | Expr::WindowFunction(_)
            | Expr::GroupingSet(_)
            | Expr::Placeholder(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::Unnest(_)
            | Expr::HigherOrderFunction(_)
            | Expr::Lambda(_)
            | Expr::LambdaVariable(_) => Err(NO_RULE),
        }
    }

    /// The taint of an expression in which no person number may be left.
    pub(super) fn plain(&mut self, expr: &Expr, scope: &Scope<'_>) -> Proof<Taint> {
        self.taint(expr, scope)?.with(Taint::Null)
    }

    /// A value that is computed from all parts of an expression.
    fn mixed(&mut self, expr: &Expr, scope: &Scope<'_>) -> Proof<Taint> {
        let mut all = Ok(Taint::Nobody);
        let walked = expr.apply_children(|part| {
            let part = self.taint(part, scope);
            all = all.and_then(|all| all.with(part?));
            Ok(if all.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        });
        walked.map_err(|_| NO_RULE)?;
        all
    }

    fn binary(&mut self, both: &BinaryExpr, scope: &Scope<'_>) -> Proof<Taint> {
        let (left, right) = (self.taint(&both.left, scope)?, self.taint(&both.right, scope)?);
        // Two numbers of one row are the same person: whether they are equal says only which of them are there.
        let equality = matches!(
            both.op,
            Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom
        );
        if equality && left.is_person_if_any() && right.is_person_if_any() {
            return of_presence(left).with(of_presence(right));
        }
        left.with(right)
    }

    /// One of the branches; the conditions choose by data of the row.
    fn case(&mut self, case: &Case, scope: &Scope<'_>) -> Proof<Taint> {
        let mut chosen_by = match &case.expr {
            Some(operand) => self.plain(operand, scope)?,
            None => Taint::Nobody,
        };
        let mut value = match &case.else_expr {
            Some(value) => self.taint(value, scope)?,
            None => Taint::Null,
        };
        for (when, then) in &case.when_then_expr {
            chosen_by = chosen_by.with(self.taint(when, scope)?)?;
            value = value.or(self.taint(then, scope)?)?;
        }
        Ok(chosen(value, chosen_by))
    }

    fn call(&mut self, call: &ScalarFunction, scope: &Scope<'_>) -> Proof<Taint> {
        check_scalar(&call.func)?;
        let arguments = self.taints(&call.args, scope)?;
        if is_coalesce(call) {
            let value = arguments.iter().try_fold(Taint::Null, |all, one| all.or(*one))?;
            let chosen_by =
                arguments.iter().try_fold(Taint::Nobody, |all, one| all.with(of_presence(*one)))?;
            return Ok(chosen(value, chosen_by));
        }
        arguments.iter().try_fold(Taint::Nobody, |all, one| all.with(*one))
    }

    fn converted(&mut self, inner: &Expr, scope: &Scope<'_>) -> Proof<Taint> {
        match self.taint(inner, scope)? {
            Taint::Null => Ok(Taint::Null),
            other => other.with(Taint::Null),
        }
    }
}

const NO_RULE: Unproven = Unproven("an expression that has no rule");

/// Whether something is there.
const fn of_presence(taint: Taint) -> Taint {
    match taint {
        Taint::Null | Taint::Nobody => Taint::Nobody,
        // A person who is in every row is there in every row, but that needs no taint of its own.
        Taint::Rows | Taint::Person | Taint::PersonOrNull => Taint::Rows,
    }
}

/// A value that data of the row chose among others.
const fn chosen(value: Taint, by: Taint) -> Taint {
    match by {
        Taint::Rows => value.chosen(),
        Taint::Null | Taint::Nobody | Taint::Person | Taint::PersonOrNull => value,
    }
}

/// A person number or NULL that is known to be there.
const fn certain(taint: Taint) -> Taint {
    match taint {
        Taint::PersonOrNull => Taint::Person,
        Taint::Null | Taint::Nobody | Taint::Rows | Taint::Person => taint,
    }
}

pub(super) fn is_coalesce(call: &ScalarFunction) -> bool {
    call.func.name() == "coalesce"
}
