//! Names: tables of the view and functions of the list, as the planner sees them.

use std::sync::{Arc, Mutex};

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DataFusionError, Result, TableReference};
use datafusion::logical_expr::planner::{ContextProvider, ExprPlanner};
use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, TableSource, WindowUDF};

use super::functions;
use crate::catalog::view::{View, ViewTable};

/// A table of the view, as it stands in a plan. Knows the contract, has no rows.
#[derive(Debug)]
pub(crate) struct SourceTable(pub(crate) Arc<ViewTable>);

impl TableSource for SourceTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.0.schema())
    }
}

/// How a table that is not there is told to the planner.
pub(super) const NO_TABLE: &str = "no such table";

/// Everything the planner may know.
pub(super) struct Names<'a> {
    view: &'a View,
    options: ConfigOptions,
    planners: Vec<Arc<dyn ExprPlanner>>,
    missing: Mutex<Option<TableReference>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        let mut options = ConfigOptions::default();
        options.execution.enable_recursive_ctes = false;
        options.sql_parser.collect_spans = true;
        Self { view, options, planners: functions::planners(), missing: Mutex::new(None) }
    }

    /// The last table that was asked for and is not in the view.
    pub(super) fn missing(&self) -> Option<TableReference> {
        self.missing.lock().ok()?.clone()
    }

    fn resolve(&self, name: &TableReference) -> Option<Arc<ViewTable>> {
        match name {
            TableReference::Bare { table } => self.view.find(None, table),
            TableReference::Partial { schema, table } => self.view.find(Some(schema), table),
            TableReference::Full { .. } => None,
        }
    }
}

impl ContextProvider for Names<'_> {
    fn get_table_source(&self, name: TableReference) -> Result<Arc<dyn TableSource>> {
        if let Some(table) = self.resolve(&name) {
            return Ok(Arc::new(SourceTable(table)));
        }
        if let Ok(mut missing) = self.missing.lock() {
            *missing = Some(name);
        }
        Err(DataFusionError::Plan(NO_TABLE.to_owned()))
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        &self.planners
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        functions::scalar(name)
    }

    fn get_higher_order_meta(&self, _name: &str) -> Option<Arc<HigherOrderUDF>> {
        None
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        functions::aggregate(name)
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        functions::window(name)
    }

    fn get_variable_type(&self, _variable_names: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        &self.options
    }

    fn udf_names(&self) -> Vec<String> {
        functions::scalars().map(|(f, _)| f.name().to_owned()).collect()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udaf_names(&self) -> Vec<String> {
        functions::aggregates().iter().map(|f| f.name().to_owned()).collect()
    }

    fn udwf_names(&self) -> Vec<String> {
        functions::windows().iter().map(|f| f.name().to_owned()).collect()
    }
}
