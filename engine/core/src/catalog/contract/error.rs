//! What is wrong with a contract file, where, and how to put it right.
//!
//! Written for the data steward who edits the file: every error has a place and a fix, and all of them come at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub fix: String,
}

/// Everything that is wrong with one contract file, from top to bottom.
///
/// Displayed as one line per error: `file:line:column: problem; fix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractErrors {
    file: String,
    errors: Vec<ContractError>,
}

impl ContractErrors {
    pub(super) fn new(file: &str, mut errors: Vec<ContractError>) -> Self {
        errors.sort_by_key(|error| (error.line, error.column));
        Self { file: file.to_owned(), errors }
    }

    /// The errors, from top to bottom; never empty.
    #[must_use]
    pub fn errors(&self) -> &[ContractError] {
        &self.errors
    }
}

impl fmt::Display for ContractErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let ContractError { line, column, problem, fix } = error;
            write!(f, "{}:{line}:{column}: {problem}; {fix}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for ContractErrors {}
