//! `+` and `-` with dates: differences in days, and dates moved by days or intervals.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};

use super::calendar::{DaysAdded, DaysBetween, Moved};
use super::moments::is_moment;
use super::rowwise::call;
use crate::sql::Step;

/// The total form of `left op right` where a date or time is on one side; None where there is none.
pub(super) fn total(
    left: &Expr,
    op: Operator,
    right: &Expr,
    schema: &DFSchema,
) -> Result<Option<Expr>> {
    let (l, r) = (left.get_type(schema)?, right.get_type(schema)?);
    let back = match op {
        Operator::Plus => false,
        Operator::Minus => true,
        _ => return Ok(None),
    };
    if back && l == DataType::Date32 && r == DataType::Date32 {
        let args = vec![left.clone(), right.clone()];
        return Ok(Some(call(DaysBetween, args, DataType::Int64)));
    }
    if is_moment(&l) {
        return moved(left, &l, right, back);
    }
    if is_moment(&r) && !back {
        return moved(right, &r, left, back);
    }
    Ok(None)
}

fn moved(moment: &Expr, is: &DataType, step: &Expr, back: bool) -> Result<Option<Expr>> {
    match Step::of(step) {
        // A date has no time of day to which hours could be added.
        Some(Step::Written(step)) if *is == DataType::Date32 && step.nanoseconds != 0 => Ok(None),
        Some(Step::Written(step)) => {
            let step = Moved(step);
            let Some(step) = (if back { step.back() } else { Some(step) }) else {
                return Ok(None);
            };
            Ok(Some(call(step, vec![moment.clone()], is.clone())))
        }
        Some(Step::Days(days)) if *is == DataType::Date32 => {
            let args = vec![moment.clone(), days.clone()];
            Ok(Some(call(DaysAdded { back }, args, DataType::Date32)))
        }
        Some(Step::Days(_)) | None => Ok(None),
    }
}
