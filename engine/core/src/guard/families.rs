//! Families of protected tables: what one of them shows may tell what another withholds.
//!
//! Tables of one query that count the same rows belong together: the levels of ROLLUP, a table and its total, a count
//! and the same count with FILTER. Every number in them is a sum over the same atoms, the cells of their common
//! refinement. Where no table of the family has these cells already, the guard adds a release plan that measures
//! them; nothing of it is shown. Which tables belong together follows from the plans alone: `rows/base.rs` finds the
//! same rows in other words, and tables over other rows are held against each other by the people in them
//! (`persons.rs`).
//!
//! Must never know: rows; which cells are small.

mod inside;
mod persons;
mod refined;

use self::refined::Refined;
use super::release::{PersonalRelease, Release};
use super::rows::{Rows, rows_of};
use crate::refusal::Refusal;

/// Protected tables over the same rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) members: Vec<Member>,
    pub(crate) atoms: Atoms,
    /// Pairs of keys of the atoms that are conditions: the second holds wherever the first does.
    pub(crate) inside: Vec<(usize, usize)>,
    /// After how many earlier results it is protected. Tables that were protected before stay as they are.
    pub(crate) stage: usize,
}

/// The cells that all numbers of a family are sums of.
#[derive(Debug, PartialEq)]
pub(crate) enum Atoms {
    /// The cells of this member.
    Member(usize),
    /// Cells that are measured for this and never shown.
    Extra(Box<PersonalRelease>),
}

/// One table of a family, and how its cells are made of atoms.
#[derive(Debug, PartialEq)]
pub(crate) struct Member {
    /// Its place among the releases of the query.
    pub(crate) release: usize,
    /// For each of its keys, the same key of the atoms.
    pub(crate) keys: Vec<usize>,
    /// The key of the atoms that tells which rows the table is about, if not about all.
    pub(crate) within: Option<usize>,
    /// For each argument, the key of the atoms that tells which rows contribute, if that matters and not all do.
    pub(crate) contributes: Vec<Option<usize>>,
    /// Where atoms are persons: the key that tells who is in the rows that it has in common with others of its kind.
    pub(crate) part: Option<usize>,
    /// Where atoms are persons who may have many rows in it: the key that tells how many rows a person has. NULL where
    /// they are in several cells.
    pub(crate) rows: Option<usize>,
    /// Whether rows of one table may be in it more than once, put one below the other.
    pub(crate) repeats: bool,
}

/// Finds the families of a query.
///
/// # Errors
/// Never for a plan that the guard has built.
pub(super) fn families(releases: &[Release]) -> Result<Vec<Family>, Refusal> {
    let mut groups: Vec<Vec<Table<'_>>> = vec![];
    let mut families = vec![];
    let mut stage = 0;
    for (at, release) in releases.iter().enumerate() {
        match release {
            // What is read as a table must be protected before the releases that read it are measured.
            Release::Earlier(_) => {
                families.extend(together(&groups, stage)?);
                stage += 1;
            }
            Release::Public(_) => {}
            Release::Personal(release) if release.only_counted || release.outputs.is_empty() => {}
            Release::Personal(release) => {
                let Some(rows) = rows_of(release) else { continue };
                let table = Table { at, stage, release, rows };
                let same = |known: &&mut Vec<Table<'_>>| {
                    known.first().is_some_and(|first| first.rows.same(&table.rows))
                };
                match groups.iter_mut().find(same) {
                    Some(tables) => tables.push(table),
                    None => groups.push(vec![table]),
                }
            }
        }
    }
    families.extend(together(&groups, stage)?);
    Ok(families)
}

/// The families of the tables that are released together in this stage, with those that were before. Tables over
/// other rows are held against each other by the persons in them.
fn together(groups: &[Vec<Table<'_>>], stage: usize) -> Result<Vec<Family>, Refusal> {
    let new = |tables: &[Table<'_>]| tables.iter().any(|table| table.stage == stage);
    let mut changed = groups.iter().filter(|tables| new(tables)).peekable();
    if changed.peek().is_none() {
        return Ok(vec![]);
    }
    if groups.len() < 2 {
        return changed.map(|tables| by_rows(tables, stage)).collect();
    }
    let many = changed.filter(|tables| !tables.iter().any(Table::is_one_row));
    let mut families: Vec<Family> =
        many.map(|tables| by_rows(tables, stage)).collect::<Result<_, Refusal>>()?;
    families.push(Family { stage, ..persons::by_person(groups)? });
    Ok(families)
}

/// A protected table with its rows taken apart.
struct Table<'a> {
    at: usize,
    /// How many earlier results were made before it.
    stage: usize,
    release: &'a PersonalRelease,
    rows: Rows,
}

impl Table<'_> {
    /// Whether each person has at most one of the rows that it is made of.
    const fn is_one_row(&self) -> bool {
        self.release.one_row
    }
}

fn by_rows(tables: &[Table<'_>], stage: usize) -> Result<Family, Refusal> {
    let mut refined = Refined::over(tables, &[]);
    let members: Vec<Member> = tables.iter().map(|table| refined.member(table)).collect();
    let finest = members.iter().position(|member| {
        member.within.is_none()
            && member.contributes.iter().all(Option::is_none)
            && refined.width() == member.keys.len()
    });
    let Some(finest) = finest else {
        let inside = refined.inside();
        return Ok(Family {
            members,
            atoms: Atoms::Extra(Box::new(refined.release()?)),
            inside,
            stage,
        });
    };
    // The keys of the others, by their place in the finest table.
    let order = members.get(finest).map(|member| member.keys.clone()).unwrap_or_default();
    let place = |key: &usize| order.iter().position(|known| known == key).unwrap_or_default();
    let members = members
        .into_iter()
        .map(|member| Member { keys: member.keys.iter().map(place).collect(), ..member })
        .collect();
    Ok(Family { members, atoms: Atoms::Member(finest), inside: vec![], stage })
}
