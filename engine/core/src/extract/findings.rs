//! What is wrong with source data: file, row and column, never a value.
//!
//! Reading goes on after a finding, so that a data steward sees everything at once; the same problem of the same
//! column is told once, with its first row and how many more there are.

use std::fmt;

/// One problem of one column or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the file in the source folder.
    pub file: String,
    /// First row with the problem, from 1, not counting a header line.
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// What is wrong and what is expected.
    pub problem: String,
    /// How many further rows have the same problem.
    pub more_rows: u64,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ": row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        write!(f, ": {}", self.problem)?;
        if self.more_rows > 0 {
            write!(f, " (and {} more rows)", self.more_rows)?;
        }
        Ok(())
    }
}

/// Everything found, in the order of discovery. Displayed as one line per finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// The findings.
    #[must_use]
    pub fn list(&self) -> &[Finding] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a problem of a whole file or column.
    pub(super) fn add(&mut self, file: &str, column: Option<&str>, problem: impl Into<String>) {
        self.0.push(Finding {
            file: file.to_owned(),
            row: None,
            column: column.map(str::to_owned),
            problem: problem.into(),
            more_rows: 0,
        });
    }

    /// Notes a problem of rows: the first of them, from 1, and how many there are.
    pub(super) fn add_rows(
        &mut self,
        file: &str,
        column: &str,
        problem: &str,
        first_row: u64,
        rows: u64,
    ) {
        let same = self.0.iter_mut().find(|finding| {
            finding.row.is_some()
                && finding.file == file
                && finding.column.as_deref() == Some(column)
                && finding.problem == problem
        });
        if let Some(finding) = same {
            finding.more_rows += rows;
            return;
        }
        self.0.push(Finding {
            file: file.to_owned(),
            row: Some(first_row),
            column: Some(column.to_owned()),
            problem: problem.to_owned(),
            more_rows: rows.saturating_sub(1),
        });
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}
