//! Plans that must be provable, as they are built and as the optimizer leaves them.

use std::ops::Not;
use std::sync::Arc;

use datafusion::common::{JoinType, NullEquality, ScalarValue};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, sum};
use datafusion::functions_window::expr_fn::{lag, row_number};
use datafusion::logical_expr::{
    EmptyRelation, Expr, ExprFunctionExt, GroupingSet, LogicalPlanBuilder, exists, in_subquery,
    lit, not_exists, not_in_subquery, out_ref_col, scalar_subquery, when,
};
use datafusion::prelude::col;

use super::clinic::{people, result, visits, wards};
use super::*;

/// Two tables about persons, joined by the person.
pub(super) fn joined(kind: JoinType) -> LogicalPlanBuilder {
    let right = visits("v").build().unwrap();
    people("p").join(right, kind, (vec!["p.person_id"], vec!["v.person_id"]), None).unwrap()
}

pub(super) fn value() -> Argument {
    Argument::Value { name: "clinic.visits.cost".to_owned(), decimals: 2 }
}

fn person(name: &str) -> Expr {
    col(format!("{name}.person_id"))
}

/// The CASE by which the guard writes `coalesce`.
pub(super) fn first(one: Expr, other: Expr) -> Expr {
    when(one.clone().is_not_null(), one).otherwise(other).unwrap()
}

fn inner(plan: LogicalPlanBuilder) -> Arc<LogicalPlan> {
    Arc::new(plan.build().unwrap())
}

#[track_caller]
fn proven(title: &str, input: Input) {
    assert_eq!(doubt(&input), None, "{title}:\n{}", input.plan.display_indent());
    proven_optimized(title, input);
}

#[track_caller]
fn proven_optimized(title: &str, input: Input) {
    let plan = optimized(&input.plan);
    let found = release(plan.clone(), &input.release, &[]).err();
    assert_eq!(found, None, "{title}, optimised:\n{}", plan.display_indent());
}

#[test]
fn one_table() {
    let all = || people("p");
    proven("the person", persons(all(), person("p")));
    let urgent = visits("v").filter(col("v.kind").eq(lit("urgent"))).unwrap();
    let cost = (col("v.cost"), value());
    proven("keys and values", cells(urgent, person("v"), vec![col("v.ward")], vec![cost]));
    let banded = when(col("p.birth_year").lt(lit(1950_i64)), lit("old")).otherwise(lit("new"));
    proven("a computed key", cells(all(), person("p"), vec![banded.unwrap(), lit(1)], vec![]));
    let present = vec![(person("p"), Argument::Presence), (col("p.sex"), Argument::Presence)];
    proven("presence, of the person too", cells(all(), person("p"), vec![], present));
    let none = all().filter(lit(false)).unwrap();
    proven("no rows at all", persons(none, person("p")));
    let sorted = all().sort(vec![col("p.income").sort(true, true)]).unwrap();
    proven("an order on the way", persons(sorted, person("p")));
    let renamed = all().project([person("p").alias("who"), col("p.region")]).unwrap();
    let renamed = renamed.alias("t").unwrap();
    proven("another name", cells(renamed, col("t.who"), vec![col("t.region")], vec![]));
    let there = all().filter(person("p").is_not_null()).unwrap();
    proven("asked whether the person is there", persons(there, person("p")));
}

#[test]
fn joins_of_persons() {
    let cost = || vec![(col("v.cost"), value())];
    let region = || vec![col("p.region")];
    for kind in [JoinType::Inner, JoinType::Left] {
        proven("the left person", cells(joined(kind), person("p"), region(), cost()));
    }
    for kind in [JoinType::Inner, JoinType::Right] {
        proven("the right person", cells(joined(kind), person("v"), region(), cost()));
    }
    let either = || first(person("p"), person("v"));
    proven("FULL JOIN", cells(joined(JoinType::Full), either(), region(), cost()));
    let either = coalesce(vec![person("v"), person("p")]);
    proven("FULL JOIN with coalesce", cells(joined(JoinType::Full), either, region(), cost()));
    for kind in [JoinType::LeftSemi, JoinType::LeftAnti] {
        proven("chosen by visits", cells(joined(kind), person("p"), region(), vec![]));
    }
    for kind in [JoinType::RightSemi, JoinType::RightAnti] {
        proven("visits chosen", cells(joined(kind), person("v"), vec![], cost()));
    }
    let marked = joined(JoinType::LeftMark);
    let mark = marked.schema().columns().pop().unwrap();
    let marked = cells(marked, person("p"), vec![Expr::Column(mark)], vec![]);
    proven("marked by visits", marked);
}

