//! Numbers of rows and persons that would tell a withheld one.

use tresor_disclosure::secondary::{Column, Kind};
use tresor_disclosure::table::Standing;
use tresor_disclosure::threshold::{Verdict, judge, of_cell as of_persons};
use tresor_disclosure::{Contribution, Profile};

use super::atoms::{Laid, LaidCell, LaidMember};
use super::{Number, Sum, Sums};
use crate::guard::release::Argument;

/// The numbers that must go: first against a reader who knows where nobody is, and then of those that are left against
/// one who does not, and must not learn it.
pub(super) fn lost(laid: &Laid<'_>, profile: &Profile) -> Vec<Number> {
    let mut sums = Sums::over(laid.real, profile);
    for sum in shown_and_hidden(laid, profile) {
        let atoms: Vec<u32> =
            sum.column.atoms.iter().copied().filter(|atom| *atom < laid.real).collect();
        if !atoms.is_empty() {
            sums.add(Column { atoms, ..sum.column }, sum.number, sum.tie);
        }
    }
    if profile.complements && laid.extra.is_some() {
        add_left_over(&mut sums, laid, profile);
    }
    let total = laid.atoms.iter().map(|atom| u128::from(atom.contribution(None).rows)).sum();
    let mut lost = sums.lost(total);
    if laid.real < laid.len() {
        lost.extend(telling_of_nobody(laid, profile, &lost, total));
    }
    lost
}

/// Of the numbers that are left, those that would tell where nobody is.
fn telling_of_nobody(
    laid: &Laid<'_>,
    profile: &Profile,
    lost: &[Number],
    total: u128,
) -> Vec<Number> {
    let mut sums = Sums::over(laid.len(), profile);
    for sum in shown_and_hidden(laid, profile) {
        let gone = sum.number.is_some_and(|number| lost.contains(&number));
        if !gone && !matches!(sum.column.kind, Kind::Hidden { .. }) {
            sums.add(sum.column, sum.number, sum.tie);
        }
    }
    for atom in laid.real..laid.len() {
        let kind = Kind::Hidden { single: false, needs: 1 };
        sums.add(Column { atoms: vec![atom], size: 0, kind }, None, 0);
    }
    sums.lost(total)
}

fn shown_and_hidden(laid: &Laid<'_>, profile: &Profile) -> Vec<Sum> {
    let mut sums = vec![];
    for (number, member) in laid.members.iter().enumerate() {
        for cell in &member.cells {
            sums.push(of_cell(number, cell));
            sums.extend(of_parts(number, member, cell, profile));
        }
    }
    sums
}

/// A reader must be left with more than one possibility.
const fn hidden(c: &Contribution) -> Kind {
    Kind::Hidden { single: c.persons == 1, needs: 1 }
}

fn of_cell(member: usize, cell: &LaidCell<'_>) -> Sum {
    let c = cell.contribution(None);
    let kind = match cell.standing {
        Standing::Open => Kind::Candidate,
        Standing::Empty => Kind::Zero,
        Standing::Structural if c.persons == 0 => Kind::Zero,
        Standing::Structural | Standing::Withheld(_) => hidden(&c),
    };
    let number = cell.row.map(|row| Number { member, row, argument: None });
    let column = Column { atoms: cell.atoms.clone(), size: c.rows.into(), kind };
    Sum { column, number, tie: c.key }
}

/// Counts of rows that have a value or meet a condition.
fn of_parts<'a>(
    member: usize,
    of: &'a LaidMember<'_>,
    cell: &'a LaidCell<'_>,
    profile: &'a Profile,
) -> impl Iterator<Item = Sum> + 'a {
    let least = match of.release.one_row {
        true => of_persons(profile),
        false => profile.min_count_measure,
    };
    let arguments = of.release.arguments.iter().enumerate();
    let arguments = arguments.filter(|_| cell.standing == Standing::Open);
    arguments.filter_map(move |(argument, kind)| {
        let part = cell.part(argument).filter(|_| *kind == Argument::Presence)?;
        let c = cell.contribution(Some(argument));
        let kind = match judge(c.persons, least, profile.zero) {
            Verdict::Empty => Kind::Zero,
            Verdict::Enough => Kind::Candidate,
            Verdict::TooFew => hidden(&c),
        };
        let number = cell.row.map(|row| Number { member, row, argument: Some(argument) });
        let column = Column { atoms: part.to_vec(), size: c.rows.into(), kind };
        Some(Sum { column, number, tie: c.key })
    })
}

/// What is left over when shown numbers are subtracted from each other is a cell too.
fn add_left_over(sums: &mut Sums, laid: &Laid<'_>, profile: &Profile) {
    for (number, atom) in (0..).zip(&laid.atoms) {
        let c = atom.contribution(None);
        if judge(c.persons, of_persons(profile), profile.zero) == Verdict::TooFew {
            let column = Column { atoms: vec![number], size: c.rows.into(), kind: hidden(&c) };
            sums.add(column, None, c.key);
        }
    }
}
