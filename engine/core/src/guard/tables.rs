//! Tables that the guard puts into plans where it cuts them. They have no rows until the vault has made them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::DFSchema;
use datafusion::logical_expr::logical_plan::TableScanBuilder;
use datafusion::logical_expr::{Expr, LogicalPlan, Projection, TableSource};

use super::release::row_column;
use super::walk::internal;
use crate::refusal::Refusal;

/// A protected table, as it stands in the finishing plan.
#[derive(Debug)]
pub(crate) struct ProtectedTable {
    /// Which scan of which protected table it is.
    pub(crate) scan: usize,
    schema: SchemaRef,
}

impl TableSource for ProtectedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// An earlier result of the same query, as it stands in a release plan: protected values, so about nobody.
#[derive(Debug, PartialEq)]
pub(crate) struct EarlierTable {
    /// The number of the release.
    pub(crate) release: usize,
    schema: SchemaRef,
}

impl TableSource for EarlierTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// The scan of a protected table, under the names that the plan above expects, with its row number last.
pub(super) fn protected_scan(scan: usize, schema: &DFSchema) -> Result<LogicalPlan, Refusal> {
    let row = row_column(scan);
    let mut fields = neutral(schema);
    fields.push(Field::new(&row, DataType::UInt32, true));
    let source = ProtectedTable { scan, schema: Arc::new(Schema::new(fields)) };
    let more = vec![datafusion::prelude::ident(row.as_str())];
    named(&format!("protected_{scan}"), Arc::new(source), schema, more)
}

/// The scan of an earlier result, under the names that the plan above expects.
pub(super) fn earlier_scan(release: usize, schema: &DFSchema) -> Result<LogicalPlan, Refusal> {
    let source = EarlierTable { release, schema: Arc::new(Schema::new(neutral(schema))) };
    named(&format!("earlier_{release}"), Arc::new(source), schema, vec![])
}

/// Columns `c0`, `c1`, ..: the names in a query may be missing, doubled, or hold anything.
fn neutral(schema: &DFSchema) -> Vec<Field> {
    let field = |(at, field): (usize, &Arc<Field>)| {
        Field::new(format!("c{at}"), field.data_type().clone(), true)
    };
    schema.fields().iter().enumerate().map(field).collect()
}

fn named(
    table: &str,
    source: Arc<dyn TableSource>,
    schema: &DFSchema,
    more: Vec<Expr>,
) -> Result<LogicalPlan, Refusal> {
    let scan = TableScanBuilder::new(table, source).build().map_err(internal)?;
    let scan = LogicalPlan::TableScan(scan);
    let mut exprs = vec![];
    for (at, (qualifier, field)) in schema.iter().enumerate() {
        let (from, column) = scan.schema().qualified_field(at);
        let column = Expr::Column((from, column).into());
        exprs.push(column.alias_qualified(qualifier.cloned(), field.name()));
    }
    exprs.extend(more);
    Projection::try_new(exprs, Arc::new(scan)).map(LogicalPlan::Projection).map_err(internal)
}
