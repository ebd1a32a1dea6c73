//! Named queries of a project: used like tables, expanded like CTEs.
//!
//! A view is put in front of the query as a CTE under a name of the engine's own, so that every limit and every rule
//! holds for it as if the researcher had written it, and no name of the query reaches into it. It carries no places:
//! no refusal points from inside a view into the researcher's text. Must never know: who asks, which tables there are.

mod rename;

use std::collections::BTreeSet;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{Cte, Ident, Query, TableAlias, With};

use self::rename::Rename;
use super::shape;
use super::text::QueryText;
use super::understand::RESERVED;
use crate::limits::Limits;
use crate::refusal::Refusal;

/// The named queries of one project, each of which uses only those before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Views(Vec<NamedQuery>);

#[derive(Debug, Clone, PartialEq)]
struct NamedQuery {
    name: String,
    query: Query,
    /// Views that it names.
    uses: BTreeSet<usize>,
    /// Every word of its text, in lower case.
    words: BTreeSet<String>,
}

/// What is wrong with a view, for the officer who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewMistake {
    /// Which of the views.
    pub view: usize,
    /// What is wrong.
    pub wrong: String,
    /// What to do instead.
    pub fix: String,
}

impl Views {
    /// Reads named queries, given as name and SQL.
    ///
    /// # Errors
    /// Every view that is not one SELECT within the limits, or that uses itself or one that stands below it.
    pub fn read(written: &[(&str, &str)], limits: &Limits) -> Result<Self, Vec<ViewMistake>> {
        let names: Vec<String> = written.iter().map(|(name, _)| (*name).to_owned()).collect();
        let (mut all, mut mistakes) = (vec![], vec![]);
        for (at, (name, sql)) in written.iter().enumerate() {
            match read_one(name, sql, &names, limits) {
                Ok(view) => all.push((at, view)),
                Err(refusal) => {
                    let place = refusal
                        .position()
                        .map_or(String::new(), |at| format!("line {}: ", at.line));
                    let wrong =
                        format!("the view `{name}` cannot be read: {place}{}", refusal.detail());
                    mistakes.push(ViewMistake { view: at, wrong, fix: refusal.hint().to_owned() });
                }
            }
        }
        mistakes.extend(all.iter().filter_map(|(at, view)| out_of_order(*at, view, &all)));
        if mistakes.is_empty() {
            return Ok(Self(all.into_iter().map(|(_, view)| view).collect()));
        }
        Err(mistakes)
    }

    /// The name of the view that a name of the engine's own stands for.
    #[must_use]
    pub(crate) fn shown(name: &str) -> Option<&str> {
        name.strip_prefix(RESERVED)?.strip_prefix(PREFIX)
    }

    /// The names of the views that a text uses, those that other views use before those that use them. None where the
    /// text cannot be read.
    #[must_use]
    pub fn used_by(&self, sql: &str, limits: &Limits) -> Vec<&str> {
        let read = QueryText::read(sql, limits).and_then(|text| shape::parse(&text, true, limits));
        let Ok(mut query) = read else { return vec![] };
        let used = self.expand(&mut query);
        used.iter().filter_map(|at| self.0.get(*at)).map(|view| view.name.as_str()).collect()
    }

    /// Puts every view that the query uses in front of it. Gives the numbers of these views.
    pub(super) fn expand(&self, query: &mut Query) -> BTreeSet<usize> {
        let names: Vec<String> = self.0.iter().map(|view| view.name.clone()).collect();
        let mut used = Rename::of(query, &names);
        // Each view uses only those before it, so one look from the last to the first finds all.
        for (at, view) in self.0.iter().enumerate().rev() {
            if used.contains(&at) {
                used.extend(&view.uses);
            }
        }
        let front = used.iter().filter_map(|at| self.0.get(*at)).map(in_front).collect();
        put_in_front(query, front);
        used
    }

    /// The first of these views whose text has this word.
    pub(super) fn with_word(&self, used: &BTreeSet<usize>, word: &str) -> Option<&str> {
        let mut views = used.iter().filter_map(|at| self.0.get(*at));
        views.find(|view| view.words.contains(&word.to_lowercase())).map(|view| view.name.as_str())
    }
}

/// What follows [`RESERVED`] in the name of a view's CTE.
const PREFIX: &str = "view_";

/// The name under which a view stands in front of a query.
fn inner_name(name: &str) -> String {
    format!("{RESERVED}{PREFIX}{name}")
}

fn read_one(
    name: &str,
    sql: &str,
    names: &[String],
    limits: &Limits,
) -> Result<NamedQuery, Refusal> {
    let text = QueryText::read(sql, limits)?;
    shape::check(&shape::parse(&text, false, limits)?, limits)?;
    let mut query = shape::parse(&text.without_places(), false, limits)?;
    let uses = Rename::of(&mut query, names);
    Ok(NamedQuery { name: name.to_owned(), query, uses, words: text.words() })
}

/// A view that uses itself, or one that is defined below it.
fn out_of_order(at: usize, view: &NamedQuery, all: &[(usize, NamedQuery)]) -> Option<ViewMistake> {
    let below = *view.uses.iter().find(|used| **used >= at)?;
    let name = &view.name;
    let mistake = |wrong: String, fix: String| Some(ViewMistake { view: at, wrong, fix });
    if below == at {
        return mistake(
            format!("the view `{name}` uses itself"),
            "read from tables and from views that stand above it".to_owned(),
        );
    }
    let (_, other) = all.iter().find(|(number, _)| *number == below)?;
    if reaches(below, at, all) {
        return mistake(
            format!("the views `{name}` and `{}` use each other in a circle", other.name),
            "let one of them read from tables only".to_owned(),
        );
    }
    mistake(
        format!("the view `{name}` uses `{}`, which stands below it", other.name),
        format!("move `[views.{}]` above `[views.{name}]`", other.name),
    )
}

/// Whether a view uses another one, directly or by way of others.
fn reaches(from: usize, to: usize, all: &[(usize, NamedQuery)]) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(at) = next.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            let found = all.iter().find(|(number, _)| *number == at);
            next.extend(found.iter().flat_map(|(_, view)| view.uses.iter().copied()));
        }
    }
    false
}

fn in_front(view: &NamedQuery) -> Cte {
    Cte {
        alias: TableAlias {
            explicit: false,
            name: Ident::new(inner_name(&view.name)),
            columns: vec![],
            at: None,
        },
        query: Box::new(view.query.clone()),
        from: None,
        materialized: None,
        closing_paren_token: AttachedToken::empty(),
    }
}

fn put_in_front(query: &mut Query, front: Vec<Cte>) {
    if front.is_empty() {
        return;
    }
    let with = query.with.get_or_insert_with(|| With {
        with_token: AttachedToken::empty(),
        recursive: false,
        cte_tables: vec![],
    });
    with.cte_tables.splice(0..0, front);
}

#[cfg(test)]
mod tests;