#[test]
fn joins_by_conditions() {
    let by = |condition: Expr| {
        let right = visits("v").build().unwrap();
        people("p").join_on(right, JoinType::Inner, [condition]).unwrap()
    };
    let same = || person("p").eq(person("v"));
    proven("an equality in the filter", persons(by(same()), person("v")));
    let more = same().and(col("v.cost").gt(col("p.income")));
    proven("a condition on both sides", persons(by(more), person("p")));
    let right = visits("v").build().unwrap();
    let (left_keys, right_keys) = (vec!["p.person_id"], vec!["v.person_id"]);
    let nulls = NullEquality::NullEqualsNull;
    let equal = people("p")
        .join_detailed(right, JoinType::LeftSemi, (left_keys, right_keys), None, nulls)
        .unwrap();
    proven("NULL equals NULL where there is none", persons(equal, person("p")));
    let right = visits("v").build().unwrap();
    let keys = (vec!["p.person_id"], vec!["v.person_id"]);
    let nulls = NullEquality::NullEqualsNothing;
    let without = people("p")
        .join_detailed_with_options(right, JoinType::LeftAnti, keys, None, nulls, true)
        .unwrap();
    proven("NOT IN where there is no NULL", persons(without, person("p")));
    let third = visits("w").build().unwrap();
    let chain = joined(JoinType::Left)
        .join(third, JoinType::Inner, (vec!["v.person_id"], vec!["w.person_id"]), None)
        .unwrap();
    proven("a chain over a person that may be missing", persons(chain, person("w")));
}

#[test]
fn full_joins_one_after_the_other() {
    let third = visits("w").build().unwrap();
    let known = first(person("p"), person("v"));
    let chain = joined(JoinType::Full)
        .join_on(third, JoinType::Full, [known.clone().eq(person("w"))])
        .unwrap();
    proven("three", persons(chain.clone(), first(known, person("w"))));
    let flat = coalesce(vec![person("w"), person("v"), person("p")]);
    proven("in another order", persons(chain, flat));
    let grouped = joined(JoinType::Full)
        .aggregate([person("p"), person("v")], [count(lit(1)).alias("n")])
        .unwrap();
    proven(
        "by both persons",
        cells(grouped, first(person("p"), person("v")), vec![col("n")], vec![]),
    );
    let both = joined(JoinType::Full).project([person("p"), person("v"), col("v.kind")]).unwrap();
    let different = both.distinct().unwrap();
    proven("different by both", persons(different, first(person("v"), person("p"))));
}

#[test]
fn rows_about_nobody_beside_persons() {
    let wards_of = |kind| {
        let right = wards("w").build().unwrap();
        visits("v").join(right, kind, (vec!["v.ward"], vec!["w.ward"]), None).unwrap()
    };
    for kind in [JoinType::Inner, JoinType::Left] {
        proven("a code list", cells(wards_of(kind), person("v"), vec![col("w.name")], vec![]));
    }
    for kind in [JoinType::LeftSemi, JoinType::LeftAnti, JoinType::LeftMark] {
        proven("chosen by a code list", persons(wards_of(kind), person("v")));
    }
    let right = visits("v").build().unwrap();
    let first =
        wards("w").join(right, JoinType::Right, (vec!["w.ward"], vec!["v.ward"]), None).unwrap();
    proven("a code list first", cells(first, person("v"), vec![col("w.beds")], vec![]));
    let every = people("p").cross_join(wards("w").build().unwrap()).unwrap();
    proven("every ward for everybody", persons(every, person("p")));
    let earlier = result("r").build().unwrap();
    let earlier = people("p")
        .join(earlier, JoinType::Left, (vec!["p.region"], vec!["r.region"]), None)
        .unwrap();
    proven("an earlier result", cells(earlier, person("p"), vec![col("r.n")], vec![]));
    let few = wards("w").limit(0, Some(3)).unwrap().build().unwrap();
    let few = visits("v").join(few, JoinType::Inner, (vec!["v.ward"], vec!["w.ward"]), None);
    proven("some wards", persons(few.unwrap(), person("v")));
    let bands = LogicalPlanBuilder::values(vec![
        vec![lit("east"), lit("E")],
        vec![lit("west"), lit(ScalarValue::Utf8(None))],
    ]);
    let bands = bands.unwrap().build().unwrap();
    let banded = people("p")
        .join(bands, JoinType::Inner, (vec!["p.region"], vec!["column1"]), None)
        .unwrap();
    proven("VALUES", cells(banded, person("p"), vec![col("column2")], vec![]));
}

