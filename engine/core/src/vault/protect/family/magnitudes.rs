//! Sums that would tell a withheld one: each measure by itself.

use std::collections::{BTreeMap, BTreeSet};

use tresor_disclosure::dominance::{of_set, protection};
use tresor_disclosure::secondary::{Column, Kind};
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Contribution, Protected, withheld_measure};

use super::atoms::{Laid, LaidCell, LaidMember};
use super::left_over::small_heaps;
use super::sizes::{UNTOLD, as_told, tie};
use super::{Number, Sums};
use crate::guard::release::{Argument, PersonalRelease};
use crate::vault::cells::Measured;
use crate::vault::protect::{Rules, told};

/// The sums that must go.
pub(super) fn lost(laid: &Laid<'_>, rules: &Rules<'_>) -> Vec<Number> {
    let names: BTreeSet<&str> = laid
        .members
        .iter()
        .flat_map(|member| named(member.release))
        .map(|(_, name)| name)
        .collect();
    names.into_iter().flat_map(|name| of_measure(name, laid, rules)).collect()
}

/// The arguments that are summed, with the names of their measures.
fn named(release: &PersonalRelease) -> impl Iterator<Item = (usize, &str)> {
    release.arguments.iter().enumerate().filter_map(|(at, argument)| match argument {
        Argument::Value { name, .. } => Some((at, name.as_str())),
        Argument::Presence | Argument::Positions { .. } => None,
    })
}

/// As for numbers of people: first against a reader who knows where nobody is, and then of those that are left against
/// one who does not, and must not learn it.
fn of_measure(name: &str, laid: &Laid<'_>, rules: &Rules<'_>) -> Vec<Number> {
    let mut magnitudes = Magnitudes { name, sums: vec![], negative: false, rules };
    let mut total = 0_u128;
    let mut parts: BTreeMap<usize, u128> = BTreeMap::new();
    for (number, member) in laid.members.iter().enumerate() {
        // Where persons have several rows, what they sum up to here need not be what they do there.
        if member.member.rows.is_some() && laid.counts_rows() {
            continue;
        }
        for (argument, _) in named(member.release).filter(|(_, known)| *known == name) {
            let mut of_member = 0_u128;
            for cell in &member.cells {
                of_member = of_member.saturating_add(cell.contribution(Some(argument)).absolute);
                magnitudes.add_cell((number, member), argument, cell);
            }
            total = total.max(of_member);
            if let Some(part) = member.member.part {
                let known = parts.entry(part).or_default();
                *known = of_member.max(*known);
            }
        }
    }
    if rules.profile.keeps_complements() {
        magnitudes.add_left_over(name, laid);
    }
    magnitudes.add_parts(&parts, laid);
    if rules.profile.is_blurred() && magnitudes.sums.iter().all(|sum| sum.told != Told::Never) {
        return vec![]; // nothing is to be remembered of sizes
    }
    let mut lost = magnitudes.known_to_be_empty(laid.real).lost(total);
    if laid.real < laid.len() {
        lost.extend(magnitudes.telling_of_nobody(laid, &lost).lost(total));
    }
    lost
}

/// One sum.
struct Magnitude<'a> {
    atoms: Vec<u32>,
    /// What it adds up to.
    c: Contribution,
    /// What was measured, where it is a number of its own.
    measured: Option<&'a Measured>,
    /// What the reader has of it.
    told: Told,
    /// What it is to the reader.
    number: Option<Number>,
}

/// What a reader has of a sum.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It was told before.
    Already,
    /// It is to be told.
    Now,
    /// It is withheld.
    Never,
}

struct Magnitudes<'a> {
    /// The measure.
    name: &'a str,
    sums: Vec<Magnitude<'a>>,
    /// Whether somebody's total is below zero: then a reader cannot bound what is left.
    negative: bool,
    rules: &'a Rules<'a>,
}

impl<'a> Magnitudes<'a> {
    /// Whether a sum that nobody asked for would be withheld for its own sake.
    fn is_withheld(&self, c: &Contribution) -> bool {
        withheld_measure(self.rules.profile, self.rules.secret, self.name, c).is_some()
    }

    /// Whether a sum is withheld for its own sake, beside what was told before.
    fn is_untold(&self, release: &PersonalRelease, argument: usize, cell: &LaidCell<'a>) -> bool {
        match (cell.measured(Some(argument)), release.arguments.get(argument)) {
            (Some(measured), Some(Argument::Value { name, decimals })) => {
                let told = told::sum(release, measured, (name, *decimals), self.rules);
                matches!(told.answer.protected, Protected::Withheld(_))
            }
            _ => self.is_withheld(&cell.contribution(Some(argument))),
        }
    }

