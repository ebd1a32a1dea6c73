//! Sub-queries inside expressions: they count like those in FROM.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Query, Visit, Visitor};

use super::{Counts, Weight};
use crate::refusal::Refusal;

impl Counts<'_> {
    /// Counts the sub-queries of expressions. Each of them becomes a join.
    pub(super) fn nested(
        &mut self,
        expressions: &impl Visit,
        names: &HashMap<String, Weight>,
    ) -> Result<(), Refusal> {
        let mut outermost = Outermost { counts: self, names, depth: 0 };
        match expressions.visit(&mut outermost) {
            ControlFlow::Break(refusal) => Err(refusal),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

/// Finds the outermost queries; those inside them are counted with them.
struct Outermost<'a, 'l> {
    counts: &'a mut Counts<'l>,
    names: &'a HashMap<String, Weight>,
    depth: usize,
}

impl Visitor for Outermost<'_, '_> {
    type Break = Refusal;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        self.depth += 1;
        if self.depth > 1 {
            return ControlFlow::Continue(());
        }
        let counted = self.counts.joined(1).and_then(|()| self.counts.query(query, self.names));
        match counted {
            Ok(()) => ControlFlow::Continue(()),
            Err(refusal) => ControlFlow::Break(refusal),
        }
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<Refusal> {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }
}
