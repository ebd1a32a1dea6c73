//! Atoms, and the cells of every table of the family as sets of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use datafusion::common::{HashMap, Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Effect, LowEffect};
use tresor_disclosure::profile::ZeroRule;
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Contribution, Profile, Reason};

use super::MeasuredFamily;
use super::alike::rows_in;
use super::codes::Codes;
use super::left_over::View;
use crate::guard::families::{Atoms, Member};
use crate::guard::release::PersonalRelease;
use crate::vault::cells::{Cells, Measured};
use crate::vault::protect::decide::Decided;
use crate::vault::protect::{MeasuredTable, Rules};

/// A family laid out over its atoms.
pub(super) struct Laid<'a> {
    pub(super) atoms: Vec<Atom<'a>>,
    /// How many of them were measured.
    measured: u32,
    /// Those that a reader may know to be there; behind them are those that nobody is in.
    pub(super) real: u32,
    pub(super) members: Vec<LaidMember<'a>>,
    /// Measures of the atoms, where they were measured for this.
    pub(super) extra: Option<&'a PersonalRelease>,
    /// Conditions of which the second holds wherever the first does.
    inside: &'a [(usize, usize)],
    codes: Codes,
    /// By key of the atoms: the number that stands for "holds".
    yes: Vec<u32>,
}

/// A cell of the common refinement.
pub(super) struct Atom<'a> {
    /// Its keys, by numbers that stand for values; nothing where any would do, because nobody is in it.
    keys: Vec<Option<u32>>,
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

    fn is_within(&self, member: &Member, yes: &[u32]) -> bool {
        member.within.is_none_or(|key| self.holds(key, yes))
    }

    /// Whether the condition that this key stands for holds.
    fn holds(&self, key: usize, yes: &[u32]) -> bool {
        let held = self.keys.get(key).copied().flatten();
        held.is_some() && yes.get(key).copied() == held
    }
}

fn contribution(measured: Option<&[Measured]>, argument: Option<usize>) -> Contribution {
    measured_of(measured, argument).map(|measured| measured.contribution).unwrap_or_default()
}

fn measured_of(measured: Option<&[Measured]>, argument: Option<usize>) -> Option<&Measured> {
    measured?.get(argument.map_or(0, |at| at + 1))
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
type Keyed<'a> = (&'a [usize], &'a [u32]);

/// A cell of a table as a set of atoms.
pub(super) struct LaidCell<'a> {
    /// Its keys, by numbers that stand for values.
    keys: Vec<u32>,
    /// Its row, if it has one.
    pub(super) row: Option<usize>,
    /// What was decided about it.
    pub(super) standing: Standing,
    measured: Option<&'a [Measured]>,
    pub(super) atoms: Vec<u32>,
    /// For each argument that only some rows contribute to, the key of the condition and the atoms for which it holds.
    parts: Vec<(usize, usize, Vec<u32>)>,
    /// Arguments that are withheld already so that others cannot be worked out.
    gone: Vec<usize>,
}

impl<'a> LaidCell<'a> {
    pub(super) fn contribution(&self, argument: Option<usize>) -> Contribution {
        contribution(self.measured, argument)
    }

    /// What was measured of it, or of an argument of it.
    pub(super) fn measured(&self, argument: Option<usize>) -> Option<&'a Measured> {
        measured_of(self.measured, argument)
    }

    /// The atoms that contribute to an argument, if only some do.
    pub(super) fn part(&self, argument: usize) -> Option<&[u32]> {
        let of = self.parts.iter().find(|(known, ..)| *known == argument);
        of.map(|(.., atoms)| atoms.as_slice())
    }

    /// Whether an argument is withheld already for another's sake.
    pub(super) fn has_lost(&self, argument: usize) -> bool {
        self.gone.contains(&argument)
    }

    fn take(&mut self, number: u32, atom: &Atom<'_>, yes: &[u32]) {
        self.atoms.push(number);
        for (_, key, part) in &mut self.parts {
            if atom.holds(*key, yes) {
                part.push(number);
            }
        }
    }
}

