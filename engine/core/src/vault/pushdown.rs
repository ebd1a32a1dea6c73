//! Filters and projections move down where every column has a name of its own, and stay where they are elsewhere.
//!
//! The rules of the library find the columns of a filter again by their names. Above a join of a table with itself two
//! columns share one, and a condition on both sides (`a.cost > b.cost`) became one on a single side: a wrong answer;
//! or a column was looked for where another of its name had been, and the plan could not be made. Below such a node
//! the names are told apart again, so filters still reach the files.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;

/// A rule of the library.
type Rule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// What the names of rules begin with that move things by names.
const BY_NAME: [&str; 2] = ["FilterPushdown", "ProjectionPushdown"];

/// The rules of the library, those that go by names held to where names are told apart.
pub(super) fn rules() -> Vec<Rule> {
    let careful = |rule: Rule| -> Rule {
        let by_name = BY_NAME.iter().any(|name| rule.name().starts_with(name));
        if by_name { Arc::new(WhereNamesDiffer(rule)) } else { rule }
    };
    PhysicalOptimizer::new().rules.into_iter().map(careful).collect()
}

#[derive(Debug)]
struct WhereNamesDiffer(Rule);

impl PhysicalOptimizerRule for WhereNamesDiffer {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if names_differ(&plan) {
            return self.0.optimize(plan, config);
        }
        let children = plan.children().into_iter().map(Arc::clone);
        let children: Result<Vec<_>> = children.map(|child| self.optimize(child, config)).collect();
        replace_children_if_necessary(plan, children?)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

/// Whether no node of the plan has two columns of one name.
fn names_differ(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let schema = plan.schema();
    let mut seen = HashSet::new();
    schema.fields().iter().all(|field| seen.insert(field.name().as_str()))
        && plan.children().into_iter().all(names_differ)
}
