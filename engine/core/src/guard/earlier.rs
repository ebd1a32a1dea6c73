//! A result that is used below a later boundary: `WHERE cost > (SELECT avg(cost) ..)`.
//!
//! The vault makes it first, protected like every answer; then it is a table about nobody, and the plan below the
//! later boundary reads it as such. What it holds could have been asked for by itself.

use super::facts::{Fact, Relation, Side};
use super::release::Release;
use super::tables;
use super::walk::{Walk, only};
use crate::refusal::Refusal;

impl Walk<'_> {
    /// A protected result as a table about nobody.
    pub(super) fn earlier(&mut self, result: Relation) -> Result<Relation, Refusal> {
        let visible = result.visible();
        let keys = shifted(result.side.keys(), &visible);
        let shown = only(result, &visible)?;
        let schema = std::sync::Arc::clone(shown.plan.schema());
        let flow = shown.flow.then("protected first, then used as a table about nobody");
        let number = self.release(Release::Earlier(shown.plan))?;
        let plan = tables::earlier_scan(number, &schema)?;
        let columns = vec![Fact::default(); schema.fields().len()];
        Ok(Relation { plan, side: Side::Public { keys }, columns, flow })
    }
}

/// Keys by the positions that are left.
fn shifted(keys: &[Vec<usize>], visible: &[usize]) -> Vec<Vec<usize>> {
    let place = |old: &usize| visible.iter().position(|at| at == old);
    keys.iter().filter_map(|key| key.iter().map(place).collect()).collect()
}