impl<'a> Laid<'a> {
    /// Lays out what was measured, of those members that are alike. What was decided about it is told by [`Self::decide`].
    pub(super) fn out(
        family: &'a MeasuredFamily<'_>,
        tables: &'a [MeasuredTable<'_>],
        decided: &[Decided<'a>],
        places: &[usize],
        alike: &[usize],
        rules: &Rules<'_>,
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
        let mut codes = Codes::default();
        let of_alike: Vec<&Member> =
            alike.iter().filter_map(|at| family.family.members.get(*at)).collect();
        let mut atoms = atoms(found, &of_alike, &mut codes, rules.profile);
        leave_out_few(&mut atoms, rules);
        let members = members
            .into_iter()
            .map(|(member, table, decided)| {
                empty_cells(member, table, decided, &mut codes, rules.profile)
            })
            .enumerate()
            .map(|(at, member)| match alike.contains(&at) {
                true => member,
                false => LaidMember { cells: vec![], ..member },
            })
            .collect();
        let width = width(&atoms, family.family.members.iter());
        let holds = ScalarValue::Boolean(Some(true));
        let yes = (0..width).map(|key| codes.code(key, &holds)).collect();
        let inside = family.family.inside.as_slice();
        let mut laid = Self { atoms, measured: 0, real: 0, members, extra, inside, codes, yes };
        laid.measured = laid.len();
        laid.real = laid.measured;
        laid.fill(rules.profile)?;
        Ok(laid)
    }

