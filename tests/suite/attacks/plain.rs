//! The same clinic in plain DataFusion: what an attacker reads where no rule is.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::util::display::array_value_to_string;
use datafusion::common::Result;
use datafusion::prelude::SessionContext;
use tests::clinic::Clinic;

/// The rows of an answer, as text.
#[expect(clippy::disallowed_methods, reason = "the attacker's engine has no vault")]
pub(crate) async fn ask(clinic: &Clinic, sql: &str) -> Result<Vec<Vec<String>>> {
    let batches = session(clinic).sql(sql).await?.collect().await?;
    let mut rows = vec![];
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cell = |column: &ArrayRef| array_value_to_string(column, row).unwrap();
            rows.push(batch.columns().iter().map(cell).collect());
        }
    }
    Ok(rows)
}

/// The only number of an answer.
pub(crate) async fn number(clinic: &Clinic, sql: &str) -> f64 {
    ask(clinic, sql).await.unwrap()[0][0].parse().unwrap()
}

/// A session with the tables `people` and `visits`.
pub(crate) fn session(clinic: &Clinic) -> SessionContext {
    let context = SessionContext::new();
    context.register_batch("people", people(clinic)).unwrap();
    context.register_batch("visits", visits(clinic)).unwrap();
    context
}

fn people(clinic: &Clinic) -> RecordBatch {
    let all = &clinic.persons;
    table(vec![
        ("person_id", Arc::new(StringArray::from_iter_values(all.iter().map(|p| &p.id)))),
        ("sex", Arc::new(all.iter().map(|p| p.sex).collect::<StringArray>())),
        ("region", Arc::new(StringArray::from_iter_values(all.iter().map(|p| p.region)))),
        ("birth_year", Arc::new(Int64Array::from_iter_values(all.iter().map(|p| p.birth_year)))),
        ("hiv", Arc::new(all.iter().map(|p| Some(p.hiv)).collect::<BooleanArray>())),
        ("income", Arc::new(Float64Array::from_iter_values(all.iter().map(|p| p.income)))),
    ])
}

fn visits(clinic: &Clinic) -> RecordBatch {
    let all: Vec<_> =
        clinic.persons.iter().flat_map(|p| p.visits.iter().map(move |v| (&p.id, v))).collect();
    table(vec![
        ("person_id", Arc::new(StringArray::from_iter_values(all.iter().map(|(id, _)| id)))),
        ("kind", Arc::new(StringArray::from_iter_values(all.iter().map(|(_, v)| v.kind)))),
        ("ward", Arc::new(StringArray::from_iter_values(all.iter().map(|(_, v)| &v.ward)))),
        ("nights", Arc::new(all.iter().map(|(_, v)| v.nights).collect::<Int64Array>())),
        ("cost", Arc::new(Float64Array::from_iter_values(all.iter().map(|(_, v)| v.cost)))),
    ])
}

fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)))
        .unwrap()
}
