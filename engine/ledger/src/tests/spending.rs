//! Charging and settling.

use super::*;
use crate::{EntryReceipt, MAX_AMOUNT, OutcomeReceipt, QueryState};

on_both!(
    a_query_is_charged_then_answered_and_its_answer_stays,
    a_failed_query_keeps_its_charge_and_has_no_answer,
    what_is_not_there_is_not_found,
    a_repeat_costs_nothing_and_finds_the_first_query,
    a_repeat_is_found_even_when_the_budget_is_gone,
    the_same_key_for_another_request_is_a_conflict,
    a_key_belongs_to_one_user_of_one_account,
    a_budget_ends_exactly_at_its_limit,
    a_limit_may_fall_below_what_is_spent,
    amounts_that_cannot_be_kept_exactly_are_refused,
    the_last_unit_is_won_by_one,
    many_repeats_at_once_are_charged_once,
    an_id_is_used_once,
    a_query_is_settled_once,
    a_receipt_settles_its_own_intent_only,
    an_answer_without_its_digest_ends_the_query_as_failed,
    a_summary_with_fractions_ends_the_query_as_failed,
    a_charge_is_carried_to_its_end_when_the_caller_stops_waiting,
);

async fn a_query_is_charged_then_answered_and_its_answer_stays(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    assert_eq!((receipt.query_id(), receipt.spent(), receipt.entry().seq()), ("q_1", 10, 0));
    let running = ledger.query("q_1").await.unwrap().unwrap();
    assert_eq!((running.state, running.cost, running.ended_at), (QueryState::Running, 10, None));
    assert!(ledger.answer("q_1").await.unwrap().is_none());

    let outcome = ledger.settle(receipt, released("42"), LATER).await.unwrap();
    assert_eq!(outcome.answer_digest(), Some(digest_of(b"42").as_str()));
    let ended = ledger.query("q_1").await.unwrap().unwrap();
    assert_eq!(ended.state, QueryState::Released);
    assert_eq!((ended.submitted_at, ended.ended_at), (NOW, Some(LATER)));
    assert_eq!((ended.intent_seq, ended.outcome_seq), (0, Some(1)));
    assert_eq!(ended.snapshots, ["snapshot-1"]);

    ledger.close().await;
    let ledger = home.open().await;
    let answer = answer_of(&ledger, "q_1").await;
    assert_eq!((answer.bytes.as_slice(), answer.digest), (b"42".as_slice(), digest_of(b"42")));
    assert_eq!(answer.receipt.entry(), outcome.entry());
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn a_failed_query_keeps_its_charge_and_has_no_answer(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let outcome = ledger.settle(receipt, failed(), LATER).await.unwrap();
    assert_eq!(outcome.answer_digest(), None);
    let ended = ledger.query("q_1").await.unwrap().unwrap();
    assert_eq!((ended.state, ended.failure_class.as_deref()), (QueryState::Failed, Some("limit")));
    assert!(ledger.answer("q_1").await.unwrap().is_none());
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn what_is_not_there_is_not_found(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    assert_eq!(ledger.query("q_1").await.unwrap(), None);
    assert!(ledger.answer("q_1").await.unwrap().is_none());
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 0);
}

async fn a_repeat_costs_nothing_and_finds_the_first_query(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = fresh(ledger.reserve(repeatable("q_1", "key", "body")).await.unwrap());
    let again = ledger.reserve(repeatable("q_2", "key", "body")).await.unwrap();
    assert!(matches!(again, Reservation::Replay { query_id } if query_id == "q_1"));
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let again = ledger.reserve(repeatable("q_3", "key", "body")).await.unwrap();
    assert!(matches!(again, Reservation::Replay { query_id } if query_id == "q_1"));
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
    assert_eq!(ledger.query("q_2").await.unwrap(), None);
}

async fn a_repeat_is_found_even_when_the_budget_is_gone(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let only = Intent { limit: 10, ..repeatable("q_1", "key", "body") };
    let _receipt = fresh(ledger.reserve(only).await.unwrap());
    let again = Intent { limit: 10, ..repeatable("q_2", "key", "body") };
    assert!(matches!(ledger.reserve(again).await.unwrap(), Reservation::Replay { .. }));
}

async fn the_same_key_for_another_request_is_a_conflict(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = fresh(ledger.reserve(repeatable("q_1", "key", "body")).await.unwrap());
    let other = ledger.reserve(repeatable("q_2", "key", "other body")).await.unwrap();
    assert!(matches!(other, Reservation::Conflict));
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn a_key_belongs_to_one_user_of_one_account(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _ana = fresh(ledger.reserve(repeatable("q_1", "key", "body")).await.unwrap());
    let ben = Intent { user: "ben".into(), ..repeatable("q_2", "key", "body") };
    let _ben = fresh(ledger.reserve(ben).await.unwrap());
    let elsewhere = Intent { account: "lung-study".into(), ..repeatable("q_3", "key", "body") };
    let _elsewhere = fresh(ledger.reserve(elsewhere).await.unwrap());
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 20);
    assert_eq!(ledger.balance("lung-study").await.unwrap(), 10);
}

async fn a_budget_ends_exactly_at_its_limit(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let all = Intent { cost: 100, ..intent("q_1") };
    let _receipt = fresh(ledger.reserve(all).await.unwrap());
    let more = ledger.reserve(Intent { cost: 1, ..intent("q_2") }).await.unwrap();
    assert!(matches!(more, Reservation::OverBudget { spent: 100, limit: 100 }));
    assert_eq!(ledger.query("q_2").await.unwrap(), None);
    assert_eq!(ledger.entries(0, 10).await.unwrap().len(), 1);
}

async fn a_limit_may_fall_below_what_is_spent(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = reserve(&ledger, "q_1").await;
    let lowered = ledger.reserve(Intent { limit: 5, ..intent("q_2") }).await.unwrap();
    assert!(matches!(lowered, Reservation::OverBudget { spent: 10, limit: 5 }));
}

async fn amounts_that_cannot_be_kept_exactly_are_refused(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    for (cost, limit) in [(0, 100), (u64::MAX, u64::MAX), (1, MAX_AMOUNT + 1)] {
        let error = ledger.reserve(Intent { cost, limit, ..intent("q_1") }).await.unwrap_err();
        assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    }
    let largest = Intent { cost: MAX_AMOUNT, limit: MAX_AMOUNT, ..intent("q_1") };
    let _receipt = fresh(ledger.reserve(largest).await.unwrap());
    let more = Intent { cost: MAX_AMOUNT, limit: MAX_AMOUNT, ..intent("q_2") };
    assert!(matches!(ledger.reserve(more).await.unwrap(), Reservation::OverBudget { .. }));
}

async fn the_last_unit_is_won_by_one(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let ledger = ledger.clone();
            let intent = Intent { cost: 1, limit: 1, ..intent(&format!("q_{number}")) };
            tokio::spawn(async move { ledger.reserve(intent).await.unwrap() })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        match task.await.unwrap() {
            Reservation::Fresh(_) => winners += 1,
            other => assert!(matches!(other, Reservation::OverBudget { spent: 1, limit: 1 })),
        }
    }
    assert_eq!(winners, 1);
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 1);
}

