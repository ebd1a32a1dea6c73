//! What is wrong in the policy files, in words for the officer who wrote them.
//!
//! Every problem has a place, what is wrong and what to do instead. All problems of all files are collected, so that
//! an officer mends them in one go. Must never know: what the files mean.

use std::fmt;

/// A place in a policy file, counted from 1 as editors do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path, from `policies/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One problem: where, what, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyError {
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub wrong: String,
    /// What to do instead.
    pub fix: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.wrong, self.fix)
    }
}

/// Everything that is wrong, by file and line; never empty. Displayed as one line for each problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors(Vec<PolicyError>);

impl PolicyErrors {
    /// A revision that failed for one reason.
    pub(super) fn one(place: Place, wrong: String, fix: &str) -> Self {
        Self(vec![PolicyError { place, wrong, fix: fix.to_owned() }])
    }

    /// The problems, by file and line.
    #[must_use]
    pub fn problems(&self) -> &[PolicyError] {
        &self.0
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}

/// Collects problems while files are read.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<PolicyError>);

impl Report {
    pub(super) fn add(&mut self, place: Place, wrong: impl Into<String>, fix: impl Into<String>) {
        self.0.push(PolicyError { place, wrong: wrong.into(), fix: fix.into() });
    }

    /// The errors if there are any: a policy with one mistake in it decides nothing (FAIL-CLOSED).
    pub(super) fn into_result(mut self) -> Result<(), PolicyErrors> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        self.0.dedup();
        Err(PolicyErrors(self.0))
    }
}
