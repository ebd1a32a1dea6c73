//! A condition without columns: `HAVING random() < 0.5`.
//!
//! Where protection is a node of the one plan, the optimizer may move such a condition below it, and the protection
//! then sees cells that the researcher has chosen. With two sessions it has nowhere to go (TWO-SESSIONS).

use std::fmt;
use std::sync::Arc;

use datafusion::common::{DFSchemaRef, Result};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore, col, lit,
};
use datafusion::prelude::random;
use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::{World, plain};

/// Stands for a protection that is a node among others.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd)]
struct Protection {
    input: LogicalPlan,
}

impl UserDefinedLogicalNodeCore for Protection {
    fn name(&self) -> &str {
        "Protection"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        vec![]
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protection")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        Ok(Self { input: inputs.remove(0) })
    }
}

#[tokio::test]
async fn it_slips_below_a_protection_that_is_a_plan_node() {
    let session = plain::session(&Clinic::new(300, 7));
    let people = session.table("people").await.unwrap().into_unoptimized_plan();
    let cells = LogicalPlanBuilder::from(people)
        .aggregate(vec![col("region")], vec![count(lit(1))])
        .unwrap()
        .build()
        .unwrap();
    let protected =
        LogicalPlan::Extension(Extension { node: Arc::new(Protection { input: cells }) });
    let plan =
        LogicalPlanBuilder::from(protected).filter(random().lt(lit(0.5))).unwrap().build().unwrap();
    assert_eq!(order(&plan), ["Filter", "Protection"], "as it was written");

    let optimized = session.state().optimize(&plan).unwrap();
    assert_eq!(order(&optimized), ["Protection", "Filter"], "the attack: {optimized}");
}

/// Filters and protections, from the root down.
fn order(plan: &LogicalPlan) -> Vec<&'static str> {
    let own = match plan {
        LogicalPlan::Filter(_) => Some("Filter"),
        LogicalPlan::Extension(_) => Some("Protection"),
        _ => None,
    };
    own.into_iter().chain(plan.inputs().into_iter().flat_map(order)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_chooses_among_protected_rows_only() {
    let world = World::of(Clinic::new(300, 7)).await;
    let base =
        "select region, hiv, count(*) n, avg(income) income from people group by region, hiv";
    for project in [EXACT, NOISY] {
        // `noisy` forbids groups by hiv.
        let base = if project == NOISY { base.replace(", hiv", ", sex") } else { base.to_owned() };
        let all = world.body(project, &base).await.unwrap();
        for truth in ["1 = 1", "true", "2 > 1 and 'a' = 'a'", "not false", "1 is not null"] {
            let body = world.body(project, &format!("{base} having {truth}")).await;
            assert_eq!(body.as_ref(), Ok(&all), "having {truth}");
        }
        for falsehood in
            ["1 = 0", "false", "1 > 2 or 'a' = 'b'", "1 is null", "cast(null as boolean)"]
        {
            let body = world.body(project, &format!("{base} having {falsehood}")).await.unwrap();
            assert_eq!(body["rows"].as_array().map(Vec::len), Some(0), "having {falsehood}");
        }
        let chance = world.body(project, &format!("{base} having random() < 0.5")).await;
        assert_eq!(chance, Err("function_not_allowed".to_owned()));
    }
}