async fn many_repeats_at_once_are_charged_once(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let ledger = ledger.clone();
            let intent = repeatable(&format!("q_{number}"), "key", "body");
            tokio::spawn(async move { ledger.reserve(intent).await.unwrap() })
        })
        .collect();
    let mut charged = 0;
    for task in tasks {
        charged += u32::from(matches!(task.await.unwrap(), Reservation::Fresh(_)));
    }
    assert_eq!((charged, ledger.balance(PROJECT).await.unwrap()), (1, 10));
}

async fn an_id_is_used_once(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = reserve(&ledger, "q_1").await;
    let error = ledger.reserve(intent("q_1")).await.unwrap_err();
    assert_eq!(error, LedgerError::DuplicateQuery { query_id: "q_1".into() });
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

/// The type system forbids a second settlement; within the crate a receipt can be forged, and the books forbid it too.
async fn a_query_is_settled_once(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let copy = forged(&receipt, receipt.entry().clone());
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let error = ledger.settle(copy, released("43"), LATER).await.unwrap_err();
    assert_eq!(error, LedgerError::NotRunning { query_id: "q_1".into() });
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
}

async fn a_receipt_settles_its_own_intent_only(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let first = reserve(&ledger, "q_1").await;
    let second = reserve(&ledger, "q_2").await;
    let mixed = forged(&first, second.entry().clone());
    let error = ledger.settle(mixed, released("42"), LATER).await.unwrap_err();
    assert!(matches!(error, LedgerError::NotRunning { .. }), "{error}");
}

fn forged(receipt: &IntentReceipt, entry: EntryReceipt) -> IntentReceipt {
    IntentReceipt {
        query_id: receipt.query_id.clone(),
        entry,
        spent: receipt.spent,
        policy_revision: receipt.policy_revision,
    }
}

async fn an_answer_without_its_digest_ends_the_query_as_failed(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let outcome = Outcome::Released {
        answer: b"42".into(),
        digest: digest_of(b"41"),
        summary: json!({}),
        sealed: vec![],
        reviewers: 0,
        remembered: vec![],
    };
    let error = ledger.settle(receipt, outcome, LATER).await.unwrap_err();
    assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    let ended = ledger.query("q_1").await.unwrap().unwrap();
    assert_eq!(ended.failure_class.as_deref(), Some("unrecordable_outcome"));
    assert!(ledger.answer("q_1").await.unwrap().is_none());
}

async fn a_summary_with_fractions_ends_the_query_as_failed(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let summary = json!({ "mean": 0.5 });
    let (answer, digest) = (b"42".to_vec(), digest_of(b"42"));
    let outcome = Outcome::Released {
        answer,
        digest,
        summary,
        sealed: vec![],
        reviewers: 0,
        remembered: vec![],
    };
    assert!(ledger.settle(receipt, outcome, LATER).await.is_err());
    assert_eq!(ledger.query("q_1").await.unwrap().unwrap().state, QueryState::Failed);
    assert!(ledger.answer("q_1").await.unwrap().is_none());
}

/// A web server runs requests on many threads and drops those whose client hangs up.
async fn a_charge_is_carried_to_its_end_when_the_caller_stops_waiting(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let mut waiting = Box::pin(ledger.reserve(intent("q_1")));
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(waiting.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    drop(waiting);
    for _ in 0..1_000 {
        if ledger.balance(PROJECT).await.unwrap() == 10 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the charge was dropped with its caller");
}

#[test]
fn every_call_may_move_between_threads() {
    fn sendable<T: Send>(_: T) {}
    fn all(ledger: &Ledger, receipt: IntentReceipt, outcome: OutcomeReceipt) {
        sendable(ledger.reserve(intent("q_1")));
        sendable(ledger.settle(receipt, failed(), NOW));
        sendable(ledger.query("q_1"));
        sendable(ledger.answer("q_1"));
        sendable(ledger.entries(0, 1));
        sendable(ledger.opening(0));
        sendable(ledger.balance(PROJECT));
        sendable(ledger.find_token("t"));
        sendable(ledger.revoke_token("t", "u", None, NOW));
        sendable(ledger.close());
        sendable(Home::file().try_open());
        sendable(outcome);
    }
    let _ = all;
}
