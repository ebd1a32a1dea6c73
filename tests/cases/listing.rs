//! Lists of the manual that come from the code: functions with their reasons, limits, the tables of the examples.

use std::collections::BTreeMap;

use tests::clinic::CONTRACT;
use tresor_core::limits::Limits;
use tresor_core::sql::functions;

/// The list of this name.
pub(crate) fn of(what: &str) -> String {
    match what {
        "scalars" => scalars(),
        "aggregates" => names(functions::aggregates().iter().map(|f| (f.name(), f.aliases()))),
        "windows" => names(functions::windows().iter().map(|f| (f.name(), f.aliases()))),
        "limits" => limits(&Limits::default()),
        "tables" => tables(),
        other => panic!("the manual has no list `{other}`"),
    }
}

/// Functions by the reason why each is safe.
fn scalars() -> String {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (function, reason) in functions::scalars() {
        by_reason.entry(reason).or_default().push(named(function.name(), function.aliases()));
    }
    let rows =
        by_reason.into_iter().map(|(reason, names)| format!("| {} | {reason} |", names.join(", ")));
    let head =
        ["| functions | why they are safe on a single row |".to_owned(), "|---|---|".to_owned()];
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn names<'a>(all: impl Iterator<Item = (&'a str, &'a [String])>) -> String {
    let mut all: Vec<String> = all.map(|(name, aliases)| named(name, aliases)).collect();
    all.sort();
    all.join(", ")
}

fn named(name: &str, aliases: &[String]) -> String {
    match aliases {
        [] => format!("`{name}`"),
        _ => format!("`{name}` (also `{}`)", aliases.join("`, `")),
    }
}

fn limits(limits: &Limits) -> String {
    let rows = [
        ("characters of SQL", limits.sql_bytes),
        ("levels of nesting", limits.depth),
        ("values in one IN list, rows in VALUES", limits.in_list),
        ("CTEs", limits.ctes),
        ("tables, every use of a CTE counted", limits.table_references),
        ("joins and sub-queries in expressions, every use of a CTE counted", limits.joins),
        ("joins of two tables that both have many rows per person", limits.multiplying_joins),
        ("joins of results that pair many rows with many", limits.multiplying_results),
        ("columns of one SELECT", limits.output_columns),
        ("columns of one GROUP BY", limits.group_keys),
        ("protected tables in one query; every level of ROLLUP or CUBE is one", limits.boundaries),
        ("different things counted or summed in one protected table", limits.measures),
    ];
    let rows = rows.into_iter().map(|(what, number)| format!("| {what} | {number} |"));
    let head = ["| at most | |".to_owned(), "|---|---:|".to_owned()];
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// The tables of the contract that the examples are about.
fn tables() -> String {
    let contract: toml::Table = toml::from_str(CONTRACT).unwrap();
    let mut lines = vec!["| table | rows | columns |".to_owned(), "|---|---|---|".to_owned()];
    for (name, table) in contract["tables"].as_table().unwrap() {
        let rows = table["rows"].as_str().unwrap().replace('-', " ");
        let columns: Vec<String> = table["columns"]
            .as_table()
            .unwrap()
            .iter()
            .map(|(name, column)| described(name, column))
            .collect();
        lines.push(format!("| `{name}` | {rows} | {} |", columns.join(", ")));
    }
    lines.join("\n")
}

fn described(name: &str, column: &toml::Value) -> String {
    let role = column["role"].as_str().unwrap();
    match column.get("values").and_then(toml::Value::as_array) {
        Some(values) => {
            let values: Vec<&str> = values.iter().filter_map(toml::Value::as_str).collect();
            format!("`{name}` ({role}: {})", values.join(", "))
        }
        None => format!("`{name}` ({role})"),
    }
}
