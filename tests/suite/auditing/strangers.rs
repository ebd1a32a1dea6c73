//! Who is no auditor gets nothing of the log, and cannot tell what is in it.

use tests::ask::{ask, caller, request};
use tests::home::{AUDITOR, EXACT, OFFICERS, RESEARCHER, STRANGER};

use super::house::{Face, NO_QUERY, addresses, home};

const SQL: &str = "select count(*) from people where region = 'north'";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reaches_any_of_it() {
    let home = home();
    let engine = home.engine().await;
    let id = engine.submit(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    let face = Face::of(&engine);
    let open = [
        "/entries?text=a",
        "/entries?open=true",
        "/entries/0?open=true",
        "/overlaps?open=true",
        "/patterns?open=true",
    ];
    let open = open.iter().map(|tool| format!("/api/v1/audit{tool}"));
    for path in addresses(id.as_str()).into_iter().chain(open) {
        assert_eq!(
            face.get(None, &path).await.problem(),
            (401, "not_signed_in".to_owned()),
            "{path}"
        );
        for user in [RESEARCHER, STRANGER, OFFICERS[0]] {
            let told = face.get(Some(user), &path).await;
            assert_eq!(
                told.problem(),
                (403, "forbidden".to_owned()),
                "{user} {path}: {}",
                told.text
            );
            let words = told.json();
            assert_eq!(words["detail"], "only an auditor may read the audit log", "{path}");
        }
        assert_eq!(face.get(Some(AUDITOR), &path).await.status, 200, "{path}");
    }
}

/// One's own query, somebody else's and none; an entry that is there and one that is not: the same words.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_looks_like_what_is_not() {
    let home = home();
    let engine = home.engine().await;
    let id = engine.submit(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    let face = Face::of(&engine);
    for user in [RESEARCHER, STRANGER] {
        for (there, not_there) in [
            (format!("timeline?query={id}"), format!("timeline?query={NO_QUERY}")),
            (format!("overlaps?query={id}"), format!("overlaps?query={NO_QUERY}")),
            ("entries/0".to_owned(), "entries/999999".to_owned()),
            ("columns/clinic.people.hiv".to_owned(), "columns/registry.donors.blood".to_owned()),
        ] {
            let told = async |tool: &str| {
                let told = face.get(Some(user), &format!("/api/v1/audit/{tool}")).await;
                let mut words = told.json();
                words.as_object_mut().unwrap().remove("instance");
                (told.status, words)
            };
            assert_eq!(told(&there).await, told(&not_there).await, "{user} {there}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_stand_in_the_log() {
    let home = home();
    let engine = home.engine().await;
    let face = Face::of(&engine);
    for path in addresses(NO_QUERY).into_iter().skip(1) {
        assert_eq!(face.get(Some(RESEARCHER), &path).await.status, 403, "{path}");
        let last = face.read("/entries?kind=refusal&limit=1").await;
        assert_eq!(last["entries"][0]["actor"], RESEARCHER, "{path}");
        let act = last["entries"][0]["body"]["act"].as_str().unwrap();
        assert!(act.starts_with("audit_"), "{path}: {act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_is_told_what_is_not_there() {
    let home = home();
    let engine = home.engine().await;
    ask(&engine, EXACT, SQL).await.unwrap();
    let face = Face::of(&engine);
    for (tool, code) in [
        (format!("timeline?query={NO_QUERY}"), "unknown_query"),
        (format!("overlaps?query={NO_QUERY}"), "unknown_query"),
        ("entries/999999".to_owned(), "unknown_entry"),
        ("entries/nonsense".to_owned(), "unknown_entry"),
        ("entries/18446744073709551615".to_owned(), "unknown_entry"),
        ("proof?entry=999999".to_owned(), "unknown_entry"),
        ("proof?entry=18446744073709551615".to_owned(), "unknown_entry"),
        ("consistency?from=0&to=1".to_owned(), "unknown_entry"),
        ("consistency?from=2&to=1".to_owned(), "unknown_entry"),
        ("consistency?from=1&to=18446744073709551615".to_owned(), "unknown_entry"),
    ] {
        let told = face.get(Some(AUDITOR), &format!("/api/v1/audit/{tool}")).await;
        assert_eq!(told.problem(), (404, code.to_owned()), "{tool}: {}", told.text);
    }
    for tool in [
        "proof",
        "consistency?from=1",
        "timeline",
        "timeline?query=nonsense",
        "timeline?person=ann&project=exact",
        "timeline?person=ann&open=true",
        "columns/people",
        "overlaps?query=nonsense",
        "near-duplicates?at_least=1",
        "patterns?since=yesterday",
        "patterns?at_least=3",
        "entries?limit=0",
        "entries?kind=nonsense",
        "entries?since=yesterday",
        "export?format=xml",
        "export?text=a",
    ] {
        let told = face.get(Some(AUDITOR), &format!("/api/v1/audit/{tool}")).await;
        assert_eq!(told.problem(), (400, "bad_request".to_owned()), "{tool}: {}", told.text);
    }
    // Whatever number is asked for, also one that no ledger can hold.
    let last = "from=18446744073709551615";
    for tool in [
        "/entries?",
        "/entries?order=oldest&",
        "?",
        "/timeline?person=ann&",
        "/overlaps?",
        "/patterns?",
    ] {
        face.read(&format!("{tool}{last}")).await;
    }
    face.read("/entries?revision=18446744073709551615").await;
    for tool in ["export?from=18446744073709551615", "export?from=5&to=2"] {
        assert_eq!(face.get(Some(AUDITOR), &format!("/api/v1/audit/{tool}")).await.text, "");
    }
}
