//! Collects errors while a contract file is checked, and turns byte offsets into lines and columns.

use super::error::ContractError;

/// The errors found so far in one text.
pub(super) struct Report<'a> {
    text: &'a str,
    errors: Vec<ContractError>,
}

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, errors: Vec::new() }
    }

    /// Notes an error that starts at a byte of the text.
    pub(super) fn add(&mut self, at: usize, problem: impl Into<String>, fix: impl Into<String>) {
        let (line, column) = place(self.text, at);
        self.errors.push(ContractError { line, column, problem: problem.into(), fix: fix.into() });
    }

    /// How many errors there are.
    pub(super) fn count(&self) -> usize {
        self.errors.len()
    }

    pub(super) fn into_errors(self) -> Vec<ContractError> {
        self.errors
    }
}

/// Line and column, both from 1; columns count characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
