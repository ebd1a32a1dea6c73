use serde_json::json;
use time::macros::datetime;
use tresor_ledger::{AuditEntry, Kind};

use super::super::{Decision, Filter, csv_header, csv_line};
use super::{entry, intent};

#[test]
fn an_entry_says_what_was_decided() {
    let outcome = |body| Decision::of(&entry(1, Kind::Outcome, "ann", body));
    let answer = |values, withheld| {
        let summary = json!({ "values": values, "withheld": withheld });
        outcome(json!({ "state": "released", "summary": summary }))
    };
    assert_eq!(answer(4, 3), Some(Decision::Released));
    assert_eq!(answer(4, 4), Some(Decision::Withheld));
    assert_eq!(answer(0, 0), Some(Decision::Released), "no row is nothing withheld");
    assert_eq!(outcome(json!({ "state": "released" })), Some(Decision::Released));
    assert_eq!(outcome(json!({ "state": "held" })), Some(Decision::Held));
    assert_eq!(outcome(json!({ "state": "failed" })), Some(Decision::Failed));
    let of = |kind, body| Decision::of(&entry(1, kind, "ann", body));
    for state in ["held", "decided"] {
        assert_eq!(of(Kind::Review, json!({ "state": state })), None);
    }
    for kind in [Kind::Review, Kind::ReviewEnded] {
        assert_eq!(of(kind, json!({ "state": "released" })), Some(Decision::Released));
        assert_eq!(of(kind, json!({ "state": "refused" })), Some(Decision::RefusedByReview));
    }
    assert_eq!(of(Kind::Forfeited, json!({})), Some(Decision::Forfeited));
    assert_eq!(of(Kind::Refusal, json!({})), Some(Decision::Refused));
    assert_eq!(of(Kind::Intent, json!({})), None);
    for decision in Decision::ALL {
        assert_eq!(Decision::parse(decision.as_str()), Some(decision));
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Every condition alone: one value that fits and one that does not.
#[test]
fn each_condition_is_asked() {
    let mut refusal = entry(
        5,
        Kind::Refusal,
        "ann",
        json!({ "code": "use_not_allowed", "rule": "rules.csv:9: clinic.people.hiv group" }),
    );
    refusal.account = some("heart");
    refusal.query_id = some("q_5");
    let fits = |filter: Filter| filter.fits(&refusal) && filter.says(&[&refusal.body]);
    let none = Filter::default;
    for (yes, no) in [
        (Filter { person: some("ann"), ..none() }, Filter { person: some("bob"), ..none() }),
        (Filter { project: some("heart"), ..none() }, Filter { project: some("hear"), ..none() }),
        (Filter { query: some("q_5"), ..none() }, Filter { query: some("q_6"), ..none() }),
        (
            Filter { column: some("clinic.people.hiv"), ..none() },
            Filter { column: some("clinic.people.hi"), ..none() },
        ),
        (
            Filter { kinds: vec![Kind::Intent, Kind::Refusal], ..none() },
            Filter { kinds: vec![Kind::Intent], ..none() },
        ),
        (
            Filter { decision: Some(Decision::Refused), ..none() },
            Filter { decision: Some(Decision::Released), ..none() },
        ),
        (
            Filter { code: some("use_not_allowed"), ..none() },
            Filter { code: some("use_not"), ..none() },
        ),
        (Filter { rule: some("rules.csv:9"), ..none() }, Filter { rule: some("csv:8"), ..none() }),
        (
            Filter { since: Some(datetime!(2026-01-01 05:00 UTC)), ..none() },
            Filter { since: Some(datetime!(2026-01-01 05:00:01 UTC)), ..none() },
        ),
        (
            Filter { until: Some(datetime!(2026-01-01 05:00:01 UTC)), ..none() },
            Filter { until: Some(datetime!(2026-01-01 05:00 UTC)), ..none() },
        ),
    ] {
        assert!(fits(yes.clone()), "{yes:?}");
        assert!(!fits(no.clone()), "{no:?}");
    }
}

#[test]
fn what_an_intent_says_holds_for_its_outcome() {
    let intent = intent(1, "ann", "select ?", &[]);
    let outcome = entry(2, Kind::Outcome, "ann", json!({ "state": "released" }));
    let none = Filter::default;
    for (yes, no) in [
        (Filter { dataset: some("clinic"), ..none() }, Filter { dataset: some("clini"), ..none() }),
        (
            Filter { column: some("clinic.people.hiv"), ..none() },
            Filter { column: some("clinic.people.income"), ..none() },
        ),
        (Filter { rule: some("rules.csv:7"), ..none() }, Filter { rule: some("csv:8"), ..none() }),
        (Filter { flag: some("postcode"), ..none() }, Filter { flag: some("post"), ..none() }),
        (Filter { revision: Some(3), ..none() }, Filter { revision: Some(4), ..none() }),
    ] {
        assert!(yes.asks_of_intents() && no.asks_of_intents());
        assert!(yes.says(&[&outcome.body, &intent.body]), "{yes:?}");
        assert!(!yes.says(&[&outcome.body]), "{yes:?}");
        assert!(!no.says(&[&outcome.body, &intent.body]), "{no:?}");
    }
    assert!(!none().asks_of_intents());
}

#[test]
fn people_and_projects_are_found_in_what_others_did_about_them() {
    let token = entry(1, Kind::TokenIssued, "tom", json!({ "user": "ann" }));
    let freeze = entry(2, Kind::Freeze, "gil", json!({ "scope": { "person": "ann" } }));
    let grant = entry(3, Kind::BudgetGrant, "system", json!({ "project": "heart" }));
    let ann = Filter { person: some("ann"), ..Filter::default() };
    let heart = Filter { project: some("heart"), ..Filter::default() };
    assert!(ann.fits(&token) && ann.fits(&freeze) && !ann.fits(&grant));
    assert!(heart.fits(&grant) && !heart.fits(&token));
}

/// What is asked stands in the log: all of it, and numbers that have a canonical form.
#[test]
fn every_condition_is_logged() {
    let filter = Filter {
        person: some("ann"),
        project: some("heart"),
        query: some("q"),
        dataset: some("clinic"),
        column: some("a.b.c"),
        kinds: vec![Kind::Intent],
        decision: Some(Decision::Held),
        code: some("x"),
        rule: some("y"),
        flag: some("z"),
        revision: Some(3),
        since: Some(datetime!(2026-01-01 0:00 UTC)),
        until: Some(datetime!(2026-01-02 0:00 UTC)),
    };
    let logged = filter.logged();
    assert_eq!(logged.as_object().unwrap().len(), 13, "{logged}");
    assert_eq!(Filter::default().logged(), json!({}));
}

#[test]
fn cells_of_an_export_are_texts_to_a_spreadsheet() {
    let hostile = entry(1, Kind::Refusal, "=cmd|' /c calc'!A1", json!({ "code": "+1,\"2\"" }));
    let line = csv_line(&AuditEntry { account: some("-1"), ..hostile });
    assert!(line.contains(",'=cmd|' /c calc'!A1,"), "{line}");
    assert!(line.contains(",'-1,"), "{line}");
    assert!(line.contains(",\"'+1,\"\"2\"\"\","), "{line}");
    assert!(line.ends_with("\r\n") && csv_header().ends_with("\r\n"));
    assert_eq!(csv_header().matches(',').count(), 11);
}
