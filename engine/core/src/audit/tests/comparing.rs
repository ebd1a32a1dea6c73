use serde_json::{Value, json};
use tresor_ledger::QueryState;

use super::super::{Question, alike, overlaps, overlaps_of};
use super::{intent, opening};

/// A question whose conditions stay closed.
fn closed(seq: u64, actor: &str, conditions: &[&str]) -> Question {
    let shape = format!("select count(*) where {}", conditions.join(" and "));
    Question::of(&intent(seq, actor, &shape, conditions), None, QueryState::Released).unwrap()
}

/// A question whose texts were opened; shapes as the log would have them.
fn opened(seq: u64, actor: &str, conditions: &[&str]) -> Question {
    let shapes: Vec<String> = conditions.iter().map(|one| one.replace("5", "?")).collect();
    let shapes: Vec<&str> = shapes.iter().map(String::as_str).collect();
    let texts = [
        opening(seq, "conditions", &json!(conditions).to_string()),
        opening(seq, "literals", &conditions.concat()),
    ];
    let shape = format!("select count(*) where {}", shapes.join(" and "));
    let intent = intent(seq, actor, &shape, &shapes);
    Question::of(&intent, Some(&texts), QueryState::Released).unwrap()
}

/// Relation and differences of each pair.
fn pairs(told: &Value) -> Vec<(String, Value, Value)> {
    let pairs = told["pairs"].as_array().unwrap().iter().map(|pair| {
        let relation = pair["relation"].as_str().unwrap().to_owned();
        (relation, pair["only_in_first"].clone(), pair["only_in_second"].clone())
    });
    pairs.collect()
}

#[test]
fn pairs_are_found_and_named() {
    for (first, second, relation) in [
        (vec!["a = ?"], vec!["a = ?", "b = ?"], Some("one_condition_more")),
        (vec![], vec!["a = ?"], Some("one_condition_more")),
        (vec!["a = ?"], vec!["a = ?", "b = ?", "c = ?"], Some("two_conditions_more")),
        (vec![], vec!["a = ?", "b = ?"], None),
        (vec!["a = ?"], vec!["a = ?", "b = ?", "c = ?", "d = ?"], None),
        (vec!["a = ?", "b = ?"], vec!["a = ?", "c = ?"], Some("one_condition_differs")),
        (vec!["a = ?"], vec!["b = ?"], None),
        (
            vec!["a = ?", "b < ?"],
            vec!["a = ?", "c = ?", "d = ?"],
            Some("up_to_two_conditions_differ"),
        ),
    ] {
        let told = overlaps(&[closed(1, "ann", &first), closed(2, "bob", &second)]);
        let found = pairs(&told);
        let names: Vec<&str> = found.iter().map(|(name, _, _)| name.as_str()).collect();
        assert_eq!(names, Vec::from_iter(relation), "{first:?} {second:?}: {told}");
    }
}

#[test]
fn the_longer_side_comes_first_and_what_differs_is_told() {
    let told = overlaps(&[closed(1, "ann", &["a = ?"]), closed(2, "ann", &["b = ?", "a = ?"])]);
    assert_eq!(pairs(&told), [("one_condition_more".to_owned(), json!(["b = ?"]), json!([]))]);
    let pair = &told["pairs"][0];
    assert_eq!(pair["first"]["queries"][0]["query"], "q_2");
    assert_eq!((&pair["shared_conditions"], &pair["same_person"]), (&json!(1), &json!(true)));
    assert_eq!((&told["compared"], &told["not_comparable"]), (&json!(2), &json!(0)));
}

/// The two questions of a tracker: with texts closed they look like one asked twice, with texts open the constant shows.
#[test]
fn one_constant_shows_only_where_texts_are_open() {
    let (first, second) = (["age > 5", "sex = 'f'"], ["age > 55", "sex = 'f'"]);
    let told = overlaps(&[opened(1, "ann", &first), opened(2, "ann", &second)]);
    let expected = ("one_literal_differs".to_owned(), json!(["age > 5"]), json!(["age > 55"]));
    assert_eq!(pairs(&told), [expected]);

    let shapes = ["age > ?", "sex = ?"];
    let told = overlaps(&[closed(1, "ann", &shapes), closed(2, "ann", &shapes)]);
    assert_eq!(pairs(&told), []);
    assert_eq!(told["asked_again"][0]["asked"]["count"], 2);
    assert_eq!(told["asked_again"][0]["conditions"], json!(shapes));
}

