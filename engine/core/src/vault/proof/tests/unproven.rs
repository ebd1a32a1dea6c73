//! Plans that must not be provable, each for its own reason; the optimizer must not make them so.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{JoinType, NullEquality, ScalarValue};
use datafusion::functions::core::expr_fn::{coalesce, nullif};
use datafusion::functions::math::expr_fn::{abs, factorial, random};
use datafusion::functions_aggregate::expr_fn::{
    approx_distinct, avg, count, count_distinct, min, sum,
};
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::functions_window::expr_fn::{lag, row_number};
use datafusion::logical_expr::expr::{Placeholder, WindowFunction};
use datafusion::logical_expr::{
    Case, Expr, ExprFunctionExt, GroupingSet, LogicalPlanBuilder, Partitioning, SortExpr, cast,
    exists, in_subquery, lit, not_in_subquery, out_ref_col, scalar_subquery, when,
};
use datafusion::prelude::col;

use super::clinic::{people, result, strangers, visits, wards};
use super::proven::{first, joined, value};
use super::*;
use crate::guard::OWN;
use crate::vault::proof::functions::{check_aggregate, check_scalar, check_window};

const COMPUTED: &str = "a value computed from person numbers";
const MIXED: &str = "person numbers mixed with other values";
const MEET: &str = "rows of two persons may meet in a join";
const ALONE: &str = "rows about nobody are kept beside rows about persons";
const CHOSEN: &str = "rows about nobody are chosen by rows about persons";
const TOGETHER: &str = "rows of several persons are brought together";
const BEFORE: &str = "some rows of persons are chosen before others";
const NOT_PERSON: &str = "a release plan whose first column is not the person of the row";
const ORDER: &str = "a release plan that does not end in the order of persons";
const INSIDE: &str = "a sub-query about persons inside an expression";
const NO_RULE: &str = "an expression that has no rule";
const NO_NODE: &str = "a node that has no rule";

fn person(name: &str) -> Expr {
    col(format!("{name}.person_id"))
}

fn inner(plan: LogicalPlanBuilder) -> Arc<LogicalPlan> {
    Arc::new(plan.build().unwrap())
}

/// People and visits, joined like this.
fn joined_on(kind: JoinType, conditions: impl IntoIterator<Item = Expr>) -> LogicalPlanBuilder {
    people("p").join_on(visits("v").build().unwrap(), kind, conditions).unwrap()
}

/// Not provable for this reason; nor is what the optimizer makes of it, for whatever reason.
#[track_caller]
fn unproven(title: &str, input: Input, why: &str) {
    unproven_as_built(title, &input, why);
    let plan = optimized(&input.plan);
    let found = release(plan.clone(), &input.release, &[]);
    assert!(found.is_err(), "{title}, optimised:\n{}", plan.display_indent());
}

/// Not provable for this reason. What the optimizer makes of it is not executed, or not the same.
#[track_caller]
fn unproven_as_built(title: &str, input: &Input, why: &str) {
    assert_eq!(doubt(input), Some(why), "{title}:\n{}", input.plan.display_indent());
}

#[test]
fn persons_meet_by_the_person_or_not_at_all() {
    let meet = |title, plan, why| unproven(title, persons(plan, person("p")), why);
    let every = people("p").cross_join(visits("v").build().unwrap()).unwrap();
    meet("everybody with everybody", every, MEET);
    for kind in [
        JoinType::Inner,
        JoinType::Left,
        JoinType::LeftSemi,
        JoinType::LeftAnti,
        JoinType::LeftMark,
    ] {
        let other = (vec!["p.region"], vec!["v.kind"]);
        let right = visits("v").build().unwrap();
        meet("by values", people("p").join(right, kind, other, None).unwrap(), MEET);
        let next = person("p").eq(person("v") + lit(1_u32));
        meet("by the next number", joined_on(kind, [next]), COMPUTED);
    }
    let inner = |condition| joined_on(JoinType::Inner, [condition]);
    let same = || person("p").eq(person("v"));
    meet("by smaller numbers", inner(person("p").lt(person("v"))), COMPUTED);
    meet("or else", inner(same().or(col("v.kind").eq(lit("urgent")))), MEET);
    meet("any but the same", inner(person("p").not_eq(person("v"))), MEET);
    meet("never the same", inner(Expr::Not(Box::new(same()))), MEET);
    meet("both persons of one side", inner(person("p").eq(person("p"))), MEET);
    let number = person("p").eq(cast(col("v.nights"), DataType::UInt32));
    meet("a person with a value", inner(number), COMPUTED);
}

