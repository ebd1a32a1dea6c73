//! Columns that release profiles name: pairs that may not be crossed, and combinations that cannot be.
//!
//! The disclosure rules take them as texts. Here they get their place in the file and become names, so that they can be
//! held against the contracts: a rule about a misspelt column would protect nothing. Must never know: what follows of them.

use toml::de::{DeTable, DeValue};

use super::files::{PROFILES, PolicyFiles, Source};
use super::report::{Place, Report};
use super::section::parse;
use crate::ids::{ColumnId, ColumnName, DatasetId, TableName};

/// A column that a profile names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProfileColumn {
    pub(super) place: Place,
    pub(super) column: ColumnId,
    /// The value that it cannot have together with others, where one is named.
    pub(super) value: Option<String>,
}

/// Every column that a profile names. What is no text at all is reported where the profile itself is read.
pub(super) fn read_profile_columns(files: &PolicyFiles, report: &mut Report) -> Vec<ProfileColumn> {
    let mut found = vec![];
    for (_, source) in files.in_folder(PROFILES) {
        // Mistakes of the syntax are reported by the reader of the profile.
        let Some(table) = parse(source, &mut Report::default()) else { continue };
        let mut reader = Reader { source, found: &mut found, report };
        reader.exclusions(table.get_ref());
        reader.structural_zeros(table.get_ref());
    }
    found
}

struct Reader<'a, 'b> {
    source: Source<'a>,
    found: &'b mut Vec<ProfileColumn>,
    report: &'b mut Report,
}

impl Reader<'_, '_> {
    fn exclusions(&mut self, profile: &DeTable<'_>) {
        for pair in list(profile, "field_exclusions") {
            let DeValue::Array(pair) = pair else { continue };
            for name in pair {
                if let DeValue::String(text) = name.get_ref() {
                    self.add(text, name.span().start, None);
                }
            }
        }
    }

    fn structural_zeros(&mut self, profile: &DeTable<'_>) {
        for combination in list(profile, "structural_zeros") {
            let DeValue::Table(combination) = combination else { continue };
            for (name, value) in combination {
                if let DeValue::String(value) = value.get_ref() {
                    self.add(name.get_ref(), name.span().start, Some(value.to_string()));
                }
            }
        }
    }

    fn add(&mut self, text: &str, at: usize, value: Option<String>) {
        let place = self.source.place(at);
        match column_id(text) {
            Some(column) => self.found.push(ProfileColumn { place, column, value }),
            None => self.report.add(
                place,
                format!("`{text}` is not a column"),
                "write `dataset.table.column`",
            ),
        }
    }
}

fn list<'a>(profile: &'a DeTable<'_>, key: &str) -> impl Iterator<Item = &'a DeValue<'a>> {
    let found = profile.iter().find(|(known, _)| known.get_ref().as_ref() == key);
    let items = found.and_then(|(_, value)| match value.get_ref() {
        DeValue::Array(items) => Some(items.iter()),
        _ => None,
    });
    items.into_iter().flatten().map(|item| item.get_ref())
}

fn column_id(text: &str) -> Option<ColumnId> {
    let mut parts = text.split('.');
    let (dataset, table, column) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(ColumnId {
        dataset: DatasetId::new(dataset).ok()?,
        table: TableName::new(table).ok()?,
        column: ColumnName::new(column).ok()?,
    })
}
