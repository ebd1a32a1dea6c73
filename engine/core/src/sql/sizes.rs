//! How deep and how wide the expressions of a syntax tree are, and which functions they call.
//!
//! The walk stops at the first thing that is too much, so it never goes deeper than the limit itself.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArgumentClause, FunctionArguments, Spanned, Visit, Visitor,
};

use super::shape::{name_position, unsupported};
use super::text::position;
use super::{denied, functions};
use crate::limits::Limits;
use crate::refusal::{Code, Position, Refusal};

/// Holds every expression of a statement against the limits and the list of functions.
pub(super) fn check(statement: &impl Visit, limits: &Limits) -> Result<(), Refusal> {
    let mut sizes = Sizes { limits, depth: 0, refusal: None };
    let _ = statement.visit(&mut sizes);
    sizes.refusal.map_or(Ok(()), Err)
}

/// Depth of expressions and length of lists; also every function name, wherever it stands.
struct Sizes<'a> {
    limits: &'a Limits,
    depth: usize,
    refusal: Option<Refusal>,
}

impl Sizes<'_> {
    fn stop(&mut self, refusal: Refusal) -> ControlFlow<()> {
        self.refusal = Some(refusal);
        ControlFlow::Break(())
    }

    fn too_large(&mut self, what: String, limit: &str, at: Option<Position>) -> ControlFlow<()> {
        let hint = "make it smaller, for example by joining a code list instead of listing values";
        self.stop(Refusal::new(Code::TooLarge, what, hint).under(format!("limit: {limit}")).at(at))
    }
}

impl Visitor for Sizes<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.depth += 1;
        if self.depth > self.limits.chain {
            let what =
                format!("an expression has more than {} operators in a row", self.limits.chain);
            return self.too_large(what, "chain", None);
        }
        match expr {
            Expr::InList { list, .. } if list.len() > self.limits.in_list => {
                let what = format!(
                    "an IN list has {} values; at most {} are read",
                    list.len(),
                    self.limits.in_list
                );
                self.too_large(what, "in_list", position(expr.span()))
            }
            Expr::Function(function) => match check_function(function, self.limits) {
                Ok(()) => ControlFlow::Continue(()),
                Err(refusal) => self.stop(refusal.at(name_position(&function.name))),
            },
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_expr(&mut self, _expr: &Expr) -> ControlFlow<()> {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }
}

/// A call may only use the plain parts of the syntax, and its name must be on the list.
fn check_function(function: &Function, limits: &Limits) -> Result<(), Refusal> {
    let Function {
        name,
        uses_odbc_syntax,
        parameters,
        args,
        filter: _,
        null_treatment,
        over,
        within_group,
    } = function;
    let written = name.to_string().to_lowercase();
    functions::check_name(&written)?;
    denied::check_name(&written, limits)?;
    if *uses_odbc_syntax || !matches!(parameters, FunctionArguments::None) {
        return Err(unsupported("this way of calling a function", "write `name(arguments)`"));
    }
    if over.is_none() && functions::needs_over(&written) {
        return Err(unsupported(
            &format!("`{written}` without OVER"),
            "it looks at a row among others: write `OVER (PARTITION BY .. ORDER BY ..)`",
        ));
    }
    if null_treatment.is_some() && over.is_none() {
        return Err(unsupported("IGNORE NULLS or RESPECT NULLS without OVER", "leave it out"));
    }
    if !within_group.is_empty() && !functions::takes_within_group(&written) {
        return Err(unsupported("WITHIN GROUP here", "leave it out"));
    }
    match args {
        FunctionArguments::None => Ok(()),
        FunctionArguments::Subquery(_) => {
            Err(unsupported("a sub-query as an argument", "compute it in a CTE and join it"))
        }
        FunctionArguments::List(list) => check_clauses(&written, &list.clauses),
    }
}

/// Only where a row is chosen by an order may ORDER BY stand inside the arguments.
fn check_clauses(name: &str, clauses: &[FunctionArgumentClause]) -> Result<(), Refusal> {
    let sorted = |clause: &FunctionArgumentClause| {
        matches!(clause, FunctionArgumentClause::OrderBy(_)) && functions::is_sorted(name)
    };
    if clauses.iter().all(sorted) {
        return Ok(());
    }
    Err(unsupported("a clause inside the arguments of a function", "leave it out"))
}