#[test]
fn a_join_that_another_node_would_make_right_is_still_none() {
    let every = people("p").cross_join(visits("v").build().unwrap()).unwrap();
    let every = every.filter(person("p").eq(person("v"))).unwrap();
    unproven_as_built("a filter above", &persons(every, person("p")), MEET);
}

#[test]
fn null_is_nobody_in_particular() {
    let left = || {
        let plan = joined(JoinType::Left).project([person("v"), col("p.region")]).unwrap();
        plan.alias("l").unwrap()
    };
    let right = || left().alias("r").unwrap();
    let equal = |kind, nulls| {
        let keys = (vec!["l.person_id"], vec!["r.person_id"]);
        let right = right().build().unwrap();
        left().join_detailed(right, kind, keys, None, nulls).unwrap()
    };
    for kind in [JoinType::Inner, JoinType::LeftSemi, JoinType::LeftAnti] {
        let plan = equal(kind, NullEquality::NullEqualsNull);
        unproven("NULL equals NULL", persons(plan, person("l")), MEET);
    }
    let same = person("l").eq(person("r")).or(person("l").is_null().and(person("r").is_null()));
    let plan = left().join_on(right().build().unwrap(), JoinType::Inner, [same]).unwrap();
    unproven("NULL with NULL", persons(plan, person("l")), MEET);
    let why = "a missing value of one person would decide about others";
    let without = |outer: LogicalPlanBuilder, inner: LogicalPlanBuilder, keys| {
        let nulls = NullEquality::NullEqualsNothing;
        let inner = inner.build().unwrap();
        outer
            .join_detailed_with_options(inner, JoinType::LeftAnti, keys, None, nulls, true)
            .unwrap()
    };
    let keys = || (vec!["p.person_id"], vec!["l.person_id"]);
    let inside = without(people("p"), left(), keys());
    unproven("NOT IN with NULL inside", persons(inside, person("p")), why);
    let keys = (vec!["v.person_id"], vec!["q.person_id"]);
    let outside = without(joined(JoinType::Left), people("q"), keys);
    unproven("NOT IN with NULL outside", persons(outside, person("p")), why);
    let keys = (vec!["p.person_id", "p.sex"], vec!["l.person_id", "l.region"]);
    let values = without(people("p"), left(), keys);
    unproven("NOT IN of values", persons(values, person("p")), why);
}

#[test]
fn rows_about_nobody_stay_with_persons() {
    let kept = |kind| {
        let keys = (vec!["w.ward"], vec!["v.ward"]);
        wards("w").join(visits("v").build().unwrap(), kind, keys, None).unwrap()
    };
    for kind in [JoinType::Left, JoinType::Full] {
        unproven("wards without visits", persons(kept(kind), person("v")), ALONE);
    }
    for kind in [JoinType::LeftSemi, JoinType::LeftAnti, JoinType::LeftMark] {
        unproven("wards by visits", persons(kept(kind), lit(1_u32)), CHOSEN);
    }
    let keys = (vec!["v.ward"], vec!["w.ward"]);
    let right = wards("w").build().unwrap();
    let right = visits("v").join(right, JoinType::Right, keys, None).unwrap();
    unproven("the other way round", persons(right, person("v")), ALONE);
    let only = "a release plan over nobody";
    unproven("nobody at all", persons(wards("w"), lit(1_u32)), only);
}

#[test]
fn a_column_with_the_name_of_the_person_is_not_the_person() {
    let by_region = || {
        let keys = (vec!["p.region"], vec!["r.region"]);
        people("p").join(result("r").build().unwrap(), JoinType::Inner, keys, None).unwrap()
    };
    unproven("as the person", persons(by_region(), person("r")), NOT_PERSON);
    let keys = (vec!["p.person_id"], vec!["r.person_id"]);
    let same = people("p").join(result("r").build().unwrap(), JoinType::Inner, keys, None).unwrap();
    unproven("as the partner", persons(same, person("p")), COMPUTED);
    let year = cast(col("p.birth_year"), DataType::UInt32).alias("person_id");
    let renamed = people("p").project([year, col("p.region")]).unwrap().alias("q").unwrap();
    unproven("renamed", persons(renamed, person("q")), NOT_PERSON);
    let keys = (vec!["p.person_id"], vec!["s.person_id"]);
    let others = strangers("s").build().unwrap();
    let others = people("p").join(others, JoinType::Inner, keys, None).unwrap();
    unproven("of another snapshot", persons(others, person("p")), "persons of two snapshots");
}

