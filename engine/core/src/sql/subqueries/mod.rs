//! Sub-queries inside expressions become joins, before anything else looks at the plan.
//!
//! `EXISTS` and `IN` in a condition are semi and anti joins; anywhere else they are a mark, a column that is true
//! where a partner was found; a sub-query that stands for a value is a left join of at most one row. So whoever
//! follows persons through a plan meets joins and nothing hidden in an expression (PERSON-KNOWN). Must never know:
//! which tables are about persons.

mod empty;
mod membership;
mod pull_up;
mod single;

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchemaRef, JoinType, NullEquality, Result as Planned};
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Aggregate, Expr, Filter, Join, JoinConstraint, LogicalPlan, Projection, Subquery, lit,
};

use self::membership::Membership;
use self::pull_up::{Inner, pull_up};
use super::shape::unsupported;
use super::text::QueryText;
use crate::limits::Limits;
use crate::refusal::{Code, Refusal};

/// The same plan without sub-queries in expressions.
///
/// # Errors
/// Sub-queries in places, or linked to the outer query in ways, that have no join.
pub(super) fn flatten(
    plan: LogicalPlan,
    text: &QueryText,
    limits: &Limits,
) -> Result<LogicalPlan, Refusal> {
    Flattening { text, limits, names: 0 }.plan(plan)
}

struct Flattening<'a> {
    text: &'a QueryText,
    limits: &'a Limits,
    names: usize,
}