#[test]
fn rows_of_one_person_together() {
    let totals = [sum(col("v.cost")).alias("cost"), max(col("v.nights")).alias("longest")];
    let per_person = || visits("v").aggregate([person("v")], totals.clone()).unwrap();
    let cost = || vec![(col("cost"), value())];
    proven("per person", cells(per_person(), person("v"), vec![col("longest")], cost()));
    let finer = [person("v"), col("v.kind")];
    let finer = visits("v").aggregate(finer, [count(lit(1)).alias("n")]).unwrap();
    proven("per person and kind", cells(finer, person("v"), vec![col("v.kind"), col("n")], vec![]));
    let counted = [
        count_distinct(person("v")).alias("one"),
        count_distinct(col("v.kind")).alias("kinds"),
        count(person("v")).alias("rows"),
    ];
    for counted in counted {
        let name = counted.clone().qualified_name().1;
        let plan = visits("v").aggregate([person("v")], [counted]).unwrap();
        proven("counted per person", cells(plan, person("v"), vec![col(name)], vec![]));
    }
    let sets = GroupingSet::GroupingSets(vec![
        vec![person("v"), col("v.kind")],
        vec![person("v"), col("v.ward")],
        vec![person("v")],
    ]);
    let sets = Expr::GroupingSet(sets);
    let sets = visits("v").aggregate([sets], [count(lit(1)).alias("n")]).unwrap();
    proven("grouping sets", cells(sets, person("v"), vec![col("v.kind"), col("n")], vec![]));
    let pairs = visits("v").project([person("v"), col("v.kind")]).unwrap().distinct().unwrap();
    proven("SELECT DISTINCT", cells(pairs, person("v"), vec![col("v.kind")], vec![]));
    let visitors = visits("v").aggregate([person("v")], [avg(col("v.cost")).alias("mean")]);
    let visitors = visitors.unwrap().build().unwrap();
    let beside = people("p")
        .join(visitors, JoinType::Left, (vec!["p.person_id"], vec!["v.person_id"]), None)
        .unwrap();
    proven("beside the person", cells(beside, person("p"), vec![col("mean")], vec![]));
}

#[test]
fn windows_of_one_person() {
    let over = |function: Expr, by: Vec<Expr>| {
        let order = vec![col("v.visited_on").sort(true, false)];
        function.partition_by(by).order_by(order).build().unwrap().alias("w")
    };
    for (function, by) in [
        (row_number(), vec![person("v")]),
        (row_number(), vec![col("v.ward"), person("v")]),
        (lag(col("v.kind"), Some(1), None), vec![person("v")]),
    ] {
        let plan = visits("v").window([over(function, by)]).unwrap();
        proven("a window", cells(plan, person("v"), vec![col("w")], vec![]));
    }
    let first = visits("v").window([over(row_number(), vec![person("v")])]).unwrap();
    let first = first.filter(col("w").eq(lit(1_u64))).unwrap();
    proven("the first visit", cells(first, person("v"), vec![col("v.kind")], vec![]));
}

#[test]
fn unions_keep_the_person_in_its_place() {
    let of = |plan: LogicalPlanBuilder, name: &str, key: &str| {
        plan.project([person(name).alias("who"), col(key).alias("key")]).unwrap()
    };
    let both = || {
        let other = of(visits("v"), "v", "v.kind").build().unwrap();
        of(people("p"), "p", "p.region").union(other).unwrap()
    };
    proven("UNION ALL", cells(both(), col("who"), vec![col("key")], vec![]));
    let distinct = both().distinct().unwrap();
    proven("UNION", cells(distinct, col("who"), vec![col("key")], vec![]));
    let none = of(visits("v"), "v", "v.kind").filter(lit(false)).unwrap().build().unwrap();
    let with_none = both().union(none).unwrap();
    proven("an arm without rows", cells(with_none, col("who"), vec![col("key")], vec![]));
    let schema = Arc::clone(both().schema());
    let of_both = |kind| {
        let columns = [person("p").alias("a"), person("v").alias("b"), col("v.kind")];
        joined(kind).project(columns).unwrap()
    };
    for (one, other) in [(JoinType::Full, JoinType::Inner), (JoinType::Inner, JoinType::Full)] {
        let (one, other) = (of_both(one), of_both(other));
        let plan = one.union(other.build().unwrap()).unwrap();
        proven("a FULL JOIN and another", persons(plan, first(col("a"), col("b"))));
    }
    let empty = EmptyRelation { produce_one_row: false, schema };
    let with_empty = both().union(LogicalPlan::EmptyRelation(empty)).unwrap();
    proven("an empty arm", cells(with_empty, col("who"), vec![col("key")], vec![]));
}