#[test]
fn only_the_person_of_the_row_comes_first() {
    for person in
        [lit(1_u32), lit(ScalarValue::UInt32(None)), cast(col("p.birth_year"), DataType::UInt32)]
    {
        unproven("a number", persons(people("p"), person), NOT_PERSON);
    }
    let left = || joined(JoinType::Left);
    unproven("who may be missing", persons(left(), person("v")), NOT_PERSON);
    unproven("missing on the left", persons(joined(JoinType::Right), person("p")), NOT_PERSON);
    let full = || joined(JoinType::Full);
    unproven("missing on either side", persons(full(), person("p")), NOT_PERSON);
    let sometimes = when(col("v.kind").eq(lit("urgent")), person("p")).otherwise(person("v"));
    unproven("one of two", persons(full(), sometimes.unwrap()), NOT_PERSON);
    let hidden = when(col("p.sex").eq(lit("f")), person("p")).end().unwrap();
    unproven("some persons", persons(people("p"), hidden), NOT_PERSON);
    let half = full().project([person("p"), col("v.kind")]).unwrap();
    unproven("half of a FULL JOIN", persons(half, coalesce(vec![person("p")])), NOT_PERSON);
    let other = when(person("p").is_not_null(), person("v")).otherwise(person("p")).unwrap();
    unproven("the wrong one of two", persons(full(), other), NOT_PERSON);
    let both = full().project([person("p").alias("a"), person("v").alias("b")]).unwrap();
    let both = both.alias("f").unwrap().build().unwrap();
    let far = people("q").join(both, JoinType::Left, (vec!["q.person_id"], vec!["f.a"]), None);
    unproven("both missing", persons(far.unwrap(), first(col("f.a"), col("f.b"))), NOT_PERSON);
    let third = visits("w").build().unwrap();
    let known = first(person("p"), person("v"));
    let chain = full().join_on(third, JoinType::Full, [known.clone().eq(person("w"))]).unwrap();
    unproven("two of three", persons(chain, known), NOT_PERSON);
}

#[test]
fn person_numbers_are_not_computed_with() {
    let key =
        |key: Expr, why| unproven("a key", cells(people("p"), person("p"), vec![key], vec![]), why);
    key(person("p"), "a key of cells that holds person numbers");
    key(nullif(person("p"), lit(5_u32)), COMPUTED);
    key(abs(person("p")), COMPUTED);
    key(cast(person("p"), DataType::Int64), COMPUTED);
    key(person("p") + lit(1_u32), COMPUTED);
    key(person("p") % lit(2_u32), COMPUTED);
    key(coalesce(vec![person("p"), lit(0_u32)]), MIXED);
    let branch = |then, rest| when(col("p.sex").eq(lit("f")), then).otherwise(rest).unwrap();
    key(branch(person("p"), lit(0_u32)), MIXED);
    key(branch(cast(col("p.birth_year"), DataType::UInt32), person("p")), MIXED);
    let tested = when(person("p").gt(lit(5_u32)), lit("late")).otherwise(lit("early")).unwrap();
    key(tested, COMPUTED);
    let operand = Expr::Case(Case::new(
        Some(Box::new(person("p"))),
        vec![(Box::new(lit(7_u32)), Box::new(lit("you")))],
        None,
    ));
    key(operand, COMPUTED);
    let summed = vec![(person("p"), value())];
    let summed = cells(people("p"), person("p"), vec![], summed);
    unproven("summed", summed, "a measure that holds person numbers");
}

#[test]
fn person_numbers_choose_no_rows() {
    let chosen = |by: Expr| {
        let plan = people("p").filter(by).unwrap();
        unproven("a filter", persons(plan, person("p")), COMPUTED);
    };
    chosen(person("p").eq(lit(7_u32)));
    chosen(person("p").lt(lit(7_u32)));
    chosen(person("p").between(lit(1_u32), lit(7_u32)));
    chosen(person("p").in_list(vec![lit(7_u32), lit(9_u32)], false));
    chosen(cast(person("p"), DataType::Utf8).like(lit("7%")));
    chosen(person("p").eq(cast(col("p.birth_year"), DataType::UInt32)));
    let same = person("p").eq(person("v"));
    let odd = (person("v") % lit(2_u32)).eq(lit(1_u32));
    let plan = joined_on(JoinType::Left, [same, odd]);
    unproven("a condition of a join", persons(plan, person("p")), COMPUTED);
}

