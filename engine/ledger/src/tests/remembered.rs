//! What answers leave for later queries of their account.

use super::*;
use crate::Kind;

on_both!(
    it_is_found_by_account_and_topic_in_the_order_of_writing,
    what_was_not_answered_leaves_nothing,
    the_log_does_not_speak_of_it,
    a_ledger_of_schema_4_begins_to_remember,
);

async fn bodies(ledger: &Ledger, account: &str, topic: &str) -> Vec<String> {
    let found = ledger.remembered(account, topic).await.unwrap();
    let line = |(query, body)| format!("{query} {}", String::from_utf8(body).unwrap());
    found.into_iter().map(line).collect()
}

async fn it_is_found_by_account_and_topic_in_the_order_of_writing(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let late = reserve(&ledger, "q_1").await;
    let early = reserve(&ledger, "q_2").await;
    let other = Intent { account: "lung-study".into(), ..intent("q_3") };
    let other = fresh(ledger.reserve(other).await.unwrap());
    ledger.settle(early, released("42"), NOW).await.unwrap();
    ledger.settle(other, released("43"), NOW).await.unwrap();
    ledger.settle(late, held("41"), NOW).await.unwrap();
    ledger.close().await;

    let ledger = home.open().await;
    let cells = ["q_2 42", "q_2 more", "q_1 41", "q_1 more"];
    assert_eq!(bodies(&ledger, PROJECT, "cells").await, cells);
    assert_eq!(bodies(&ledger, PROJECT, "exposure").await, ["q_2 who", "q_1 who"]);
    assert_eq!(bodies(&ledger, "lung-study", "cells").await, ["q_3 43", "q_3 more"]);
    assert!(bodies(&ledger, PROJECT, "cell").await.is_empty());
    assert!(bodies(&ledger, "nobody", "cells").await.is_empty());
    let new = ledger.remembered_after(PROJECT, "cells", 3).await.unwrap();
    assert_eq!(new, [("q_1".to_owned(), b"more".to_vec())]);
    assert!(ledger.remembered_after(PROJECT, "cells", 9).await.unwrap().is_empty());
}

async fn what_was_not_answered_leaves_nothing(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, failed(), NOW).await.unwrap();
    // Neither does an outcome that cannot be recorded: its topic is one that no database keeps.
    let receipt = reserve(&ledger, "q_2").await;
    let mut outcome = released("42");
    if let Outcome::Released { remembered, .. } = &mut outcome {
        remembered.push(Remembered { topic: "a\0b".into(), body: vec![] });
    }
    let error = ledger.settle(receipt, outcome, NOW).await.unwrap_err();
    assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    let _running = reserve(&ledger, "q_3").await;
    ledger.close().await;
    assert_eq!(home.count("SELECT count(*) FROM remembered").await, 0);
    assert!(bodies(&home.open().await, PROJECT, "cells").await.is_empty());
}

/// How much is remembered tells how many numbers were new, and with that of whom they are.
async fn the_log_does_not_speak_of_it(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let mut bodies = vec![];
    for (query, more) in [("q_1", 0), ("q_2", 1_000)] {
        let receipt = reserve(&ledger, query).await;
        let mut outcome = released("42");
        if let Outcome::Released { remembered, .. } = &mut outcome {
            remembered.truncate(0);
            remembered
                .extend((0..more).map(|_| Remembered { topic: "t".into(), body: vec![7; 9] }));
        }
        let seq = ledger.settle(receipt, outcome, NOW).await.unwrap().entry().seq();
        let entry = ledger.entries(seq, 1).await.unwrap().remove(0);
        assert_eq!(entry.kind, Kind::Outcome);
        bodies.push(entry.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(ledger.remembered(PROJECT, "t").await.unwrap().len(), 1_000);
}

/// What schema 5 adds is taken away, as if it had never been there.
const BACK: [&str; 2] = [
    "DROP TABLE remembered; PRAGMA user_version = 4;",
    "DROP TABLE remembered; DROP FUNCTION remembered_comes_with_an_answer; UPDATE ledger_version SET version = 4;",
];

async fn a_ledger_of_schema_4_begins_to_remember(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
    ledger.close().await;
    let [sqlite, postgres] = BACK;
    assert!(home.edit(if on == On::Sqlite { sqlite } else { postgres }).await);

    let (ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!((recovery.created, recovery.entries), (false, 2));
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
    assert!(bodies(&ledger, PROJECT, "cells").await.is_empty());
    let receipt = reserve(&ledger, "q_2").await;
    ledger.settle(receipt, released("43"), NOW).await.unwrap();
    assert_eq!(bodies(&ledger, PROJECT, "cells").await, ["q_2 43", "q_2 more"]);
}
