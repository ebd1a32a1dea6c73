//! One question in many wordings: the same tables, the same columns used in the same ways, other words.
//!
//! Every answer that had noise of its own would be one more throw of the dice. Ours have none; who tries does not know.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let worded = asked.iter().filter(|one| !one.question.fingerprint.is_empty());
    let signs = worded.map(|one| Sign {
        group: format!("{:?}{:?}", one.question.tables, one.uses),
        item: one.question.fingerprint.clone(),
        asked: one,
    });
    peaks(signs.collect(), bounds.rewrites, |number| {
        format!(
            "{number} wordings of what may be one question: the same tables, and the same columns used in the same ways. \
             Who averages answers writes a question anew to get other noise"
        )
    })
}
