use super::*;
use crate::vault::effects::LeftOut;

fn cell(persons: u64, steps: &[(u8, u64)]) -> LeftOut {
    LeftOut { keys: vec![], column: 0, steps: steps.to_vec(), persons, key: 0, too_far: false }
}

/// Whoever fills the list with groups that are of no interest must not hide what is.
#[test]
fn what_says_most_is_told_however_many_cells_there_are() {
    let mut left: Left = (0..2_000).map(|_| cell(30, &[(0, 3)])).collect();
    left.push(cell(5_000, &[(1, 1)]));
    left.push(cell(40, &[(1, 7)]));
    left.push(cell(900, &[(2, 0)]));
    let telling = most_telling(&left);
    assert!([2_000, 2_001, 2_002].iter().all(|at| telling.contains(at)));
    assert!(telling.len() <= 5, "{telling:?}");
}