impl Flattening<'_> {
    fn plan(&mut self, plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
        let mut refusal = None;
        let flat = plan.transform_up(|node| {
            if refusal.is_some() || !holds_subquery(&node)? {
                return Ok(Transformed::no(node));
            }
            match self.node(node) {
                Ok(node) => Ok(Transformed::yes(node)),
                Err(found) => {
                    refusal = Some(found);
                    Ok(Transformed::no(LogicalPlan::default()))
                }
            }
        });
        match (refusal, flat) {
            (Some(refusal), _) => Err(refusal),
            (None, flat) => flat.map(|flat| flat.data).map_err(internal),
        }
    }

    fn node(&mut self, node: LogicalPlan) -> Result<LogicalPlan, Refusal> {
        match node {
            LogicalPlan::Filter(filter) => self.filter(filter),
            LogicalPlan::Projection(node) => self.projection(node),
            LogicalPlan::Aggregate(node) => self.aggregate(node),
            LogicalPlan::Join(_) => {
                Err(unsupported("a sub-query in ON", "move it to WHERE, or join it in FROM")
                    .at(self.text.find("ON")))
            }
            _ => Err(unsupported(
                "a sub-query in this clause",
                "use it in SELECT, WHERE, GROUP BY or HAVING, or compute it in a CTE first",
            )),
        }
    }

    /// Conditions that are sub-queries by themselves choose rows; others look at marks.
    fn filter(&mut self, node: Filter) -> Result<LogicalPlan, Refusal> {
        let schema = Arc::clone(node.input.schema());
        let mut plan = Arc::unwrap_or_clone(node.input);
        let (with, without): (Vec<Expr>, Vec<Expr>) =
            split_conjunction_owned(node.predicate).into_iter().partition(holds_subquery_expr);
        if let Some(first) = conjunction(without) {
            plan = LogicalPlan::Filter(Filter::try_new(first, Arc::new(plan)).map_err(internal)?);
        }
        for condition in with {
            plan = match positive(condition) {
                (Expr::Exists(Exists { subquery, negated }), flipped) => {
                    let kind = chosen(negated != flipped);
                    let inner = self.exists(&subquery)?;
                    joined(plan, inner.plan, inner.conditions, kind)?
                }
                (Expr::InSubquery(InSubquery { expr, subquery, negated }), flipped) => {
                    let membership = self.membership(*expr, &subquery, &plan)?;
                    membership.choose(plan, negated != flipped)?
                }
                (condition, flipped) => {
                    let condition = self.lifted(condition, &mut plan)?;
                    let condition =
                        if flipped { Expr::Not(Box::new(condition)) } else { condition };
                    let filter = Filter::try_new(condition, Arc::new(plan)).map_err(internal)?;
                    LogicalPlan::Filter(filter)
                }
            };
        }
        restored(plan, &schema)
    }

    fn projection(&mut self, node: Projection) -> Result<LogicalPlan, Refusal> {
        let mut plan = Arc::unwrap_or_clone(node.input);
        let exprs = self.renamed(node.expr, &node.schema, &mut plan)?;
        Projection::try_new(exprs, Arc::new(plan)).map(LogicalPlan::Projection).map_err(internal)
    }

    fn aggregate(&mut self, node: Aggregate) -> Result<LogicalPlan, Refusal> {
        let mut plan = Arc::unwrap_or_clone(node.input);
        let keys = node.group_expr.len();
        let exprs = node.group_expr.into_iter().chain(node.aggr_expr).collect();
        let mut group = self.renamed(exprs, &node.schema, &mut plan)?;
        let aggregates = group.split_off(keys.min(group.len()));
        let node = Aggregate::try_new(Arc::new(plan), group, aggregates).map_err(internal)?;
        Ok(LogicalPlan::Aggregate(node))
    }

    /// Expressions without sub-queries, under the names that they had.
    fn renamed(
        &mut self,
        exprs: Vec<Expr>,
        schema: &DFSchemaRef,
        plan: &mut LogicalPlan,
    ) -> Result<Vec<Expr>, Refusal> {
        let mut renamed = vec![];
        for (expr, (qualifier, field)) in exprs.into_iter().zip(schema.iter()) {
            renamed.push(if holds_subquery_expr(&expr) {
                self.lifted(expr, plan)?.unalias().alias_qualified(qualifier.cloned(), field.name())
            } else {
                expr
            });
        }
        Ok(renamed)
    }

    /// The expression with every sub-query in it replaced by a column that a join adds to the plan.
    fn lifted(&mut self, expr: Expr, plan: &mut LogicalPlan) -> Result<Expr, Refusal> {
        let mut refusal = None;
        let lifted = expr.transform_up(|part| {
            if refusal.is_some() {
                return Ok(Transformed::no(part));
            }
            let replaced = match &part {
                Expr::Exists(Exists { subquery, negated }) => self.mark(subquery, *negated, plan),
                Expr::InSubquery(InSubquery { expr, subquery, negated }) => self
                    .membership(expr.as_ref().clone(), subquery, plan)
                    .and_then(|membership| membership.mark(plan, *negated)),
                Expr::ScalarSubquery(subquery) => self.value(subquery, plan),
                _ => return Ok(Transformed::no(part)),
            };
            match replaced {
                Ok(column) => Ok(Transformed::yes(column)),
                Err(found) => {
                    refusal = Some(found);
                    Ok(Transformed::no(part))
                }
            }
        });
        match refusal {
            Some(refusal) => Err(refusal),
            None => lifted.map(|lifted| lifted.data).map_err(internal),
        }
    }

    fn mark(
        &mut self,
        subquery: &Subquery,
        negated: bool,
        plan: &mut LogicalPlan,
    ) -> Result<Expr, Refusal> {
        let inner = self.exists(subquery)?;
        let mark = marked(plan, inner)?;
        Ok(if negated { Expr::Not(Box::new(mark)) } else { mark })
    }

    /// What EXISTS looks into.
    fn exists(&mut self, subquery: &Subquery) -> Result<Inner, Refusal> {
        let flat = self.plan(single::unordered(&subquery.subquery))?;
        let pulled = pull_up(flat, self.text)?;
        if pulled.empty.is_some() {
            return Err(unsupported(
                "EXISTS over an aggregate without GROUP BY, which always has a row,",
                "write the condition on the aggregate as HAVING, or compare the aggregate with a number",
            )
            .at(self.text.find("EXISTS")));
        }
        pulled.aliased(self.name(), vec![])
    }

    /// What IN looks into: the first column is the value.
    fn membership(
        &mut self,
        expr: Expr,
        subquery: &Subquery,
        outer: &LogicalPlan,
    ) -> Result<Membership, Refusal> {
        self.one_column(subquery)?;
        let flat = self.plan(subquery.subquery.as_ref().clone())?;
        let pulled = pull_up(flat, self.text)?;
        self.small(&pulled.plan)?;
        let names = [self.name(), self.name(), self.name()];
        Membership::new(expr, pulled, outer, names)
    }

    /// IN looks into up to three copies of its sub-query. One inside the other they would be three times as many at
    /// every step, and nothing can stop a plan from being made.
    fn small(&self, plan: &LogicalPlan) -> Result<(), Refusal> {
        let mut tables = 0_usize;
        let walked = plan.apply(|node| {
            tables += usize::from(node.inputs().is_empty());
            Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
        });
        walked.map_err(internal)?;
        if tables <= self.limits.table_references {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TooLarge,
            "too many sub-queries with IN stand one inside the other",
            "use EXISTS with a condition, or join the inner sub-queries in FROM",
        )
        .under("limit: table_references")
        .at(self.text.find("IN")))
    }

    /// A sub-query that stands for a value: NULL where it has no row.
    fn value(&mut self, subquery: &Subquery, plan: &mut LogicalPlan) -> Result<Expr, Refusal> {
        self.one_column(subquery)?;
        let one_row = single::at_most_one_row(&subquery.subquery);
        let flat = self.plan(subquery.subquery.as_ref().clone())?;
        let pulled = pull_up(flat, self.text)?;
        let correlated = !pulled.conditions.is_empty();
        if !(one_row && (!correlated || pulled.grouped)) {
            return Err(unsupported(
                "a sub-query that stands for one value and may have several rows",
                "take `max(..)`, `min(..)` or `avg(..)` in it without GROUP BY, or join it in FROM",
            ));
        }
        let empty = pulled.empty.as_ref().and_then(|values| values.first()).cloned();
        let name = self.name();
        let inner = pulled.aliased(name.clone(), vec![("found", lit(true))])?;
        let Some((qualifier, field)) = inner.plan.schema().iter().next() else {
            return Err(Refusal::internal("a sub-query without a column"));
        };
        let value = Expr::Column(Column::from((qualifier, field)));
        let outer = std::mem::take(plan);
        *plan = joined(outer, inner.plan, inner.conditions, JoinType::Left)?;
        match empty {
            Some(Expr::Literal(empty, _)) if !empty.is_null() => {
                let found = Expr::Column(Column::new(Some(name), "found"));
                datafusion::logical_expr::when(found.is_not_null(), value)
                    .otherwise(Expr::Literal(empty, None))
                    .map_err(internal)
            }
            _ => Ok(value),
        }
    }

    fn one_column(&self, subquery: &Subquery) -> Result<(), Refusal> {
        match subquery.subquery.schema().fields().len() {
            1 => Ok(()),
            several => Err(unsupported(
                &format!("a sub-query with {several} columns in the place of a value"),
                "select one column in it; to compare several, use EXISTS with a condition for each",
            )
            .at(self.text.find_any(&["IN", "SELECT"]))),
        }
    }

    /// A name that no table of the researcher can have.
    fn name(&mut self) -> String {
        self.names += 1;
        format!("{}sub_{}", super::RESERVED, self.names)
    }
}