    /// Takes over what was decided about rows so far.
    pub(super) fn decide(&mut self, decided: &[Decided<'_>], places: &[usize], profile: &Profile) {
        let measured = self.measured;
        self.real = measured;
        self.atoms.truncate(usize::try_from(measured).unwrap_or(usize::MAX));
        for (member, place) in self.members.iter_mut().zip(places) {
            for cell in &mut member.cells {
                cell.atoms.retain(|atom| *atom < measured);
                for (.., part) in &mut cell.parts {
                    part.retain(|atom| *atom < measured);
                }
                let row = cell.row.and_then(|row| decided.get(*place)?.rows.get(row));
                if let Some(row) = row {
                    cell.standing = row.standing;
                    cell.gone = row.arguments.iter().map(|(argument, _)| *argument).collect();
                }
            }
        }
        self.add_empty(profile);
        if profile.is_blurred() {
            // What holds few people and what holds nobody are the same to every rule.
            self.real = self.len();
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
            atoms.filter(|(_, atom)| atom.holds(key, &self.yes)).map(|(number, _)| number).collect()
        };
        keys.into_iter().map(|key| (key, holding(key))).collect()
    }

    /// Every atom into its cell of each table.
    fn fill(&mut self, profile: &Profile) -> Result<()> {
        for member in self.members.iter_mut().filter(|member| !member.cells.is_empty()) {
            let places: HashMap<Vec<u32>, usize> =
                member.cells.iter().enumerate().map(|(at, cell)| (cell.keys.clone(), at)).collect();
            let mut projected: Vec<u32> = vec![];
            for (number, atom) in (0_u32..).zip(&self.atoms) {
                if !atom.is_within(member.member, &self.yes) {
                    continue;
                }
                projected.clear();
                let keys = member.member.keys.iter();
                projected.extend(keys.filter_map(|&key| atom.keys.get(key).copied().flatten()));
                let place = places.get(projected.as_slice());
                let Some(cell) = place.and_then(|&at| member.cells.get_mut(at)) else {
                    if profile.is_blurred() {
                        continue; // a group of which no row says so
                    }
                    return internal_err!("an atom in no cell");
                };
                cell.take(number, atom, &self.yes);
            }
        }
        Ok(())
    }

    /// Where nobody is, but a reader must not know it, there is an atom without persons: a zero that is withheld has
    /// to be something that could be worked out. Tables with more keys come first, so that one serves for all.
    fn add_empty(&mut self, profile: &Profile) {
        // In an order that does not depend on the words of the query, or on single people.
        let blurred = profile.is_blurred();
        let mark = |key| if blurred { (0, 0) } else { self.mark(key) };
        let marks: Vec<(u64, u64)> = (0..self.yes.len()).map(mark).collect();
        let mark = |key: Option<usize>| key.and_then(|key| marks.get(key).copied());
        let mut cells = vec![];
        for (at, member) in self.members.iter().enumerate() {
            let of_member = member.cells.iter().enumerate();
            // What wants nothing now wants nothing later.
            let of_member = of_member.filter(|(_, cell)| !cell.wanting(profile).is_empty());
            cells.extend(of_member.map(|(place, cell)| {
                let keys = (Reverse(cell.keys.len()), self.unordered(member.member, cell));
                (keys, mark(member.member.within), at, place)
            }));
        }
        cells.sort();
        let cells: Vec<(usize, usize)> =
            cells.into_iter().map(|(.., at, place)| (at, place)).collect();
        let asked = profile.zero == ZeroRule::TreatAsSmall && profile.keeps_complements();
        let between = if asked { self.nobody_between() } else { vec![] };
        if cells.is_empty() && between.is_empty() {
            return;
        }
        let finding = Finding::over(self);
        for (at, place) in cells {
            let cell = self.members.get(at).and_then(|member| member.cells.get(place));
            let mut wanted = cell.map(|cell| cell.wanting(profile)).unwrap_or_default();
            wanted.sort_by_key(|condition| mark(*condition));
            for condition in wanted {
                let cell = self.members.get(at).and_then(|member| member.cells.get(place));
                if profile.is_blurred() && cell.is_some_and(|cell| cell.holds_atoms(condition)) {
                    continue; // one of a finer table lies in it by now
                }
                self.place_empty(at, place, condition.as_slice(), &finding);
            }
        }
        for between in between {
            self.place_empty(between.member, between.cell, &between.conditions, &finding);
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
                let own = all.entry((&member.member.keys, &cell.keys)).or_default();
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

    fn unordered(&self, member: &Member, cell: &LaidCell<'_>) -> Vec<&str> {
        self.codes.unordered(member.keys.iter().copied().zip(cell.keys.iter().copied()))
    }

    /// What tells a condition from others however it is written: who meets it.
    fn mark(&self, key: usize) -> (u64, u64) {
        let holding = self.atoms.iter().filter(|atom| atom.holds(key, &self.yes));
        holding
            .map(|atom| atom.contribution(None))
            .fold((0, 0), |(key, rows), c| (c.key.wrapping_add(key), c.rows.saturating_add(rows)))
    }

    fn place_empty(&mut self, at: usize, cell: usize, conditions: &[usize], finding: &Finding) {
        let Some((member, laid)) =
            self.members.get(at).and_then(|m| Some((m.member, m.cells.get(cell)?)))
        else {
            return;
        };
        if conditions.is_empty() && laid.standing != Standing::Open && !laid.atoms.is_empty() {
            return; // one of a finer table lies in it by now
        }
        let mut keys: Vec<Option<u32>> = vec![None; self.yes.len()];
        let known = member.keys.iter().copied().zip(laid.keys.iter().copied().map(Some));
        let holds = member.within.into_iter().chain(conditions.iter().copied()).collect();
        let holds = self.with_wider(holds).into_iter();
        let holds = holds.map(|key| (key, self.yes.get(key).copied()));
        for (key, value) in known.chain(holds) {
            if let Some(slot) = keys.get_mut(key) {
                *slot = value;
            }
        }
        let number = self.len();
        let atom = Atom { keys, measured: None, rows: 1 };
        let mut found = vec![];
        for (other, member) in self.members.iter().enumerate() {
            if other == at {
                found.push((other, cell));
            } else if atom.is_within(member.member, &self.yes) {
                found.extend(finding.first(other, member, &atom).map(|place| (other, place)));
            }
        }
        for (member, place) in found {
            let cell = self.members.get_mut(member).and_then(|m| m.cells.get_mut(place));
            if let Some(cell) = cell {
                cell.take(number, &atom, &self.yes);
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
    /// Whether any atom is in it, or in the part under a condition.
    fn holds_atoms(&self, condition: Option<usize>) -> bool {
        match condition {
            None => !self.atoms.is_empty(),
            Some(of) => self.parts.iter().any(|(_, key, part)| *key == of && !part.is_empty()),
        }
    }

    /// The atoms without persons that it needs: for the cell itself, for what is left over where nothing is, or (by
    /// the key of its condition) for an argument to which nobody contributes.
    fn wanting(&self, profile: &Profile) -> Vec<Option<usize>> {
        let mut wanted = vec![];
        if profile.is_blurred() {
            if matches!(self.standing, Standing::Open | Standing::Withheld(_)) {
                wanted.extend(self.atoms.is_empty().then_some(None));
                let empty = self.parts.iter().filter(|(.., part)| part.is_empty());
                wanted.extend(empty.map(|(_, key, _)| Some(*key)));
            }
            return wanted;
        }
        match self.standing {
            Standing::Withheld(_) if self.atoms.is_empty() => wanted.push(None),
            Standing::Open if profile.zero == ZeroRule::TreatAsSmall => {
                let nobody = self.parts.iter().filter(|(.., part)| part.is_empty());
                wanted.extend(nobody.map(|(_, key, _)| Some(*key)));
                let all = |part: &Vec<u32>| part.len() == self.atoms.len();
                if profile.keeps_complements() && self.parts.iter().any(|(.., part)| all(part)) {
                    wanted.push(None);
                }
            }
            Standing::Open | Standing::Empty | Standing::Structural | Standing::Withheld(_) => {}
        }
        wanted
    }
}

/// The cells of each table by their keys, and in an order that does not depend on the words of the query.
struct Finding {
    places: Vec<HashMap<Vec<u32>, usize>>,
    in_order: Vec<Vec<usize>>,
}

impl Finding {
    fn over(laid: &Laid<'_>) -> Self {
        let (mut places, mut in_order) = (vec![], vec![]);
        for member in &laid.members {
            let cells = member.cells.iter().enumerate();
            places.push(cells.map(|(at, cell)| (cell.keys.clone(), at)).collect());
            let mut order: Vec<usize> = (0..member.cells.len()).collect();
            order.sort_by_cached_key(|at| {
                let cell = member.cells.get(*at);
                cell.map(|cell| laid.unordered(member.member, cell))
            });
            in_order.push(order);
        }
        Self { places, in_order }
    }

    /// The first cell of a table that an atom without persons fits in.
    fn first(&self, at: usize, member: &LaidMember<'_>, atom: &Atom<'_>) -> Option<usize> {
        let keys = || member.member.keys.iter().map(|&key| atom.keys.get(key).copied().flatten());
        if let Some(keys) = keys().collect::<Option<Vec<u32>>>() {
            return self.places.get(at)?.get(&keys).copied();
        }
        let fits = |place: &&usize| {
            member.cells.get(**place).is_some_and(|cell| {
                keys()
                    .zip(&cell.keys)
                    .all(|(known, value)| known.is_none_or(|known| known == *value))
            })
        };
        self.in_order.get(at)?.iter().find(fits).copied()
    }
}

/// How many keys atoms have.
fn width<'a>(atoms: &[Atom<'_>], members: impl Iterator<Item = &'a Member>) -> usize {
    let named = members.flat_map(|member| {
        let conditions = member.contributes.iter().copied().flatten();
        member.keys.iter().copied().chain(member.within).chain(conditions)
    });
    let most = named.max().map_or(0, |most| most + 1);
    atoms.first().map_or(most, |atom| atom.keys.len().max(most))
}

/// The atoms that were measured, in an order that depends neither on the run nor on the words of the query: by who is
/// in them; by what they are called where single people must decide nothing.
fn atoms<'a>(
    found: &'a Cells,
    alike: &[&Member],
    codes: &mut Codes,
    profile: &Profile,
) -> Vec<Atom<'a>> {
    let mut coded = |keys: &[ScalarValue]| -> Vec<Option<u32>> {
        keys.iter().enumerate().map(|(key, value)| Some(codes.code(key, value))).collect()
    };
    let mut atoms: Vec<Atom<'a>> = found
        .iter()
        .map(|(keys, measured)| {
            let rows = alike.iter().find_map(|member| rows_in(keys, member)).unwrap_or(1);
            Atom { keys: coded(keys), measured: Some(measured), rows }
        })
        .collect();
    let persons = |atom: &Atom<'_>| {
        let c = atom.contribution(None);
        (c.key, c.rows)
    };
    let texts = |atom: &Atom<'_>| {
        let keys = atom.keys.iter().enumerate();
        codes.unordered(keys.filter_map(|(key, code)| Some((key, (*code)?))))
    };
    if profile.is_blurred() {
        let in_order = |atom: &Atom<'_>| -> Vec<String> {
            atom.keys.iter().enumerate().map(|(key, code)| codes.text(key, *code)).collect()
        };
        atoms.sort_by_cached_key(|atom| (texts(atom).join("\n"), in_order(atom)));
    } else {
        atoms.sort_by(|a, b| persons(a).cmp(&persons(b)).then_with(|| texts(a).cmp(&texts(b))));
    }
    atoms
}

