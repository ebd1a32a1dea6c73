//! Atoms, and the cells of every table of the family as sets of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use datafusion::common::{Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::profile::ZeroRule;
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Contribution, Profile, Reason};

use super::MeasuredFamily;
use super::left_over::View;
use crate::guard::families::{Atoms, Member};
use crate::guard::release::PersonalRelease;
use crate::vault::cells::{Cells, Measured};
use crate::vault::protect::MeasuredTable;
use crate::vault::protect::decide::Decided;

/// A family laid out over its atoms.
pub(super) struct Laid<'a> {
    pub(super) atoms: Vec<Atom<'a>>,
    /// How many of them were measured; behind them are those that nobody is in.
    pub(super) real: u32,
    pub(super) members: Vec<LaidMember<'a>>,
    /// Measures of the atoms, where they were measured for this.
    pub(super) extra: Option<&'a PersonalRelease>,
    /// Conditions of which the second holds wherever the first does.
    inside: &'a [(usize, usize)],
}

/// A cell of the common refinement.
pub(super) struct Atom<'a> {
    /// Its keys; nothing where any would do, because nobody is in it.
    keys: Vec<Option<ScalarValue>>,
    /// What was measured; nothing where nobody is in it.
    measured: Option<&'a [Measured]>,
    /// How many rows of the tables each row of the atom stands for.
    rows: u64,
}

impl Atom<'_> {
    pub(super) fn contribution(&self, argument: Option<usize>) -> Contribution {
        let c = contribution(self.measured, argument);
        match argument {
            None => Contribution { rows: c.rows.saturating_mul(self.rows), ..c },
            Some(_) => c,
        }
    }

    fn is_within(&self, member: &Member) -> bool {
        member.within.is_none_or(|key| self.holds(key))
    }

    /// Whether the condition that this key stands for holds.
    fn holds(&self, key: usize) -> bool {
        matches!(self.keys.get(key), Some(Some(ScalarValue::Boolean(Some(true)))))
    }
}

fn contribution(measured: Option<&[Measured]>, argument: Option<usize>) -> Contribution {
    let at = argument.map_or(0, |at| at + 1);
    let measured = measured.and_then(|measured| measured.get(at));
    measured.map(|measured| measured.contribution).unwrap_or_default()
}

/// A table of the family.
pub(super) struct LaidMember<'a> {
    pub(super) member: &'a Member,
    pub(super) release: &'a PersonalRelease,
    /// None where its numbers are no sums over these atoms.
    pub(super) cells: Vec<LaidCell<'a>>,
    /// Whether its numbers were told before.
    pub(super) settled: bool,
}

/// A number that may be told to be of nobody more than another.
#[derive(Clone, PartialEq)]
struct Between {
    member: usize,
    cell: usize,
    /// What holds for whom it is of.
    conditions: Vec<usize>,
    /// Whether it is the number of the cell itself.
    own_cell: bool,
    atoms: Vec<u32>,
}

/// Which keys a table has, and the values of them in one of its cells.
type Keyed<'a> = (&'a [usize], &'a [ScalarValue]);

/// A cell of a table as a set of atoms.
pub(super) struct LaidCell<'a> {
    keys: &'a [ScalarValue],
    /// Its row, if it has one.
    pub(super) row: Option<usize>,
    /// What was decided about it.
    pub(super) standing: Standing,
    measured: Option<&'a [Measured]>,
    pub(super) atoms: Vec<u32>,
    /// For each argument that only some rows contribute to, the key of the condition and the atoms for which it holds.
    parts: Vec<(usize, usize, Vec<u32>)>,
    /// Arguments that are withheld already so that others cannot be worked out.
    gone: &'a [(usize, Reason)],
}

