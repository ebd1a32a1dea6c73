//! Many writes at once share commits: each is there or not as it was told, and one that fails leaves the others alone.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{Kind, NewEntry, QueryState, Step};

on_both!(
    many_at_once_are_charged_one_by_one,
    a_write_that_fails_leaves_the_others_alone,
    what_fails_in_the_middle_is_told_to_all_who_wait,
    nobody_hears_of_a_balance_that_is_not_durable,
);

const MANY: usize = 100;

/// Runs so many writes at once and gives their results in their order.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    write: impl Fn(usize) -> F,
) -> Vec<T> {
    let tasks: Vec<_> = (0..MANY).map(|number| tokio::spawn(write(number))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

fn cheap(number: usize) -> Intent {
    Intent { cost: 1, limit: 1_000, ..intent(&format!("q_{number}")) }
}

async fn many_at_once_are_charged_one_by_one(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let spent = at_once(|number| {
        let ledger = ledger.clone();
        async move {
            let receipt = fresh(ledger.reserve(cheap(number)).await.unwrap());
            let spent = receipt.spent();
            ledger.settle(receipt, released("42"), NOW).await.unwrap();
            spent
        }
    });
    let spent: BTreeSet<u64> = spent.await.into_iter().collect();
    assert_eq!(spent, (1..=u64::try_from(MANY).unwrap()).collect());
    ledger.close().await;
    let (ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!((recovery.entries, recovery.forfeited), (200, 0));
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 100);
}

async fn a_write_that_fails_leaves_the_others_alone(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let results = at_once(|number| {
        let ledger = ledger.clone();
        async move {
            match number % 4 {
                // Nothing of it is kept: it has no canonical form; and the same id a second time.
                0 => {
                    let body = json!({ "mean": 0.5 });
                    let entry = NewEntry { body, ..NewEntry::new(Kind::Refusal, "ana", NOW) };
                    ledger.record(entry).await.map(drop)
                }
                1 => ledger.reserve(cheap(0)).await.map(drop),
                _ => ledger.reserve(cheap(number)).await.map(drop),
            }
        }
    });
    let failed = results.await.iter().filter(|result| result.is_err()).count();
    assert_eq!(failed, MANY / 4 + MANY / 4 - 1);
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 51);
    ledger.close().await;
    assert_eq!(home.try_open().await.unwrap().1.entries, 51 + 51, "each with its forfeiture");
}

/// Fails when a step is reached for the nth time.
struct FailAt(Step, AtomicUsize);

impl Steps for FailAt {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        if step == self.0 && self.1.fetch_sub(1, Ordering::SeqCst) == 1 {
            return Err(std::io::Error::other("the disk is gone"));
        }
        Ok(())
    }
}

async fn what_fails_in_the_middle_is_told_to_all_who_wait(on: On) {
    for nth in [1, 2, 7, 40, 99] {
        let home = Home::new(on);
        let steps = FailAt(Step::IntentWritten, AtomicUsize::new(nth));
        let (ledger, _) = Ledger::open(home.config(Arc::new(steps)), NOW).await.unwrap();
        let results = at_once(|number| {
            let ledger = ledger.clone();
            async move { ledger.reserve(cheap(number)).await }
        });
        let results = results.await;
        ledger.close().await;
        let ledger = home.open().await;
        let mut durable = 0;
        for (number, result) in results.into_iter().enumerate() {
            let found = ledger.query(&format!("q_{number}")).await.unwrap();
            match result {
                Ok(reservation) => {
                    assert_eq!(fresh(reservation).query_id(), format!("q_{number}"));
                    assert_eq!(found.unwrap().state, QueryState::Forfeited);
                    durable += 1;
                }
                Err(error) => {
                    assert!(error.to_string().contains("the disk is gone"), "{error}");
                    assert!(found.is_none(), "{nth}: charged, and not said so");
                }
            }
        }
        assert!(durable < nth, "nothing is written after the failure");
        assert_eq!(ledger.balance(PROJECT).await.unwrap(), u64::try_from(durable).unwrap());
    }
}

/// An answer that wrote nothing rests on charges that may not be durable yet: it waits for them.
async fn nobody_hears_of_a_balance_that_is_not_durable(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let results = at_once(|number| {
        let ledger = ledger.clone();
        async move {
            let intent = Intent { limit: 10, ..cheap(number) };
            let reservation = ledger.reserve(intent).await.unwrap();
            (matches!(reservation, Reservation::OverBudget { .. }), ledger.balance(PROJECT).await)
        }
    });
    for (refused, balance) in results.await {
        assert!(!refused || balance.unwrap() == 10, "told before the charges were there");
    }
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}
