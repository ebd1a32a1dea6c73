//! Counting people instead of listing them.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Ident, Query, Select, SelectItem, SetExpr, Visit, Visitor,
};

use super::{Source, expression, sources, usual_person, with_select};
use crate::catalog::contract::{Role, TableContract};
use crate::catalog::view::View;
use crate::sql::functions;

/// Most columns by which `SELECT *` is grouped: more make small groups.
const KEYS: usize = 2;

/// The same rows, counted by what the query lists beside the person.
pub(super) fn proposals(query: &Query, view: &View) -> Vec<Query> {
    [With::Everything, With::CountOnly, With::FirstKey, With::NoKey]
        .into_iter()
        .filter_map(|keep| {
            let mut changed = with_select(query, |select| count(select, view, keep))?;
            // The order and the cut were those of the rows.
            (changed.order_by, changed.limit_clause) = (None, None);
            Some(changed)
        })
        .collect()
}

/// Aggregates beside columns that no GROUP BY names: grouped by these columns.
pub(super) fn missing_groups(query: &Query, view: &View) -> Vec<Query> {
    let SetExpr::Select(select) = query.body.as_ref() else { return vec![] };
    let mixed = select.having.is_none() && !is_grouped(select) && lists_aggregates(select);
    if mixed { proposals(query, view) } else { vec![] }
}

/// A list without any aggregate, counted instead.
pub(super) fn lists(query: &Query, view: &View) -> Vec<Query> {
    let SetExpr::Select(select) = query.body.as_ref() else { return vec![] };
    let list = select.distinct.is_none() && !is_grouped(select) && !lists_aggregates(select);
    if list { proposals(query, view) } else { vec![] }
}

fn is_grouped(select: &Select) -> bool {
    !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
}

fn lists_aggregates(select: &Select) -> bool {
    select.projection.visit(&mut FindAggregate).is_break()
}

/// How much of the list stays beside the count.
#[derive(Clone, Copy, PartialEq)]
enum With {
    Everything,
    CountOnly,
    FirstKey,
    NoKey,
}

/// A SELECT list, taken apart.
#[derive(Default)]
struct Listed {
    keys: Vec<(Expr, SelectItem)>,
    aggregates: Vec<SelectItem>,
    person: Option<Expr>,
}

fn count(select: &mut Select, view: &View, keep: With) -> Option<()> {
    let sources = sources(select, view);
    let listed = taken_apart(select, &sources, view)?;
    let keys = match keep {
        With::Everything | With::CountOnly => listed.keys.len(),
        With::FirstKey => 1,
        With::NoKey => 0,
    };
    let (exprs, items): (Vec<Expr>, Vec<SelectItem>) = listed.keys.into_iter().take(keys).unzip();
    let mut projection = items;
    match &listed.person {
        Some(person) => projection.push(item(&format!("count(DISTINCT {person})"))?),
        None if keep != With::Everything || listed.aggregates.is_empty() => {
            projection.push(item("count(*)")?);
        }
        None => {}
    }
    if keep == With::Everything {
        projection.extend(listed.aggregates);
    }
    select.projection = projection;
    select.distinct = None;
    select.having = None;
    select.group_by = GroupByExpr::Expressions(exprs, vec![]);
    Some(())
}

fn taken_apart(select: &Select, sources: &[Option<Source<'_>>], view: &View) -> Option<Listed> {
    let mut listed = Listed::default();
    for shown in &select.projection {
        let expr = match shown {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => expr,
            SelectItem::Wildcard(_) => {
                listed.keys.extend(categories(sources)?);
                continue;
            }
            SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => return None,
        };
        if is_person(expr, sources, view) {
            listed.person.get_or_insert_with(|| expr.clone());
        } else if aggregates(expr) {
            listed.aggregates.push(shown.clone());
        } else if is_measure(expr, sources) {
            // Its single values make groups of one person.
            listed.aggregates.push(item(&format!("avg({expr})"))?);
        } else {
            listed.keys.push((expr.clone(), shown.clone()));
        }
    }
    Some(listed)
}

/// What `SELECT *` of one table is grouped by: the first columns whose values are public.
fn categories(sources: &[Option<Source<'_>>]) -> Option<Vec<(Expr, SelectItem)>> {
    let [Some(Source { table: Some(table), .. })] = sources else { return None };
    let names = public_categories(table).take(KEYS);
    names.map(|name| Some((expression(name)?, item(name)?))).collect()
}

fn public_categories(table: &TableContract) -> impl Iterator<Item = &str> {
    let public = |role: Role, values: bool| role == Role::Category && values;
    let columns = table.columns.iter();
    columns
        .filter(move |column| public(column.role, column.values.is_some() && !column.sensitive))
        .map(|column| column.name.as_str())
}

/// The name of a plain column.
fn column(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    }
}

fn is_measure(expr: &Expr, sources: &[Option<Source<'_>>]) -> bool {
    let Some(name) = column(expr) else { return false };
    let tables = sources.iter().flatten().filter_map(|source| source.table);
    let mut measures =
        tables.flat_map(|table| &table.columns).filter(|column| column.role == Role::Measure);
    measures.any(|measure| name.value.eq_ignore_ascii_case(measure.name.as_str()))
}

fn is_person(expr: &Expr, sources: &[Option<Source<'_>>], view: &View) -> bool {
    let Some(name) = column(expr) else { return false };
    let known = sources.iter().flatten().filter_map(|source| source.person);
    let mut known = known.chain(usual_person(view));
    known.any(|person| name.value.eq_ignore_ascii_case(person))
}

/// Whether an expression holds an aggregate that is no window.
fn aggregates(expr: &Expr) -> bool {
    expr.visit(&mut FindAggregate).is_break()
}

struct FindAggregate;

impl Visitor for FindAggregate {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(call)
                if call.over.is_none()
                    && functions::aggregate(&call.name.to_string().to_lowercase()).is_some() =>
            {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn item(text: &str) -> Option<SelectItem> {
    expression(text).map(SelectItem::UnnamedExpr)
}
