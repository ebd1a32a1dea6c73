//! One table on its way in: read, checked row by row against the contract, the pseudonym replaced by the number of
//! the person. Rows go on to the next step only while nothing was found wrong.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, UInt32Array};
use arrow::datatypes::{SchemaRef, UInt32Type};
use arrow::record_batch::RecordBatch;

use super::check::{ColumnCheck, Offence, note};
use super::convert::arrow_schema;
use super::error::{Doing, ExtractError};
use super::findings::Findings;
use super::keys::{KeysSeen, PersonsSeen};
use super::persons::Persons;
use super::source::SourceTable;
use crate::catalog::contract::{TableContract, TableKind};
use crate::progress::Progress;

/// One table on its way in.
pub(super) struct Intake<'a> {
    table: &'a TableContract,
    source: &'a SourceTable,
    persons: &'a Persons,
    checks: Vec<ColumnCheck<'a>>,
    once: Option<PersonsSeen>,
    keys: Option<KeysSeen>,
    schema: SchemaRef,
    rows: u64,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        table: &'a TableContract,
        source: &'a SourceTable,
        persons: &'a Persons,
    ) -> Self {
        let once = matches!(table.kind, TableKind::Personal { one_row_per_person: true })
            .then(|| PersonsSeen::new(persons.count()));
        Self {
            table,
            source,
            persons,
            checks: table.columns.iter().map(ColumnCheck::new).collect(),
            once,
            keys: None,
            schema: Arc::new(arrow_schema(table)),
            rows: 0,
        }
    }

    /// Reads the table to its end and passes checked batches on; the number of rows read.
    pub(super) fn run(
        mut self,
        findings: &mut Findings,
        progress: &dyn Progress,
        mut pass_on: impl FnMut(&RecordBatch) -> Result<(), ExtractError>,
    ) -> Result<u64, ExtractError> {
        let names: Vec<&str> =
            self.table.columns.iter().map(|column| column.name.as_str()).collect();
        for batch in self.source.read(&names)? {
            let columns = match batch {
                Ok(columns) => columns,
                Err(line) => {
                    note_broken(self.source, line, findings);
                    break;
                }
            };
            let rows = columns.first().map_or(0, Array::len);
            let columns = self.check(&columns, rows, findings)?;
            if findings.is_empty() {
                let batch = RecordBatch::try_new(SchemaRef::clone(&self.schema), columns)
                    .doing("read", &self.source.path)?;
                pass_on(&batch)?;
            }
            self.rows += rows as u64;
            progress.advance(rows as u64);
        }
        Ok(self.rows)
    }

    /// The columns as the snapshot holds them, after noting what is wrong.
    fn check(
        &mut self,
        sources: &[ArrayRef],
        rows: usize,
        findings: &mut Findings,
    ) -> Result<Vec<ArrayRef>, ExtractError> {
        let mut columns = Vec::with_capacity(sources.len());
        for (position, (source, check)) in sources.iter().zip(&self.checks).enumerate() {
            let mut offences = Vec::new();
            let mut values = check.check(source, &mut offences);
            if self.table.person_column() == Some(position) {
                values = self.numbered(values.as_string());
                let numbers = values.as_primitive::<UInt32Type>();
                check_once(self.once.as_mut(), numbers, &mut offences);
            }
            self.tell(position, offences, findings);
            columns.push(values);
        }
        if let TableKind::Public { key } = &self.table.kind {
            let key_columns: Vec<ArrayRef> =
                key.iter().filter_map(|position| columns.get(*position).cloned()).collect();
            let repeated = self.repeated_keys(&key_columns)?;
            let mut offences = Vec::new();
            note(&mut offences, rows, "is a key that an earlier row has", |row| {
                repeated.binary_search(&row).is_ok()
            });
            self.tell(key.first().copied().unwrap_or(0), offences, findings);
        }
        Ok(columns)
    }

    fn repeated_keys(&mut self, columns: &[ArrayRef]) -> Result<Vec<usize>, ExtractError> {
        let path = &self.source.path;
        let seen = match &mut self.keys {
            Some(seen) => seen,
            None => {
                let columns: Vec<&ArrayRef> = columns.iter().collect();
                self.keys.insert(KeysSeen::new(&columns, path)?)
            }
        };
        seen.repeated(columns, path)
    }

    /// Person numbers; NULL where the pseudonym cannot be one, which the check has noted.
    fn numbered(&self, pseudonyms: &StringArray) -> ArrayRef {
        let mut last: Option<(&str, Option<u32>)> = None;
        let numbers: UInt32Array = pseudonyms
            .iter()
            .map(|pseudonym| {
                let pseudonym = pseudonym?;
                match last {
                    Some((text, number)) if text == pseudonym => number,
                    _ => {
                        let number = self.persons.number(pseudonym);
                        last = Some((pseudonym, number));
                        number
                    }
                }
            })
            .collect();
        Arc::new(numbers)
    }

    fn tell(&self, position: usize, offences: Vec<Offence>, findings: &mut Findings) {
        let Some(column) = self.table.columns.get(position) else { return };
        for Offence { problem, first, rows } in offences {
            let row = self.rows + first as u64 + 1;
            findings.add_rows(&self.source.file, column.name.as_str(), &problem, row, rows);
        }
    }
}

/// Notes that a file cannot be read further.
pub(super) fn note_broken(source: &SourceTable, line: Option<u64>, findings: &mut Findings) {
    let problem = match line {
        Some(line) => {
            format!("cannot be read at line {line}: wrong number of fields, or not UTF-8")
        }
        None => "cannot be read to its end; it may be damaged".to_owned(),
    };
    findings.add(&source.file, None, problem);
}

/// Notes rows of persons who had one before, in a table that allows one each.
fn check_once(seen: Option<&mut PersonsSeen>, persons: &UInt32Array, offences: &mut Vec<Offence>) {
    let Some(seen) = seen else { return };
    let repeated: Vec<bool> =
        persons.iter().map(|person| person.is_some_and(|person| !seen.is_new(person))).collect();
    note(offences, repeated.len(), "is a person whom an earlier row is about", |row| {
        repeated.get(row).copied().unwrap_or(false)
    });
}