#[test]
fn rows_of_several_persons_do_not_come_together() {
    let n = || [count(lit(1)).alias("n")];
    let by = |keys: Vec<Expr>| visits("v").aggregate(keys, n()).unwrap();
    let lost =
        |plan, why| unproven("together", cells(plan, lit(1_u32), vec![col("n")], vec![]), why);
    lost(by(vec![col("v.kind")]), TOGETHER);
    lost(by(vec![]), TOGETHER);
    lost(by(vec![person("v") % lit(2_u32)]), COMPUTED);
    let missing = joined(JoinType::Left).aggregate([person("v")], n()).unwrap();
    unproven("who may be missing", cells(missing, person("v"), vec![col("n")], vec![]), TOGETHER);
    let half = joined(JoinType::Full).aggregate([person("p"), col("v.kind")], n()).unwrap();
    unproven("half of a FULL JOIN", cells(half, person("p"), vec![col("n")], vec![]), TOGETHER);
    let sets = |sets| visits("v").aggregate([Expr::GroupingSet(sets)], n()).unwrap();
    let (by_person, by_kind) = (vec![person("v")], vec![col("v.kind")]);
    lost(sets(GroupingSet::GroupingSets(vec![by_person, by_kind])), TOGETHER);
    lost(sets(GroupingSet::Rollup(vec![person("v"), col("v.kind")])), TOGETHER);
    lost(sets(GroupingSet::Cube(vec![person("v"), col("v.kind")])), TOGETHER);
    let left_out = GroupingSet::GroupingSets(vec![
        vec![person("p"), person("v")],
        vec![person("p"), col("v.kind")],
    ]);
    let left_out = joined(JoinType::Inner).aggregate([Expr::GroupingSet(left_out)], n()).unwrap();
    unproven("left out", cells(left_out, person("v"), vec![col("n")], vec![]), NOT_PERSON);
    let kinds = visits("v").project([col("v.kind")]).unwrap().distinct().unwrap();
    let why = "equal rows of several persons become one";
    unproven("SELECT DISTINCT", cells(kinds, lit(1_u32), vec![col("v.kind")], vec![]), why);
}

#[test]
fn aggregates_per_person_do_not_compute_with_persons() {
    let of = |aggregate: Expr, why| {
        let name = aggregate.clone().qualified_name().1;
        let plan = visits("v").aggregate([person("v")], [aggregate]).unwrap();
        unproven("an aggregate", cells(plan, person("v"), vec![col(name)], vec![]), why);
    };
    of(sum(cast(person("v"), DataType::Int64)), COMPUTED);
    of(min(person("v")), COMPUTED);
    of(avg(person("v")), COMPUTED);
    of(count_distinct(person("v") % lit(2_u32)), COMPUTED);
    of(approx_distinct(col("v.kind")), "an aggregate that is not on the list");
    let some = sum(col("v.cost")).filter(person("v").gt(lit(3_u32))).build().unwrap();
    of(some.alias("some"), COMPUTED);
}

#[test]
fn windows_do_not_look_at_other_persons() {
    let over = |function: Expr, by: Vec<Expr>, why| {
        let order = vec![col("v.cost").sort(true, false)];
        let window = function.partition_by(by).order_by(order).build().unwrap().alias("w");
        let plan = visits("v").window([window]).unwrap();
        unproven("a window", cells(plan, person("v"), vec![col("w")], vec![]), why);
    };
    over(row_number(), vec![], TOGETHER);
    over(row_number(), vec![col("v.kind")], TOGETHER);
    over(row_number(), vec![person("v") % lit(2_u32)], COMPUTED);
    over(lag(col("v.cost"), Some(1), None), vec![col("v.ward"), col("v.kind")], TOGETHER);
    over(lag(person("v"), Some(1), None), vec![person("v")], COMPUTED);
    let order = vec![col("v.cost").sort(true, false)];
    let window = row_number().partition_by(vec![person("v")]).order_by(order.clone());
    let window = window.build().unwrap().alias("w");
    let plan = joined(JoinType::Left).window([window]).unwrap();
    unproven("who may be missing", cells(plan, person("p"), vec![col("w")], vec![]), TOGETHER);
    let mut largest = WindowFunction::new(max_udaf(), vec![col("v.cost")]);
    largest.params.partition_by = vec![col("v.ward")];
    let largest = Expr::from(largest);
    let plan = visits("v").window([largest.alias("w")]).unwrap();
    unproven("an aggregate", cells(plan, person("v"), vec![col("w")], vec![]), TOGETHER);
}

