//! Answers that two people look at before they leave.

use serde_json::json;

use super::*;
use crate::{Kind, NewEntry, QueryState, ReviewState, Voted};

on_both!(
    an_answer_is_served_when_two_others_have_released_it,
    one_refusal_ends_it_as_refused_when_both_have_decided,
    who_may_not_decide_changes_nothing,
    one_person_counts_once_even_at_the_same_moment,
    nobody_is_told_what_another_decided_before_the_end,
    a_held_answer_is_read_with_an_entry_about_it_only,
    earlier_answers_are_those_that_were_released,
    an_answer_is_reviewed_by_two_or_by_nobody,
    the_table_alone_lets_nothing_out,
    a_changed_vote_does_not_count,
);

/// A ledger with one answer that is held.
async fn holding(home: &Home) -> Ledger {
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let outcome = ledger.settle(receipt, held("42"), NOW).await.unwrap();
    assert_eq!(outcome.answer_digest(), None, "nothing may be released on this receipt");
    ledger
}

fn refusing(checker: &str) -> NewVote {
    NewVote { decision: Decision::Refuse, ..vote("q_1", checker) }
}

async fn state(ledger: &Ledger) -> QueryState {
    ledger.query("q_1").await.unwrap().unwrap().state
}

async fn served(ledger: &Ledger) -> &'static str {
    match ledger.answer("q_1").await.unwrap().unwrap() {
        Answer::Released(answer) => {
            assert_eq!(answer.bytes, b"42");
            "released"
        }
        Answer::Held => "held",
        Answer::Refused => "refused",
    }
}

async fn an_answer_is_served_when_two_others_have_released_it(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    assert_eq!((served(&ledger).await, state(&ledger).await), ("held", QueryState::Held));
    let first = ledger.vote(vote("q_1", "chidi")).await.unwrap();
    assert_eq!(first, Voted::Counted(ReviewState::Held));
    assert_eq!((served(&ledger).await, state(&ledger).await), ("held", QueryState::Held));
    ledger.close().await;
    let ledger = home.open().await;
    assert_eq!(served(&ledger).await, "held");
    let last = ledger.vote(vote("q_1", "mira")).await.unwrap();
    assert_eq!(last, Voted::Counted(ReviewState::Released));
    assert_eq!((served(&ledger).await, state(&ledger).await), ("released", QueryState::Released));
    ledger.close().await;
    let ledger = home.open().await;
    assert_eq!(served(&ledger).await, "released");
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn one_refusal_ends_it_as_refused_when_both_have_decided(on: On) {
    for votes in [
        [refusing("chidi"), vote("q_1", "mira")],
        [vote("q_1", "chidi"), refusing("mira")],
        [refusing("chidi"), refusing("mira")],
    ] {
        let home = Home::new(on);
        let ledger = holding(&home).await;
        let [first, last] = votes;
        assert_eq!(ledger.vote(first).await.unwrap(), Voted::Counted(ReviewState::Held));
        assert_eq!(served(&ledger).await, "held");
        assert_eq!(ledger.vote(last).await.unwrap(), Voted::Counted(ReviewState::Refused));
        assert_eq!((served(&ledger).await, state(&ledger).await), ("refused", QueryState::Refused));
        ledger.close().await;
        let ledger = home.open().await;
        assert_eq!(served(&ledger).await, "refused");
        assert_eq!(ledger.vote(vote("q_1", "zoe")).await.unwrap(), Voted::Ended);
        assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
    }
}

async fn who_may_not_decide_changes_nothing(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let entries = async || ledger.entries(0, 100).await.unwrap().len();
    let before = entries().await;
    assert_eq!(ledger.vote(vote("q_1", "ana")).await.unwrap(), Voted::NotTheirs, "the author");
    assert_eq!(ledger.vote(vote("q_9", "chidi")).await.unwrap(), Voted::NotTheirs, "no query");
    let receipt = reserve(&ledger, "q_2").await;
    ledger.settle(receipt, released("43"), NOW).await.unwrap();
    assert_eq!(ledger.vote(vote("q_2", "chidi")).await.unwrap(), Voted::NotTheirs, "not held");
    assert_eq!(entries().await, before + 2);
    let _ = ledger.vote(vote("q_1", "chidi")).await.unwrap();
    assert_eq!(ledger.vote(refusing("chidi")).await.unwrap(), Voted::Before);
    assert_eq!(entries().await, before + 3);
    assert_eq!(served(&ledger).await, "held");
}

async fn one_person_counts_once_even_at_the_same_moment(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.vote(vote("q_1", "chidi")).await.unwrap() })
        })
        .collect();
    let mut counted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Voted::Counted(state) => {
                assert_eq!(state, ReviewState::Held);
                counted += 1;
            }
            voted => assert_eq!(voted, Voted::Before),
        }
    }
    assert_eq!((counted, served(&ledger).await), (1, "held"));
}

