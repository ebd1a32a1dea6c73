//! Numbers of rows and persons that would tell a withheld one.

use tresor_disclosure::secondary::{Column, Kind};
use tresor_disclosure::table::Standing;
use tresor_disclosure::threshold::{Verdict, judge};
use tresor_disclosure::{Contribution, Profile};

use super::atoms::{Laid, LaidCell, LaidMember};
use super::{Number, Sums};
use crate::guard::release::Argument;

/// The numbers that must go.
pub(super) fn lost(laid: &Laid<'_>, profile: &Profile) -> Vec<Number> {
    let mut sums = Sums::over(laid.len(), profile);
    for (number, member) in laid.members.iter().enumerate() {
        for cell in &member.cells {
            add_cell(&mut sums, number, cell);
            add_parts(&mut sums, number, member, cell, profile);
        }
    }
    if profile.complements && laid.extra.is_some() {
        add_left_over(&mut sums, laid, profile);
    }
    sums.lost(laid.atoms.iter().map(|atom| u128::from(atom.contribution(None).rows)).sum())
}

fn add_cell(sums: &mut Sums, member: usize, cell: &LaidCell<'_>) {
    let c = cell.contribution(None);
    let kind = match cell.standing {
        Standing::Open => Kind::Candidate,
        Standing::Empty => Kind::Zero,
        Standing::Structural if c.persons == 0 => Kind::Zero,
        Standing::Structural | Standing::Withheld(_) => hidden(&c),
    };
    let number = cell.row.map(|row| Number { member, row, argument: None });
    let column = Column { atoms: cell.atoms.clone(), size: c.rows.into(), kind };
    sums.add(column, number, c.key);
}

/// A reader must be left with more than one possibility.
const fn hidden(c: &Contribution) -> Kind {
    Kind::Hidden { single: c.persons == 1, needs: 1 }
}

/// Counts of rows that have a value or meet a condition.
fn add_parts(
    sums: &mut Sums,
    member: usize,
    of: &LaidMember<'_>,
    cell: &LaidCell<'_>,
    profile: &Profile,
) {
    if cell.standing != Standing::Open {
        return;
    }
    let least = if of.release.one_row { profile.min_count } else { profile.min_count_measure };
    for (argument, kind) in of.release.arguments.iter().enumerate() {
        let Some(part) = cell.part(argument).filter(|_| *kind == Argument::Presence) else {
            continue;
        };
        let c = cell.contribution(Some(argument));
        let kind = match judge(c.persons, least, profile.zero) {
            Verdict::Empty => Kind::Zero,
            Verdict::Enough => Kind::Candidate,
            Verdict::TooFew => hidden(&c),
        };
        let number = cell.row.map(|row| Number { member, row, argument: Some(argument) });
        sums.add(Column { atoms: part.to_vec(), size: c.rows.into(), kind }, number, c.key);
    }
}

/// What is left over when shown numbers are subtracted from each other is a cell too.
fn add_left_over(sums: &mut Sums, laid: &Laid<'_>, profile: &Profile) {
    for (number, atom) in (0..).zip(&laid.atoms) {
        let c = atom.contribution(None);
        if judge(c.persons, profile.min_count, profile.zero) == Verdict::TooFew {
            let column = Column { atoms: vec![number], size: c.rows.into(), kind: hidden(&c) };
            sums.add(column, None, c.key);
        }
    }
}