impl LaidCell<'_> {
    pub(super) fn contribution(&self, argument: Option<usize>) -> Contribution {
        contribution(self.measured, argument)
    }

    /// The atoms that contribute to an argument, if only some do.
    pub(super) fn part(&self, argument: usize) -> Option<&[u32]> {
        let of = self.parts.iter().find(|(known, ..)| *known == argument);
        of.map(|(.., atoms)| atoms.as_slice())
    }

    /// Whether an argument is withheld already for another's sake.
    pub(super) fn has_lost(&self, argument: usize) -> bool {
        self.gone.iter().any(|(known, _)| *known == argument)
    }

    fn take(&mut self, number: u32, atom: &Atom<'_>) {
        self.atoms.push(number);
        for (_, key, part) in &mut self.parts {
            if atom.holds(*key) {
                part.push(number);
            }
        }
    }
}

impl<'a> Laid<'a> {
    /// Lays out what was measured and decided, of those members that are alike.
    pub(super) fn out(
        family: &'a MeasuredFamily<'_>,
        tables: &'a [MeasuredTable<'_>],
        decided: &'a [Decided<'_>],
        places: &[usize],
        alike: &[usize],
        profile: &Profile,
    ) -> Result<Self> {
        let mut members = vec![];
        for (member, &place) in family.family.members.iter().zip(places) {
            let (Some(table), Some(decided)) = (tables.get(place), decided.get(place)) else {
                return internal_err!("a table that is not here");
            };
            members.push((member, table, decided));
        }
        let (found, extra): (&Cells, _) = match (&family.family.atoms, &family.extra) {
            (Atoms::Extra(release), Some(cells)) => (cells, Some(&**release)),
            (Atoms::Member(at), None) => match members.get(*at) {
                Some((_, table, _)) => (&table.cells, None),
                None => return internal_err!("atoms of a table that is not here"),
            },
            _ => return internal_err!("atoms that were not measured"),
        };
        let mut found: Vec<_> = found.iter().collect();
        // In an order that depends neither on the run nor on the words of the query: by who is in them.
        found.sort_by_cached_key(|(keys, measured)| {
            let c = contribution(Some(measured), None);
            (c.key, c.rows, unordered(keys))
        });
        let atom = |(keys, measured): (&Vec<ScalarValue>, &'a Vec<Measured>)| Atom {
            keys: keys.iter().cloned().map(Some).collect(),
            measured: Some(measured),
            rows: 1,
        };
        let atoms = found.into_iter().map(atom).collect();
        let members = members
            .into_iter()
            .map(|(member, table, decided)| empty_cells(member, table, decided))
            .collect();
        let inside = family.family.inside.as_slice();
        let mut laid = Self { atoms, real: 0, members, extra, inside };
        laid.real = laid.len();
        laid.leave_out(alike);
        laid.fill()?;
        laid.add_empty(profile);
        Ok(laid)
    }

    /// Leaves out what is not alike, and counts the rows that those who are left have in what is.
    fn leave_out(&mut self, alike: &[usize]) {
        for (at, member) in self.members.iter_mut().enumerate() {
            if !alike.contains(&at) {
                member.cells.clear();
            }
        }
        for atom in &mut self.atoms {
            let members = alike.iter().filter_map(|at| self.members.get(*at));
            let mut rows = members.filter_map(|of| rows_in(&atom.keys, of.member));
            atom.rows = rows.next().unwrap_or(1);
        }
    }

    pub(super) fn atom(&self, number: u32) -> Option<&Atom<'a>> {
        self.atoms.get(usize::try_from(number).unwrap_or(usize::MAX))
    }

    /// Whether its tables are over different rows, and held against each other by the persons in them.
    pub(super) fn is_by_person(&self) -> bool {
        self.members.iter().any(|member| member.member.part.is_some())
    }

    /// How the numbers of each table sort the atoms with somebody in them: `None` is the cell itself, others are those
    /// who contribute to an argument.
    pub(super) fn views(
        &self,
        numbers: impl Fn(&LaidMember<'a>) -> Vec<Option<usize>>,
    ) -> Vec<View> {
        let real = usize::try_from(self.real).unwrap_or(usize::MAX);
        let sorted = |member: &LaidMember<'a>, argument: Option<usize>| {
            let mut view = vec![0; real];
            for (number, cell) in (1..).zip(&member.cells) {
                let part = argument.and_then(|argument| cell.part(argument));
                for &atom in part.unwrap_or(&cell.atoms) {
                    if let Some(slot) = view.get_mut(usize::try_from(atom).unwrap_or(usize::MAX)) {
                        *slot = number;
                    }
                }
            }
            view
        };
        let members = self.members.iter().filter(|member| !member.cells.is_empty());
        let views = members.flat_map(|of| numbers(of).into_iter().map(move |at| (of, at)));
        views.map(|(member, argument)| sorted(member, argument)).collect()
    }

    /// Whether some person stands for several rows.
    pub(super) fn counts_rows(&self) -> bool {
        self.atoms.iter().any(|atom| atom.rows > 1)
    }

    /// The atoms of each part of the family, whatever table of it shows them.
    pub(super) fn parts(&self) -> Vec<(usize, Vec<u32>)> {
        let alike = self.members.iter().filter(|member| !member.cells.is_empty());
        let keys: BTreeSet<usize> = alike.filter_map(|of| of.member.part).collect();
        let holding = |key: usize| {
            let atoms = (0_u32..).zip(&self.atoms);
            atoms.filter(|(_, atom)| atom.holds(key)).map(|(number, _)| number).collect()
        };
        keys.into_iter().map(|key| (key, holding(key))).collect()
    }

    /// Every atom into its cell of each table.
    fn fill(&mut self) -> Result<()> {
        for member in self.members.iter_mut().filter(|member| !member.cells.is_empty()) {
            let places: HashMap<&[ScalarValue], usize> =
                member.cells.iter().enumerate().map(|(at, cell)| (cell.keys, at)).collect();
            let mut projected: Vec<ScalarValue> = vec![];
            for (number, atom) in (0_u32..).zip(&self.atoms) {
                if !atom.is_within(member.member) {
                    continue;
                }
                projected.clear();
                let keys = member.member.keys.iter();
                projected.extend(keys.filter_map(|&key| atom.keys.get(key).cloned().flatten()));
                let place = places.get(projected.as_slice());
                let Some(cell) = place.and_then(|&at| member.cells.get_mut(at)) else {
                    return internal_err!("an atom in no cell");
                };
                cell.take(number, atom);
            }
        }
        Ok(())
    }

    /// Where nobody is, but a reader must not know it, there is an atom without persons: a zero that is withheld has
    /// to be something that could be worked out. Tables with more keys come first, so that one serves for all.
    fn add_empty(&mut self, profile: &Profile) {
        let width = self.atoms.first().map_or_else(
            || self.members.iter().flat_map(|m| &m.member.keys).max().map_or(0, |most| most + 1),
            |atom| atom.keys.len(),
        );
        // In an order that does not depend on the words of the query.
        let marks: Vec<(u64, u64)> = (0..width).map(|key| self.mark(key)).collect();
        let mark = |key: Option<usize>| key.and_then(|key| marks.get(key).copied());
        let mut cells = vec![];
        for (at, member) in self.members.iter().enumerate() {
            let of_member = member.cells.iter().enumerate();
            cells.extend(of_member.map(|(place, cell)| {
                let keys = (Reverse(cell.keys.len()), unordered(cell.keys));
                (keys, mark(member.member.within), at, place)
            }));
        }
        cells.sort();
        for (.., at, place) in cells {
            let cell = self.members.get(at).and_then(|member| member.cells.get(place));
            let mut wanted = cell.map(|cell| cell.wanting(profile)).unwrap_or_default();
            wanted.sort_by_key(|condition| mark(*condition));
            for condition in wanted {
                self.place_empty(at, place, condition.as_slice(), width);
            }
        }
        if profile.zero == ZeroRule::TreatAsSmall && profile.complements {
            for between in self.nobody_between() {
                self.place_empty(between.member, between.cell, &between.conditions, width);
            }
        }
    }

    /// Where one number is of some of those whom another is of, by the words of the query, and both are of the same
    /// people: then equal numbers tell that nobody is between them.
    fn nobody_between(&self) -> Vec<Between> {
        let mut found = vec![];
        if self.inside.is_empty() && self.members.iter().all(|of| of.member.within.is_none()) {
            return found;
        }
        let mut all: HashMap<Keyed<'_>, Vec<Between>> = HashMap::new();
        for (number, member) in self.members.iter().enumerate() {
            if member.member.rows.is_some() {
                continue;
            }
            let open = member.cells.iter().enumerate();
            for (place, cell) in open.filter(|(_, cell)| cell.standing == Standing::Open) {
                let own = all.entry((&member.member.keys, cell.keys)).or_default();
                let parts = cell.parts.iter().map(|(_, key, atoms)| (Some(*key), atoms));
                for (key, atoms) in std::iter::once((None, &cell.atoms)).chain(parts) {
                    let conditions = member.member.within.into_iter().chain(key).collect();
                    let conditions = self.with_wider(conditions);
                    let own_cell = key.is_none();
                    let atoms = self.real_of(atoms);
                    own.push(Between { member: number, cell: place, conditions, own_cell, atoms });
                }
            }
        }
        for alike in all.values() {
            for wide in alike {
                let narrower = |narrow: &&Between| {
                    let beside = (narrow.member, narrow.cell) == (wide.member, wide.cell);
                    // What a part leaves of its own cell was looked at before.
                    let looked_at = beside && wide.own_cell;
                    !looked_at
                        && !wide.atoms.is_empty()
                        && narrow.atoms == wide.atoms
                        && narrow.conditions != wide.conditions
                        && wide.conditions.iter().all(|key| narrow.conditions.contains(key))
                };
                if alike.iter().any(|narrow| narrower(&narrow)) && !found.contains(wide) {
                    found.push(wide.clone());
                }
            }
        }
        let mark = |key: &usize| self.mark(*key);
        found.sort_by_cached_key(|of| {
            let mut of_conditions: Vec<_> = of.conditions.iter().map(mark).collect();
            of_conditions.sort_unstable();
            (of.atoms.clone(), of_conditions, of.member, of.cell)
        });
        found
    }

    /// Conditions and all that hold wherever these do, in order.
    fn with_wider(&self, mut conditions: Vec<usize>) -> Vec<usize> {
        let mut at = 0;
        while let Some(&known) = conditions.get(at) {
            for (_, wide) in self.inside.iter().filter(|(narrow, _)| *narrow == known) {
                if !conditions.contains(wide) {
                    conditions.push(*wide);
                }
            }
            at += 1;
        }
        conditions.sort_unstable();
        conditions.dedup();
        conditions
    }

    fn real_of(&self, atoms: &[u32]) -> Vec<u32> {
        atoms.iter().copied().filter(|atom| *atom < self.real).collect()
    }

    /// What tells a condition from others however it is written: who meets it.
    fn mark(&self, key: usize) -> (u64, u64) {
        let holding = self.atoms.iter().filter(|atom| atom.holds(key));
        holding
            .map(|atom| atom.contribution(None))
            .fold((0, 0), |(key, rows), c| (c.key.wrapping_add(key), c.rows.saturating_add(rows)))
    }

    fn place_empty(&mut self, at: usize, cell: usize, conditions: &[usize], width: usize) {
        let Some((member, laid)) =
            self.members.get(at).and_then(|m| Some((m.member, m.cells.get(cell)?)))
        else {
            return;
        };
        if conditions.is_empty() && laid.standing != Standing::Open && !laid.atoms.is_empty() {
            return; // one of a finer table lies in it by now
        }
        let mut keys: Vec<Option<ScalarValue>> = vec![None; width];
        let known = member.keys.iter().copied().zip(laid.keys.iter().cloned());
        let holds = member.within.into_iter().chain(conditions.iter().copied()).collect();
        let holds = self.with_wider(holds).into_iter();
        let holds = holds.map(|key| (key, ScalarValue::Boolean(Some(true))));
        for (key, value) in known.chain(holds) {
            if let Some(slot) = keys.get_mut(key) {
                *slot = Some(value);
            }
        }
        let number = self.len();
        let atom = Atom { keys, measured: None, rows: 1 };
        for (other, member) in self.members.iter_mut().enumerate() {
            if other != at && !atom.is_within(member.member) {
                continue;
            }
            let keys = &member.member.keys;
            let fits = |cell: &LaidCell<'_>| {
                let mut pairs = keys.iter().zip(cell.keys);
                pairs.all(|(&key, value)| match atom.keys.get(key) {
                    Some(Some(known)) => known == value,
                    Some(None) | None => true,
                })
            };
            let first = || {
                let fitting = member.cells.iter().enumerate().filter(|(_, cell)| fits(cell));
                fitting.min_by_key(|(_, cell)| unordered(cell.keys)).map(|(place, _)| place)
            };
            let place = if other == at { Some(cell) } else { first() };
            if let Some(cell) = place.and_then(|place| member.cells.get_mut(place)) {
                cell.take(number, &atom);
            }
        }
        self.atoms.push(atom);
    }

    /// The number of atoms.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.atoms.len()).unwrap_or(u32::MAX)
    }
}

