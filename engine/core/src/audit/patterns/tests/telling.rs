//! What an alert says, and whose questions are counted together.

use serde_json::json;
use tresor_ledger::{Kind, Opening};

use super::super::bounds::Bound;
use super::super::gathered::Gathered;
use super::super::peaks::{Sign, peaks};
use super::super::scopes::{Of, scopes};
use super::town::Column::{Region, Sex, Year};
use super::town::Condition::{Except, From};
use super::town::{Dice, Query, Town, kinds};
use crate::audit::tests::intent;

fn pairs(town: &mut Town, apart_minutes: i64) {
    for at in 0..3 {
        let base = vec![From(Year, 1930 + at)];
        let except = Except(vec![(Sex, 1), (Region, at)]);
        let minute = apart_minutes * at as i64;
        town.ask(&Query::count("eve", minute, &base));
        town.ask(&Query::count("eve", minute + 1, &[base, vec![except]].concat()));
    }
}

#[test]
fn an_alert_says_who_what_when_and_how_many() {
    let mut town = Town::new(&mut Dice(3));
    pairs(&mut town, 60);
    let told = town.watched(false);
    let [alert] = told["alerts"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!((&alert["kind"], &alert["of"]), (&json!("near_duplicates"), &json!("person")));
    assert_eq!((&alert["people"], &alert["projects"]), (&json!(["eve"]), &json!(["heart"])));
    assert_eq!(
        (&alert["number"], &alert["bound"], &alert["within_days"]),
        (&json!(3), &json!(3), &json!(7))
    );
    assert_eq!(
        (&alert["first"], &alert["last"]),
        (&json!("2026-01-01T00:01:00Z"), &json!("2026-01-01T02:01:00Z"))
    );
    assert_eq!(alert["queries"], json!(["q_2", "q_6", "q_10"]));
    assert_eq!((&alert["more_queries"], &alert["released"]), (&json!(0), &json!(3)));
    assert!(
        alert["says"].as_str().unwrap().starts_with("3 pairs of questions about the same people")
    );
    assert_eq!((&told["more_alerts"], &told["looked_at"]), (&json!(0), &json!(6)));
}

#[test]
fn what_was_not_looked_for_is_said() {
    let town = Town::new(&mut Dice(3));
    let closed = town.watched(false);
    let expected = json!(["isolations", "removals", "earlier_answers", "one_cohort", "chaff"]);
    assert_eq!((&closed["sealed_texts"], &closed["not_looked_for"]), (&json!(false), &expected));
    let open = town.watched(true);
    assert_eq!((&open["sealed_texts"], &open["not_looked_for"]), (&json!(true), &json!([])));
}

#[test]
fn signs_that_are_far_apart_are_no_alert() {
    let mut town = Town::new(&mut Dice(3));
    pairs(&mut town, 4 * 24 * 60);
    assert_eq!(kinds(&town.watched(false)), []);
}

/// Nothing that only a text says is used, or told, while texts stay closed.
#[test]
fn closed_texts_stay_closed() {
    let mut gathered = Gathered::closed();
    let opening = |field: &str, text: &str| Opening {
        seq: 0,
        field: field.to_owned(),
        salt: [7; 32],
        text: text.to_owned(),
    };
    for seq in 0..20 {
        let mut intent = intent(seq, "eve", "select ?", &["a = ?"]);
        intent.query_id = Some(format!("q_{seq}"));
        gathered.add(&intent, &[opening("conditions", "[\"a = 'canary'\"]")]);
        intent.kind = Kind::Outcome;
        let removed = json!([{ "condition": format!("canary {seq}"), "persons": 1 }]);
        let cell = json!({ "persons": 100, "removed": removed });
        let details = json!({ "low_effect": { "left_out": [{ "cells": [cell] }] } });
        gathered.add(&intent, &[opening("details", &details.to_string())]);
    }
    let told = gathered.told();
    assert_eq!(told["alerts"], json!([]));
    assert!(
        gathered
            .observed()
            .iter()
            .all(|one| one.texts().is_none() && one.effects.absences().next().is_none())
    );
}

/// Sealed texts of an earlier form, or none, are no reason to tell nothing.
#[test]
fn details_of_another_form_say_nothing() {
    for text in ["", "[]", "{}", "{\"cells\": 3}", "{\"cells\": [{}]}", "{\"answer\": {\"c\": 1}}"]
    {
        let mut gathered = Gathered::open();
        let mut entry = intent(1, "eve", "select ?", &[]);
        gathered.add(&entry, &[]);
        entry.kind = Kind::Outcome;
        let details =
            Opening { seq: 2, field: "details".to_owned(), salt: [7; 32], text: text.to_owned() };
        gathered.add(&entry, &[details]);
        assert_eq!((gathered.len(), gathered.told()["alerts"].clone()), (1, json!([])), "{text}");
        let [observed] = gathered.observed() else { panic!("one query") };
        assert_eq!(observed.texts(), Some(&[][..]), "without conditions there is nothing to open");
    }
}

#[test]
fn projects_that_share_people_are_a_circle() {
    let mut gathered = Gathered::closed();
    for (seq, (person, project)) in (0..).zip([
        ("ana", "a"),
        ("ben", "b"),
        ("ana", "c"),
        ("cy", "d"),
        ("cy", "b"),
        ("dot", "lone"),
        ("ben", "c"),
    ]) {
        let mut entry = intent(seq, person, "select ?", &[]);
        entry.account = Some(project.to_owned());
        gathered.add(&entry, &[]);
    }
    let circles: Vec<Vec<&str>> = scopes(gathered.observed())
        .into_iter()
        .filter(|scope| scope.of == Of::Circle)
        .map(|scope| scope.asked.iter().map(|one| one.question.project.as_str()).collect())
        .collect();
    assert_eq!(circles, [["a", "b", "c", "d", "b", "c"]]);
}

#[test]
fn the_days_with_most_signs_are_found() {
    let mut gathered = Gathered::closed();
    for seq in 0..100 {
        gathered.add(&intent(seq, "ana", "select ?", &[]), &[]);
    }
    // An hour lies between two questions.
    let bound = Bound { at_least: 3, days: 1 };
    let number = |items: &[(usize, &str)]| {
        let all = gathered.observed();
        let signs = items.iter().map(|(at, item)| Sign {
            group: String::new(),
            item: (*item).to_owned(),
            asked: &all[*at],
        });
        peaks(signs.collect(), bound, |number| number.to_string()).pop().map(|peak| peak.number)
    };
    assert_eq!(number(&[(1, "a"), (2, "b"), (3, "c")]), Some(3));
    assert_eq!(number(&[(1, "a"), (2, "b"), (3, "b")]), None);
    assert_eq!(number(&[(1, "a"), (2, "b"), (26, "c")]), None);
    assert_eq!(number(&[(1, "a"), (2, "b"), (25, "c")]), Some(3));
    assert_eq!(number(&[(1, "a"), (30, "b"), (31, "c"), (32, "d"), (33, "a"), (80, "e")]), Some(4));
}
