//! The person added to PARTITION BY.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, NamedWindowExpr, Query, Select, VisitMut, VisitorMut, WindowSpec, WindowType,
};

use super::{Source, expression, sources};
use crate::catalog::view::View;

/// Every window over rows about people, kept to one person.
pub(super) fn proposals(query: &Query, view: &View) -> Vec<Query> {
    let mut query = query.clone();
    let _ = query.visit(&mut AddPerson { view, persons: vec![] });
    vec![query]
}

struct AddPerson<'a> {
    view: &'a View,
    /// The person column of each SELECT around this place.
    persons: Vec<Option<Expr>>,
}

impl VisitorMut for AddPerson<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let person = person(select, self.view);
        for window in &mut select.named_window {
            if let (NamedWindowExpr::WindowSpec(spec), Some(person)) = (&mut window.1, &person) {
                add(spec, person);
            }
        }
        self.persons.push(person);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &mut Select) -> ControlFlow<()> {
        self.persons.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let (Expr::Function(call), Some(Some(person))) = (expr, self.persons.last())
            && let Some(WindowType::WindowSpec(spec)) = &mut call.over
        {
            add(spec, person);
        }
        ControlFlow::Continue(())
    }
}

/// The person column of a SELECT, with the name of its table where there are several.
fn person(select: &Select, view: &View) -> Option<Expr> {
    let sources = sources(select, view);
    match sources.as_slice() {
        [Some(only)] => expression(only.person?),
        several => several.iter().flatten().find_map(Source::person),
    }
}

fn add(spec: &mut WindowSpec, person: &Expr) {
    if spec.window_name.is_none() && !spec.partition_by.contains(person) {
        spec.partition_by.insert(0, person.clone());
    }
}