/// Takes atoms away that hold few people, where the profile blurs: a cell that is left without any gets one by the plan alone,
/// as a cell has that nobody is in.
fn leave_out_few(atoms: &mut Vec<Atom<'_>>, rules: &Rules<'_>) {
    if !rules.profile.is_blurred() {
        return;
    }
    let Some(rule) = LowEffect::new(rules.profile, rules.secret) else { return };
    atoms.retain(|atom| {
        let Contribution { persons, key, .. } = atom.contribution(None);
        !rule.is_low(&Effect { persons, reduced_key: key, reduced_persons: persons })
    });
}

/// The cells of a table, before any atom is in them.
fn empty_cells<'a>(
    member: &'a Member,
    table: &'a MeasuredTable<'_>,
    decided: &Decided<'a>,
    codes: &mut Codes,
    profile: &Profile,
) -> LaidMember<'a> {
    let conditions = member.contributes.iter().enumerate();
    let parts: Vec<(usize, usize, Vec<u32>)> =
        conditions.filter_map(|(argument, key)| key.map(|key| (argument, key, vec![]))).collect();
    let mut cell = |keys: &[ScalarValue], row, standing, measured| LaidCell {
        keys: member.keys.iter().zip(keys).map(|(key, value)| codes.code(*key, value)).collect(),
        row,
        standing,
        measured,
        atoms: vec![],
        parts: parts.clone(),
        gone: vec![],
    };
    let few = Standing::Withheld(Reason::TooFewPersons);
    let mut cells = Vec::with_capacity(decided.rows.len() + decided.unlisted.len());
    for (at, row) in decided.rows.iter().enumerate() {
        cells.push(cell(&row.keys, Some(at), row.standing, row.measured));
    }
    // Where few people and nobody are the same, it must not tell that a group is there of which no row says so.
    for (keys, measured) in decided.unlisted.iter().filter(|_| !profile.is_blurred()) {
        cells.push(cell(keys, None, few, Some(measured)));
    }
    LaidMember { member, release: table.release, cells, settled: table.settled.is_some() }
}
