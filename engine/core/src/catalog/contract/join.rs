//! One `[[joins]]` entry of a contract file: columns that correspond.
//!
//! Between two tables of persons it is a link inside a person: an order of one table is the order of the other, and
//! belongs to one person. To join them by the person needs no entry.

use super::nearest::suggestion;
use super::report::Report;
use super::section::{Entry, Section, Value, text};
use super::{ColumnContract, JoinContract, Role, TableContract};
use crate::ids::ColumnName;

const KEYS: &[&str] = &["left", "right"];
const FORM: &str = "`\"table.column\"`, or a list of them for several columns";

/// One side: a table and its columns in order, with the place in the file.
struct Side<'c> {
    at: usize,
    table: &'c TableContract,
    columns: Vec<&'c ColumnContract>,
}

/// Reads a join; nothing when it makes no sense, after reporting it. Say by `complete` that `tables` holds every
/// table of the file, so that an unknown name is an error.
pub(super) fn read(
    value: Value<'_>,
    tables: &[TableContract],
    complete: bool,
    report: &mut Report<'_>,
) -> Option<JoinContract> {
    let section = Section::of("the join", value.span().start, value, report)?;
    section.only(KEYS, report);
    let left = side(&section, "left", tables, complete, report);
    let right = side(&section, "right", tables, complete, report);
    let (left, right) = (left?, right?);
    check_sides(&left, &right, report);
    let on: Vec<(ColumnName, ColumnName)> = left
        .columns
        .iter()
        .zip(&right.columns)
        .map(|(left, right)| (left.name.clone(), right.name.clone()))
        .collect();
    Some(JoinContract { left: left.table.name.clone(), right: right.table.name.clone(), on })
}

fn side<'c>(
    section: &Section<'_>,
    key: &str,
    tables: &'c [TableContract],
    complete: bool,
    report: &mut Report<'_>,
) -> Option<Side<'c>> {
    let entry = section.required(key, &format!("add `{key} = \"table.column\"`"), report)?;
    let items: Vec<Value<'_>> = match entry.value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![entry.value],
    };
    let mut side: Option<Side<'c>> = None;
    for item in items {
        let path = text(Entry { value: item, ..entry }, report)?;
        let (table, column) = column(path, item.span().start, tables, complete, report)?;
        let side = side.get_or_insert(Side { at: entry.at, table, columns: Vec::new() });
        if side.table.name != table.name {
            report.add(item.span().start, format!("`{key}` names two tables"), "name one table");
            return None;
        }
        side.columns.push(column);
    }
    if side.is_none() {
        report.add(entry.at, format!("`{key}` is empty"), format!("write {FORM}"));
    }
    side
}

fn column<'c>(
    path: &str,
    at: usize,
    tables: &'c [TableContract],
    complete: bool,
    report: &mut Report<'_>,
) -> Option<(&'c TableContract, &'c ColumnContract)> {
    let Some((table_name, column_name)) = path.split_once('.') else {
        report.add(at, format!("`{path}` is not a table and a column"), format!("write {FORM}"));
        return None;
    };
    let Some(table) = tables.iter().find(|table| table.name.as_str() == table_name) else {
        if complete {
            let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            let problem = format!("the join names an unknown table `{table_name}`");
            report.add(at, problem, suggestion(table_name, &names));
        }
        return None;
    };
    let found = table.column(column_name).map(|(_, column)| (table, column));
    if found.is_none() && complete {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let problem = format!("the join names an unknown column `{column_name}` of `{table_name}`");
        report.add(at, problem, suggestion(column_name, &names));
    }
    found
}

fn check_sides(left: &Side<'_>, right: &Side<'_>, report: &mut Report<'_>) {
    for side in [left, right] {
        for column in side.columns.iter().filter(|column| column.role == Role::Person) {
            let problem = format!("the join names the person column `{}`", column.name);
            let fix = "leave it out: tables of persons always join by the person";
            report.add(side.at, problem, fix);
        }
    }
    if left.columns.len() != right.columns.len() {
        report.add(right.at, "the sides have different numbers of columns", "write them in pairs");
    }
    for (left, right_column) in left.columns.iter().zip(&right.columns) {
        if left.kind != right_column.kind {
            let problem = format!("`{}` and `{}` differ in type", left.name, right_column.name);
            report.add(right.at, problem, "join columns of the same type");
        }
    }
}
