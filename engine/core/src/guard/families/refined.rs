//! The common refinement of tables over the same rows: conditions as keys, and measures where each part has a value.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Case, Expr, ExprSchemable, Filter, LogicalPlan, Projection, lit};

use super::inside::is_inside;
use super::{Member, Table};
use crate::guard::release::{Argument, Key, PERSON, PersonalRelease};
use crate::guard::walk::internal;
use crate::refusal::Refusal;

/// The common refinement of the tables of a family.
pub(super) struct Refined<'a> {
    tables: &'a [Table<'a>],
    /// Names of measures that are summed elsewhere as well.
    shared: &'a [String],
    /// Conditions that hold for the rows of every table.
    common: Vec<Expr>,
    keys: Vec<Expr>,
    /// The keys that are conditions.
    conditions: Vec<usize>,
    /// Measures of which several parts are summed, by name: where each part has a value.
    measures: Vec<(Argument, Vec<Expr>)>,
}

impl<'a> Refined<'a> {
    /// Nothing yet but the conditions that all of the tables have.
    pub(super) fn over(tables: &'a [Table<'a>], shared: &'a [String]) -> Self {
        let everywhere = |condition: &&Expr| {
            tables.iter().all(|table| table.rows.conditions.contains(condition))
        };
        let common = tables
            .first()
            .map(|first| first.rows.conditions.iter().filter(everywhere).cloned().collect())
            .unwrap_or_default();
        Self { tables, shared, common, keys: vec![], conditions: vec![], measures: vec![] }
    }

    /// Adds what tells the cells of a table apart.
    pub(super) fn member(&mut self, table: &Table<'_>) -> Member {
        let rows = &table.rows;
        let keys = rows.keys.iter().map(|key| self.key(key.clone())).collect();
        let further = rows.conditions.iter().filter(|known| !self.common.contains(known)).cloned();
        let within = conjunction(further).map(|condition| self.condition(condition.is_true()));
        let counted = table.release.shown_counts();
        let contributes = table.release.arguments.iter().zip(&rows.arguments).enumerate();
        let contributes = contributes
            .map(|(at, (argument, expr))| match argument {
                Argument::Presence if counted.contains(&at) => {
                    Some(self.condition(expr.clone().is_not_null()))
                }
                Argument::Presence | Argument::Positions { .. } => None,
                Argument::Value { name, .. } => {
                    let parts = parts(name, self.tables);
                    (parts.len() > 1 || self.shared.contains(name)).then(|| {
                        self.measure(argument, &parts);
                        self.condition(has_value(expr))
                    })
                }
            })
            .collect();
        Member {
            release: table.at,
            keys,
            within,
            contributes,
            part: None,
            rows: None,
            repeats: false,
        }
    }

    fn key(&mut self, key: Expr) -> usize {
        self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    fn condition(&mut self, condition: Expr) -> usize {
        let key = self.key(condition);
        if !self.conditions.contains(&key) {
            self.conditions.push(key);
        }
        key
    }

    /// Pairs of conditions of which the second holds wherever the first does.
    pub(super) fn inside(&self) -> Vec<(usize, usize)> {
        let of = |key: usize| self.keys.get(key);
        let pairs = self.conditions.iter().flat_map(|&narrow| {
            self.conditions.iter().filter(move |wide| **wide != narrow).map(move |&w| (narrow, w))
        });
        let inside = |&(narrow, wide): &(usize, usize)| match (of(narrow), of(wide)) {
            (Some(narrow), Some(wide)) => is_inside(narrow, wide),
            _ => false,
        };
        pairs.filter(inside).collect()
    }

    fn measure(&mut self, argument: &Argument, parts: &[Expr]) {
        if !self.measures.iter().any(|(known, _)| known == argument) {
            self.measures.push((argument.clone(), parts.to_vec()));
        }
    }

    /// How many keys the cells have.
    pub(super) const fn width(&self) -> usize {
        self.keys.len()
    }

    /// The plan that measures the atoms.
    pub(super) fn release(self) -> Result<PersonalRelease, Refusal> {
        let Some(first) = self.tables.first() else {
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
            one_row: first.is_one_row(),
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
pub(super) fn one_of(parts: Vec<Expr>, input: &LogicalPlan) -> Result<Expr, Refusal> {
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
