//! Which values an expression can hold, where that is public knowledge.
//!
//! A cell that is too small must not show that it exists: its key may be the secret. Where every possible key
//! is known from the contract or the SQL itself, all of them are shown, and an empty cell and a small one look
//! alike. Where it is not, small cells are left out. Decided from contract and text, never from rows.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator};
use datafusion::scalar::ScalarValue;

use super::facts::{Domain, Relation};
use super::linear::{self, keeps_values};
use crate::catalog::contract::{ColumnContract, ColumnType, Role};

/// Most values a domain may have.
const LARGEST: usize = 1_000;
/// Widest range of whole numbers that counts as a list.
const WIDEST: f64 = 200.0;

/// The values a column of a contract can hold.
pub(crate) fn of_column(column: &ColumnContract) -> Option<Domain> {
    if column.role == Role::FreeText || column.role == Role::Person {
        return None;
    }
    let mut values: Vec<ScalarValue> = match (column.kind, &column.values) {
        (ColumnType::Boolean, _) => {
            vec![ScalarValue::Boolean(Some(false)), ScalarValue::Boolean(Some(true))]
        }
        (ColumnType::Text, Some(values)) => {
            values.iter().map(|v| ScalarValue::Utf8View(Some(v.clone()))).collect()
        }
        (ColumnType::Integer, Some(values)) => {
            let numbers: Option<Vec<i64>> = values.iter().map(|v| v.parse().ok()).collect();
            numbers?.into_iter().map(|v| ScalarValue::Int64(Some(v))).collect()
        }
        (ColumnType::Integer, None) if column.role == Role::Category => {
            let bounds = column.bounds?;
            if bounds.upper - bounds.lower > WIDEST {
                return None;
            }
            let (low, high) = (bounds.lower as i64, bounds.upper as i64);
            (low..=high).map(|v| ScalarValue::Int64(Some(v))).collect()
        }
        _ => return None,
    };
    if column.nullable
        && let Some(first) = values.first()
        && let Ok(null) = ScalarValue::try_from(&first.data_type())
    {
        values.push(null);
    }
    listed(values)
}

/// The values of a column that is written into the query; `None` where one of them is not plain.
pub(super) fn of_values(values: &[Option<ScalarValue>], data_type: &DataType) -> Option<Domain> {
    let mut all: Vec<ScalarValue> = vec![];
    for value in values {
        push(&mut all, value.as_ref()?.cast_to(data_type).ok()?);
    }
    listed(all)
}

/// A domain of these values, unless they are too many.
pub(super) fn listed(values: Vec<ScalarValue>) -> Option<Domain> {
    (values.len() <= LARGEST).then(|| values.into())
}

/// The values an expression can hold.
pub(super) fn of_expr(expr: &Expr, input: &Relation) -> Option<Domain> {
    match expr {
        Expr::Alias(alias) => of_expr(&alias.expr, input),
        Expr::Column(column) => input.fact(column)?.domain.clone(),
        Expr::Literal(value, _) => Some(Arc::from([value.clone()])),
        Expr::Case(case) => {
            let data_type = expr.get_type(input.plan.schema().as_ref()).ok()?;
            let mut values: Vec<ScalarValue> = vec![];
            let branches = case.when_then_expr.iter().map(|(_, then)| then.as_ref());
            for branch in branches.chain(case.else_expr.as_deref()) {
                for value in of_expr(branch, input)?.iter() {
                    push(&mut values, value.cast_to(&data_type).ok()?);
                }
            }
            if case.else_expr.is_none() {
                push(&mut values, ScalarValue::try_from(&data_type).ok()?);
            }
            listed(values)
        }
        Expr::Cast(cast) => {
            let values: Result<Vec<_>, _> = of_expr(&cast.expr, input)?
                .iter()
                .map(|value| value.cast_to(cast.field.data_type()))
                .collect();
            Some(values.ok()?.into())
        }
        Expr::ScalarFunction(call) => of_call(call, input),
        Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Like(_)
        | Expr::Between(_)
        | Expr::InList(_) => Some(booleans(expr, input)),
        Expr::BinaryExpr(_) => {
            let data_type = expr.get_type(input.plan.schema().as_ref()).ok()?;
            (data_type == DataType::Boolean).then(|| booleans(expr, input))
        }
        _ => None,
    }
}

fn push(values: &mut Vec<ScalarValue>, value: ScalarValue) {
    if !values.contains(&value) {
        values.push(value);
    }
}

fn booleans(expr: &Expr, input: &Relation) -> Domain {
    let nullable = can_be_missing(expr, input);
    let known = [Some(false), Some(true)];
    let missing = nullable.then_some(None);
    known.into_iter().chain(missing).map(ScalarValue::Boolean).collect()
}

