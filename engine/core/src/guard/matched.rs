//! Regular expressions that are written out, over texts.
//!
//! The pattern was held against its limits before planning (`sql/functions/patterns.rs`); matching takes time in
//! proportion to the text and never fails.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use regex::{NoExpand, Regex};

use super::joined::LONGEST;
use super::rowwise::{RowWise, text_column, texts};

/// What is done with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Whether it is found.
    Found,
    /// How often it is found.
    Counted,
    /// The text with this in its place: the first time, or every time.
    Replaced {
        /// What is written in its place, as it is.
        with: String,
        /// Every time.
        everywhere: bool,
    },
}

/// A question about a pattern.
#[derive(Debug, Clone)]
pub(super) struct Matched {
    pub(super) regex: Regex,
    /// Flags are not part of a compiled pattern's text.
    pub(super) ignore_case: bool,
    pub(super) question: Question,
}

impl PartialEq for Matched {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
            && self.ignore_case == other.ignore_case
            && self.question == other.question
    }
}

impl Eq for Matched {}

impl Hash for Matched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.regex.as_str().hash(state);
        self.ignore_case.hash(state);
        self.question.hash(state);
    }
}

impl RowWise for Matched {
    fn name(&self) -> &'static str {
        match self.question {
            Question::Found => "matched",
            Question::Counted => "matches_counted",
            Question::Replaced { .. } => "matches_replaced",
        }
    }

    fn compute(&self, columns: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
        let [column] = columns else { return internal_err!("one column was expected") };
        let texts = texts(column)?;
        match &self.question {
            Question::Found => {
                let found: BooleanArray =
                    texts.map(|text| Some(self.regex.is_match(text?))).collect();
                Ok(Arc::new(found))
            }
            Question::Counted => {
                let counts: Int64Array = texts
                    .map(|text| i64::try_from(self.regex.find_iter(text?).count()).ok())
                    .collect();
                Ok(Arc::new(counts))
            }
            Question::Replaced { with, everywhere } => {
                let limit = if *everywhere { 0 } else { 1 };
                text_column(texts.map(|text| self.replaced(text?, with, limit)), returns)
            }
        }
    }
}

impl Matched {
    /// NULL where the result could become too long: there is at most one place more than there are letters.
    fn replaced(&self, text: &str, with: &str, limit: usize) -> Option<String> {
        let places = if limit == 0 { self.regex.find_iter(text).count() } else { limit };
        let most = text.len().checked_add(places.checked_mul(with.len())?)?;
        (with.is_empty() || most <= LONGEST.max(text.len()))
            .then(|| self.regex.replacen(text, limit, NoExpand(with)).into_owned())
    }
}
