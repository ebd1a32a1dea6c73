//! Names that would surprise somebody who writes SQL: words of the language and names of our own.

use datafusion::sql::sqlparser::keywords::{
    Keyword, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_IDENTIFIER, RESERVED_FOR_TABLE_ALIAS,
    RESERVED_FOR_TABLE_FACTOR,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::report::Report;
use crate::ids::BadName;

/// Words that the parser accepts as names in places, but that read as something else in an expression.
const WORDS_OF_EXPRESSIONS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "cube",
    "date",
    "default",
    "desc",
    "distinct",
    "else",
    "escape",
    "exists",
    "explain",
    "extract",
    "false",
    "filter",
    "first",
    "grouping",
    "ilike",
    "in",
    "interval",
    "is",
    "last",
    "like",
    "not",
    "null",
    "nulls",
    "or",
    "over",
    "row",
    "rows",
    "some",
    "table",
    "then",
    "time",
    "timestamp",
    "true",
    "values",
    "when",
];

/// Reserved only for a clause that no query here can have, and fit for a dataset.
const HARMLESS: &[&str] = &["sample"];

/// Keeps a name if it has the right shape and means nothing else; reports it otherwise.
pub(super) fn checked<N: TryFrom<String, Error = BadName>>(
    what: &str,
    name: &str,
    at: usize,
    report: &mut Report<'_>,
) -> Option<N> {
    if name.starts_with("tresor_") || name == "information_schema" {
        report.add(
            at,
            format!("the {what} `{name}` is kept for the engine"),
            "choose a name that does not start with `tresor_`",
        );
    } else if is_word_of_sql(name) {
        report.add(
            at,
            format!("the {what} `{name}` is a word of SQL"),
            "choose a name that SQL does not use",
        );
    }
    match N::try_from(name.to_owned()) {
        Ok(name) => Some(name),
        Err(bad) => {
            let problem = format!("`{}` is not a valid {}", bad.text, bad.what);
            report.add(at, problem, format!("use {}", bad.shape));
            None
        }
    }
}

fn is_word_of_sql(name: &str) -> bool {
    let keyword = match Token::make_word(name, None) {
        Token::Word(word) => word.keyword,
        _ => Keyword::NoKeyword,
    };
    let reserved_anywhere = [
        RESERVED_FOR_COLUMN_ALIAS,
        RESERVED_FOR_TABLE_ALIAS,
        RESERVED_FOR_IDENTIFIER,
        RESERVED_FOR_TABLE_FACTOR,
    ]
    .iter()
    .any(|reserved| reserved.contains(&keyword));
    let reserved = reserved_anywhere && !HARMLESS.contains(&name);
    reserved || WORDS_OF_EXPRESSIONS.contains(&name)
}
