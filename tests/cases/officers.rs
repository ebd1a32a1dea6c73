//! What the page for officers takes from the town and the profiles: numbers as they are, and who sets which field.

use std::collections::{BTreeMap, BTreeSet};

use tests::shelf::{self, Variant};
use tests::town::Town;

/// A table of true numbers of people, `<rows> by <columns>`, with totals.
pub(crate) fn truth(columns: &str) -> String {
    let (row, column) = columns.split_once(" by ").expect("`<!-- truth: <rows> by <columns> -->`");
    let cells = Town::default().crossed(row, column);
    let rows: BTreeSet<&str> = cells.keys().map(|(row, _)| row.as_str()).collect();
    let columns: BTreeSet<&str> = cells.keys().map(|(_, column)| column.as_str()).collect();
    let line = |head: &str, numbers: Vec<usize>| {
        let all: usize = numbers.iter().sum();
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        format!("| {head} | {} | {all} |", numbers.join(" | "))
    };
    let cell = |row: &str, column: &str| {
        cells.get(&(row.to_owned(), column.to_owned())).copied().unwrap_or(0)
    };
    let names: Vec<&str> = columns.iter().copied().collect();
    let mut lines = vec![
        format!("| people in truth | {} | all |", names.join(" | ")),
        format!("|---|{}", "---:|".repeat(names.len() + 1)),
    ];
    for name in &rows {
        lines.push(line(name, names.iter().map(|column| cell(name, column)).collect()));
    }
    let total = |column: &&str| rows.iter().map(|row| cell(row, column)).sum();
    lines.push(line("all", names.iter().map(total).collect()));
    lines.join("\n")
}

/// For each field, what the profiles of the repository have there.
pub(crate) fn fields(names: &str) -> String {
    let mut lines =
        vec!["| field of the profile | value | profiles |".to_owned(), "|---|---|---|".to_owned()];
    for name in names.split(", ") {
        let mut by_value: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in shelf::ids() {
            by_value.entry(value(&id, name)).or_default().push(format!("`{id}`"));
        }
        let mut values: Vec<(String, Vec<String>)> = by_value.into_iter().collect();
        // The rarest first; what most have is said last, and not by name.
        values.sort_by_key(|(_, profiles)| profiles.len());
        let most = values.len() - 1;
        for (at, (value, profiles)) in values.into_iter().enumerate() {
            let who = if at == most && profiles.len() > 4 {
                if most == 0 { "all".to_owned() } else { "all others".to_owned() }
            } else {
                profiles.join(", ")
            };
            let field = if at == 0 { format!("`{name}`") } else { String::new() };
            lines.push(format!("| {field} | `{value}` | {who} |"));
        }
    }
    lines.join("\n")
}

/// What a profile has behind the name of a field.
fn value(id: &str, name: &str) -> String {
    let text = shelf::text(id);
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
    line.unwrap_or_else(|| panic!("`{id}` has no line `{name} = ..`")).to_owned()
}

/// A profile by name, and what it has in place of another's lines.
pub(crate) fn profile(id: &str) -> String {
    match Variant::named(id) {
        None => format!("`{id}`"),
        Some(variant) => {
            let lines: Vec<String> = variant.lines.iter().map(|line| format!("`{line}`")).collect();
            format!("`{}` with {}", variant.of, lines.join(" and "))
        }
    }
}
