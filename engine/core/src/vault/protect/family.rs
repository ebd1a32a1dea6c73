//! Secondary suppression: what is withheld beside the cells that are withheld for their own sake.
//!
//! All numbers of a family are sums over the same atoms ([`crate::guard::families`]). Here every shown and every
//! withheld number becomes such a sum, the disclosure rules say which of the shown ones must go, and the answer is
//! written back to the rows. Numbers of rows come first, then each measure by itself. A reader who adds and subtracts
//! everything that is left, and knows the total as well, finds none that is withheld.
//!
//! Rows are what adds up. Numbers of persons do so too where nobody is in two cells; elsewhere more may be withheld
//! than needed.

mod alike;
mod atoms;
mod codes;
mod counts;
mod left_over;
mod magnitudes;
mod sizes;

use datafusion::common::Result;
use tresor_disclosure::secondary::{Column, Kind, Options, suppress};
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Profile, Reason};

use self::atoms::Laid;
use super::decide::{Decided, Row};
use super::{MeasuredTable, Rules};
use crate::guard::families::Family;
use crate::guard::release::{Argument, PersonalRelease};
use crate::vault::cells::Cells;

/// A family with its atoms, where they had to be measured.
pub(in crate::vault) struct MeasuredFamily<'a> {
    pub(in crate::vault) family: &'a Family,
    pub(in crate::vault) extra: Option<Cells>,
}

/// Withholds what would tell a withheld cell or value.
pub(super) fn withhold<'a>(
    families: &'a [MeasuredFamily<'_>],
    tables: &'a [MeasuredTable<'_>],
    decided: &mut [Decided<'a>],
    rules: &Rules<'_>,
) -> Result<()> {
    // What one family loses may be what another hides behind.
    let mut more = true;
    while more {
        more = false;
        for family in families {
            more |= of_family(family, tables, decided, rules)?;
        }
        more &= families.len() > 1;
    }
    Ok(())
}

/// Withholds in one family, and tells whether anything went.
fn of_family<'a>(
    measured: &'a MeasuredFamily<'_>,
    tables: &'a [MeasuredTable<'_>],
    decided: &mut [Decided<'a>],
    rules: &Rules<'_>,
) -> Result<bool> {
    let places: Option<Vec<usize>> = measured
        .family
        .members
        .iter()
        .map(|member| tables.iter().position(|table| table.at == member.release))
        .collect();
    let Some(places) = places else {
        return datafusion::common::internal_err!("a family whose tables are not here");
    };
    let sets = alike::alike(measured, rules.profile)?;
    let repeated = repeated(measured, &sets, &places, decided, rules.profile);
    write_back(&repeated, &places, tables, decided);
    let mut more = !repeated.is_empty();
    for alike in sets {
        let mut laid = Laid::out(measured, tables, decided, &places, &alike, rules)?;
        laid.decide(decided, &places, rules.profile);
        let counts = counts::lost(&laid, rules);
        write_back(&counts, &places, tables, decided);
        laid.decide(decided, &places, rules.profile);
        let sums = magnitudes::lost(&laid, rules);
        write_back(&sums, &places, tables, decided);
        more |= !(counts.is_empty() && sums.is_empty());
    }
    Ok(more)
}

/// Rows that count some people once and others twice are no sum that could be held against others. Where there is
/// something to work out from them, they go.
fn repeated(
    measured: &MeasuredFamily<'_>,
    sets: &[Vec<usize>],
    places: &[usize],
    decided: &[Decided<'_>],
    profile: &Profile,
) -> Vec<Number> {
    if profile.is_blurred() {
        return vec![]; // single people decide who counts twice
    }
    let withheld =
        |row: &Row<'_>| matches!(row.standing, Standing::Withheld(_)) || !row.arguments.is_empty();
    let hidden = places.iter().filter_map(|place| decided.get(*place));
    let hides =
        hidden.clone().any(|table| !table.unlisted.is_empty() || table.rows.iter().any(withheld));
    if !hides && !profile.keeps_complements() {
        return vec![];
    }
    let members = measured.family.members.iter().enumerate();
    let odd = members.filter(|(at, of)| of.repeats && !sets.iter().any(|set| set.contains(at)));
    let rows = odd.flat_map(|(member, _)| {
        let table = places.get(member).and_then(|place| decided.get(*place));
        let rows = table.map(|table| table.rows.as_slice()).unwrap_or_default().iter().enumerate();
        let open = rows.filter(|(_, row)| !matches!(row.standing, Standing::Withheld(_)));
        open.map(move |(row, _)| Number { member, row, argument: None })
    });
    rows.collect()
}

/// Most atoms in all sums together, for tables with totals.
const MOST_ENTRIES: usize = 200_000;

/// Most sums, for tables with totals: bounds must be looked for in all of them.
const MOST_SUMS: usize = 6_000;

/// A number that a reader may or may not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    member: usize,
    row: usize,
    /// The argument that it is of; the cell itself without one.
    argument: Option<usize>,
}

