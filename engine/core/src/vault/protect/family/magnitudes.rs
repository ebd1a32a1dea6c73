//! Sums that would tell a withheld one: each measure by itself.

use std::collections::BTreeSet;

use tresor_disclosure::dominance::protection;
use tresor_disclosure::secondary::{Column, Kind};
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Contribution, Profile, withheld_measure};

use super::atoms::{Laid, LaidCell};
use super::{Number, Sums};
use crate::guard::release::{Argument, PersonalRelease};

/// The sums that must go.
pub(super) fn lost(laid: &Laid<'_>, profile: &Profile) -> Vec<Number> {
    let names: BTreeSet<&str> = laid
        .members
        .iter()
        .flat_map(|member| named(member.release))
        .map(|(_, name)| name)
        .collect();
    names.into_iter().flat_map(|name| of_measure(name, laid, profile)).collect()
}

/// The arguments that are summed, with the names of their measures.
fn named(release: &PersonalRelease) -> impl Iterator<Item = (usize, &str)> {
    release.arguments.iter().enumerate().filter_map(|(at, argument)| match argument {
        Argument::Value { name, .. } => Some((at, name.as_str())),
        Argument::Presence | Argument::Positions { .. } => None,
    })
}

fn of_measure(name: &str, laid: &Laid<'_>, profile: &Profile) -> Vec<Number> {
    let mut magnitudes = Magnitudes { sums: vec![], negative: false, real: laid.real, profile };
    let mut total = 0_u128;
    for (number, member) in laid.members.iter().enumerate() {
        for (argument, _) in named(member.release).filter(|(_, known)| *known == name) {
            let mut of_member = 0_u128;
            for cell in &member.cells {
                of_member = of_member.saturating_add(cell.contribution(Some(argument)).absolute);
                magnitudes.add_cell(number, argument, cell);
            }
            total = total.max(of_member);
        }
    }
    if profile.complements {
        magnitudes.add_left_over(name, laid);
    }
    magnitudes.into_sums().lost(total)
}

/// One sum: its atoms, what it adds up to, whether it is withheld, and what it is to the reader.
type Magnitude = (Vec<u32>, Contribution, bool, Option<Number>);

struct Magnitudes<'a> {
    sums: Vec<Magnitude>,
    /// Whether somebody's total is below zero: then a reader cannot bound what is left.
    negative: bool,
    /// Atoms in which somebody is.
    real: u32,
    profile: &'a Profile,
}

impl Magnitudes<'_> {
    fn add_cell(&mut self, member: usize, argument: usize, cell: &LaidCell<'_>) {
        let c = cell.contribution(Some(argument));
        let unsafe_here = withheld_measure(self.profile, &c).is_some();
        let (hidden, shown) = match cell.standing {
            Standing::Open => (unsafe_here, !unsafe_here),
            Standing::Withheld(_) | Standing::Structural => (unsafe_here, false),
            Standing::Empty => (false, true),
        };
        // A value that is not shown and need not be hidden is of no concern.
        if hidden || shown {
            let number = cell.row.map(|row| Number { member, row, argument: Some(argument) });
            let atoms = cell.part(argument).unwrap_or(&cell.atoms).iter().copied();
            let atoms = atoms.filter(|atom| *atom < self.real).collect();
            self.add((atoms, c, hidden, number.filter(|_| shown)));
        }
    }

    /// What is left over when shown sums are subtracted from each other.
    fn add_left_over(&mut self, name: &str, laid: &Laid<'_>) {
        let Some(extra) = laid.extra else { return };
        for (argument, _) in named(extra).filter(|(_, known)| *known == name) {
            for (number, atom) in (0..).zip(&laid.atoms) {
                let c = atom.contribution(Some(argument));
                if c.persons > 0 && withheld_measure(self.profile, &c).is_some() {
                    self.add((vec![number], c, true, None));
                }
            }
        }
    }

    fn add(&mut self, magnitude: Magnitude) {
        self.negative |= magnitude.1.negative;
        self.sums.push(magnitude);
    }

    fn into_sums(self) -> Sums {
        let mut sums = Sums::over(self.real, self.profile);
        for (atoms, c, hidden, number) in self.sums {
            let kind = match (hidden, c.absolute) {
                (true, _) => {
                    let needs = match self.negative {
                        true => 0,
                        false => protection(&self.profile.dominance, &c).max(1),
                    };
                    Kind::Hidden { single: c.persons == 1, needs }
                }
                (false, 0) => Kind::Zero,
                (false, _) => Kind::Candidate,
            };
            sums.add(Column { atoms, size: c.absolute, kind }, number, c.key);
        }
        sums
    }
}
