//! Which tables of a family are sums over the same atoms.
//!
//! Where atoms are persons, a number of rows is the sum of how many each person has. Two tables in which those who are
//! in both have equally many are sums of the same numbers: what one counts more than the other are the rows of those
//! who are in one alone. Where they have not, nothing follows from one for the other.

use datafusion::common::{Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::Profile;

use super::MeasuredFamily;
use crate::guard::families::{Atoms, Member};
use crate::vault::cells::Cells;

/// Sets of members that are sums over the same atoms. Every member is in at least one, unless persons are in several
/// of its cells.
pub(super) fn alike(measured: &MeasuredFamily<'_>, profile: &Profile) -> Result<Vec<Vec<usize>>> {
    let members = &measured.family.members;
    let (one, many): (Vec<usize>, Vec<usize>) =
        (0..members.len()).partition(|at| members.get(*at).is_some_and(|of| of.rows.is_none()));
    // Single people decide whether tables over different rows are; their noise keeps them apart.
    if many.is_empty() || profile.is_blurred() {
        return Ok(vec![one]);
    }
    let (Atoms::Extra(_), Some(cells)) = (&measured.family.atoms, &measured.extra) else {
        return internal_err!("atoms that were not measured");
    };
    let mut sets = vec![one];
    for at in many {
        let Some(rows) = rows_of(members, at, cells) else { continue };
        let mut found = false;
        for set in &mut sets {
            let others = set.iter().filter_map(|other| rows_of(members, *other, cells));
            if others.into_iter().all(|other| agree(&rows, &other)) {
                set.push(at);
                found = true;
            }
        }
        if !found {
            sets.push(vec![at]);
        }
    }
    // A table by itself is held against those over the same rows.
    let alone = |set: &Vec<usize>| {
        let first = set.first().and_then(|at| members.get(*at));
        set.len() < 2 && first.is_none_or(|member| member.rows.is_some())
    };
    sets.retain(|set| !alone(set));
    Ok(sets)
}

/// How many rows of a member the persons of each atom have, in one order; `None` where persons are in several cells.
fn rows_of(members: &[Member], at: usize, cells: &Cells) -> Option<Vec<Option<u64>>> {
    let member = members.get(at)?;
    let mut rows = vec![];
    for (keys, _) in cells.iter() {
        match rows_in(keys, member) {
            Some(0) => return None,
            other => rows.push(other),
        }
    }
    Some(rows)
}

fn agree(one: &[Option<u64>], other: &[Option<u64>]) -> bool {
    let mut pairs = one.iter().zip(other);
    pairs.all(|(one, other)| one.is_none() || other.is_none() || one == other)
}

/// How many rows the persons of an atom have in a table. `None` where they are not in it; 0 where they are in several
/// cells of it.
pub(super) fn rows_in(keys: &[ScalarValue], member: &Member) -> Option<u64> {
    let holds = |key: usize| matches!(keys.get(key), Some(ScalarValue::Boolean(Some(true))));
    if !member.within.is_none_or(holds) {
        return None;
    }
    match member.rows.map(|key| keys.get(key)) {
        None => Some(1),
        Some(Some(ScalarValue::Int64(Some(rows)))) => u64::try_from(*rows).ok(),
        Some(_) => Some(0),
    }
}
