//! Tables that were bound without a condition of the policy, or with another one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::ident;
use time::macros::date;

use super::clinic::view;
use crate::catalog::contract::Role;
use crate::catalog::view::arrow_field;
use crate::ids::{ColumnId, ColumnName, DatasetId, TableName};
use crate::policy::{HoldsFor, Place, RowCondition, RowOperator, RowValue};
use crate::vault::proof::conditions::all_in;
use crate::vault::row_conditions::{of_persons, predicate};
use crate::vault::tables::{File, SnapshotTable};

fn condition(
    table: &str,
    column: &str,
    operator: RowOperator,
    values: &[RowValue],
    holds_for: HoldsFor,
) -> RowCondition {
    RowCondition {
        column: ColumnId {
            dataset: DatasetId::new("clinic").unwrap(),
            table: TableName::new(table).unwrap(),
            column: ColumnName::new(column).unwrap(),
        },
        operator,
        values: values.to_vec(),
        holds_for,
        place: Place { file: "policies/projects/study.toml".to_owned(), line: 1, column: 1 },
    }
}

fn text(word: &str) -> RowValue {
    RowValue::Text(word.to_owned())
}

/// A table of the clinic, bound with these tests.
fn bound(name: &str, own: Option<Expr>, persons: BTreeMap<TableName, Expr>) -> SnapshotTable {
    let seen = view('0').find(None, name).unwrap();
    let file = |condition| {
        let columns = seen.table.columns.iter();
        let fields: Vec<_> = columns.map(arrow_field).collect();
        File {
            schema: Arc::new(Schema::new(fields)),
            path: Arc::from(Path::new("nowhere.parquet")),
            bytes: 1,
            rows: 1,
            person: seen.table.columns.iter().position(|column| column.role == Role::Person),
            condition,
        }
    };
    let persons = persons.into_iter().map(|(table, test)| (table, file(Some(test)))).collect();
    SnapshotTable::new(Arc::clone(&seen), vec![0], file(own), persons).unwrap()
}

/// The same, bound as the vault binds it under these conditions.
fn as_the_vault(name: &str, conditions: &[RowCondition]) -> SnapshotTable {
    let seen = view('0').find(None, name).unwrap();
    bound(name, predicate(conditions, &seen), of_persons(conditions, &seen))
}

fn every_form(holds_for: HoldsFor) -> Vec<RowCondition> {
    use RowOperator::*;
    let of = |column, operator, values: &[RowValue]| {
        condition("people", column, operator, values, holds_for)
    };
    vec![
        of("region", Equal, &[text("east")]),
        of("region", NotEqual, &[text("east")]),
        of("birth_year", Less, &[RowValue::Integer(1950)]),
        of("birth_year", AtMost, &[RowValue::Integer(1950)]),
        of("income", Greater, &[RowValue::Number(1.5)]),
        of("income", AtLeast, &[RowValue::Number(1.5)]),
        of("region", In, &[text("east"), text("west")]),
        of("region", NotIn, &[text("east")]),
        of("sex", IsNull, &[]),
        of("sex", IsNotNull, &[]),
        of("sex", Equal, &[RowValue::Boolean(true)]),
        of("sex", AtLeast, &[RowValue::Date(date!(2026 - 03 - 31))]),
        of("sex", Less, &[RowValue::Date(date!(1969 - 12 - 31))]),
    ]
}

#[test]
fn what_the_vault_binds_is_read_back() {
    for holds_for in [HoldsFor::Rows, HoldsFor::Person] {
        for table in ["people", "visits", "wards"] {
            let all = every_form(holds_for);
            all_in(&as_the_vault(table, &all), &all).unwrap();
            for one in &all {
                let one = std::slice::from_ref(one);
                all_in(&as_the_vault(table, one), one).unwrap();
            }
        }
    }
}

#[test]
fn a_table_that_was_bound_with_another_condition_is_found() {
    let all = every_form(HoldsFor::Person);
    for (at, asked) in all.iter().enumerate() {
        let asked = std::slice::from_ref(asked);
        for (other, bound_with) in all.iter().enumerate() {
            let bound_with = std::slice::from_ref(bound_with);
            for table in ["people", "visits"] {
                let found = all_in(&as_the_vault(table, bound_with), asked);
                assert_eq!(found.is_ok(), at == other, "{table}: {asked:?} {bound_with:?}");
            }
        }
    }
}

#[test]
fn a_missing_or_weakened_condition_is_found() {
    let asked =
        [condition("people", "region", RowOperator::Equal, &[text("east")], HoldsFor::Person)];
    let test = || ident("region").eq(lit("east"));
    let on = |table: &str, test: Expr| BTreeMap::from([(TableName::new(table).unwrap(), test)]);
    all_in(&bound("visits", None, on("people", test())), &asked).unwrap();
    all_in(&bound("people", Some(test()), BTreeMap::new()), &asked).unwrap();
    for wrong in [
        bound("visits", None, BTreeMap::new()),
        bound("visits", Some(test()), BTreeMap::new()),
        bound("visits", None, on("visits", test())),
        bound("visits", None, on("people", test().or(lit(true)))),
        bound("visits", None, on("people", ident("region").eq(lit("west")))),
        bound("visits", None, on("people", ident("sex").eq(lit("east")))),
        bound("visits", None, on("people", ident("region").eq(ident("region")))),
        bound("people", None, on("people", test())),
        bound("people", Some(test().is_not_true()), BTreeMap::new()),
    ] {
        assert!(all_in(&wrong, &asked).is_err(), "{wrong:?}");
    }
    // More than is asked is no less.
    let more = test().and(ident("birth_year").gt(lit(1950_i64)));
    all_in(&bound("visits", None, on("people", more)), &asked).unwrap();
}

#[test]
fn conditions_of_rows_and_of_other_datasets_do_not_concern_a_table() {
    let rows = [condition("people", "region", RowOperator::Equal, &[text("east")], HoldsFor::Rows)];
    all_in(&bound("visits", None, BTreeMap::new()), &rows).unwrap();
    assert!(all_in(&bound("people", None, BTreeMap::new()), &rows).is_err());
    let mut elsewhere = every_form(HoldsFor::Person);
    for condition in &mut elsewhere {
        condition.column.dataset = DatasetId::new("other").unwrap();
    }
    all_in(&bound("visits", None, BTreeMap::new()), &elsewhere).unwrap();
    all_in(&bound("people", None, BTreeMap::new()), &elsewhere).unwrap();
}