async fn nobody_is_told_what_another_decided_before_the_end(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let _ = ledger.vote(refusing("chidi")).await.unwrap();
    let review = ledger.review("q_1", "mira").await.unwrap().unwrap();
    assert!(review.votes.is_empty());
    assert!(ledger.held_reviews("mira", 10).await.unwrap()[0].votes.is_empty());
    let own = ledger.review("q_1", "chidi").await.unwrap().unwrap().votes;
    assert_eq!((own.len(), own[0].decision), (1, Decision::Refuse));
    // The log tells who decided and only commits to what.
    let entries = ledger.entries_of(&[Kind::Review], 0, 10).await.unwrap();
    let body = entries[0].body.to_string();
    assert!(!body.contains("refuse") && !body.contains("to the author"), "{body}");
    assert_eq!(entries[0].body["state"], "held");

    let _ = ledger.vote(vote("q_1", "mira")).await.unwrap();
    let entries = ledger.entries_of(&[Kind::Review], 0, 10).await.unwrap();
    assert_eq!(entries[1].body["decisions"], json!({ "chidi": "refuse", "mira": "release" }));
    assert_eq!(entries[1].body["state"], "decided");
    let ended = ledger.entries_of(&[Kind::ReviewEnded], 0, 10).await.unwrap();
    assert_eq!((ended.len(), ended[0].seq), (1, entries[1].seq + 1));
    let expected = json!({ "policy_revision": 1, "reviewers": 2, "state": "refused" });
    assert_eq!(ended[0].body, expected);
    let votes = ledger.review("q_1", "zoe").await.unwrap().unwrap().votes;
    let told: Vec<_> = votes.iter().map(|v| (v.checker.as_str(), v.decision)).collect();
    assert_eq!(told, [("chidi", Decision::Refuse), ("mira", Decision::Release)]);
    assert_eq!(votes[0].to_author.as_deref(), Some("chidi to the author"));
    assert_eq!(votes[1].to_checkers.as_deref(), Some("mira to the others"));
    assert!(ledger.held_reviews("mira", 10).await.unwrap().is_empty());
    assert_eq!(ledger.ended_reviews(10).await.unwrap().len(), 1);
}

async fn a_held_answer_is_read_with_an_entry_about_it_only(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let reading = |query_id: &str, kind: Kind| NewEntry {
        query_id: Some(query_id.into()),
        ..NewEntry::new(kind, "chidi", NOW)
    };
    let receipt = ledger.record(reading("q_1", Kind::ReviewRead)).await.unwrap();
    assert_eq!(ledger.held_answer("q_1", receipt).await.unwrap().unwrap().bytes, b"42");
    for (query_id, kind) in [("q_2", Kind::ReviewRead), ("q_1", Kind::LogRead)] {
        let receipt = ledger.record(reading(query_id, kind)).await.unwrap();
        assert!(ledger.held_answer("q_1", receipt).await.unwrap().is_none());
    }
    // What was never held is no matter of reviews.
    let receipt = reserve(&ledger, "q_3").await;
    ledger.settle(receipt, released("43"), NOW).await.unwrap();
    let receipt = ledger.record(reading("q_3", Kind::ReviewRead)).await.unwrap();
    assert!(ledger.held_answer("q_3", receipt).await.unwrap().is_none());
}

async fn earlier_answers_are_those_that_were_released(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let earlier = async || {
        let found = ledger.released_answers(PROJECT, 10).await.unwrap();
        found.into_iter().map(|query| query.query_id).collect::<Vec<_>>()
    };
    assert!(earlier().await.is_empty());
    let receipt = reserve(&ledger, "q_2").await;
    ledger.settle(receipt, released("43"), NOW).await.unwrap();
    let receipt = reserve(&ledger, "q_3").await;
    ledger.settle(receipt, failed(), NOW).await.unwrap();
    assert_eq!(earlier().await, ["q_2"]);
    for checker in ["chidi", "mira"] {
        let _ = ledger.vote(vote("q_1", checker)).await.unwrap();
    }
    assert_eq!(earlier().await, ["q_2", "q_1"]);
    assert!(ledger.released_answers("other", 10).await.unwrap().is_empty());
}

async fn an_answer_is_reviewed_by_two_or_by_nobody(on: On) {
    for reviewers in [1, 3] {
        let home = Home::new(on);
        let ledger = home.open().await;
        let receipt = reserve(&ledger, "q_1").await;
        let answer = b"42".to_vec();
        let digest = digest_of(&answer);
        let summary = json!({});
        let outcome = Outcome::Released {
            answer,
            digest,
            summary,
            sealed: vec![],
            reviewers,
            remembered: vec![],
        };
        let error = ledger.settle(receipt, outcome, NOW).await.unwrap_err();
        assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
        assert_eq!(state(&ledger).await, QueryState::Failed);
        assert!(ledger.answer("q_1").await.unwrap().is_none());
    }
}

/// The table says that it was released, while the ledger is open: the log knows better.
async fn the_table_alone_lets_nothing_out(on: On) {
    let end = "UPDATE reviews SET state = 'released', decided_at = 1,
                   decided_seq = (SELECT max(seq) FROM entries);";
    for edit in ["DELETE FROM votes; DELETE FROM reviews;", end] {
        let home = Home::new(on);
        let ledger = holding(&home).await;
        let _ = ledger.vote(vote("q_1", "chidi")).await.unwrap();
        home.tamper(edit).await;
        let error = ledger.answer("q_1").await.unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(_)), "{error}");
    }
}

/// A vote that was changed with its opening does not count: the log committed to another.
async fn a_changed_vote_does_not_count(on: On) {
    let home = Home::new(on);
    let ledger = holding(&home).await;
    let _ = ledger.vote(refusing("chidi")).await.unwrap();
    home.tamper(
        "UPDATE votes SET decision = 'release'; UPDATE openings SET text = 'release' WHERE field = 'decision'",
    )
    .await;
    let error = ledger.vote(vote("q_1", "mira")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Damaged(_)), "{error}");
    assert_eq!(served(&ledger).await, "held");
}
