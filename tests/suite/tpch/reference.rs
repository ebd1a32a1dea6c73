//! An independent engine over the same rows: plain DataFusion, without persons, rules or records.

use std::path::Path;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::prelude::{CsvReadOptions, SessionContext};
use serde_json::Value;
use tests::tpch::CONTRACT;
use tresor_core::catalog::contract::{ColumnType, Contract};

/// The shop's tables as a plain database.
pub struct Reference {
    context: SessionContext,
}

impl Reference {
    /// Over the CSV files in a folder.
    pub async fn over(folder: &Path) -> Self {
        let context = SessionContext::new();
        let contract = Contract::parse("contract.toml", CONTRACT).unwrap();
        for table in &contract.tables {
            let name = table.name.as_str();
            let columns = table.columns.iter();
            let fields: Vec<Field> = columns
                .map(|column| Field::new(column.name.as_str(), data_type(column.kind), true))
                .collect();
            let schema = Schema::new(fields);
            let path = folder.join(format!("{name}.csv"));
            let options = CsvReadOptions::new().schema(&schema);
            context.register_csv(name, path.to_str().unwrap(), options).await.unwrap();
        }
        Self { context }
    }

    /// The rows of a query.
    #[expect(clippy::disallowed_methods, reason = "the truth beside which answers are held")]
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let frame = self.context.sql(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let batches = frame.collect().await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let mut rows = vec![];
        for batch in batches {
            for row in 0..batch.num_rows() {
                rows.push(batch.columns().iter().map(|column| value(column, row)).collect());
            }
        }
        rows
    }
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Text => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None),
    }
}

/// A value as an answer writes it: numbers as numbers, the rest as text.
fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    let options = FormatOptions::default();
    let text = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
    let text = text.value(row).to_string();
    match column.data_type().is_numeric() {
        true => Value::from(text.parse::<f64>().unwrap()),
        false => Value::from(text),
    }
}
