use serde_json::json;
use tresor_ledger::{Kind, QueryState};

use super::super::{Days, Touched};
use super::{entry, intent};

#[test]
fn days_are_counted_in_utc() {
    let mut days = Days::default();
    for seq in [23, 3, 24] {
        days.count(&intent(seq, "ann", "select", &[]));
    }
    days.count(&entry(25, Kind::Refusal, "ann", json!({ "code": "x" })));
    let told = days.told("person=ann");
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[0],
        json!({
            "day": "2026-01-01",
            "entries": 2,
            "kinds": { "intent": 2 },
            "decisions": {},
            "first": 3,
            "last": 23,
            "list": "/api/v1/audit/entries?person=ann&since=2026-01-01&until=2026-01-02&order=oldest&from=3",
        })
    );
    assert_eq!(told[1]["day"], "2026-01-02");
    assert_eq!(told[1]["kinds"], json!({ "intent": 1, "refusal": 1 }));
    assert_eq!(told[1]["decisions"], json!({ "refused": 1 }));
}

#[test]
fn uses_of_a_column_are_counted_by_person_and_project() {
    let mut touched = Touched::of("clinic.people.hiv".to_owned());
    let refused = entry(
        3,
        Kind::Refusal,
        "bob",
        json!({ "code": "use_not_allowed", "rule": "rules.csv:9: clinic.people.hiv group" }),
    );
    let other = entry(4, Kind::Refusal, "bob", json!({ "rule": "clinic.people.hiv2 group" }));
    let released = intent(1, "ann", "select", &[]);
    for entry in [&released, &refused] {
        assert!(touched.speaks_of(entry), "{entry:?}");
    }
    assert!(!touched.speaks_of(&other));
    touched.count(&released, Some(QueryState::Released));
    touched.count(&intent(2, "ann", "select", &[]), Some(QueryState::Held));
    touched.count(&refused, None);
    let told = touched.told();
    assert_eq!(
        told[0],
        json!({
            "person": "ann",
            "project": "heart",
            "used_to": { "filter": 2 },
            "asked": 2,
            "released": 1,
            "not_released": 1,
            "refused": 0,
            "first": "2026-01-01T01:00:00Z",
            "last": "2026-01-01T02:00:00Z",
            "queries": ["q_1", "q_2"],
        })
    );
    assert_eq!((&told[1]["person"], &told[1]["refused"]), (&json!("bob"), &json!(1)));
    assert_eq!((&told[1]["project"], &told[1]["asked"]), (&json!(null), &json!(0)));
}