#[test]
fn person_numbers_may_be_missing() {
    let some = when(col("v.kind").eq(lit("urgent")), person("v")).end().unwrap();
    let present = vec![(some, Argument::Presence)];
    let plan = joined(JoinType::Inner);
    proven("CASE without ELSE", cells(plan, person("p"), vec![], present));
    let missing = joined(JoinType::Left).filter(person("v").is_null()).unwrap();
    proven("nobody there", persons(missing, person("p")));
    let present = vec![(person("v"), Argument::Presence)];
    proven("whether there", cells(joined(JoinType::Left), person("p"), vec![], present));
    let found = person("p").eq(person("v"));
    let key = when(found, lit("yes")).otherwise(lit("no")).unwrap();
    proven("whether the same", cells(joined(JoinType::Left), person("p"), vec![key], vec![]));
    let counted = [count(person("v")).alias("n")];
    let counted = joined(JoinType::Left).aggregate([person("p")], counted).unwrap();
    proven("counted", cells(counted, person("p"), vec![col("n")], vec![]));
}

#[test]
fn subqueries_about_nobody() {
    let beds = || wards("w").aggregate(Vec::<Expr>::new(), [avg(col("w.beds")).alias("beds")]);
    let many = col("v.nights").gt(scalar_subquery(inner(beds().unwrap())));
    proven("a value", persons(visits("v").filter(many).unwrap(), person("v")));
    let some = exists(inner(wards("w")));
    proven("EXISTS", persons(visits("v").filter(some).unwrap(), person("v")));
    let codes = || inner(wards("w").project([col("w.ward")]).unwrap());
    let within = in_subquery(col("v.ward"), codes());
    proven("IN", persons(visits("v").filter(within).unwrap(), person("v")));
    let names = inner(result("r").project([col("r.region")]).unwrap());
    let without = not_in_subquery(col("p.sex"), names);
    proven("NOT IN, with NULL", persons(people("p").filter(without).unwrap(), person("p")));
}

#[test]
fn subqueries_of_the_same_person_become_joins() {
    let same = || {
        let outer = datafusion::arrow::datatypes::DataType::UInt32;
        visits("v").filter(person("v").eq(out_ref_col(outer, "p.person_id"))).unwrap()
    };
    let some = people("p").filter(exists(inner(same()))).unwrap();
    proven_optimized("EXISTS", persons(some, person("p")));
    let none = people("p").filter(not_exists(inner(same()))).unwrap();
    proven_optimized("NOT EXISTS", persons(none, person("p")));
    let or = exists(inner(same())).or(col("p.sex").eq(lit("f")));
    proven_optimized("in a condition", persons(people("p").filter(or).unwrap(), person("p")));
    let total = same().aggregate(Vec::<Expr>::new(), [count(lit(1)).alias("n")]).unwrap();
    let often = scalar_subquery(inner(total)).gt(lit(3_i64));
    let often = people("p").filter(often).unwrap();
    proven_optimized("a value", persons(often, person("p")));
    let visitors = inner(visits("v").project([person("v")]).unwrap());
    let never = people("p").filter(in_subquery(person("p"), visitors).not()).unwrap();
    proven_optimized("NOT IN of persons", persons(never, person("p")));
}

#[test]
fn plans_about_nobody() {
    let plan = wards("w")
        .aggregate([col("w.name")], [sum(col("w.beds")).alias("beds")])
        .unwrap()
        .sort_with_limit(vec![col("beds").sort(false, true)], Some(3))
        .unwrap();
    let plan = plan.build().unwrap();
    assert!(public(plan.clone(), &[]).is_ok());
    assert!(public(optimized(&plan), &[]).is_ok());
    let plan = result("a")
        .join(
            result("b").build().unwrap(),
            JoinType::Full,
            (vec!["a.region"], vec!["b.region"]),
            None,
        )
        .unwrap()
        .filter(col("a.n").gt(lit(10_i64)))
        .unwrap()
        .limit(0, Some(5))
        .unwrap()
        .build()
        .unwrap();
    assert!(finishing(plan.clone()).is_ok());
    assert!(finishing(optimized(&plan)).is_ok());
}
