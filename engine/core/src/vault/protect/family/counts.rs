//! Numbers of rows and persons that would tell a withheld one.

use tresor_disclosure::profile::ZeroRule;
use tresor_disclosure::secondary::{Column, Kind};
use tresor_disclosure::table::Standing;
use tresor_disclosure::threshold::{Verdict, judge, of_cell as of_persons};
use tresor_disclosure::{Contribution, Protected};

use super::atoms::{Laid, LaidCell, LaidMember};
use super::left_over::small_heaps;
use super::sizes::{UNTOLD, as_told, tie};
use super::{Number, Sum, Sums};
use crate::guard::release::{Argument, ROWS};
use crate::vault::cells::Measured;
use crate::vault::protect::{Rules, told};

/// The numbers that must go: first against a reader who knows where nobody is, and then of those that are left against
/// one who does not, and must not learn it.
pub(super) fn lost(laid: &Laid<'_>, rules: &Rules<'_>) -> Vec<Number> {
    let mut lost = by_size(laid, rules, Size::Rows, &[]);
    // Whether persons add up is decided by single ones.
    let persons_are_rows =
        rules.profile.is_blurred() || laid.extra.is_some_and(|release| release.one_row);
    if !persons_are_rows && shows_persons(laid) && persons_add_up(laid) {
        // A few people may have many rows: bounds that leave room for rows may leave none for people.
        let more = by_size(laid, rules, Size::Persons, &lost);
        lost.extend(more);
    }
    if laid.real < laid.len() {
        let total = total(laid, Size::Rows);
        lost.extend(telling_of_nobody(laid, rules, &lost, total));
    }
    lost
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Size {
    Rows,
    Persons,
    /// Nothing yet.
    Unasked,
}

impl Size {
    fn of(self, c: &Contribution) -> u128 {
        match self {
            Self::Rows => c.rows.into(),
            Self::Persons => c.persons.into(),
            Self::Unasked => 0,
        }
    }

    /// How large a number is to the rules.
    fn of_number(self, cell: &LaidCell<'_>, argument: Option<usize>, rules: &Rules<'_>) -> u128 {
        match (rules.profile.is_blurred(), self) {
            (true, Self::Rows | Self::Persons) => {
                cell.measured(argument).map_or(1, |it| as_told(it, ROWS, rules))
            }
            (true, Self::Unasked) | (false, _) => self.of(&cell.contribution(argument)),
        }
    }

    /// How large something is that has no number.
    fn of_heap(self, c: &Contribution, rules: &Rules<'_>) -> u128 {
        if rules.profile.is_blurred() { UNTOLD } else { self.of(c) }
    }
}

fn total(laid: &Laid<'_>, size: Size) -> u128 {
    laid.atoms.iter().map(|atom| size.of(&atom.contribution(None))).sum()
}

/// Whether numbers of persons are shown that are not numbers of rows as well.
fn shows_persons(laid: &Laid<'_>) -> bool {
    let mut releases = laid.members.iter().map(|member| member.release);
    releases.any(|release| {
        !release.one_row && release.outputs.iter().any(|output| output.statistic.counts_persons())
    })
}

/// Whether nobody is in two atoms of one cell: then numbers of persons are sums like those of rows.
fn persons_add_up(laid: &Laid<'_>) -> bool {
    let persons = |atom: &u32| {
        let atom = laid.atoms.get(usize::try_from(*atom).unwrap_or(usize::MAX));
        atom.map_or(0, |atom| atom.contribution(None).persons)
    };
    laid.members
        .iter()
        .flat_map(|member| &member.cells)
        .all(|cell| cell.atoms.iter().map(persons).sum::<u64>() == cell.contribution(None).persons)
}

fn by_size(laid: &Laid<'_>, rules: &Rules<'_>, size: Size, gone: &[Number]) -> Vec<Number> {
    let mut sums = Sums::over(laid.real, rules.profile);
    if rules.profile.is_blurred() && !hides(laid, rules) {
        return vec![]; // nothing is to be remembered of sizes
    }
    for sum in shown_and_hidden(laid, rules, size) {
        if sum.number.is_some_and(|number| gone.contains(&number)) {
            continue;
        }
        let atoms: Vec<u32> =
            sum.column.atoms.iter().copied().filter(|atom| *atom < laid.real).collect();
        if !atoms.is_empty() {
            sums.add(Column { atoms, ..sum.column }, sum.number, sum.tie);
        }
    }
    if rules.profile.keeps_complements() && laid.extra.is_some() {
        add_left_over(&mut sums, laid, rules, size);
    }
    for sum in parts_of_all(laid, rules, size) {
        let atoms = sum.column.atoms.into_iter().filter(|atom| *atom < laid.real).collect();
        sums.add(Column { atoms, ..sum.column }, None, sum.tie);
    }
    sums.lost(total(laid, size))
}

/// Of the numbers that are left, those that would tell where nobody is.
fn telling_of_nobody(
    laid: &Laid<'_>,
    rules: &Rules<'_>,
    lost: &[Number],
    total: u128,
) -> Vec<Number> {
    let mut sums = Sums::over(laid.len(), rules.profile);
    for sum in shown_and_hidden(laid, rules, Size::Rows) {
        let gone = sum.number.is_some_and(|number| lost.contains(&number));
        if !gone && !matches!(sum.column.kind, Kind::Hidden { .. }) {
            sums.add(sum.column, sum.number, sum.tie);
        }
    }
    for atom in laid.real..laid.len() {
        let kind = Kind::Hidden { single: false, needs: 1 };
        sums.add(Column { atoms: vec![atom], size: 0, kind }, None, 0);
    }
    for sum in parts_of_all(laid, rules, Size::Rows) {
        sums.add(sum.column, None, sum.tie);
    }
    sums.lost(total)
}

/// How many are in each part: known where that tells nothing that is withheld, as everybody can ask for it.
fn parts_of_all(laid: &Laid<'_>, rules: &Rules<'_>, size: Size) -> Vec<Sum> {
    let sum = |(_, atoms): (usize, Vec<u32>)| {
        let c = added_up(laid, &atoms);
        let column = Column { atoms, size: size.of_heap(&c, rules), kind: Kind::Candidate };
        (!column.atoms.is_empty()).then_some(Sum { column, number: None, tie: tie(&c, rules) })
    };
    laid.parts().into_iter().filter_map(sum).collect()
}

/// What atoms are together.
fn added_up(laid: &Laid<'_>, atoms: &[u32]) -> Contribution {
    let each = atoms.iter().filter_map(|atom| laid.atom(*atom)).map(|atom| atom.contribution(None));
    each.fold(Contribution::default(), |all, one| Contribution {
        persons: all.persons.saturating_add(one.persons),
        rows: all.rows.saturating_add(one.rows),
        key: all.key.wrapping_add(one.key),
        ..all
    })
}

/// Whether anything is withheld.
fn hides(laid: &Laid<'_>, rules: &Rules<'_>) -> bool {
    let all = shown_and_hidden(laid, rules, Size::Unasked);
    all.iter().any(|sum| matches!(sum.column.kind, Kind::Hidden { .. }))
}

fn shown_and_hidden(laid: &Laid<'_>, rules: &Rules<'_>, size: Size) -> Vec<Sum> {
    let mut sums = vec![];
    for (number, member) in laid.members.iter().enumerate() {
        for cell in &member.cells {
            let own = std::iter::once(of_cell(number, cell, rules, size));
            let own = own.chain(of_parts(number, member, cell, rules, size));
            sums.extend(own.map(|sum| if member.settled { sum.settled() } else { sum }));
        }
    }
    sums
}

/// A reader must be left with more than one possibility. Where numbers carry noise, not to know the exact sum is enough.
fn hidden(c: &Contribution, rules: &Rules<'_>) -> Kind {
    match rules.profile.is_blurred() {
        true => Kind::Hidden { single: false, needs: 0 },
        false => Kind::Hidden { single: c.persons == 1, needs: 1 },
    }
}

fn of_cell(member: usize, cell: &LaidCell<'_>, rules: &Rules<'_>, size: Size) -> Sum {
    let c = cell.contribution(None);
    let kind = match cell.standing {
        Standing::Open => Kind::Candidate,
        Standing::Empty => Kind::Zero,
        Standing::Structural if c.persons == 0 => Kind::Zero,
        Standing::Structural | Standing::Withheld(_) => hidden(&c, rules),
    };
    let number = cell.row.map(|row| Number { member, row, argument: None });
    let size = if kind == Kind::Zero { 0 } else { size.of_number(cell, None, rules) };
    let column = Column { atoms: cell.atoms.clone(), size, kind };
    Sum { column, number, tie: tie(&c, rules) }
}

/// Counts of rows that have a value or meet a condition.
fn of_parts<'a>(
    member: usize,
    of: &'a LaidMember<'_>,
    cell: &'a LaidCell<'_>,
    rules: &'a Rules<'_>,
    size: Size,
) -> impl Iterator<Item = Sum> + 'a {
    let told = |measured: &Measured| match of.release.one_row {
        true => told::persons(of.release, measured, rules).protected,
        false => told::rows(of.release, measured, rules).protected,
    };
    let arguments = of.release.arguments.iter().enumerate();
    let arguments = arguments.filter(|_| cell.standing == Standing::Open);
    arguments.filter_map(move |(argument, kind)| {
        let part = cell.part(argument).filter(|_| *kind == Argument::Presence)?;
        let c = cell.contribution(Some(argument));
        let kind = match (cell.measured(Some(argument)), rules.profile.zero) {
            _ if cell.has_lost(argument) => hidden(&c, rules),
            (_, ZeroRule::Show) if c.persons == 0 => Kind::Zero,
            (Some(measured), _) if matches!(told(measured), Protected::Shown { .. }) => {
                Kind::Candidate
            }
            _ => hidden(&c, rules),
        };
        let number = cell.row.map(|row| Number { member, row, argument: Some(argument) });
        let size = if kind == Kind::Zero { 0 } else { size.of_number(cell, Some(argument), rules) };
        let column = Column { atoms: part.to_vec(), size, kind };
        Some(Sum { column, number, tie: tie(&c, rules) })
    })
}

/// What is left over when shown numbers are subtracted from each other is a cell too.
fn add_left_over(sums: &mut Sums, laid: &Laid<'_>, rules: &Rules<'_>, size: Size) {
    let few = |atoms: &[u32]| {
        let c = added_up(laid, atoms);
        let least = of_persons(rules.profile, rules.secret, &c);
        judge(c.persons, least, rules.profile.zero) == Verdict::TooFew
    };
    let real = usize::try_from(laid.real).unwrap_or(usize::MAX);
    let views = laid.views(|of| {
        let conditions = of.member.contributes.iter().zip(&of.release.arguments).enumerate();
        let counted = conditions.filter_map(|(at, (key, kind))| {
            (key.is_some() && *kind == Argument::Presence).then_some(Some(at))
        });
        std::iter::once(None).chain(counted).collect()
    });
    for atoms in small_heaps(views, real, &few) {
        let c = added_up(laid, &atoms);
        let kind = match laid.is_by_person() {
            // Tables that have little to do with each other leave much over: only exact numbers are kept.
            true => Kind::Hidden { single: c.persons == 1, needs: 0 },
            false => hidden(&c, rules),
        };
        sums.add(Column { atoms, size: size.of(&c), kind }, None, c.key);
    }
}
