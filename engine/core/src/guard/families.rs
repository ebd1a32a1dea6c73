//! Families of protected tables: what one of them shows may tell what another withholds.
//!
//! Tables of one query that count the same rows belong together: the levels of ROLLUP, a table and its total, a count
//! and the same count with FILTER. Every number in them is a sum over the same atoms, the cells of their common
//! refinement. Where no table of the family has these cells already, the guard adds a release plan that measures
//! them; nothing of it is shown. Which tables belong together follows from the plans alone; which ways
//! to write the same rows are found to be the same is said in `rows/base.rs`; others are not found.
//!
//! Must never know: rows; which cells are small.

mod rows;

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Case, Expr, ExprSchemable, Filter, LogicalPlan, Projection, lit};

use self::rows::{Rows, rows_of};
use super::release::{Argument, Key, PERSON, PersonalRelease, Release};
use super::walk::internal;
use crate::refusal::Refusal;

/// Protected tables over the same rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) members: Vec<Member>,
    pub(crate) atoms: Atoms,
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
}

/// Finds the families of a query.
///
/// # Errors
/// Never for a plan that the guard has built.
pub(super) fn families(releases: &[Release]) -> Result<Vec<Family>, Refusal> {
    let mut groups: Vec<(usize, Vec<Table<'_>>)> = vec![];
    let mut stage = 0;
    for (at, release) in releases.iter().enumerate() {
        match release {
            // What is read as a table must be protected before the releases that read it are measured.
            Release::Earlier(_) => stage += 1,
            Release::Public(_) => {}
            Release::Personal(release) if release.only_counted || release.outputs.is_empty() => {}
            Release::Personal(release) => {
                let Some(rows) = rows_of(release) else { continue };
                let table = Table { at, release, rows };
                let known = groups.iter_mut().find(|(of, known)| {
                    *of == stage && known.first().is_some_and(|first| first.rows.same(&table.rows))
                });
                match known {
                    Some((_, tables)) => tables.push(table),
                    None => groups.push((stage, vec![table])),
                }
            }
        }
    }
    groups.iter().map(|(_, tables)| family(tables)).collect()
}

/// A protected table with its rows taken apart.
struct Table<'a> {
    at: usize,
    release: &'a PersonalRelease,
    rows: Rows,
}

