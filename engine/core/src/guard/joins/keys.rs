//! Whether a row finds at most one partner: the equated columns hold a whole key of the other side.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, ExprSchemable};

use super::super::facts::Relation;
use super::super::linear::keeps_values;
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// Whether these expressions hold a whole key of the relation. The empty key is that of a relation of one row.
pub(super) fn hold_key(exprs: &[&Expr], relation: &Relation) -> bool {
    let named: Vec<usize> = exprs.iter().filter_map(|expr| column(expr, relation)).collect();
    relation.side.keys().iter().any(|key| key.iter().all(|at| named.contains(at)))
}

/// The position of the column that an expression is, looking through casts that keep values apart.
pub(super) fn column(expr: &Expr, relation: &Relation) -> Option<usize> {
    match expr {
        Expr::Column(column) => relation.position(column),
        Expr::Cast(cast) => {
            let from = cast.expr.get_type(relation.plan.schema().as_ref()).ok()?;
            let to = cast.field.data_type();
            let text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::Utf8View);
            let same = (text(&from) && text(to)) || keeps_values(&cast.expr, to, relation);
            if same && keeps_apart(&from, to) { column(&cast.expr, relation) } else { None }
        }
        _ => None,
    }
}

/// Whether two values stay two: whole numbers beyond 2^53 lie closer together than real ones, and several keys would
/// become one.
const fn keeps_apart(from: &DataType, to: &DataType) -> bool {
    !matches!((from, to), (DataType::Int64, DataType::Float64))
}

/// Requires that these expressions hold a whole key of the relation.
///
/// # Errors
/// When they do not, with the key that would do.
pub(super) fn whole_key(
    exprs: &[&Expr],
    relation: &Relation,
    text: &QueryText,
) -> Result<(), Refusal> {
    if hold_key(exprs, relation) {
        return Ok(());
    }
    let wanted = relation.side.keys().first().map(|key| {
        let names: Vec<String> = key.iter().map(|&at| format!("`{}`", relation.name(at))).collect();
        names.join(" and ")
    });
    Err(Refusal::new(
        Code::JoinFanOut,
        "the joined table could match several rows for one row, which would count people's rows more than once",
        match wanted {
            Some(wanted) => format!("equate its whole key: {wanted}"),
            None => "join a table or sub-query whose key is known".to_owned(),
        },
    )
    .at(text.find("JOIN")))
}