#[test]
fn constants_are_texts_and_numbers_and_names_are_none() {
    for (first, second, relation) in [
        ("d = 'it''s'", "d = 'x'", "one_literal_differs"),
        ("x > 1.5", "x > 20", "one_literal_differs"),
        ("c1 = 1", "c2 = 1", "one_condition_differs"),
        ("c1 = 1", "c1 <> 1", "one_condition_differs"),
    ] {
        let pair = [opened(1, "a", &[first, "z = 'z'"]), opened(2, "a", &[second, "z = 'z'"])];
        let told = overlaps(&pair);
        assert_eq!(pairs(&told)[0].0, relation, "{first} {second}");
    }
}

#[test]
fn other_tables_are_other_people() {
    let mut other = closed(2, "ann", &["a = ?", "b = ?"]);
    other.tables = ["clinic.visits".to_owned()].into();
    assert_eq!(pairs(&overlaps(&[closed(1, "ann", &["a = ?"]), other])), []);
}

#[test]
fn the_pairs_of_one_query_are_its_own() {
    let all = [
        closed(1, "ann", &["a = ?"]),
        closed(2, "ann", &["a = ?", "b = ?"]),
        closed(3, "bob", &["a = ?", "b = ?", "c = ?"]),
        closed(4, "bob", &["x = ?"]),
    ];
    assert_eq!(pairs(&overlaps(&all)).len(), 3);
    assert_eq!(pairs(&overlaps_of("q_1", &all)).len(), 2);
    assert_eq!(pairs(&overlaps_of("q_4", &all)).len(), 0);
    let told = overlaps_of("q_1", &all);
    assert_eq!(pairs(&told)[0].0, "one_condition_more", "the closest first: {told}");
}

#[test]
fn what_was_erased_is_not_compared() {
    let erased = intent(1, "ann", "select", &["a = ?"]);
    let erased = Question::of(&erased, Some(&[]), QueryState::Released).unwrap();
    let mut older = intent(2, "ann", "select", &[]);
    older.body["details"].as_object_mut().unwrap().remove("conditions");
    let older = Question::of(&older, None, QueryState::Released).unwrap();
    let told = overlaps(&[erased, older, closed(3, "ann", &[])]);
    assert_eq!((&told["compared"], &told["not_comparable"]), (&json!(1), &json!(2)));
}

#[test]
fn clusters_are_of_one_shape_or_of_one_cohort() {
    let mut sum = closed(4, "ann", &["a = ?"]);
    sum.fingerprint = "select sum(x)".to_owned();
    let all = [
        closed(1, "ann", &["a = ?"]),
        closed(2, "bob", &["a = ?"]),
        closed(3, "bob", &["a = ?"]),
        sum,
        closed(5, "cy", &["b = ?"]),
    ];
    let told = alike(&all, 2);
    let shapes = told["same_shape"].as_array().unwrap();
    assert_eq!(shapes.len(), 1, "{told}");
    assert_eq!(shapes[0]["sql_fingerprint"], "select count(*) where a = ?");
    assert_eq!(shapes[0]["different_constants"], Value::Null);
    let asked = &shapes[0]["asked"];
    assert_eq!((&asked["count"], &asked["people"]), (&json!(3), &json!(["ann", "bob"])));
    assert_eq!(asked["first"], "2026-01-01T01:00:00Z");
    assert_eq!(asked["last"], "2026-01-01T03:00:00Z");

    let cohorts = told["same_cohort"].as_array().unwrap();
    assert_eq!(cohorts.len(), 1, "{told}");
    assert_eq!((&cohorts[0]["person"], &cohorts[0]["wordings"]), (&json!("ann"), &json!(2)));
    assert_eq!(alike(&all, 4)["same_shape"], json!([]));
}

/// The same question with the same constants gives the same answer: that is no cluster.
#[test]
fn constants_that_are_open_tell_repeats_from_attempts() {
    let repeats = [opened(1, "ann", &["age > 5"]), opened(2, "ann", &["age > 5"])];
    assert_eq!(alike(&repeats, 2)["same_shape"], json!([]));
    let attempts = [opened(1, "ann", &["age > 5"]), opened(2, "ann", &["age > 55"])];
    let mut attempts = attempts.to_vec();
    for question in &mut attempts {
        question.fingerprint = "one".to_owned();
    }
    assert_eq!(alike(&attempts, 2)["same_shape"][0]["different_constants"], 2);
}
