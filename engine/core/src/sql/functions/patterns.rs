//! Regular expressions and date formats: what may be written, checked before anything is planned.

use regex::{Regex, RegexBuilder};

/// Longest pattern, characters.
pub(super) const LONGEST_PATTERN: usize = 256;
/// Memory of a compiled pattern, bytes.
const SIZE: usize = 1 << 20;
/// Brackets in brackets.
const NESTING: u32 = 32;

/// The compiled pattern, unless it is too long, too large or none.
pub(crate) fn compile(pattern: &str, ignore_case: bool) -> Option<Regex> {
    if pattern.chars().count() > LONGEST_PATTERN {
        return None;
    }
    RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .size_limit(SIZE)
        .dfa_size_limit(SIZE)
        .nest_limit(NESTING)
        .build()
        .ok()
}

/// The letters that may follow a `%` in a date format: all that a date without a time of day has.
const LETTERS: &str = "YymdjbBaAeVGu%";

/// Whether a date format writes something for every date.
pub(super) fn is_date_format(format: &str) -> bool {
    let mut letters = format.chars();
    let mut wanted = false;
    for letter in letters.by_ref() {
        if wanted && !LETTERS.contains(letter) {
            return false;
        }
        wanted = !wanted && letter == '%';
    }
    !wanted && format.len() <= 64
}