#[test]
fn unions_are_of_persons_in_one_place() {
    let of = |plan: LogicalPlanBuilder, one: Expr, other: Expr| {
        plan.project([one.alias("one"), other.alias("other")]).unwrap()
    };
    let number = || cast(col("v.nights"), DataType::UInt32);
    let nothing = || lit(ScalarValue::UInt32(None));
    let one = of(visits("v"), person("v"), number());
    let other = of(visits("v"), number(), person("v")).build().unwrap();
    unproven("at another position", persons(one.union(other).unwrap(), col("one")), MIXED);
    let one = of(visits("v"), person("v"), nothing());
    let other = of(visits("v"), nothing(), person("v")).build().unwrap();
    let why = "a union whose arms have the person in different places";
    unproven("here or there", persons(one.union(other).unwrap(), col("one")), why);
    let one = of(people("p"), person("p"), col("p.region"));
    let other = of(result("r"), person("r"), col("r.region")).build().unwrap();
    let why = "a union of persons and nobody";
    unproven("with nobody", persons(one.union(other).unwrap(), col("one")), why);
    let one = of(people("p"), person("p"), col("p.region"));
    let other = of(strangers("s"), person("s"), col("s.region")).build().unwrap();
    let why = "persons of two snapshots";
    unproven("with strangers", persons(one.union(other).unwrap(), col("one")), why);
}

#[test]
fn no_rows_are_chosen_before_others() {
    let order = || vec![col("p.income").sort(false, false)];
    let before = |plan| unproven("chosen", persons(plan, person("p")), BEFORE);
    before(people("p").limit(0, Some(5)).unwrap());
    before(people("p").limit(5, None).unwrap());
    before(people("p").sort_with_limit(order(), Some(1)).unwrap());
    before(people("p").sort(order()).unwrap().limit(3, Some(1)).unwrap());
    let on = vec![col("p.region")];
    before(people("p").distinct_on(on, vec![person("p")], None).unwrap());
    let mut scan = people("p").build().unwrap();
    if let LogicalPlan::TableScan(scan) = &mut scan {
        scan.fetch = Some(3);
    }
    before(LogicalPlanBuilder::from(scan));
    let mut scan = people("p").build().unwrap();
    if let LogicalPlan::TableScan(scan) = &mut scan {
        scan.filters.push(person("p").gt(lit(3_u32)));
    }
    let input = persons(LogicalPlanBuilder::from(scan), person("p"));
    unproven("by the scan", input, COMPUTED);
}

#[test]
fn subqueries_in_expressions_are_not_about_persons() {
    let chosen = |by: Expr, why| {
        let input = persons(people("p").filter(by).unwrap(), person("p"));
        unproven_as_built("a sub-query", &input, why);
    };
    let rich = || visits("v").filter(col("v.cost").gt(lit(9_000.0))).unwrap();
    chosen(exists(inner(rich())), INSIDE);
    let mean = || visits("v").aggregate(Vec::<Expr>::new(), [avg(col("v.cost"))]).unwrap();
    chosen(col("p.income").gt(scalar_subquery(inner(mean()))), TOGETHER);
    let kinds = || inner(rich().project([col("v.kind")]).unwrap());
    chosen(in_subquery(col("p.region"), kinds()), INSIDE);
    chosen(not_in_subquery(col("p.region"), kinds()), INSIDE);
    let codes = inner(result("r").project([person("r")]).unwrap());
    chosen(in_subquery(person("p"), codes), COMPUTED);
    let outer = out_ref_col(DataType::UInt32, "p.person_id");
    let same = inner(visits("v").filter(person("v").eq(outer)).unwrap());
    chosen(exists(same), "a sub-query that depends on the row outside");
    // What the optimizer makes of them are joins, and those are not linked by the person either.
    for by in [
        exists(inner(rich())),
        in_subquery(col("p.region"), kinds()),
        not_in_subquery(col("p.region"), kinds()),
        col("p.income").gt(scalar_subquery(inner(mean()))),
        exists(inner(rich())).or(col("p.sex").eq(lit("f"))),
    ] {
        let input = persons(people("p").filter(by).unwrap(), person("p"));
        let plan = optimized(&input.plan);
        assert!(release(plan.clone(), &input.release, &[]).is_err(), "{}", plan.display_indent());
    }
}

