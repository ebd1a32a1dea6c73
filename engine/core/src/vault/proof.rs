//! The second check: what is about to run is proven again, from nothing but the plan itself.
//!
//! The guard follows the person through the plan as the researcher wrote it. What runs is another plan: cut, bound to
//! files, rewritten by the optimizer. This proof reads that last plan, from the scans upwards, and taints every output
//! column with what it can say of a person ([`Taint`]); a plan whose rows are not of one person each is not run.
//! It was written without the guard's rules, so that one mistake cannot be in both.
//!
//! It also finds the row conditions of the policy in every scan: they are read back from the plan and compared with
//! what the grant says, so that a table which was bound without them is not read.
//!
//! Must never know: rows, SQL text, how the guard decides, how conditions are written into a plan.

mod conditions;
mod expression;
mod functions;
mod group;
mod join;
mod plan;
mod presence;
mod relation;
mod scan;
mod scope;
mod taint;
#[cfg(test)]
mod tests;

use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};

use self::plan::Prover;
use self::relation::{About, Relation};
use self::scan::Sources;
use self::taint::Taint;
use crate::guard::release::{Argument, PersonalRelease};
use crate::policy::RowCondition;

/// A plan that was proven. The vault runs no other.
pub(super) struct Proven(LogicalPlan);

impl Proven {
    pub(super) const fn plan(&self) -> &LogicalPlan {
        &self.0
    }
}

/// Why a plan could not be proven. For the sealed cause: no names, no constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unproven(&'static str);

type Proof<T> = Result<T, Unproven>;

impl From<Unproven> for DataFusionError {
    fn from(Unproven(what): Unproven) -> Self {
        Self::Internal(format!("a plan could not be proven: {what}"))
    }
}

/// Proves the input of a release: rows of one person each, in the order of their persons, whose keys and values
/// say nothing of person numbers (PERSON-KNOWN).
pub(super) fn release(
    plan: LogicalPlan,
    release: &PersonalRelease,
    conditions: &[RowCondition],
) -> Proof<Proven> {
    let root = Prover::new(Sources::Persons, conditions).relation(&plan)?;
    match root.about {
        // Nothing is said about anybody where the optimizer has found that there are no rows.
        About::NoRows => return Ok(Proven(plan)),
        About::Nobody => return Err(Unproven("a release plan over nobody")),
        About::Persons => {}
    }
    check_order(&plan)?;
    check_shape(&root, release)?;
    Ok(Proven(plan))
}

/// Proves a plan over public files: about nobody.
pub(super) fn public(plan: LogicalPlan, conditions: &[RowCondition]) -> Proof<Proven> {
    Prover::new(Sources::Public, conditions).relation(&plan)?;
    Ok(Proven(plan))
}

/// Proves a finishing plan before it is bound: it reads protected tables and nothing else (TWO-SESSIONS).
pub(super) fn unbound(plan: &LogicalPlan) -> Proof<()> {
    scan::all_protected(plan)
}

/// Proves a finishing plan as it runs: over the results that the vault has put into memory.
pub(super) fn finishing(plan: LogicalPlan) -> Proof<Proven> {
    Prover::new(Sources::Results, &[]).relation(&plan)?;
    Ok(Proven(plan))
}

/// The kernel counts persons by their runs, so the last step sorts by the person.
fn check_order(plan: &LogicalPlan) -> Proof<()> {
    let unordered = Unproven("a release plan that does not end in the order of persons");
    let LogicalPlan::Sort(sort) = plan else { return Err(unordered) };
    match sort.expr.as_slice() {
        [first] if first.asc => match &first.expr {
            Expr::Column(column) if plan.schema().maybe_index_of_column(column) == Some(0) => {
                Ok(())
            }
            _ => Err(unordered),
        },
        _ => Err(unordered),
    }
}

/// Person, keys, arguments, in this order.
fn check_shape(root: &Relation, release: &PersonalRelease) -> Proof<()> {
    let shape = Unproven("a release plan of another shape than its release");
    let (person, rest) = root.columns.split_first().ok_or(shape)?;
    let (keys, arguments) = rest.split_at_checked(release.keys.len()).ok_or(shape)?;
    if arguments.len() != release.arguments.len() {
        return Err(shape);
    }
    if *person != Taint::Person {
        return Err(Unproven("a release plan whose first column is not the person of the row"));
    }
    if keys.iter().any(|key| key.is_person()) {
        return Err(Unproven("a key of cells that holds person numbers"));
    }
    let summed = |kind: &Argument| match kind {
        Argument::Value { .. } | Argument::Positions { .. } => true,
        Argument::Presence => false,
    };
    let mut arguments = arguments.iter().zip(&release.arguments);
    if arguments.any(|(argument, kind)| summed(kind) && argument.is_person()) {
        return Err(Unproven("a measure that holds person numbers"));
    }
    Ok(())
}
