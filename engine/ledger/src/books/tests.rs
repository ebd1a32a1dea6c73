use serde_json::{Value, json};

use super::*;
use crate::{LeafHash, Moment};

/// One entry of a story: what it is, who acted, about which query, and what it says.
type Line = (Kind, &'static str, Option<&'static str>, Value);

fn charge(query: &'static str, before: u64, after: u64, limit: u64) -> Line {
    let body = json!({
        "cost": after.saturating_sub(before), "spent_before": before, "spent_after": after, "limit": limit,
        "sql_fingerprint": "select ?", "policy_digest": "p", "profile": "standard", "snapshots": ["s"],
        "plan_digest": "d",
    });
    (Kind::Intent, "ana", Some(query), body)
}

fn answered(query: &'static str, state: &str) -> Line {
    (Kind::Outcome, "ana", Some(query), json!({ "state": state, "answer_digest": "a" }))
}

fn forfeited(query: &'static str) -> Line {
    (Kind::Forfeited, "system", Some(query), json!({ "state": "forfeited" }))
}

fn vote(query: &'static str, checker: &'static str, body: Value) -> Line {
    (Kind::Review, checker, Some(query), body)
}

fn token(kind: Kind, token: &str) -> Line {
    (kind, "olga", None, json!({ "token_id": token, "user": "ana", "expires_at": 9 }))
}

fn start() -> Line {
    (Kind::Start, "system", None, json!({}))
}

/// A review of `q_2` that two people end.
fn reviewed() -> Vec<Line> {
    vec![
        charge("q_2", 0, 10, 100),
        answered("q_2", "held"),
        vote("q_2", "chidi", json!({ "state": "held" })),
        vote("q_2", "mira", decided(["release", "release"])),
        ended("q_2", "released", "a"),
    ]
}

/// What the last vote says.
fn decided([chidi, mira]: [&str; 2]) -> Value {
    json!({ "state": "decided", "decisions": { "chidi": chidi, "mira": mira } })
}

fn ended(query: &'static str, state: &str, answer: &str) -> Line {
    let body = json!({ "state": state, "answer_digest": answer });
    (Kind::ReviewEnded, "system", Some(query), body)
}

fn follow(story: Vec<Line>) -> Result<Books, Contradiction> {
    let mut books = Books::new();
    for (seq, (kind, actor, query, body)) in (0..).zip(story) {
        books.follow(&AuditEntry {
            seq,
            at: Moment(1),
            kind,
            actor: actor.to_owned(),
            role: Some("researcher".to_owned()),
            account: query.map(|_| "study".to_owned()),
            query_id: query.map(str::to_owned),
            body,
            leaf_hash: LeafHash([0; 32]),
        })?;
    }
    Ok(books)
}

/// What is wrong with the last entry of the story, and with no other.
#[track_caller]
fn wrong(story: Vec<Line>, words: &str) {
    let last = u64::try_from(story.len()).unwrap() - 1;
    let contradiction = follow(story).err().unwrap();
    assert_eq!(contradiction.seq, last, "{contradiction}");
    assert!(contradiction.why.contains(words), "{contradiction}");
}

#[test]
fn a_log_without_contradictions_gives_the_books() {
    let mut story = vec![start(), charge("q_1", 0, 30, 30), answered("q_1", "released")];
    story.extend([charge("q_2", 30, 40, 100), charge("q_3", 40, 41, 41)]);
    story.extend([token(Kind::TokenIssued, "t"), token(Kind::TokenRevoked, "t")]);
    story.push(answered("q_2", "held"));
    let books = follow(story).unwrap();
    assert_eq!(books.spent(), [("study".to_owned(), 41)].into());
    assert_eq!(books.running(), ["q_3".to_owned()].into());
    assert_eq!(books.held(), ["q_2".to_owned()].into());
    assert_eq!((books.entries(), books.charges()), (8, 3));
}

#[test]
fn charges_add_up_within_the_limit_of_their_time() {
    wrong(vec![charge("q_1", 0, 31, 30)], "spent 31 points of 30");
    wrong(vec![charge("q_1", 0, 30, 30), charge("q_2", 20, 30, 30)], "do not add up");
    wrong(vec![charge("q_1", 0, 0, 30)], "do not add up");
    wrong(vec![charge("q_1", 0, 10, 30), charge("q_1", 10, 20, 30)], "was charged before");
    // A later limit may be lower: only what is charged under it must stay below.
    let lowered = vec![charge("q_1", 0, 30, 30), charge("q_2", 30, 31, 10)];
    wrong(lowered, "spent 31 points of 10");
}

