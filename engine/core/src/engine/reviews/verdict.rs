//! What a checker decides, checked once at the edge.

pub use tresor_ledger::Decision;

/// Longest comment in characters.
const COMMENT_MAX: usize = 4_000;

/// A decision with its comments. Has no `Debug`: comments are free text about an answer.
#[derive(Clone)]
pub struct Verdict {
    pub(super) decision: Decision,
    pub(super) to_author: String,
    pub(super) to_checkers: String,
}

impl Verdict {
    /// A decision, what whoever asked is told of it, and what the other checkers are told. White space around comments
    /// does not count.
    ///
    /// # Errors
    /// What is wrong and what to write instead, when a comment is too long or holds signs that are no text, or when
    /// whoever asked would be refused without a word.
    pub fn new(
        decision: Decision,
        to_author: &str,
        to_checkers: &str,
    ) -> Result<Self, (String, &'static str)> {
        let (to_author, to_checkers) = (to_author.trim(), to_checkers.trim());
        for (name, comment) in [("to_author", to_author), ("to_checkers", to_checkers)] {
            if comment.chars().count() > COMMENT_MAX {
                let wrong = format!("`{name}` has more than {COMMENT_MAX} characters");
                return Err((wrong, "say it in fewer words"));
            }
            if comment.chars().any(|c| c.is_control() && c != '\n') {
                let wrong = format!("`{name}` holds control characters");
                return Err((wrong, "write plain text and line breaks"));
            }
        }
        if decision == Decision::Refuse && to_author.is_empty() {
            let wrong = "`to_author` is empty, and the answer would be refused without a word";
            return Err((
                wrong.to_owned(),
                "say what has to change, without numbers of the answer",
            ));
        }
        Ok(Self { decision, to_author: to_author.to_owned(), to_checkers: to_checkers.to_owned() })
    }
}

#[cfg(test)]
mod tests;
