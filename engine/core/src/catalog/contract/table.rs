//! One table of a contract file.

use super::names::checked;
use super::nearest::suggestion;
use super::report::Report;
use super::section::{Entry, Section, list, text};
use super::{ColumnContract, Role, TableContract, TableKind, column};
use crate::ids::TableName;

const KEYS: &[&str] = &["description", "rows", "key", "columns"];

/// What a row of a table is, as the file says it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    OnePerPerson,
    ManyPerPerson,
    NoPersons,
}

const ROWS: &[(&str, Rows)] = &[
    ("one-per-person", Rows::OnePerPerson),
    ("many-per-person", Rows::ManyPerPerson),
    ("no-persons", Rows::NoPersons),
];

/// Reads a table; nothing when it lacks what every table needs, after reporting it.
pub(super) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<TableContract> {
    let name = checked::<TableName>("table name", entry.key, entry.at, report);
    let what = format!("the table `{}`", entry.key);
    let section = Section::of(what, entry.at, entry.value, report)?;
    section.only(KEYS, report);
    let fix = "add `description = \"..\"`: what one row is";
    let description = section.required_text("description", fix, report);
    let rows = section.choice("rows", ROWS, report);
    let (columns, complete) = columns(&section, report);
    let kind = match rows? {
        Rows::NoPersons => TableKind::Public { key: key(&section, &columns, complete, report) },
        rows => {
            check_personal(&section, &columns, complete, report);
            TableKind::Personal { one_row_per_person: rows == Rows::OnePerPerson }
        }
    };
    Some(TableContract { name: name?, description: description?.to_owned(), kind, columns })
}

/// The columns that could be read, and whether those are all: if not, questions about the table as a whole
/// cannot be answered yet.
fn columns(section: &Section<'_>, report: &mut Report<'_>) -> (Vec<ColumnContract>, bool) {
    let fix = "add a section `[tables.NAME.columns]` with one line per column";
    let Some(entry) = section.required("columns", fix, report) else { return (Vec::new(), false) };
    let what = format!("the columns of {}", section.what);
    let Some(lines) = Section::of(what, entry.at, entry.value, report) else {
        return (Vec::new(), false);
    };
    if lines.entries.is_empty() {
        report.add(lines.at, format!("{} has no columns", section.what), fix);
    }
    let columns: Vec<ColumnContract> =
        lines.entries.iter().filter_map(|line| column::read(*line, report)).collect();
    let complete = columns.len() == lines.entries.len() && !columns.is_empty();
    (columns, complete)
}

/// A table of persons has exactly one person column and no key.
fn check_personal(
    section: &Section<'_>,
    columns: &[ColumnContract],
    complete: bool,
    report: &mut Report<'_>,
) {
    if let Some(key) = section.get("key") {
        let problem = format!("{} is about persons and has a `key`", section.what);
        report.add(
            key.at,
            problem,
            "remove `key`: only tables with `rows = \"no-persons\"` have one",
        );
    }
    let persons = columns.iter().filter(|column| column.role == Role::Person).count();
    if persons > 1 || (persons == 0 && complete) {
        let problem = format!("{} has {persons} person columns", section.what);
        report.add(section.at, problem, "give exactly one column `role = \"person\"`");
    }
}

/// The positions of the key columns of a table without persons.
fn key(
    section: &Section<'_>,
    columns: &[ColumnContract],
    complete: bool,
    report: &mut Report<'_>,
) -> Vec<usize> {
    if columns.iter().any(|column| column.role == Role::Person) {
        let problem = format!("{} has a person column but says `no-persons`", section.what);
        let fix = "change `rows`, or give the column another role";
        report.add(section.at, problem, fix);
    }
    let fix = "add `key = [\"column\"]`: the columns that identify a row";
    let Some(entry) = section.required("key", fix, report) else { return Vec::new() };
    let Some(items) = list(entry, "`[\"column\"]`", report) else { return Vec::new() };
    if items.is_empty() {
        report.add(entry.at, format!("the key of {} is empty", section.what), fix);
    }
    let mut key = Vec::new();
    for item in items {
        let Some(name) = text(Entry { value: item, ..entry }, report) else { continue };
        let at = item.span().start;
        let found = columns.iter().enumerate().find(|(_, column)| column.name.as_str() == name);
        match found {
            Some((position, _)) if key.contains(&position) => {
                report.add(at, format!("`{name}` is in the key twice"), "remove one");
            }
            Some((position, column)) => {
                if column.nullable {
                    let problem = format!("`{name}` is in the key and nullable");
                    report.add(at, problem, "a key cannot be missing: remove `nullable`");
                }
                key.push(position);
            }
            None if complete => {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                let problem = format!("the key names an unknown column `{name}`");
                report.add(at, problem, suggestion(name, &names));
            }
            None => {}
        }
    }
    key
}
