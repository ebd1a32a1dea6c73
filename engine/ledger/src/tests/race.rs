//! Sixty-four people want the last of the budget at the same moment.

use super::kill::{say, times};
use super::*;

on_both![the_last_unit_is_spent_once];

const CLIENTS: usize = 64;
const COST: u64 = 10;
/// Rounds where `TRESOR_ROUNDS` does not ask for more.
const ROUNDS: u64 = 40;

async fn the_last_unit_is_spent_once(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let rounds = times("TRESOR_ROUNDS", ROUNDS);
    for round in 1..=rounds {
        let clients = (0..CLIENTS).map(|client| {
            let ledger = ledger.clone();
            let mut intent = intent(&format!("q_{round}_{client}"));
            (intent.cost, intent.limit) = (COST, COST * round);
            tokio::spawn(async move { ledger.reserve(intent).await.unwrap() })
        });
        let mut winners = vec![];
        for client in clients.collect::<Vec<_>>() {
            match client.await.unwrap() {
                Reservation::Fresh(receipt) => winners.push(receipt),
                Reservation::OverBudget { spent, limit } => {
                    assert_eq!((spent, limit), (COST * round, COST * round));
                }
                other => panic!("{other:?}"),
            }
        }
        let winner = winners.pop().expect("somebody gets the last unit");
        assert!(winners.is_empty(), "round {round}: spent {} times", winners.len() + 1);
        ledger.settle(winner, released("42"), NOW).await.unwrap();
        assert_eq!(ledger.balance(PROJECT).await.unwrap(), COST * round);
    }
    ledger.close().await;
    // Opening checks every sum.
    assert_eq!(home.open().await.balance(PROJECT).await.unwrap(), COST * rounds);
    say(&format!("{on:?}: {CLIENTS} clients on the last unit, {rounds} rounds, one winner each"));
}