    fn add_cell(
        &mut self,
        (number, member): (usize, &LaidMember<'a>),
        argument: usize,
        cell: &LaidCell<'a>,
    ) {
        let c = cell.contribution(Some(argument));
        let unsafe_here = self.is_untold(member.release, argument, cell) || cell.has_lost(argument);
        let told = match cell.standing {
            Standing::Open | Standing::Withheld(_) | Standing::Structural if unsafe_here => {
                Told::Never
            }
            // A value that is not shown and need not be hidden is of no concern.
            Standing::Withheld(_) | Standing::Structural => return,
            Standing::Open | Standing::Empty if member.settled => Told::Already,
            Standing::Open | Standing::Empty => Told::Now,
        };
        let number = cell.row.map(|row| Number { member: number, row, argument: Some(argument) });
        let atoms = cell.part(argument).unwrap_or(&cell.atoms).to_vec();
        let measured = cell.measured(Some(argument));
        let number = number.filter(|_| told == Told::Now);
        self.add(Magnitude { atoms, c, measured, told, number });
    }

    /// What is left over when shown sums are subtracted from each other.
    fn add_left_over(&mut self, name: &str, laid: &Laid<'_>) {
        let Some(extra) = laid.extra else { return };
        for (argument, _) in named(extra).filter(|(_, known)| *known == name) {
            let together = |atoms: &[u32]| {
                let each = atoms.iter().filter_map(|atom| laid.atom(*atom));
                let each = each.map(|atom| atom.contribution(Some(argument)));
                each.fold(Contribution::default(), Contribution::merge)
            };
            let few = |atoms: &[u32]| {
                let c = together(atoms);
                c.persons > 0 && self.is_withheld(&c)
            };
            let of = |of: &LaidMember<'_>| {
                let summed = named(of.release).filter(|(_, known)| *known == name);
                summed.map(|(at, _)| Some(at)).collect()
            };
            let real = usize::try_from(laid.real).unwrap_or(usize::MAX);
            for atoms in small_heaps(laid.views(of), real, &few) {
                let c = together(&atoms);
                self.add(Magnitude { atoms, c, measured: None, told: Told::Never, number: None });
            }
        }
    }

    /// What each part adds up to: known where that tells nothing that is withheld, as everybody can ask for it.
    fn add_parts(&mut self, sizes: &BTreeMap<usize, u128>, laid: &Laid<'_>) {
        for (part, atoms) in laid.parts() {
            let Some(&absolute) = sizes.get(&part).filter(|size| **size > 0) else { continue };
            let c = Contribution { absolute, ..Contribution::default() };
            self.add(Magnitude { atoms, c, measured: None, told: Told::Now, number: None });
        }
    }

    /// What single people add, as it counts.
    fn amounts(&self, c: &Contribution) -> Contribution {
        tresor_disclosure::amounts(self.rules.profile, self.rules.secret, self.name, c)
    }

    fn add(&mut self, magnitude: Magnitude<'a>) {
        self.negative |= self.amounts(&magnitude.c).below.persons > 0;
        self.sums.push(magnitude);
    }

    /// What a reader has who knows where nobody is. A sum over nobody tells that reader nothing.
    fn known_to_be_empty(&self, real: u32) -> Sums {
        let mut sums = Sums::over(real, self.rules.profile);
        for sum in &self.sums {
            let Magnitude { atoms, c, told, number, .. } = sum;
            let atoms: Vec<u32> = atoms.iter().copied().filter(|atom| *atom < real).collect();
            if !atoms.is_empty() {
                let column = Column { atoms, size: self.size(sum), kind: self.kind(c, *told) };
                sums.add(column, *number, tie(c, self.rules));
            }
        }
        sums
    }

    /// The sums that are left, and beside them the atoms without persons, which must not follow from them.
    fn telling_of_nobody(&self, laid: &Laid<'_>, lost: &[Number]) -> Sums {
        let mut sums = Sums::over(laid.len(), self.rules.profile);
        for sum in &self.sums {
            let Magnitude { atoms, c, told, number, .. } = sum;
            let gone = *told == Told::Never || number.is_some_and(|number| lost.contains(&number));
            if !gone {
                let kind = self.kind(c, *told);
                let column = Column { atoms: atoms.clone(), size: self.size(sum), kind };
                sums.add(column, *number, tie(c, self.rules));
            }
        }
        for atom in laid.real..laid.len() {
            let kind = Kind::Hidden { single: false, needs: u128::from(!self.negative) };
            sums.add(Column { atoms: vec![atom], size: 0, kind }, None, 0);
        }
        sums
    }

    /// How large it is to the rules.
    fn size(&self, Magnitude { c, measured, .. }: &Magnitude<'_>) -> u128 {
        match (self.rules.profile.is_blurred(), measured) {
            (true, Some(measured)) => as_told(measured, self.name, self.rules),
            (true, None) => UNTOLD,
            (false, _) => c.absolute,
        }
    }

    fn kind(&self, c: &Contribution, told: Told) -> Kind {
        match (told, c.absolute) {
            (Told::Never, _) if self.rules.profile.is_blurred() => {
                Kind::Hidden { single: false, needs: 0 }
            }
            (Told::Never, _) => {
                let needs = match self.negative {
                    true => 0,
                    false => {
                        let Rules { profile, secret, .. } = self.rules;
                        let rules = of_set(profile, secret, self.name, c);
                        protection(&rules, &self.amounts(c)).max(1)
                    }
                };
                Kind::Hidden { single: c.persons == 1, needs }
            }
            (Told::Already, _) => Kind::Known,
            (Told::Now, 0) if !self.rules.profile.is_blurred() => Kind::Zero,
            (Told::Now, _) => Kind::Candidate,
        }
    }
}