fn family(tables: &[Table<'_>]) -> Result<Family, Refusal> {
    let mut refined = Refined::over(tables);
    let members: Vec<Member> = tables.iter().map(|table| refined.member(table, tables)).collect();
    let finest = members.iter().position(|member| {
        member.within.is_none()
            && member.contributes.iter().all(Option::is_none)
            && refined.keys.len() == member.keys.len()
    });
    let Some(finest) = finest else {
        return Ok(Family { members, atoms: Atoms::Extra(Box::new(refined.release(tables)?)) });
    };
    // The keys of the others, by their place in the finest table.
    let order = members.get(finest).map(|member| member.keys.clone()).unwrap_or_default();
    let place = |key: &usize| order.iter().position(|known| known == key).unwrap_or_default();
    let members = members
        .into_iter()
        .map(|member| Member { keys: member.keys.iter().map(place).collect(), ..member })
        .collect();
    Ok(Family { members, atoms: Atoms::Member(finest) })
}

/// The common refinement of the tables of a family.
struct Refined {
    /// Conditions that hold for the rows of every table.
    common: Vec<Expr>,
    keys: Vec<Expr>,
    /// Measures of which several parts are summed, by name: where each part has a value.
    measures: Vec<(Argument, Vec<Expr>)>,
}

impl Refined {
    fn over(tables: &[Table<'_>]) -> Self {
        let everywhere = |condition: &&Expr| {
            tables.iter().all(|table| table.rows.conditions.contains(condition))
        };
        let common = tables
            .first()
            .map(|first| first.rows.conditions.iter().filter(everywhere).cloned().collect())
            .unwrap_or_default();
        Self { common, keys: vec![], measures: vec![] }
    }

    fn member(&mut self, table: &Table<'_>, all: &[Table<'_>]) -> Member {
        let rows = &table.rows;
        let keys = rows.keys.iter().map(|key| self.key(key.clone())).collect();
        let further = rows.conditions.iter().filter(|known| !self.common.contains(known)).cloned();
        let within = conjunction(further).map(|condition| self.key(condition.is_true()));
        let counted = table.release.shown_counts();
        let contributes = table.release.arguments.iter().zip(&rows.arguments).enumerate();
        let contributes = contributes
            .map(|(at, (argument, expr))| match argument {
                Argument::Presence if counted.contains(&at) => {
                    Some(self.key(expr.clone().is_not_null()))
                }
                Argument::Presence | Argument::Positions { .. } => None,
                Argument::Value { name, .. } => {
                    let parts = parts(name, all);
                    (parts.len() > 1).then(|| {
                        self.measure(argument, &parts);
                        self.key(has_value(expr))
                    })
                }
            })
            .collect();
        Member { release: table.at, keys, within, contributes }
    }

    fn key(&mut self, key: Expr) -> usize {
        self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    fn measure(&mut self, argument: &Argument, parts: &[Expr]) {
        if !self.measures.iter().any(|(known, _)| known == argument) {
            self.measures.push((argument.clone(), parts.to_vec()));
        }
    }

    /// The plan that measures the atoms.
    fn release(self, tables: &[Table<'_>]) -> Result<PersonalRelease, Refusal> {
        let Some(first) = tables.first() else {
            return Err(Refusal::internal("a family without tables"));
        };
        let base = first.rows.base.clone();
        let input = match conjunction(self.common) {
            Some(condition) => {
                LogicalPlan::Filter(Filter::try_new(condition, Arc::new(base)).map_err(internal)?)
            }
            None => base,
        };
        let mut exprs = vec![first.rows.person.clone().alias(PERSON)];
        let mut keys = vec![];
        for (at, key) in self.keys.into_iter().enumerate() {
            let data_type = key.get_type(input.schema().as_ref()).map_err(internal)?;
            keys.push(Key { data_type, domain: None, column: None });
            exprs.push(key.alias(format!("key_{at}")));
        }
        let mut arguments = vec![];
        for (at, (argument, parts)) in self.measures.into_iter().enumerate() {
            let value = one_of(parts, &input)?;
            exprs.push(value.alias(format!("argument_{at}")));
            arguments.push(argument);
        }
        let plan = Projection::try_new(exprs, Arc::new(input)).map_err(internal)?;
        Ok(PersonalRelease {
            input: LogicalPlan::Projection(plan),
            keys,
            arguments,
            one_row: first.release.one_row,
            outputs: vec![],
            all_listed: false,
            only_counted: false,
        })
    }
}

/// The different expressions that are summed under one name in a family.
fn parts(name: &str, tables: &[Table<'_>]) -> Vec<Expr> {
    let mut found: Vec<Expr> = vec![];
    for table in tables {
        for (argument, expr) in table.release.arguments.iter().zip(&table.rows.arguments) {
            let same = matches!(argument, Argument::Value { name: known, .. } if known == name);
            if same && !found.contains(expr) {
                found.push(expr.clone());
            }
        }
    }
    found
}

/// Zero contributes nothing to a sum.
fn has_value(expr: &Expr) -> Expr {
    expr.clone().is_not_null().and(expr.clone().not_eq(lit(0_i64))).is_true()
}

/// The value of the first part that has one: parts of one measure agree where they have a value.
fn one_of(parts: Vec<Expr>, input: &LogicalPlan) -> Result<Expr, Refusal> {
    let schema = input.schema();
    let mut whens = vec![];
    let number = |expr: &Expr| expr.get_type(schema.as_ref()).map_err(internal);
    let types: Vec<DataType> = parts.iter().map(number).collect::<Result<_, _>>()?;
    let common = if types.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) {
        None
    } else {
        Some(DataType::Float64)
    };
    for part in parts {
        let value = match &common {
            Some(data_type) => datafusion::logical_expr::try_cast(part.clone(), data_type.clone()),
            None => part.clone(),
        };
        whens.push((Box::new(has_value(&part)), Box::new(value)));
    }
    Ok(Expr::Case(Case { expr: None, when_then_expr: whens, else_expr: None }))
}