impl LaidCell<'_> {
    /// The atoms without persons that it needs: for the cell itself, for what is left over where nothing is, or (by
    /// the key of its condition) for an argument to which nobody contributes.
    fn wanting(&self, profile: &Profile) -> Vec<Option<usize>> {
        let mut wanted = vec![];
        match self.standing {
            Standing::Withheld(_) if self.atoms.is_empty() => wanted.push(None),
            Standing::Open if profile.zero == ZeroRule::TreatAsSmall => {
                let nobody = self.parts.iter().filter(|(.., part)| part.is_empty());
                wanted.extend(nobody.map(|(_, key, _)| Some(*key)));
                let all = |part: &Vec<u32>| part.len() == self.atoms.len();
                if profile.complements && self.parts.iter().any(|(.., part)| all(part)) {
                    wanted.push(None);
                }
            }
            Standing::Open | Standing::Empty | Standing::Structural | Standing::Withheld(_) => {}
        }
        wanted
    }
}

/// How many rows the persons of an atom have in a table, where they are in one cell of it.
pub(super) fn rows_in(keys: &[Option<ScalarValue>], member: &Member) -> Option<u64> {
    let holds = |key: usize| matches!(keys.get(key), Some(Some(ScalarValue::Boolean(Some(true)))));
    if !member.within.is_none_or(holds) {
        return None;
    }
    match member.rows.map(|key| keys.get(key)) {
        None => Some(1),
        Some(Some(Some(ScalarValue::Int64(Some(rows))))) => u64::try_from(*rows).ok(),
        // They are in several cells.
        Some(_) => Some(0),
    }
}

