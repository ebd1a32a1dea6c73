//! Tables over other rows, held against each other by the persons in them.
//!
//! However a table is written, it says something of each person: in which cell the person is, or that the person is in
//! none. Put side by side, person for person, this is a relation with one row per person, and its distinct rows are
//! the atoms of all the tables. Where a person may have many rows in a table, the number of them is beside it; the
//! vault decides what can be done with it.
//!
//! Must never know: rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{JoinConstraint, JoinType, NullEquality};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Aggregate, Expr, Join, LogicalPlan, Projection, lit, when};
use datafusion::prelude::ident;

use super::refined::{Refined, one_of};
use super::{Atoms, Family, Member, Table};
use crate::guard::release::{Argument, Key, PERSON, PersonalRelease};
use crate::guard::walk::internal;
use crate::refusal::Refusal;

/// One family of all tables, whose atoms are persons.
pub(super) fn by_person(groups: &[Vec<Table<'_>>]) -> Result<Family, Refusal> {
    let parts = groups.iter().flat_map(|tables| match tables.iter().any(Table::is_one_row) {
        true => vec![tables.as_slice()],
        // Rows that a person has in one table need not be those of another.
        false => tables.chunks(1).collect(),
    });
    let parts: Vec<&[Table<'_>]> = parts.collect();
    let shared = shared(&parts);
    let mut joined = Joined::default();
    for tables in parts {
        joined.add(tables, &shared)?;
    }
    joined.family()
}

/// The measures that are summed in more than one part.
fn shared(parts: &[&[Table<'_>]]) -> Vec<String> {
    let named = |tables: &&[Table<'_>]| {
        let arguments = tables.iter().flat_map(|table| &table.release.arguments);
        let mut names: Vec<String> = arguments
            .filter_map(|argument| match argument {
                Argument::Value { name, .. } => Some(name.clone()),
                Argument::Presence | Argument::Positions { .. } => None,
            })
            .collect();
        names.sort();
        names.dedup();
        names
    };
    let mut names: Vec<String> = parts.iter().flat_map(named).collect();
    names.sort();
    let twice = names.windows(2).filter_map(|pair| match pair {
        [one, other] if one == other => Some(one.clone()),
        _ => None,
    });
    twice.collect()
}

/// What the tables say of each person, side by side, in the making.
#[derive(Default)]
struct Joined {
    plan: Option<LogicalPlan>,
    members: Vec<Member>,
    /// The columns that are keys of the atoms.
    keys: Vec<(Expr, DataType)>,
    /// Measures that several parts sum, each with its columns.
    measures: Vec<(Argument, Vec<Expr>)>,
    inside: Vec<(usize, usize)>,
    parts: usize,
}

impl Joined {
    /// Adds tables over the same rows, or one table in which persons may have many.
    fn add(&mut self, tables: &[Table<'_>], shared: &[String]) -> Result<(), Refusal> {
        let mut refined = Refined::over(tables, shared);
        let members: Vec<Member> = tables.iter().map(|table| refined.member(table)).collect();
        let many = tables.first().filter(|first| !first.is_one_row());
        let inside = refined.inside();
        let part = Part { number: self.parts, release: refined.release()? };
        self.parts += 1;
        let here = self.key(part.column("here"), DataType::Boolean);
        let rows = many.map(|_| self.key(part.column("rows"), DataType::Int64));
        let first = self.keys.len();
        for (at, key) in part.release.keys.iter().enumerate() {
            self.key(part.column(&format!("key_{at}")), key.data_type.clone());
        }
        // Values that rows do not agree in are missing, so that of many rows nothing is known of each.
        if many.is_none() {
            let inside = inside.into_iter().map(|(narrow, wide)| (narrow + first, wide + first));
            self.inside.extend(inside);
            self.inside.extend(members.iter().filter_map(|of| Some((of.within? + first, here))));
        }
        for (at, argument) in part.release.arguments.iter().enumerate() {
            self.measure(argument, part.column(&format!("argument_{at}")));
        }
        self.members.extend(members.into_iter().map(|member| Member {
            keys: member.keys.iter().map(|key| key + first).collect(),
            within: Some(member.within.map_or(here, |key| key + first)),
            contributes: member.contributes.iter().map(|key| key.map(|key| key + first)).collect(),
            part: Some(here),
            rows,
            repeats: many.is_some_and(|table| repeats(&table.release.input)),
            release: member.release,
        }));
        let plan = match many {
            Some(table) => part.summed_up(counts_rows(table.release))?,
            None => part.marked()?,
        };
        self.plan = Some(match self.plan.take() {
            None => named(plan, &part.name("person"))?,
            Some(known) => beside(known, plan, &part.name("person"))?,
        });
        Ok(())
    }

    fn key(&mut self, column: Expr, data_type: DataType) -> usize {
        self.keys.push((column, data_type));
        self.keys.len() - 1
    }

    fn measure(&mut self, argument: &Argument, column: Expr) {
        match self.measures.iter_mut().find(|(known, _)| known == argument) {
            Some((_, columns)) => columns.push(column),
            None => self.measures.push((argument.clone(), vec![column])),
        }
    }

    fn family(self) -> Result<Family, Refusal> {
        let Some(input) = self.plan else {
            return Err(Refusal::internal("a family without tables"));
        };
        let mut exprs = vec![ident(PERSON)];
        let mut keys = vec![];
        for (at, (column, data_type)) in self.keys.into_iter().enumerate() {
            exprs.push(column.alias(format!("key_{at}")));
            keys.push(Key { data_type, domain: None, column: None });
        }
        let mut arguments = vec![];
        for (at, (argument, columns)) in self.measures.into_iter().enumerate() {
            exprs.push(one_of(columns, &input)?.alias(format!("argument_{at}")));
            arguments.push(argument);
        }
        let release = PersonalRelease {
            input: projected(exprs, input)?,
            keys,
            arguments,
            one_row: true,
            outputs: vec![],
            all_listed: false,
            only_counted: false,
        };
        let atoms = Atoms::Extra(Box::new(release));
        Ok(Family { members: self.members, atoms, inside: self.inside, stage: 0 })
    }
}

/// Whether numbers of rows, or sums over them, are told; not only numbers of persons.
fn counts_rows(release: &PersonalRelease) -> bool {
    release.outputs.iter().any(|output| !output.statistic.counts_persons())
}

/// Whether two parts of a UNION read the same table.
fn repeats(plan: &LogicalPlan) -> bool {
    let mut found = false;
    let walked = plan.apply(|node| {
        if let LogicalPlan::Union(union) = node {
            let tables: Vec<BTreeSet<String>> =
                union.inputs.iter().map(|input| tables_of(input)).collect();
            found |= tables
                .iter()
                .enumerate()
                .any(|(at, one)| tables.iter().skip(at + 1).any(|other| !one.is_disjoint(other)));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    // What cannot be walked may hold anything.
    found || walked.is_err()
}

/// The tables that a plan reads.
fn tables_of(plan: &LogicalPlan) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    let walked = plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.insert(scan.table_name.to_string());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map(|_| tables).unwrap_or_default()
}

/// One of the relations that are put side by side, under names of its own.
struct Part {
    number: usize,
    release: PersonalRelease,
}

impl Part {
    fn name(&self, what: &str) -> String {
        format!("part_{}_{what}", self.number)
    }

    fn column(&self, what: &str) -> Expr {
        ident(self.name(what))
    }

    /// Its rows as they are, with a column that is true where there is one.
    fn marked(&self) -> Result<LogicalPlan, Refusal> {
        let own = self.columns().map(|name| ident(name.as_str()).alias(self.name(&name)));
        let mut exprs =
            vec![ident(PERSON).alias(self.name("person")), lit(true).alias(self.name("here"))];
        exprs.extend(own);
        projected(exprs, self.release.input.clone())
    }

    fn columns(&self) -> impl Iterator<Item = String> + use<> {
        let keys = (0..self.release.keys.len()).map(|at| format!("key_{at}"));
        keys.chain((0..self.release.arguments.len()).map(|at| format!("argument_{at}")))
    }

    /// One row for each person: the values of the rows where they agree, and how many rows there are.
    fn summed_up(&self, counts_rows: bool) -> Result<LogicalPlan, Refusal> {
        let mut aggregates = vec![count(lit(1_i64)).alias("rows")];
        for name in self.columns() {
            let column = || ident(name.as_str());
            aggregates.push(min(column()).alias(format!("least_{name}")));
            aggregates.push(max(column()).alias(format!("most_{name}")));
            aggregates.push(count(column()).alias(format!("known_{name}")));
        }
        let input = Arc::new(self.release.input.clone());
        let plan = Aggregate::try_new(input, vec![ident(PERSON)], aggregates).map_err(internal)?;
        let keys = (0..self.release.keys.len()).map(|at| format!("key_{at}"));
        let agree = conjunction(keys.map(|name| {
            let column = |what: &str| ident(format!("{what}_{name}"));
            let equal = column("least").eq(column("most"));
            let known = column("known");
            known.clone().eq(lit(0_i64)).or(known.eq(ident("rows")).and(equal))
        }));
        let rows = if counts_rows { ident("rows") } else { lit(1_i64) };
        let rows = when(agree.unwrap_or_else(|| lit(true)), rows).end().map_err(internal)?;
        let mut exprs = vec![
            ident(PERSON).alias(self.name("person")),
            lit(true).alias(self.name("here")),
            rows.alias(self.name("rows")),
        ];
        let least = |name: String| ident(format!("least_{name}")).alias(self.name(&name));
        exprs.extend(self.columns().map(least));
        projected(exprs, LogicalPlan::Aggregate(plan))
    }
}

fn projected(exprs: Vec<Expr>, input: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    Projection::try_new(exprs, Arc::new(input)).map(LogicalPlan::Projection).map_err(internal)
}

/// The first relation, with its person under the name that all of them share.
fn named(plan: LogicalPlan, person: &str) -> Result<LogicalPlan, Refusal> {
    let person = ident(person).alias(PERSON);
    let rest = plan.schema().fields().iter().skip(1).map(|field| ident(field.name().as_str()));
    projected(std::iter::once(person).chain(rest).collect(), plan)
}

/// A further relation beside those that are there, person by person.
fn beside(known: LogicalPlan, plan: LogicalPlan, person: &str) -> Result<LogicalPlan, Refusal> {
    let columns = |plan: &LogicalPlan| -> Vec<Expr> {
        let fields = plan.schema().fields().iter().skip(1);
        fields.map(|field| ident(field.name().as_str())).collect()
    };
    let exprs = std::iter::once(coalesce(vec![ident(PERSON), ident(person)]).alias(PERSON));
    let exprs = exprs.chain(columns(&known)).chain(columns(&plan)).collect();
    let join = Join::try_new(
        Arc::new(known),
        Arc::new(plan),
        vec![(ident(PERSON), ident(person))],
        None,
        JoinType::Full,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    );
    projected(exprs, LogicalPlan::Join(join.map_err(internal)?))
}
