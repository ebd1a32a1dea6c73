//! A text to write instead, where a mechanical change of the refused one is answered.

use crate::catalog::view::View;
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::sql::instead;

/// Changes in a row that are tried: one mends what the next one needs.
const STEPS: usize = 3;
/// Texts that are planned for one refusal.
const PLANNED: usize = 8;

/// Adds a suggestion where there is one. Every suggestion was planned for the same person and project and not refused.
pub(super) fn added(
    refusal: Refusal,
    sql: &str,
    view: &View,
    limits: &Limits,
    refused: &dyn Fn(&str) -> Option<Refusal>,
) -> Refusal {
    let mut left = PLANNED;
    let mut texts = vec![(sql.to_owned(), refusal.code())];
    for _ in 0..STEPS {
        let mut next = vec![];
        for (text, code) in &texts {
            for changed in instead::of(*code, text, view, limits) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return refusal;
                }
                match refused(&changed) {
                    None => return refusal.suggesting(changed),
                    Some(again) => next.push((changed, again.code())),
                }
            }
        }
        texts = next;
    }
    refusal
}
