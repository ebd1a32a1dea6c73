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
        (None, _) => misfit(&error.to_string(), text),
    };
    refusal.because(error.to_string())
}

/// What researchers most often get wrong.
struct Misfit {
    /// A piece of the planner's message, by which it is known. It is compared and never shown.
    message: &'static str,
    what: &'static str,
    hint: &'static str,
    /// Where it may stand.
    words: &'static [&'static str],
}

const MISFITS: &[Misfit] = &[
    Misfit {
        message: "in GROUP BY or an aggregate function",
        what: "a column in SELECT, HAVING or ORDER BY is neither in GROUP BY nor inside an aggregate",
        hint: "add it to GROUP BY, or put it into count, sum or avg; ROLLUP, CUBE and GROUPING SETS want columns by \
               their names, not by their numbers",
        words: &["GROUP"],
    },
    Misfit {
        message: "HAVING clause references",
        what: "a column in HAVING is neither in GROUP BY nor inside an aggregate",
        hint: "put conditions on rows into WHERE and conditions on groups into HAVING",
        words: &["HAVING"],
    },
    Misfit {
        message: "Aggregate functions are not allowed in the WHERE clause",
        what: "an aggregate stands in WHERE, which looks at single rows",
        hint: "put the condition into HAVING, or compute the aggregate in a sub-query",
        words: &["WHERE"],
    },
    Misfit {
        message: "queries have different number of columns",
        what: "the parts of UNION, INTERSECT or EXCEPT have different numbers of columns",
        hint: "select the same columns in the same order in every part",
        words: &["UNION", "INTERSECT", "EXCEPT"],
    },
    Misfit {
        message: "Inconsistent data length across values list",
        what: "the rows of VALUES have different lengths",
        hint: "give every row the same number of values",
        words: &["VALUES"],
    },
    Misfit {
        message: "The subquery should only return one column",
        what: "a sub-query in the place of a value has several columns",
        hint: "select one column in it; to compare several, use EXISTS with a condition for each",
        words: &["IN"],
    },
    Misfit {
        message: "to grouping function is not in grouping columns",
        what: "`grouping` was given something that is no column of the GROUP BY",
        hint: "give it columns of ROLLUP, CUBE or GROUPING SETS",
        words: &["grouping"],
    },
    Misfit {
        message: "Order by column out of bounds",
        what: "ORDER BY has the number of a column that the result does not have",
        hint: "columns are counted from 1; or write the name of a column",
        words: &["ORDER"],
    },
    Misfit {
        message: "require unique expression names",
        what: "two columns have the same name",
        hint: "give them different names with AS",
        words: &[],
    },
    Misfit {
        message: "is not defined!",
        what: "OVER names a window that is not there",
        hint: "add `WINDOW name AS (PARTITION BY .. ORDER BY ..)` at the end of the same SELECT",
        words: &["OVER"],
    },
];

fn misfit(message: &str, text: &QueryText) -> Refusal {
    match MISFITS.iter().find(|known| message.contains(known.message)) {
        Some(known) => Refusal::new(Code::UnsupportedSql, known.what, known.hint)
            .at(text.find_any(known.words)),
        None => Refusal::new(
            Code::UnsupportedSql,
            "the query does not fit together: a type, an argument or a clause is not as it should be",
            "check that both sides of comparisons have the same type, and that functions get the right arguments; \
             give columns of the result different names",
        ),
    }
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
