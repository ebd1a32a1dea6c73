//! An auditor who may not open texts learns no literal, by no address and in no way of asking.

use tests::ask::{ask, caller, request};
use tests::home::{AUDITOR, EXACT, RESEARCHER};
use tresor_core::engine::Engine;

use super::house::{Face, addresses, closed_home, home};

/// A word that nobody writes, and a number.
const WORD: &str = "zqcanaryqz";
const NUMBER: &str = "190417";

/// Literals at every place of accepted, refused and unreadable SQL, and in a check.
async fn planted(engine: &std::sync::Arc<Engine>) {
    for sql in [
        "select count(*) from people where region = 'zqcanaryqz'",
        "select count(*) from people where region = 'zqcanaryqz' and birth_year < 190417",
        "select count(*) as \"zqcanaryqz\" from people where birth_year < 190417",
        "select region, count(*) from people where region in ('zqcanaryqz', 'b') group by region",
        "select region, 'zqcanaryqz' as k, count(*) from people group by region",
        "select count(*) filter (where region = 'zqcanaryqz') from people -- zqcanaryqz",
        "with x as (select * from people where region like '%zqcanaryqz%') select count(*) from x",
        "select count(*) from people where person_id = 'zqcanaryqz'",
        "select count(*) from people where region = 'zqcanaryqz' group by \"zqcanaryqz\"",
        "select 'zqcanaryqz",
        "select count(*) from \"zqcanaryqz\"",
        "select person_id from people where birth_year = 190417",
    ] {
        let _refused_or_not = ask(engine, EXACT, sql).await;
        let _refused_or_not = engine.check(&caller(RESEARCHER), request(EXACT, sql)).await;
    }
}

/// What somebody asks who is after the literals.
fn attempts() -> Vec<String> {
    let mut attempts = vec![];
    for tool in
        ["/entries?", "/timeline?query=QUERY&", "/overlaps?", "/near-duplicates?", "/patterns?"]
    {
        attempts.push(format!("/api/v1/audit{tool}open=true"));
    }
    for seq in 0..60 {
        attempts.push(format!("/api/v1/audit/entries/{seq}"));
        attempts.push(format!("/api/v1/audit/entries/{seq}?open=true"));
    }
    for more in
        ["text=zq", "text=zq&limit=1", "text=190417&kind=intent", "rule=zqcanary", "code=zq"]
    {
        attempts.push(format!("/api/v1/audit/entries?{more}"));
    }
    attempts.push("/api/v1/audit/overlaps?query=QUERY&open=true".to_owned());
    attempts.push("/api/v1/audit/export?open=true".to_owned());
    attempts
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_who_may_not_open_learns_no_literal() {
    let home = closed_home();
    let engine = home.engine().await;
    planted(&engine).await;
    let face = Face::of(&engine);
    let intents = face.read("/entries?kind=intent").await;
    let intents = intents["entries"].as_array().unwrap();
    assert!(intents.len() >= 7, "only {} were accepted", intents.len());
    let refusals = face.read("/entries?kind=refusal").await;
    assert!(refusals["entries"].as_array().unwrap().len() >= 7);
    for intent in intents {
        let query = intent["query_id"].as_str().unwrap();
        let tried = attempts().into_iter().map(|path| path.replace("QUERY", query));
        for path in addresses(query).into_iter().chain(tried) {
            // Once for each query what names one, and once the others.
            if !path.contains(query) && intent != &intents[0] {
                continue;
            }
            let told = face.get(Some(AUDITOR), &path).await;
            // What was asked may be said back, for example in the place of a problem; take it out.
            let text = told.text.replace(&path, "");
            let searched = path.contains("zqcanary");
            assert!(searched || !text.contains(WORD), "{path}: {text}");
            assert!(!text.contains(NUMBER), "{path}: {text}");
            if path.contains("open=true") || path.contains("text=") {
                assert!([400, 403].contains(&told.status), "{path}: {} {text}", told.status);
            }
        }
    }
}

/// Whoever may open finds them, so the test above can fail; and what they looked for is sealed like the rest.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_open_finds_them_and_what_they_looked_for_is_sealed() {
    let home = home();
    let engine = home.engine().await;
    planted(&engine).await;
    let face = Face::of(&engine);
    let found = face.read(&format!("/entries?text={WORD}&kind=intent&limit=1000")).await;
    let found = found["entries"].as_array().unwrap();
    assert!(found.len() >= 7, "{found:?}");
    for entry in found {
        assert!(entry["found_in"].as_array().unwrap().iter().any(|field| field == "sql"));
        assert_eq!(entry["opened"], serde_json::json!({}), "found is not shown");
    }
    let shown = face.read(&format!("/entries?text={WORD}&kind=intent&open=true")).await;
    assert!(shown["entries"][0]["opened"]["sql"].as_str().unwrap().contains(WORD));
    let upper = face.read("/entries?text=ZQCanaryQZ&kind=intent&limit=1000").await;
    assert_eq!(upper["entries"].as_array().unwrap().len(), found.len());
    let readings = face.read("/entries?kind=log_read&open=true").await;
    assert!(readings["entries"].to_string().contains(WORD), "the text can be opened");
    let exported = face.get(Some(AUDITOR), "/api/v1/audit/export").await.text;
    assert!(exported.contains("\"tool\":\"entries\"") && !exported.contains(WORD), "{exported}");
    assert!(!exported.contains(NUMBER), "{exported}");
}
