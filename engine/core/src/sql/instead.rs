//! What to write instead of a refused query: mechanical changes of its syntax tree.
//!
//! A change is only a proposal: it is told to nobody before it was planned like any other query and not refused. Knows
//! the tables that the project sees. Must never know: rows, policies, whether a proposal is any good.

mod counted;
mod joined;
mod unsorted;
mod windowed;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Query, Select, TableAlias, TableFactor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::shape;
use super::text::QueryText;
use crate::catalog::contract::{Role, TableContract, TableKind};
use crate::catalog::view::View;
use crate::limits::Limits;
use crate::refusal::Code;

/// Texts that may be answered where this one was refused for this reason, the closest first.
pub(crate) fn of(code: Code, sql: &str, view: &View, limits: &Limits) -> Vec<String> {
    let read = QueryText::read(sql, limits).and_then(|text| shape::parse(&text, true, limits));
    let Ok(query) = read else { return vec![] };
    let changed = match code {
        Code::PersonInOutput => counted::proposals(&query, view),
        Code::UnsupportedSql => counted::missing_groups(&query, view),
        Code::UseNotAllowed => counted::lists(&query, view),
        Code::RowsPicked => unsorted::proposals(&query),
        Code::JoinNotOnPerson => joined::proposals(&query, view),
        Code::WindowNotPerPerson => windowed::proposals(&query, view),
        _ => vec![],
    };
    let same = query.to_string();
    changed.iter().map(ToString::to_string).filter(|text| *text != same).collect()
}

/// A relation of FROM: how its columns are named, and its person column where it is about persons.
struct Source<'a> {
    name: Ident,
    person: Option<&'a str>,
    table: Option<&'a TableContract>,
}

impl Source<'_> {
    /// The person column with the name of the relation before it.
    fn person(&self) -> Option<Expr> {
        expression(&format!("{}.{}", self.name, self.person?))
    }
}

/// The relations of FROM in order; none for one without a name.
fn sources<'a>(select: &Select, view: &'a View) -> Vec<Option<Source<'a>>> {
    let tables = select.from.iter().flat_map(|from| {
        std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
    });
    tables.map(|factor| source(factor, view)).collect()
}

/// A relation by its name. What is no table of the project is a CTE, a view or a sub-query; most carry the person under
/// its usual name.
fn source<'a>(factor: &TableFactor, view: &'a View) -> Option<Source<'a>> {
    let (parts, alias) = match factor {
        TableFactor::Table { name, alias, .. } => (name.0.as_slice(), alias),
        TableFactor::Derived { alias, .. } => (&[][..], alias),
        _ => return None,
    };
    let idents: Vec<&Ident> = parts.iter().filter_map(ObjectNamePart::as_ident).collect();
    let found = match idents.as_slice() {
        [table] => find(view, None, &table.value.to_lowercase()),
        [dataset, table] => {
            find(view, Some(&dataset.value.to_lowercase()), &table.value.to_lowercase())
        }
        _ => None,
    };
    let name = named(alias.as_ref()).or_else(|| idents.last().map(|last| (*last).clone()))?;
    let person = match found {
        Some(table) => person_of(table),
        None => usual_person(view),
    };
    Some(Source { name, person, table: found })
}

fn named(alias: Option<&TableAlias>) -> Option<Ident> {
    alias.map(|alias| alias.name.clone())
}

fn find<'a>(view: &'a View, dataset: Option<&str>, table: &str) -> Option<&'a TableContract> {
    let mut found = view.tables().iter().filter(|candidate| {
        candidate.table.name.as_str() == table
            && dataset.is_none_or(|name| candidate.dataset.as_str() == name)
    });
    found.next().map(|found| &found.table)
}

fn person_of(table: &TableContract) -> Option<&str> {
    let personal = matches!(table.kind, TableKind::Personal { .. });
    let mut columns = table.columns.iter().filter(|column| column.role == Role::Person);
    columns.next().filter(|_| personal).map(|column| column.name.as_str())
}

/// The name of the person column, where all tables have the same.
fn usual_person(view: &View) -> Option<&str> {
    let mut names = view.tables().iter().filter_map(|table| person_of(&table.table));
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// An expression of the engine's own words and the names of the query.
fn expression(text: &str) -> Option<Expr> {
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text).ok()?;
    parser.parse_expr().ok()
}

/// The query with its outermost SELECT changed.
fn with_select(query: &Query, change: impl FnOnce(&mut Select) -> Option<()>) -> Option<Query> {
    use datafusion::sql::sqlparser::ast::SetExpr;
    let mut query = query.clone();
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    change(select)?;
    Some(query)
}

#[cfg(test)]
mod tests;
