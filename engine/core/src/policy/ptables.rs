//! `ptables/<id>.toml`: perturbation tables, which release profiles name.
//!
//! How a table is written belongs to the disclosure rules; here a problem gets the file and line it stands on. Must never
//! know: what a table does to a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use tresor_disclosure::noise::PerturbationTable;

use super::files::{PTABLES, PolicyFiles, Source};
use super::nearest::did_you_mean;
use super::report::Report;

/// The tables by id. One that cannot be read is known, so that a profile that names it is not told that it is missing.
pub(super) struct Tables(BTreeMap<String, Option<Arc<PerturbationTable>>>);

/// What there is under a name.
pub(super) enum Named {
    /// The table.
    Table(Arc<PerturbationTable>),
    /// A file with a problem, which is reported.
    Broken,
    /// Nothing, and what was perhaps meant.
    Missing(String),
}

/// Reads every perturbation table.
pub(super) fn read_tables(files: &PolicyFiles, report: &mut Report) -> Tables {
    let read = |(id, source)| (String::from(id), read_table(id, source, report));
    Tables(files.in_folder(PTABLES).map(read).collect())
}

fn read_table(id: &str, source: Source<'_>, report: &mut Report) -> Option<Arc<PerturbationTable>> {
    let table = match PerturbationTable::parse(source.text) {
        Ok(table) => table,
        Err(problem) => {
            report.add(source.place(problem.byte), problem.wrong, problem.fix);
            return None;
        }
    };
    if table.id() != id {
        report.add(
            source.place(0),
            format!("the id is `{}` and the file is `{id}.toml`", table.id()),
            format!("write `id = \"{id}\"` or rename the file"),
        );
        return None;
    }
    Some(Arc::new(table))
}

impl Tables {
    /// What there is under this name.
    pub(super) fn named(&self, id: &str) -> Named {
        match self.0.get(id) {
            Some(Some(table)) => Named::Table(Arc::clone(table)),
            Some(None) => Named::Broken,
            None => Named::Missing(did_you_mean(id, self.0.keys().map(String::as_str))),
        }
    }
}
