//! One expression in the written form of the log: once with its constants, once with `?` in their place.

use sha2::{Digest, Sha256};

/// Longest definition of a column that stands where the column is used: what a CTE computes is written out in each use.
const LONGEST_DEFINITION: usize = 300;
/// Longest shape of a condition. All of them have to fit into one entry of the log.
const LONGEST_SHAPE: usize = 200;
/// Longest condition with its constants, which lies apart from the log.
const LONGEST_TEXT: usize = 4_000;

/// An expression, told in words. Has no `Debug`: it holds the researcher's constants.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    /// With `?` for every constant.
    pub(super) shape: String,
    /// With its constants.
    pub(super) text: String,
    /// Whether it is a constant.
    pub(super) constant: bool,
    /// Whether it is the column that tells the person.
    pub(super) person: bool,
    /// Whether it says of two columns that they tell the same person.
    pub(super) links: bool,
    /// Whether it is computed from protected numbers.
    pub(super) of_result: bool,
    /// Whether it needs brackets inside something else.
    pub(super) loose: bool,
}

impl Told {
    pub(super) fn word(word: impl Into<String>) -> Self {
        let word = word.into();
        Self {
            shape: word.clone(),
            text: word,
            constant: false,
            person: false,
            links: false,
            of_result: false,
            loose: false,
        }
    }

    pub(super) fn constant(text: String) -> Self {
        Self { shape: "?".to_owned(), text, constant: true, ..Self::word("") }
    }

    /// Parts with a word between each two of them.
    pub(super) fn list(parts: &[Self], between: &str) -> Self {
        let texts = |of: fn(&Self) -> &str| {
            let texts: Vec<&str> = parts.iter().map(of).collect();
            texts.join(between)
        };
        Self {
            shape: texts(|part| &part.shape),
            text: texts(|part| &part.text),
            of_result: parts.iter().any(|part| part.of_result),
            ..Self::word("")
        }
    }

    /// Several parts in a row, loosely: brackets are put around it where it stands inside something else.
    pub(super) fn phrase(parts: &[Self]) -> Self {
        Self { loose: true, ..Self::list(parts, " ") }
    }

    /// `name(a, b)`.
    pub(super) fn call(name: &str, arguments: &[Self]) -> Self {
        Self::list(arguments, ", ").inside(&format!("{name}("), ")")
    }

    pub(super) fn inside(self, before: &str, after: &str) -> Self {
        Self {
            shape: format!("{before}{}{after}", self.shape),
            text: format!("{before}{}{after}", self.text),
            loose: false,
            ..self
        }
    }

    /// In brackets, if it needs them.
    pub(super) fn bracketed(self) -> Self {
        if self.loose { self.inside("(", ")") } else { self }
    }

    /// As the definition of a column.
    pub(super) fn into_definition(mut self) -> Self {
        self.shape = shortened(self.shape, LONGEST_DEFINITION);
        self.text = shortened(self.text, LONGEST_DEFINITION);
        self
    }

    /// As a condition of the log.
    pub(super) fn into_condition(mut self) -> Self {
        if self.of_result {
            self = self.inside("result: ", "");
        }
        self.shape = shortened(self.shape, LONGEST_SHAPE);
        self.text = shortened(self.text, LONGEST_TEXT);
        self
    }
}

/// The beginning of a long text and what tells it from others that begin like it.
fn shortened(text: String, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text;
    }
    let digest = hex::encode(Sha256::digest(&text));
    let beginning: String = text.chars().take(longest.saturating_sub(20)).collect();
    let mark: String = digest.chars().take(16).collect();
    format!("{beginning}.. #{mark}")
}
