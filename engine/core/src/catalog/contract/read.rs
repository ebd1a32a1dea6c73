//! From the text of a contract file to a checked contract.
//!
//! The file is TOML: a few lines about the dataset, then one section per table with one line per column. Tables and
//! columns keep the order of the file. Nothing is guessed: an unknown key is an error, so that a misspelt
//! `sensitive` does not go unnoticed. Must never know: rows.

use toml::de::DeTable;

use super::error::ContractErrors;
use super::names::checked;
use super::report::Report;
use super::section::{Section, list};
use super::{Contract, TableContract, join, table};
use crate::ids::DatasetId;

const KEYS: &[&str] = &["dataset", "title", "description", "universe", "tables", "joins"];

impl Contract {
    /// Reads a contract file. `file_name` only appears in errors.
    ///
    /// Left out, `nullable`, `sensitive` and `area` are false and the `decimals` of a measure of type number are 2.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with line, column and fix.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ContractErrors> {
        let mut report = Report::new(text);
        let (document, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            let at = error.span().map_or(0, |span| span.start);
            let problem = error.message().lines().collect::<Vec<_>>().join(", ");
            report.add(at, problem, fix_of(error.message()));
        }
        // After a syntax error the rest of the document is guesswork; a repeated key alone leaves it whole.
        let whole = syntax.iter().all(|error| error.message().contains("duplicate key"));
        let contract = if whole { read(document.get_ref(), &mut report) } else { None };
        let errors = report.into_errors();
        match contract {
            Some(contract) if errors.is_empty() => Ok(contract),
            _ => Err(ContractErrors::new(file_name, errors)),
        }
    }
}

fn fix_of(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        return "give every table, column and key a name of its own";
    }
    "write `key = value`, with text in quotes, and one `[section]` per table"
}

fn read(document: &DeTable<'_>, report: &mut Report<'_>) -> Option<Contract> {
    let section = Section::new("the contract", 0, document);
    section.only(KEYS, report);
    let fix = "add `dataset = \"..\"`: the name of the dataset in SQL";
    let dataset = section.required_text("dataset", fix, report).and_then(|name| {
        let at = section.get("dataset").map_or(0, |entry| entry.value.span().start);
        checked::<DatasetId>("dataset name", name, at, report)
    });
    let title = section.required_text("title", "add `title = \"..\"`", report);
    let fix = "add `description = \"..\"`: what the data are and where they come from";
    let description = section.required_text("description", fix, report);
    let universe = universe(&section, report);
    let (tables, complete) = tables(&section, report);
    let joins = match section.get("joins") {
        None => Vec::new(),
        Some(entry) => list(entry, "a section `[[joins]]`", report)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|value| join::read(value, &tables, complete, report))
            .collect(),
    };
    Some(Contract {
        dataset: dataset?,
        title: title?.to_owned(),
        description: description?.to_owned(),
        universe: universe?.to_owned(),
        tables,
        joins,
    })
}

/// The name of the person universe. It enters record keys, so it must be the same letter for letter everywhere.
fn universe<'t>(section: &Section<'t>, report: &mut Report<'_>) -> Option<&'t str> {
    let fix = "add `universe = \"..\"`: datasets of the same universe use the same pseudonyms";
    let universe = section.required_text("universe", fix, report)?;
    let fine = universe.len() <= 63
        && universe.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fine {
        let at = section.get("universe").map_or(0, |entry| entry.value.span().start);
        let problem = format!("`{universe}` is not a valid universe");
        report.add(at, problem, "use lower case letters, digits and hyphens, at most 63");
    }
    Some(universe)
}

/// The tables that could be read, and whether those are all.
fn tables(section: &Section<'_>, report: &mut Report<'_>) -> (Vec<TableContract>, bool) {
    let fix = "add a section `[tables.NAME]` for each table";
    let Some(entry) = section.required("tables", fix, report) else { return (Vec::new(), false) };
    let Some(lines) = Section::of("the tables", entry.at, entry.value, report) else {
        return (Vec::new(), false);
    };
    if lines.entries.is_empty() {
        report.add(lines.at, "the contract has no tables", fix);
    }
    let before = report.count();
    let tables: Vec<TableContract> =
        lines.entries.iter().filter_map(|line| table::read(*line, report)).collect();
    (tables, report.count() == before)
}
