//! Ids that follow from the query, so that a crate is the same each time it is written.

use sha2::{Digest, Sha256};

/// A UUID (version 8: of our own making) for one part of the crate of a query.
pub(super) fn uuid(query: &str, part: &str) -> String {
    let digest = Sha256::new().chain_update(query).chain_update([0]).chain_update(part).finalize();
    let mut digits: Vec<char> = hex::encode(digest).chars().take(32).collect();
    for (at, digit) in [(12, '8'), (16, '8')] {
        if let Some(place) = digits.get_mut(at) {
            *place = digit;
        }
    }
    let mut text = String::new();
    for (at, digit) in digits.into_iter().enumerate() {
        if [8, 12, 16, 20].contains(&at) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}
