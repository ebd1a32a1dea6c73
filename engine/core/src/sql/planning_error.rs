//! What went wrong while planning, in words for the researcher.
//!
//! The planner's own messages never leave: they list columns and propose neighbours. Only the researcher's own
//! words are quoted back; the rest is sealed.

use datafusion::common::{DataFusionError, SchemaError};

use super::names::{NO_TABLE, Names};
use super::text::QueryText;
use crate::refusal::{Code, Refusal};

pub(super) fn refuse(error: &DataFusionError, names: &Names<'_>, text: &QueryText) -> Refusal {
    // The planner asks for CTEs too before it takes its own: only its error says that a table is missing.
    let missing = names.missing().filter(|_| says_no_table(error));
    let refusal = match (missing, schema_error(error)) {
        (Some(table), _) => unknown_table(table.table(), text),
        (None, Some(SchemaError::FieldNotFound { field, .. })) => unknown_column(&field.name, text),
        (None, Some(SchemaError::AmbiguousReference { field })) => Refusal::new(
            Code::AmbiguousColumn,
            format!("the column `{}` is in more than one of the tables", field.name),
            "put the table's name or alias before it, for example `p.person_id`",
        )
        .at(text.find(&field.name)),
        (None, _) => Refusal::new(
            Code::UnsupportedSql,
            "the query does not fit together: a type, an argument or a clause is not as it should be",
            "check that both sides of comparisons have the same type, that every column in SELECT is in \
             GROUP BY or inside count, sum or avg, and that functions get the right arguments; give columns \
             of the result different names",
        ),
    };
    refusal.because(error.to_string())
}

/// The one refusal for a table that is not there and for one that is not yours (NOT-YOURS-IS-NOT-THERE).
fn unknown_table(name: &str, text: &QueryText) -> Refusal {
    Refusal::new(
        Code::UnknownTable,
        format!("there is no table `{name}` in this project"),
        "see GET /api/v1/datasets for the tables and columns of your project; where two datasets have a table of \
         this name, write `dataset.table`",
    )
    .at(text.find(name))
}

/// The one refusal for a column that is not there and for one that is not yours (NOT-YOURS-IS-NOT-THERE).
fn unknown_column(name: &str, text: &QueryText) -> Refusal {
    Refusal::new(
        Code::UnknownColumn,
        format!("there is no column `{name}` in the tables of this query"),
        "see GET /api/v1/datasets for the tables and columns of your project",
    )
    .at(text.find(name))
}

fn says_no_table(error: &DataFusionError) -> bool {
    match error {
        DataFusionError::Plan(text) => text == NO_TABLE,
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            says_no_table(inner)
        }
        DataFusionError::Collection(errors) => errors.iter().any(says_no_table),
        DataFusionError::Shared(inner) => says_no_table(inner),
        _ => false,
    }
}

fn schema_error(error: &DataFusionError) -> Option<&SchemaError> {
    match error {
        DataFusionError::SchemaError(inner, _) => Some(inner),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            schema_error(inner)
        }
        DataFusionError::Collection(errors) => errors.iter().find_map(schema_error),
        DataFusionError::Shared(inner) => schema_error(inner),
        _ => None,
    }
}
