//! Every question of the published game: each attribute, and the secret, as the target has it, otherwise, or not asked.

use tresor_disclosure::low_effect::{Child, Layer, Node};

use super::population::ATTRIBUTES;
use crate::world::{Question, layer};

/// Columns: the attributes and the secret.
pub(crate) const COLUMNS: usize = ATTRIBUTES + 1;

/// 729 questions; the digit of a column in base 3 is 0 (not asked), 1 (`=`) or 2 (`!=`).
pub(crate) fn count() -> usize {
    3_usize.pow(COLUMNS as u32)
}

pub(crate) fn digit(question: usize, column: usize) -> usize {
    question / 3_usize.pow(column as u32) % 3
}

pub(crate) fn all() -> Vec<Question> {
    (0..count()).map(question).collect()
}

/// Candidate and leaf of a column have its number; the leaf is true for those for whom the condition is.
fn question(number: usize) -> Question {
    let asked = || (0..COLUMNS).filter(|&column| digit(number, column) > 0);
    let child = |column: usize| Child { id: column as u8, node: Node::Leaf(column as u8) };
    let node = Node::All(asked().map(child).collect());
    let different = asked().filter(|&column| digit(number, column) == 2);
    let flipped: u64 = different.map(|column| 1 << column).sum();
    let leaves: Vec<u64> = (0..1_u64 << COLUMNS).map(|atom| atom ^ flipped).collect();
    let layers: Vec<(u8, Layer)> = asked()
        .map(|column| (column as u8, layer(column, ["", "=", "!="][digit(number, column)])))
        .collect();
    Question::new(&node, &leaves, &layers)
}

/// Pairs that differ in one column: what they tell apart is few people, or only the target.
pub(crate) fn pairs() -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for question in 0..count() {
        for column in 0..COLUMNS {
            let place = 3_usize.pow(column as u32);
            for more in digit(question, column) + 1..3 {
                pairs.push((question, question + (more - digit(question, column)) * place));
            }
        }
    }
    pairs
}
