//! The parts of a polynomial: which are measured, and which are too large to be.

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{DFSchema, TableReference};
use datafusion::functions_aggregate::expr_fn::{covar_pop, sum};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan, col};
use tresor_disclosure::Profile;

use super::*;
use crate::guard::facts::{Fact, Measure, Relation, Side};
use crate::guard::flow::Flow;
use crate::guard::release::{Argument, Statistic};
use crate::limits::Limits;
use crate::sql::QueryText;

/// Rows with the measures a and b, which may be missing, of these bounds.
fn rows(most: f64) -> Relation {
    let fields = ["a", "b"].map(|name| Field::new(name, DataType::Float64, true));
    let schema = Schema::new(fields.to_vec());
    let schema = DFSchema::try_from_qualified_schema(TableReference::bare("t"), &schema).unwrap();
    let measure = |name: &str| Measure::plain(format!("sum:{name}"), 2, (0.0, most));
    let plan = EmptyRelation { produce_one_row: false, schema: schema.into() };
    Relation {
        plan: LogicalPlan::EmptyRelation(plan),
        side: Side::Personal { one_row: false },
        columns: ["a", "b"]
            .map(|name| Fact { measure: Some(measure(name)), ..Fact::default() })
            .to_vec(),
        flow: Flow::start("rows"),
    }
}

/// What an aggregate asks for, and the names of what is measured for it.
fn asked(aggregates: &[Expr], most: f64) -> Result<(Vec<Statistic>, Vec<String>), Refusal> {
    let profile: Profile =
        toml::from_str(include_str!("../../../../../../policies/profiles/sample.toml")).unwrap();
    let text = QueryText::read("select sum(a * b), covar_pop(a, b)", &Limits::default())?;
    let input = rows(most);
    let mut arguments = Arguments::new(&input, &text, &profile);
    let statistics =
        aggregates.iter().map(|one| arguments.statistic(one)).collect::<Result<_, _>>()?;
    let name = |kind: Argument| match kind {
        Argument::Value { name, .. } => Some(name),
        Argument::Presence | Argument::Positions { .. } => None,
    };
    Ok((statistics, arguments.into_parts().1.into_iter().filter_map(name).collect()))
}

#[test]
fn a_product_too_large_for_the_fixed_point_is_refused_as_a_covariance_is() {
    let (a, b) = (col("t.a"), col("t.b"));
    let product = [sum(a.clone() * b.clone())];
    assert!(asked(&product, 1e8).is_ok());
    let refusal = asked(&product, 1e9).err().unwrap();
    let covariance = asked(&[covar_pop(a, b)], 1e9).err().unwrap();
    assert_eq!(refusal.code(), covariance.code());
    // They differ in the name and its place, and in nothing else.
    let (ours, theirs) = (refusal.to_string(), covariance.to_string());
    let (_, ours) = ours.split_once("`sum` ").unwrap();
    let (_, theirs) = theirs.split_once("`covar_pop` ").unwrap();
    assert_eq!(ours, theirs);
}

#[test]
fn the_parts_are_those_of_a_covariance_under_the_same_names() {
    let (a, b) = (col("t.a"), col("t.b"));
    let sum_of = sum(a.clone() * (lit(1.0) - b.clone()) - b.clone() * lit(2.0));
    let (_, of_sum) = asked(std::slice::from_ref(&sum_of), 10.0).unwrap();
    let (_, of_pair) = asked(&[covar_pop(a.clone(), b.clone())], 10.0).unwrap();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(of_sum), ["sum:a", "sum:a*b", "sum:b"]);
    assert_eq!(sorted(of_pair), ["sum:a", "sum:a*b", "sum:b"]);
}