fn write_back(
    lost: &[Number],
    places: &[usize],
    tables: &[MeasuredTable<'_>],
    decided: &mut [Decided<'_>],
) {
    for number in lost {
        let Some(&place) = places.get(number.member) else { continue };
        let Some(release) = tables.get(place).map(|table| table.release) else { continue };
        let table = decided.get_mut(place);
        let Some(row) = table.and_then(|table| table.rows.get_mut(number.row)) else { continue };
        match number.argument {
            None => row.standing = Standing::Withheld(Reason::Secondary),
            Some(at) => row.arguments.push((at, kept_back(release, at))),
        }
    }
}

/// A reason that reads like the one for which such a number is withheld for its own sake.
fn kept_back(release: &PersonalRelease, argument: usize) -> Reason {
    match release.arguments.get(argument) {
        Some(Argument::Presence) => Reason::Secondary,
        Some(Argument::Value { .. } | Argument::Positions { .. }) | None => {
            Reason::SecondaryMeasure
        }
    }
}

/// Numbers that are sums over atoms, in the making.
struct Sums {
    sums: Vec<Sum>,
    atoms: u32,
    /// Whether an empty cell may go for another's sake.
    zeros: bool,
}

struct Sum {
    column: Column,
    /// What it is to the reader; nothing where only we look at it.
    number: Option<Number>,
    /// What decides where sizes are equal, before the order of the atoms.
    tie: u64,
}

impl Sum {
    /// The same where it was told before, or withheld for good.
    fn settled(mut self) -> Self {
        self.number = None;
        self.column.kind = match self.column.kind {
            Kind::Known | Kind::Candidate | Kind::Zero => Kind::Known,
            hidden @ Kind::Hidden { .. } => hidden,
        };
        self
    }

    /// The number, if a reader would see it.
    const fn shown(&self) -> Option<Number> {
        match self.column.kind {
            Kind::Hidden { .. } => None,
            Kind::Known | Kind::Candidate | Kind::Zero => self.number,
        }
    }
}

impl Sums {
    const fn over(atoms: u32, profile: &Profile) -> Self {
        Self { sums: vec![], atoms, zeros: profile.secondary.zeros }
    }

    fn add(&mut self, column: Column, number: Option<Number>, tie: u64) {
        self.sums.push(Sum { column, number, tie });
    }

    /// The numbers that must go. The total is taken for known: everybody can ask for it.
    fn lost(mut self, total: u128) -> Vec<Number> {
        let hides = |sum: &Sum| matches!(sum.column.kind, Kind::Hidden { .. });
        if !self.sums.iter().any(hides) {
            return vec![];
        }
        self.sums.sort_by(|a, b| (a.tie, &a.column.atoms).cmp(&(b.tie, &b.column.atoms)));
        let mut lost = self.without_too_many_totals();
        let everything =
            Column { atoms: (0..self.atoms).collect(), size: total, kind: Kind::Known };
        let shown = || self.sums.iter().map(|sum| sum.column.clone());
        let with_total: Vec<Column> = std::iter::once(everything).chain(shown()).collect();
        // One cell alone is the total: then nobody may know it. Where nothing helps, nothing is shown.
        let found = self
            .ask(&with_total)
            .map(|lost| lost.into_iter().skip(1).collect())
            .or_else(|| self.ask(&shown().collect::<Vec<_>>()))
            .unwrap_or_else(|| vec![true; self.sums.len()]);
        let found = self.sums.iter().zip(found).filter(|(_, lost)| *lost);
        lost.extend(found.filter_map(|(sum, _)| sum.shown()));
        lost
    }

    /// Every further level of totals makes work, and a researcher can ask for many. Where there are too many, none is
    /// shown, and the cells themselves are held against the total alone. Decided by sizes, never by values.
    fn without_too_many_totals(&mut self) -> Vec<Number> {
        let entries: usize = self.sums.iter().map(|sum| sum.column.atoms.len()).sum();
        let few = entries <= MOST_ENTRIES && self.sums.len() <= MOST_SUMS;
        if few || entries == self.sums.len() {
            return vec![];
        }
        let stays = |sum: &Sum| sum.column.atoms.len() <= 1 || sum.shown().is_none();
        let (stay, totals): (Vec<Sum>, Vec<Sum>) =
            std::mem::take(&mut self.sums).into_iter().partition(stays);
        self.sums = stay;
        totals.iter().filter_map(Sum::shown).collect()
    }

    fn ask(&self, columns: &[Column]) -> Option<Vec<bool>> {
        suppress(columns, Options { zeros: self.zeros }).ok()
    }
}
