//! Finds where a query names a view and gives the view its inner name there.
//!
//! Follows the scopes of CTEs exactly: a CTE hides a view of its name from what comes after it, not from itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, TableAlias, TableFactor, VisitMut, VisitorMut,
};

use super::inner_name;

/// Renames uses of views and remembers them.
pub(super) struct Rename<'a> {
    names: &'a [String],
    scopes: Vec<Scope>,
    found: BTreeSet<usize>,
}

/// The CTEs of one query, of which those that were left already can be named.
struct Scope {
    ctes: Vec<String>,
    left: usize,
}

impl<'a> Rename<'a> {
    /// Renames every use of one of these views. Gives the numbers of those that are used.
    pub(super) fn of(query: &mut Query, names: &'a [String]) -> BTreeSet<usize> {
        let mut rename = Self { names, scopes: vec![], found: BTreeSet::new() };
        let _ = query.visit(&mut rename);
        rename.found
    }

    /// The number of the view that a name means here.
    fn view(&self, name: &ObjectName) -> Option<(usize, Ident)> {
        let [ObjectNamePart::Identifier(ident)] = name.0.as_slice() else { return None };
        let written = normal(ident);
        let hidden = self.scopes.iter().any(|scope| scope.names(&written));
        let at = self.names.iter().position(|name| *name == written)?;
        (!hidden).then(|| (at, ident.clone()))
    }
}

impl Scope {
    fn names(&self, name: &str) -> bool {
        self.ctes.iter().take(self.left).any(|cte| cte == name)
    }
}

impl VisitorMut for Rename<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        let ctes = ctes.map(|cte| normal(&cte.alias.name)).collect();
        self.scopes.push(Scope { ctes, left: 0 });
        ControlFlow::Continue(())
    }

    /// The first queries inside a query are its CTEs, in order.
    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<()> {
        self.scopes.pop();
        if let Some(outer) = self.scopes.last_mut() {
            outer.left = outer.left.saturating_add(1);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, alias, args: None, .. } = factor else {
            return ControlFlow::Continue(());
        };
        if let Some((at, written)) = self.view(name) {
            self.found.insert(at);
            let inner = Ident { value: inner_name(&normal(&written)), ..written.clone() };
            *name = ObjectName(vec![ObjectNamePart::Identifier(inner)]);
            alias.get_or_insert(TableAlias {
                explicit: true,
                name: written,
                columns: vec![],
                at: None,
            });
        }
        ControlFlow::Continue(())
    }
}

/// A name as the planner reads it.
fn normal(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}
