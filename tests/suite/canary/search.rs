//! Finds planted values in what somebody was told.

use super::planted::{MARK, Planted};
use crate::model::boundary::MINIMUM;

/// Letters of a planted text.
const LENGTH: usize = 10;

/// Every planted value of fewer than the minimum of persons in a text.
pub(super) fn found(planted: &Planted, text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    let mut found = vec![];
    for (at, _) in small.match_indices(MARK) {
        let letters = small[at..].chars().take_while(char::is_ascii_lowercase);
        let word: String = letters.take(LENGTH).collect();
        if (1..MINIMUM).contains(&planted.persons_with(&word)) {
            found.push(word);
        }
    }
    let digits = |sign: char| sign.is_ascii_digit();
    for word in text.split(|sign: char| !digits(sign) && sign != '.') {
        let plain = match word.contains('.') {
            true => word.trim_end_matches('0').trim_end_matches('.'),
            false => word,
        };
        if planted.numbers.contains(plain) {
            found.push(plain.to_owned());
        }
    }
    for word in text.split(|sign: char| !digits(sign) && sign != '-') {
        if word.get(..10).is_some_and(|day| planted.days.contains(day)) {
            found.push(word.to_owned());
        }
    }
    found
}
