//! What a generator knows of the columns that an expression may name.

use crate::model::boundary::Known;
use crate::model::expr::{Column, Expr};
use crate::model::value::Type;

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) column: Column,
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) known: Known,
    /// The column whose values it resembles, for constants to compare it with.
    pub(super) like: &'static str,
    /// The base measure it holds, if it can be summed.
    pub(super) measure: Option<String>,
}

/// The columns of FROM.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) fields: Vec<Field>,
    /// The person of a row.
    pub(super) person: Expr,
    /// Columns that tell the rows of one person apart, as far as they can be told.
    pub(super) unique: Vec<Column>,
    /// How many sources have many rows per person.
    pub(super) many: usize,
}

impl Field {
    pub(super) fn expr(&self) -> Expr {
        Expr::Column(self.column)
    }

    /// The same column where there may be no row.
    pub(super) fn outer(mut self) -> Self {
        if !self.nullable {
            self.known = match self.known {
                Known::Public(n) => Known::Public(n + 1),
                other => other,
            };
        }
        self.nullable = true;
        self
    }
}

/// The columns of a table of the clinic.
pub(super) fn table(table: &str, source: usize) -> Scope {
    let field = |name: &'static str, kind, nullable, known, measure: bool| Field {
        column: Column { source, name },
        kind,
        nullable,
        known,
        like: name,
        measure: measure.then(|| name.to_owned()),
    };
    let (secret, none) = (Known::Secret, false);
    let person = field("person_id", Type::Person, false, secret, none);
    let fields = match table {
        "people" => vec![
            person,
            field("region", Type::Text, false, Known::Public(4), none),
            field("sex", Type::Text, true, Known::Public(3), none),
            field("hiv", Type::Bool, false, Known::Public(2), none),
            field("birth_year", Type::Int, false, Known::Public(101), none),
            field("income", Type::Num, false, secret, true),
        ],
        "visits" => vec![
            person,
            field("kind", Type::Text, false, Known::Public(3), none),
            field("ward", Type::Text, false, secret, none),
            field("visited_on", Type::Date, false, secret, none),
            field("nights", Type::Int, true, secret, true),
            field("cost", Type::Num, false, secret, true),
        ],
        "labs" => vec![
            person,
            field("test", Type::Text, false, Known::Public(3), none),
            field("abnormal", Type::Bool, true, Known::Public(3), none),
            field("taken_on", Type::Date, true, secret, none),
            field("value", Type::Num, true, secret, true),
        ],
        _ => vec![
            field("ward", Type::Text, false, Known::Either, none),
            field("name", Type::Text, false, Known::Either, none),
            field("beds", Type::Int, false, Known::Either, none),
        ],
    };
    let column = |name| Column { source, name };
    let unique = match table {
        "visits" => vec![column("visited_on")],
        "labs" => vec![column("taken_on")],
        _ => vec![],
    };
    let many = unique.len();
    Scope { fields, person: Expr::Column(column("person_id")), unique, many }
}
