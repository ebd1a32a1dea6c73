//! Joins of protected results: nothing of a person is left in them, so any condition will do.

use datafusion::common::JoinType;

use super::super::facts::{Relation, Side};
use super::super::walk::Walk;
use super::Link;
use super::keys::hold_key;
use crate::refusal::Refusal;

/// Judges and rebuilds a join above the boundary.
pub(super) fn join(walk: &mut Walk<'_>, link: Link) -> Result<Relation, Refusal> {
    let link = Link { left: walk.released(link.left)?, right: walk.released(link.right)?, ..link };
    let keys = result_keys(walk, &link)?;
    let columns = link.facts();
    link.build(Side::Released { keys }, columns, walk.text)
}

/// The keys of what comes out. Sides that bring no whole key can find many partners for each row.
fn result_keys(walk: &mut Walk<'_>, link: &Link) -> Result<Vec<Vec<usize>>, Refusal> {
    let (left, right) = (&link.left, &link.right);
    if link.only_chooses() {
        if link.condition.on.is_empty() && !right.side.keys().iter().any(Vec::is_empty) {
            walk.multiplying_result()?;
        }
        return Ok(left.side.keys().to_vec());
    }
    let one_right = hold_key(&link.condition.right(), right);
    let one_left = hold_key(&link.condition.left(), left);
    if !one_right && !one_left {
        walk.multiplying_result()?;
    }
    let far = left.columns.len();
    let moved = |key: &Vec<usize>| key.iter().map(|at| at + far).collect::<Vec<usize>>();
    let (lefts, rights) = (left.side.keys(), right.side.keys());
    let both = || -> Vec<Vec<usize>> {
        let pair = |l: &Vec<usize>, r: &Vec<usize>| l.iter().copied().chain(moved(r)).collect();
        lefts.iter().flat_map(|l| rights.iter().map(move |r| pair(l, r))).collect()
    };
    Ok(match link.kind {
        JoinType::Inner | JoinType::Left if one_right => lefts.to_vec(),
        JoinType::Inner | JoinType::Right if one_left => rights.iter().map(moved).collect(),
        // NULL stands for a missing partner and is no value of a key; still each pair comes once.
        JoinType::Inner | JoinType::Left | JoinType::Right => both(),
        JoinType::Full
        | JoinType::LeftSemi
        | JoinType::LeftAnti
        | JoinType::LeftMark
        | JoinType::RightSemi
        | JoinType::RightAnti
        | JoinType::RightMark => vec![],
    })
}
