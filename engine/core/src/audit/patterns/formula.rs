//! The shape of a condition, read again: enough of it to see whether it singles out a combination of values.
//!
//! Reads what `sql/conditions` writes: parts in brackets between `and` and `or`, `not` before what it denies. What is not
//! understood is a leaf that says nothing.

use std::collections::BTreeSet;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Formula<'a> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A column has a value.
    Has(&'a str),
    /// A column has not that value.
    HasNot(&'a str),
    Other,
}

/// How many columns a condition fixes together where it takes out or adds those who fit: `not (a = ? and b = ?)` fixes
/// two, and so does `a != ? or b != ?`, and the second half of `c = ? or (a = ? and b = ?)`.
pub(super) fn fixed_together(shape: &str) -> usize {
    let mut widest = 0;
    widths(&Formula::of(shape), true, false, &mut widest);
    widest
}

/// Whether a condition chooses among the rows of an aggregate and not among those of the query: the query itself may say
/// the number without it.
pub(super) fn of_aggregate(shape: &str) -> bool {
    shape.starts_with("filter (") || shape.starts_with("when (")
}

/// `holds`: whether it stands where it counts as said and not as denied. `inside`: whether it is one way among others.
fn widths(formula: &Formula<'_>, holds: bool, inside: bool, widest: &mut usize) {
    match formula {
        Formula::Not(inner) => widths(inner, !holds, inside, widest),
        Formula::All(parts) | Formula::Any(parts) => {
            let all = matches!(formula, Formula::All(_)) == holds;
            if !all || inside {
                let has = all;
                let columns: BTreeSet<&str> =
                    parts.iter().filter_map(|part| part.value(holds, has)).collect();
                *widest = (*widest).max(columns.len());
            }
            for part in parts {
                widths(part, holds, !all, widest);
            }
        }
        Formula::Has(_) | Formula::HasNot(_) | Formula::Other => {}
    }
}

impl<'a> Formula<'a> {
    fn of(text: &'a str) -> Self {
        let text = bare(text.trim());
        for (word, many) in [(" or ", Self::Any as fn(_) -> _), (" and ", Self::All as fn(_) -> _)]
        {
            let parts = split(text, word);
            if parts.len() > 1 {
                return many(parts.into_iter().map(Self::of).collect());
            }
        }
        if let Some(inner) = text.strip_prefix("not ") {
            return Self::Not(Box::new(Self::of(inner)));
        }
        for denied in [" is not true", " is false"] {
            if let Some(inner) = text.strip_suffix(denied) {
                return Self::Not(Box::new(Self::of(inner)));
            }
        }
        if let Some(inner) = text.strip_suffix(" is true") {
            return Self::of(inner);
        }
        for prefix in ["filter ", "when "] {
            if let Some(inner) = text.strip_prefix(prefix) {
                return Self::of(inner);
            }
        }
        Self::leaf(text)
    }

    fn leaf(text: &'a str) -> Self {
        if let Some(column) = text.strip_suffix(" = ?") {
            return Self::Has(column);
        }
        for unequal in [" != ?", " <> ?"] {
            if let Some(column) = text.strip_suffix(unequal) {
                return Self::HasNot(column);
            }
        }
        let name = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '.';
        if !text.is_empty() && text.chars().all(name) {
            // A column of yes and no.
            return Self::Has(text);
        }
        Self::Other
    }

    /// The column that it gives a value (`has`), or denies one, where it counts as said or as denied (`holds`).
    fn value(&self, holds: bool, has: bool) -> Option<&'a str> {
        match self {
            Self::Not(inner) => inner.value(!holds, has),
            Self::Has(column) => (holds == has).then_some(*column),
            Self::HasNot(column) => (holds != has).then_some(*column),
            Self::All(_) | Self::Any(_) | Self::Other => None,
        }
    }
}

/// A text without the brackets around the whole of it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if balanced(inner) => bare(inner.trim()),
        Some(_) | None => text,
    }
}

/// Whether no bracket closes that was not opened.
fn balanced(text: &str) -> bool {
    let mut depth = 0_i64;
    for sign in text.chars() {
        depth += step(sign);
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The parts between a word, outside of brackets.
fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut begin, mut depth) = (vec![], 0, 0_i64);
    for (at, sign) in text.char_indices() {
        depth += step(sign);
        let rest = text.get(at..).unwrap_or_default();
        if depth == 0 && at >= begin && rest.starts_with(word) {
            parts.extend(text.get(begin..at));
            begin = at + word.len();
        }
    }
    parts.extend(text.get(begin..));
    parts
}

const fn step(sign: char) -> i64 {
    match sign {
        '(' => 1,
        ')' => -1,
        _ => 0,
    }
}