#[test]
fn a_query_ends_once_and_only_after_its_charge() {
    wrong(vec![answered("q_1", "released")], "was not running");
    let twice = |end: Line| vec![charge("q_1", 0, 1, 9), answered("q_1", "released"), end];
    wrong(twice(answered("q_1", "released")), "was not running");
    wrong(twice(forfeited("q_1")), "was not running");
    wrong(vec![charge("q_1", 0, 1, 9), answered("q_1", "running")], "no end of a query");
    let failed = json!({ "state": "failed", "class": "limit", "answer_digest": "a" });
    wrong(
        vec![charge("q_1", 0, 1, 9), (Kind::Outcome, "ana", Some("q_1"), failed)],
        "exclude each other",
    );
    wrong(
        vec![charge("q_1", 0, 1, 9), (Kind::Outcome, "ben", Some("q_1"), json!({}))],
        "somebody else",
    );
}

#[test]
fn what_was_cut_off_is_forfeited_before_the_next_start() {
    wrong(vec![charge("q_1", 0, 1, 9), start()], "was not forfeited");
    follow(vec![charge("q_1", 0, 1, 9), forfeited("q_1"), start()]).unwrap();
}

#[test]
fn a_review_ends_as_two_others_say() {
    let held = || reviewed().into_iter().take(2).collect::<Vec<_>>();
    let with = |lines: Vec<Line>| held().into_iter().chain(lines).collect::<Vec<_>>();
    let first = || vote("q_2", "chidi", json!({ "state": "held" }));
    follow(reviewed()).unwrap();
    wrong(with(vec![vote("q_2", "ana", json!({ "state": "held" }))]), "of their own");
    wrong(with(vec![first(), first()]), "decided before");
    wrong(with(vec![vote("q_2", "chidi", json!({ "state": "released" }))]), "not before");
    let last = |body: Value| vote("q_2", "mira", body);
    let deciding = |decisions: Value| {
        with(vec![first(), last(json!({ "state": "decided", "decisions": decisions }))])
    };
    wrong(deciding(json!({ "zoe": "release", "mira": "release" })), "other people");
    wrong(deciding(json!({ "mira": "release" })), "other people");
    wrong(deciding(json!({ "chidi": "perhaps", "mira": "release" })), "who decided what");
    let ending = |decisions, line| with(vec![first(), last(decided(decisions)), line]);
    let both = ["release", "release"];
    follow(ending(["refuse", "release"], ended("q_2", "refused", "a"))).unwrap();
    wrong(ending(["refuse", "release"], ended("q_2", "released", "a")), "ends as its votes say");
    wrong(ending(both, ended("q_2", "refused", "a")), "ends as its votes say");
    wrong(ending(both, ended("q_2", "released", "b")), "another answer");
    for other in [ended("q_3", "released", "a"), first(), start(), charge("q_3", 10, 11, 100)] {
        wrong(ending(both, other), "does not end its review");
    }
    wrong(with(vec![ended("q_2", "released", "a")]), "not before");
    wrong(with(vec![first(), ended("q_2", "released", "a")]), "not before");
    let mut late = reviewed();
    late.push(vote("q_2", "zoe", json!({ "state": "held" })));
    wrong(late, "is not held");
    let mut twice = reviewed();
    twice.push(ended("q_2", "released", "a"));
    wrong(twice, "is not held");
}

/// A log that was begun by an earlier version still follows.
#[test]
fn a_review_may_end_with_its_last_vote() {
    let held = || reviewed().into_iter().take(3).collect::<Vec<_>>();
    let last = |body: Value| {
        let mut story = held();
        story.push(vote("q_2", "mira", body));
        story
    };
    let decisions = json!({ "chidi": "refuse", "mira": "release" });
    wrong(last(json!({ "state": "released", "decisions": decisions })), "ends as its votes say");
    follow(last(json!({ "state": "refused", "decisions": decisions }))).unwrap();
    let naming = |answer: &str| {
        let decisions = json!({ "chidi": "release", "mira": "release" });
        let body = json!({ "state": "released", "decisions": decisions, "answer_digest": answer });
        last(body)
    };
    follow(naming("a")).unwrap();
    wrong(naming("b"), "another answer");
}

#[test]
fn a_token_is_issued_and_withdrawn_once() {
    let issued = || token(Kind::TokenIssued, "t");
    let revoked = || token(Kind::TokenRevoked, "t");
    wrong(vec![issued(), issued()], "was issued before");
    wrong(vec![revoked()], "was never issued");
    wrong(vec![issued(), revoked(), revoked()], "was withdrawn before");
}

#[test]
fn an_entry_that_is_left_out_is_noticed() {
    let mut books = Books::new();
    let entry = AuditEntry {
        seq: 1,
        at: Moment(1),
        kind: Kind::LogRead,
        actor: "olga".to_owned(),
        role: None,
        account: None,
        query_id: None,
        body: json!({}),
        leaf_hash: LeafHash([0; 32]),
    };
    assert!(books.follow(&entry).unwrap_err().why.contains("the number 0"));
}
