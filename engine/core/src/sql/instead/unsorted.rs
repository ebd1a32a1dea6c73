//! ORDER BY and LIMIT left out where they would sort and cut rows about people.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Query, VisitMut, VisitorMut};

/// Left out of sub-queries; then left out everywhere.
pub(super) fn proposals(query: &Query) -> Vec<Query> {
    [1, 0].into_iter().map(|spared| left_out(query, spared)).collect()
}

fn left_out(query: &Query, spared: usize) -> Query {
    let mut query = query.clone();
    let _ = query.visit(&mut LeaveOut { spared, depth: 0 });
    query
}

/// Leaves order and cut out of every query but those of the first levels.
struct LeaveOut {
    spared: usize,
    depth: usize,
}

impl VisitorMut for LeaveOut {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        if self.depth >= self.spared {
            (query.order_by, query.limit_clause) = (None, None);
        }
        self.depth = self.depth.saturating_add(1);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<()> {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }
}