/// What tells a cell from others whichever way round its keys are written.
fn unordered(keys: &[ScalarValue]) -> Vec<String> {
    let mut texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

/// The cells of a table, before any atom is in them.
fn empty_cells<'a>(
    member: &'a Member,
    table: &'a MeasuredTable<'_>,
    decided: &'a Decided<'_>,
) -> LaidMember<'a> {
    let conditions = member.contributes.iter().enumerate();
    let parts: Vec<(usize, usize, Vec<u32>)> =
        conditions.filter_map(|(argument, key)| key.map(|key| (argument, key, vec![]))).collect();
    let cell = |keys: &'a [ScalarValue], row, standing, measured| LaidCell {
        keys,
        row,
        standing,
        measured,
        atoms: vec![],
        parts: parts.clone(),
        gone: &[],
    };
    let listed = decided.rows.iter().enumerate().map(|(at, row)| LaidCell {
        gone: &row.arguments,
        ..cell(&row.keys, Some(at), row.standing, row.measured)
    });
    let few = Standing::Withheld(Reason::TooFewPersons);
    let unlisted = decided.unlisted.iter();
    let unlisted = unlisted.map(|(keys, measured)| cell(keys, None, few, Some(measured)));
    LaidMember {
        member,
        release: table.release,
        cells: listed.chain(unlisted).collect(),
        settled: table.settled.is_some(),
    }
}