/// The condition without NOT around a sub-query, and whether there was one.
fn positive(condition: Expr) -> (Expr, bool) {
    match condition {
        Expr::Not(inner) if matches!(*inner, Expr::Exists(_) | Expr::InSubquery(_)) => {
            (*inner, true)
        }
        other => (other, false),
    }
}

const fn chosen(negated: bool) -> JoinType {
    if negated { JoinType::LeftAnti } else { JoinType::LeftSemi }
}

/// Adds the mark of a sub-query to a plan.
fn marked(plan: &mut LogicalPlan, inner: Inner) -> Result<Expr, Refusal> {
    let outer = std::mem::take(plan);
    let columns = outer.schema().fields().len();
    *plan = joined(outer, inner.plan, inner.conditions, JoinType::LeftMark)?;
    let (qualifier, field) = plan.schema().qualified_field(columns);
    Ok(Expr::Column(Column::from((qualifier, field))))
}

fn joined(
    outer: LogicalPlan,
    inner: LogicalPlan,
    conditions: Vec<Expr>,
    kind: JoinType,
) -> Result<LogicalPlan, Refusal> {
    let join = Join::try_new(
        Arc::new(outer),
        Arc::new(inner),
        vec![],
        conjunction(conditions),
        kind,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    );
    join.map(LogicalPlan::Join).map_err(internal)
}

/// The plan with only these columns: marks and values were for one node.
fn restored(plan: LogicalPlan, schema: &DFSchemaRef) -> Result<LogicalPlan, Refusal> {
    if plan.schema().fields().len() == schema.fields().len() {
        return Ok(plan);
    }
    let columns = schema.iter().map(|part| Expr::Column(Column::from(part))).collect();
    Projection::try_new(columns, Arc::new(plan)).map(LogicalPlan::Projection).map_err(internal)
}

fn holds_subquery(node: &LogicalPlan) -> Planned<bool> {
    let mut found = false;
    node.apply_expressions(|expr| {
        found |= holds_subquery_expr(expr);
        Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

fn holds_subquery_expr(expr: &Expr) -> bool {
    let found = expr.exists(|part| {
        Ok(matches!(part, Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_)))
    });
    found.unwrap_or(true)
}

fn internal(error: datafusion::common::DataFusionError) -> Refusal {
    Refusal::internal(error.to_string())
}