#[test]
fn functions_are_listed_and_say_the_same_every_time() {
    let key = |key: Expr, why| {
        unproven("a function", cells(people("p"), person("p"), vec![key], vec![]), why)
    };
    key(random(), "a function that is not on the list");
    key(factorial(col("p.birth_year")), "a function that is not on the list");
    let plan = people("p").filter(random().lt(lit(0.5))).unwrap();
    let why = "a function that is not on the list";
    unproven("a coin", persons(plan, person("p")), why);
}

#[test]
fn the_list_is_of_functions_that_say_the_same_every_time() {
    for (function, _) in crate::sql::functions::scalars() {
        assert_eq!(check_scalar(function), Ok(()), "{}", function.name());
    }
    for function in crate::sql::functions::aggregates() {
        assert_eq!(check_aggregate(function), Ok(()), "{}", function.name());
    }
    for function in crate::sql::functions::windows() {
        assert_eq!(check_window(function), Ok(()), "{}", function.name());
    }
    // A name of the engine's own must not be the planner's name for something else.
    for function in datafusion::functions::all_default_functions() {
        let mut names =
            std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
        assert!(!names.any(|name| name.starts_with(OWN)), "{}", function.name());
    }
}

#[test]
fn the_plan_ends_in_the_order_of_persons() {
    let ends = |order: Vec<SortExpr>| {
        let exprs = [person("p").alias(PERSON), col("p.birth_year").alias("key_0")];
        let plan = people("p").project(exprs).unwrap().sort(order).unwrap().build().unwrap();
        let mut input = cells(people("p"), person("p"), vec![col("p.birth_year")], vec![]);
        input.plan = plan;
        unproven("another order", input, ORDER);
    };
    ends(vec![col("key_0").sort(true, false)]);
    ends(vec![ident(PERSON).sort(false, false)]);
    ends(vec![col("key_0").sort(true, false), ident(PERSON).sort(true, false)]);
    let mut input = persons(people("p"), person("p"));
    let LogicalPlan::Sort(sort) = &input.plan else { panic!("no order") };
    input.plan = sort.input.as_ref().clone();
    unproven("no order", input, ORDER);
    let mut input = cells(people("p"), person("p"), vec![col("p.region")], vec![]);
    input.release.keys.clear();
    unproven("more columns", input, "a release plan of another shape than its release");
    let mut input = cells(people("p"), person("p"), vec![], vec![]);
    input.release.arguments.push(Argument::Presence);
    unproven("fewer columns", input, "a release plan of another shape than its release");
}

#[test]
fn nodes_without_a_rule() {
    let by = Partitioning::RoundRobinBatch(4);
    let spread = people("p").repartition(by).unwrap();
    unproven("repartition", persons(spread, person("p")), NO_NODE);
    let told = people("p").explain(false, true).unwrap().build().unwrap();
    assert!(release(told, &release_of(vec![], vec![]), &[]).is_err());
    let placeholder = Expr::Placeholder(Placeholder::new_with_field("$1".to_owned(), None));
    let plan = cells(people("p"), person("p"), vec![placeholder], vec![]);
    unproven_as_built("placeholder", &plan, NO_RULE);
}

#[test]
fn public_plans_and_finishing_plans_read_nothing_about_persons() {
    let why = |found: Proof<Proven>| found.err().map(|Unproven(why)| why);
    let files = || people("p").build().unwrap();
    let codes = || wards("w").build().unwrap();
    let results = || result("r").build().unwrap();
    assert_eq!(why(public(files(), &[])), Some("a public plan that reads persons"));
    assert_eq!(why(public(results(), &[])), None);
    assert_eq!(why(public(codes(), &[])), None);
    assert_eq!(why(finishing(files())), Some("a finishing plan that reads files"));
    assert_eq!(why(finishing(codes())), Some("a finishing plan that reads files"));
    assert_eq!(why(finishing(results())), None);
    let hidden = exists(inner(people("p")));
    let hidden = result("r").filter(hidden).unwrap().build().unwrap();
    assert_eq!(why(finishing(hidden)), Some("a finishing plan that reads files"));
    let coin = result("r").filter(random().lt(lit(0.5))).unwrap().build().unwrap();
    assert_eq!(why(finishing(coin)), Some("a function that is not on the list"));
    let bound = Some("a finishing plan that reads something else than protected tables");
    assert_eq!(unbound(&results()).err().map(|Unproven(why)| why), bound);
    assert_eq!(unbound(&files()).err().map(|Unproven(why)| why), bound);
}