/// Whether an expression can be NULL. What is made total yields NULL where the planner thinks it never does.
pub(super) fn can_be_missing(expr: &Expr, input: &Relation) -> bool {
    if let Expr::ScalarFunction(call) = expr
        && call.func.name() == "coalesce"
        && call.args.last().is_some_and(|last| linear::number(last).is_some())
    {
        return false;
    }
    // What a CASE yields may be missing; its conditions only choose.
    if let Expr::Case(case) = expr
        && let Some(otherwise) = &case.else_expr
    {
        let mut yields = case.when_then_expr.iter().map(|(_, then)| then).chain([otherwise]);
        return yields.any(|branch| can_be_missing(branch, input));
    }
    if let Expr::Cast(cast) = expr
        && keeps_values(&cast.expr, cast.field.data_type(), input)
    {
        return can_be_missing(&cast.expr, input);
    }
    let made_total = expr.exists(|part| {
        Ok(match part {
            Expr::Cast(cast) => !keeps_values(&cast.expr, cast.field.data_type(), input),
            Expr::TryCast(_) | Expr::Negative(_) | Expr::ScalarFunction(_) => true,
            Expr::BinaryExpr(BinaryExpr { op, .. }) => op.is_numerical_operators(),
            _ => false,
        })
    });
    made_total.unwrap_or(true) || expr.nullable(input.plan.schema().as_ref()).unwrap_or(true)
}

/// Parts of dates that take few values.
fn of_call(call: &ScalarFunction, input: &Relation) -> Option<Domain> {
    if call.func.name() != "date_part" {
        return None;
    }
    let [Expr::Literal(part, _), date] = call.args.as_slice() else { return None };
    let (low, high) = match part.try_as_str().flatten()?.to_lowercase().as_str() {
        "month" => (1, 12),
        "quarter" => (1, 4),
        "dow" => (0, 6),
        "isodow" => (1, 7),
        "hour" => (0, 23),
        _ => return None,
    };
    let nullable = can_be_missing(date, input);
    let missing = nullable.then_some(None);
    Some((low..=high).map(Some).chain(missing).map(ScalarValue::Int32).collect())
}

/// Narrows the domains of columns by a condition: `region = 'North'` leaves one region.
///
/// Looks only at conjuncts that compare one column with constants; others leave the domain as it is, which
/// shows more withheld rows than needed and tells nothing.
pub(super) fn narrow(predicate: &Expr, relation: &mut Relation) {
    for conjunct in split_conjunction(predicate) {
        let Some((at, keep)) = kept(conjunct, relation) else { continue };
        if let Some(fact) = relation.columns.get_mut(at) {
            fact.domain = Some(keep);
        }
    }
}

/// Whether a candidate passes a condition; `None` when that cannot be told.
type Test = Box<dyn Fn(&ScalarValue) -> Option<bool>>;

fn kept(conjunct: &Expr, relation: &Relation) -> Option<(usize, Domain)> {
    let (expr, test): (&Expr, Test) = match conjunct {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let value = constant(right)?;
            let op = *op;
            (left, Box::new(move |candidate| compare(candidate, op, &value)))
        }
        Expr::InList(list) => {
            let values: Option<Vec<ScalarValue>> = list.list.iter().map(constant).collect();
            let values = values?;
            let negated = list.negated;
            (
                &list.expr,
                Box::new(move |candidate| {
                    let found =
                        values.iter().any(|v| compare(candidate, Operator::Eq, v) == Some(true));
                    Some(found != negated)
                }),
            )
        }
        Expr::Between(between) if !between.negated => {
            let (low, high) = (constant(&between.low)?, constant(&between.high)?);
            (
                &between.expr,
                Box::new(move |candidate| {
                    Some(
                        compare(candidate, Operator::GtEq, &low)?
                            && compare(candidate, Operator::LtEq, &high)?,
                    )
                }),
            )
        }
        Expr::IsNotNull(inner) => (inner, Box::new(|candidate| Some(!candidate.is_null()))),
        Expr::IsNull(inner) => (inner, Box::new(|candidate| Some(candidate.is_null()))),
        _ => return None,
    };
    let Expr::Column(column) = expr else { return None };
    let at = relation.position(column)?;
    let domain = relation.columns.get(at)?.domain.clone()?;
    let keeps_null = matches!(conjunct, Expr::IsNull(_));
    let mut keep = vec![];
    for value in domain.iter() {
        if value.is_null() && !keeps_null {
            continue;
        }
        if test(value)? {
            keep.push(value.clone());
        }
    }
    Some((at, keep.into()))
}

/// A constant that is not NULL, looking through casts.
pub(super) fn constant(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(value, _) if !value.is_null() => Some(value.clone()),
        Expr::Cast(cast) => constant(&cast.expr)?.cast_to(cast.field.data_type()).ok(),
        _ => None,
    }
}

fn compare(candidate: &ScalarValue, op: Operator, value: &ScalarValue) -> Option<bool> {
    let value = value.cast_to(&candidate.data_type()).ok()?;
    let order = candidate.partial_cmp(&value)?;
    match op {
        Operator::Eq => Some(order.is_eq()),
        Operator::NotEq => Some(order.is_ne()),
        Operator::Lt => Some(order.is_lt()),
        Operator::LtEq => Some(order.is_le()),
        Operator::Gt => Some(order.is_gt()),
        Operator::GtEq => Some(order.is_ge()),
        _ => None,
    }
}
