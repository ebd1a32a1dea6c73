mod clinic;
mod conditions;
mod mutants;
mod proven;
mod unproven;

use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::ident;

use super::*;
use crate::guard::release::{Key, PERSON};
use crate::limits::Limits;
use crate::vault::session::{Optimizer, runtime, session};

/// A release plan as the guard makes them: person, keys, arguments, sorted by the person.
struct Input {
    plan: LogicalPlan,
    release: PersonalRelease,
}

/// Rows whose person is this expression, without keys and arguments.
fn persons(rows: LogicalPlanBuilder, person: Expr) -> Input {
    cells(rows, person, vec![], vec![])
}

fn cells(
    rows: LogicalPlanBuilder,
    person: Expr,
    keys: Vec<Expr>,
    arguments: Vec<(Expr, Argument)>,
) -> Input {
    let kinds: Vec<Argument> = arguments.iter().map(|(_, kind)| kind.clone()).collect();
    let mut exprs = vec![person.alias(PERSON)];
    let named = |(at, key): (usize, &Expr)| key.clone().alias(format!("key_{at}"));
    exprs.extend(keys.iter().enumerate().map(named));
    let named = |(at, (one, _)): (usize, (Expr, Argument))| one.alias(format!("argument_{at}"));
    exprs.extend(arguments.into_iter().enumerate().map(named));
    let plan = rows.project(exprs).unwrap();
    let plan = plan.sort(vec![ident(PERSON).sort(true, false)]).unwrap().build().unwrap();
    let data_type = datafusion::arrow::datatypes::DataType::Utf8View;
    let keys = vec![Key { data_type, domain: None, column: None }; keys.len()];
    Input { plan, release: release_of(keys, kinds) }
}

/// Only the numbers of keys and arguments matter here.
fn release_of(keys: Vec<Key>, arguments: Vec<Argument>) -> PersonalRelease {
    PersonalRelease {
        input: LogicalPlan::default(),
        keys,
        arguments,
        one_row: false,
        outputs: vec![],
        all_listed: false,
        only_counted: false,
    }
}

fn optimized(plan: &LogicalPlan) -> LogicalPlan {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(&Limits::default(), folder.path()).unwrap();
    session(&runtime, Optimizer::On).optimize(plan).unwrap()
}

/// Why a release plan cannot be proven; nothing if it can.
fn doubt(input: &Input) -> Option<&'static str> {
    release(input.plan.clone(), &input.release, &[]).err().map(|Unproven(why)| why)
}
