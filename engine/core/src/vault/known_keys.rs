//! Which values the keys of a plan have when nothing is asked of its rows: read once for a plan and kept, because the
//! questions of a study group alike and differ in what they ask.
//!
//! They follow from the data and the plan, conditions below its rows included, never from a condition on the rows; of a query
//! that looks at earlier results nothing is kept.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use datafusion::logical_expr::LogicalPlan;
use datafusion::scalar::ScalarValue;

use crate::ids::SnapshotId;
use crate::policy::RowCondition;

/// Most plans whose keys are kept; the oldest goes.
const MOST_PLANS: usize = 64;

/// Most keys of a plan that are kept.
const MOST_KEYS: usize = 10_000;

/// Key values of groups.
pub(super) type KeySet = HashSet<Vec<ScalarValue>>;

/// Keys by plan. Has no `Debug`: values of rare groups are in it.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<VecDeque<(Of, Arc<KeySet>)>>);

/// What keys are of: a plan, the data, and the rows that the project may see.
#[derive(PartialEq)]
pub(super) struct Of {
    pub(super) plan: LogicalPlan,
    pub(super) snapshots: Vec<SnapshotId>,
    pub(super) rows: Arc<[RowCondition]>,
}

impl KnownKeys {
    pub(super) fn get(&self, of: &Of) -> Option<Arc<KeySet>> {
        let kept = self.0.lock().ok()?;
        kept.iter().find(|(known, _)| known == of).map(|(_, keys)| Arc::clone(keys))
    }

    pub(super) fn keep(&self, of: Of, keys: &Arc<KeySet>) {
        if keys.len() > MOST_KEYS {
            return;
        }
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= MOST_PLANS {
                kept.pop_front();
            }
            kept.push_back((of, Arc::clone(keys)));
        }
    }
}
