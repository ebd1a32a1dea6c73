//! How large expressions become once columns are replaced by what they are computed from.
//!
//! The optimizer does that when it moves conditions down, and thirty steps of `x + x AS x` then make a thousand
//! million additions. Planning cannot be interrupted, so such a query is refused before it. Counted on the plan
//! as it was written: one for every part of every expression, with each column as large as its definition.

use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::limits::Limits;
use crate::refusal::{Code, Refusal};

/// Adds up the sizes of all expressions of a plan.
///
/// # Errors
/// When they are more than the limit.
pub(super) fn check(plan: &LogicalPlan, limits: &Limits) -> Result<(), Refusal> {
    let mut total = 0;
    let _ = sizes(plan, &mut total);
    if total <= limits.expanded {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooLarge,
        format!(
            "the query's columns, written out in full, have more than {} parts",
            limits.expanded
        ),
        "use each computed column fewer times, or compute it in fewer steps",
    )
    .under("limit: expanded"))
}

/// The size of every output column of a node.
fn sizes(plan: &LogicalPlan, total: &mut usize) -> Vec<usize> {
    let mut columns: Vec<usize> = vec![];
    for input in plan.inputs() {
        columns.extend(sizes(input, total));
    }
    let schemas: Vec<&DFSchema> =
        plan.inputs().iter().map(|input| input.schema().as_ref()).collect();
    let input = Input { schemas, columns };
    let mut own = vec![];
    let _ = plan.apply_expressions(|expr| {
        let size = input.size(expr);
        *total = total.saturating_add(size);
        own.push(size);
        Ok(TreeNodeRecursion::Continue)
    });
    match plan {
        LogicalPlan::Projection(_) => own,
        LogicalPlan::Aggregate(node) => {
            // Conditions move below an aggregate on its keys, never on its values.
            own.truncate(node.group_expr.len());
            own.resize(plan.schema().fields().len(), 1);
            own
        }
        _ if input.columns.len() == plan.schema().fields().len() => input.columns,
        _ => vec![1; plan.schema().fields().len()],
    }
}

/// The columns that the expressions of a node can name.
struct Input<'a> {
    schemas: Vec<&'a DFSchema>,
    columns: Vec<usize>,
}

impl Input<'_> {
    fn size(&self, expr: &Expr) -> usize {
        let mut size: usize = 1;
        if let Expr::Column(column) = expr {
            let mut before = 0;
            for schema in &self.schemas {
                if let Some(at) = schema.maybe_index_of_column(column) {
                    return self.columns.get(before + at).copied().unwrap_or(1);
                }
                before += schema.fields().len();
            }
            return size;
        }
        if let Expr::Case(case) = expr {
            return self.case_size(case);
        }
        let times = copies(expr);
        let _ = expr.apply_children(|child| {
            size = size.saturating_add(self.size(child).saturating_mul(times));
            Ok(TreeNodeRecursion::Continue)
        });
        size
    }
}

impl Input<'_> {
    /// What decides between branches may be written down once more for each of them.
    fn case_size(&self, case: &Case) -> usize {
        let branches = case.when_then_expr.len();
        let copies = if branches <= FEW_BRANCHES { COPIES_OF_CONDITIONS } else { 1 };
        let mut size: usize = 1;
        let mut add = |expr: &Expr, times: usize| {
            size = size.saturating_add(self.size(expr).saturating_mul(times));
        };
        if let Some(base) = &case.expr {
            add(base, branches.saturating_add(1));
        }
        for (when, then) in &case.when_then_expr {
            add(when, copies);
            add(then, 1);
        }
        if let Some(otherwise) = &case.else_expr {
            add(otherwise, 1);
        }
        size
    }
}

/// A CASE of so few branches may become AND and OR,
const FEW_BRANCHES: usize = 3;
/// which write its conditions down so often.
const COPIES_OF_CONDITIONS: usize = 3;

/// How often the planner writes a part of this expression down again.
fn copies(expr: &Expr) -> usize {
    match expr {
        Expr::Between(_) => 2,
        Expr::ScalarFunction(call) if ["coalesce", "nullif", "nvl"].contains(&call.func.name()) => {
            2
        }
        // Short lists become comparisons.
        Expr::InList(list) if list.list.len() <= 3 => list.list.len().max(1),
        _ => 1,
    }
}
