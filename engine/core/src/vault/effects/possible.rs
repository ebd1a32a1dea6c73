//! Which cells there could be: those too that nobody is in as it was asked, but somebody once conditions are left out.
//!
//! They are looked at like the others. Otherwise a single person who meets all conditions would decide whether the rest
//! of a cell is looked at.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::aggregates::group_values::GroupValues;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::Removed;

use super::Effects;
use crate::guard::EarlierTable;
use crate::guard::release::Key;
use crate::vault::execute::{Columns, Ready, Take, cells_of, groups, keys_of};
use crate::vault::kernel::Keys;
use crate::vault::known_keys::{KeySet, Of};

impl Effects<'_> {
    /// The keys of cells that there could be, beside those that somebody is in as it was asked; some of those, too.
    pub(super) async fn possible(&self) -> Result<Vec<Vec<ScalarValue>>> {
        if self.release.all_listed {
            return Ok(self.listed());
        }
        let ids = self.conditions.inner().filter_map(|id| u8::try_from(id).ok());
        let inner = ids.fold(Removed::default(), Removed::with);
        if self.release.keys.is_empty() || (self.conditions.leaves() == 0 && inner.is_empty()) {
            return Ok(vec![]);
        }
        let mut found = KeySet::clone(&*self.keys_without_conditions(Removed::default()).await?);
        if !inner.is_empty() {
            found.extend(self.keys_without_conditions(inner).await?.iter().cloned());
        }
        // Where it is public which values a key can have, the plan itself says that nobody has another.
        let domains: Vec<Option<HashSet<ScalarValue>>> =
            self.release.keys.iter().map(|key| Some(values(key)?.collect())).collect();
        let within = |(value, domain): (&ScalarValue, &Option<HashSet<ScalarValue>>)| {
            domain.as_ref().is_none_or(|domain| domain.contains(value))
        };
        found.retain(|keys| keys.iter().zip(&domains).all(within));
        Ok(found.into_iter().collect())
    }

    /// Every combination of keys, where all of them are public.
    fn listed(&self) -> Vec<Vec<ScalarValue>> {
        let mut all: Vec<Vec<ScalarValue>> = vec![vec![]];
        for key in &self.release.keys {
            let values: Vec<ScalarValue> = values(key).into_iter().flatten().collect();
            let longer = |keys: &Vec<ScalarValue>, value: &ScalarValue| {
                keys.iter().chain([value]).cloned().collect()
            };
            all = all
                .iter()
                .flat_map(|keys| values.iter().map(move |value| longer(keys, value)))
                .collect();
        }
        all
    }

    async fn keys_without_conditions(&self, removed: Removed) -> Result<Arc<KeySet>> {
        let release = self.conditions.keys_alone(self.release, removed)?;
        let snapshots = self.ground.snapshots.iter().map(|snapshot| snapshot.id().clone());
        let of = Of {
            plan: release.input.clone(),
            snapshots: snapshots.collect(),
            rows: Arc::clone(&self.ground.conditions),
        };
        let known = &self.ground.known_keys;
        let alone = !looks_back(&of.plan)?;
        if alone && let Some(keys) = known.get(&of) {
            return Ok(keys);
        }
        let ready = Arc::new(Ready::of(release, self.earlier, self.ground)?);
        let new = || Ok(Finding { groups: groups(&ready.release)?, cells: vec![] });
        let mut found = KeySet::new();
        for lane in ready.run(0..ready.shards(), new).await? {
            if let Some(mut groups) = lane.groups {
                found.extend(keys_of(groups.as_mut())?);
            }
        }
        let found = Arc::new(found);
        if alone {
            known.keep(of, &found);
        }
        Ok(found)
    }
}

/// Whether a plan reads what was answered before it in the same query.
fn looks_back(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            found |= scan.source.downcast_ref::<EarlierTable>().is_some();
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// The values that a key can have, where they are public.
fn values(key: &Key) -> Option<impl Iterator<Item = ScalarValue>> {
    let domain = key.domain.as_deref()?;
    Some(domain.iter().filter_map(|value| value.cast_to(&key.data_type).ok()))
}

/// One lane of keys.
struct Finding {
    groups: Option<Box<dyn GroupValues>>,
    cells: Vec<usize>,
}

impl Take for Finding {
    fn take(&mut self, rows: &Columns<'_>, _: &Keys<'_>) -> Result<()> {
        cells_of(&mut self.groups, rows, &mut self.cells).map(|_| ())
    }
}
