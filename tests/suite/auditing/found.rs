//! What the tools find in the log of a small clinic.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::ask::{ask, ask_as, caller, request};
use tests::home::{AUDITOR, EXACT, Home, NOISY, RESEARCHER, STRANGER};
use tresor_core::engine::{Engine, QueryRequest};
use tresor_ledger::digest_of;

use super::house::{Face, home};

/// Five charged queries, two refusals, and a reading before them.
async fn asked(home: &Home) -> (Arc<Engine>, Face) {
    let engine = home.engine().await;
    let face = Face::of(&engine);
    face.read("").await;
    for sql in [
        "select count(*) from people where region = 'north'",
        "select count(*) from people where region = 'north' and birth_year < 1960",
        "select count(*) from people where region = 'south'",
        "select region, count(*) from people where birth_year < 1 and birth_year > 3000 group by region",
    ] {
        ask(&engine, EXACT, sql).await.unwrap();
    }
    ask(&engine, NOISY, "select count(*) from people where hiv").await.unwrap();
    let hiv = "select hiv, count(*) from people group by hiv";
    assert!(ask(&engine, NOISY, hiv).await.is_err());
    assert!(ask_as(&engine, STRANGER, request(EXACT, "select 1")).await.is_err());
    (engine, face)
}

fn count(found: &Value) -> usize {
    found["entries"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_combine() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    for (asked, expected) in [
        ("kind=intent", 5),
        ("kind=intent,refusal", 7),
        ("kind=intent&person=ann", 5),
        ("kind=intent&person=bob", 0),
        ("kind=intent&project=noisy", 1),
        ("kind=intent&dataset=clinic", 5),
        ("kind=intent&dataset=registry", 0),
        ("decision=refused", 2),
        ("decision=refused&person=bob", 1),
        ("decision=refused&code=use_not_allowed", 1),
        ("column=clinic.people.hiv&decision=refused", 1),
        ("column=clinic.people.hiv&kind=outcome", 1),
        ("column=clinic.people.region&kind=outcome&project=exact", 4),
        ("column=clinic.people.region&decision=released&project=noisy", 0),
        ("kind=intent&rule=rules.csv", 5),
        ("kind=outcome&revision=1", 5),
        ("kind=outcome&revision=2", 0),
        ("kind=intent&since=2000-01-01&until=2100-01-01", 5),
        ("kind=intent&since=2100-01-01", 0),
        ("kind=intent&until=2000-01-01T00:00:00Z", 0),
    ] {
        let found = face.read(&format!("/entries?{asked}&limit=1000")).await;
        assert_eq!(count(&found), expected, "{asked}: {found}");
        assert_eq!(found["next"], Value::Null, "{asked}");
    }
}

/// Pages of any size, in both orders, are together the whole log as it was when the first page was read.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_together_the_whole() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    for order in ["oldest", "newest"] {
        let whole = face.read(&format!("/entries?order={order}&limit=1000")).await;
        let last = whole["reading"].as_u64().unwrap() - 1;
        let mut seqs = vec![];
        let mut from = if order == "oldest" { 0 } else { last };
        loop {
            let page = face.read(&format!("/entries?order={order}&limit=3&from={from}")).await;
            let entries = page["entries"].as_array().unwrap();
            seqs.extend(entries.iter().map(|entry| entry["seq"].as_u64().unwrap()));
            match page["next"].as_u64() {
                Some(next) if order == "newest" || next <= last => from = next,
                _ => break,
            }
        }
        seqs.retain(|seq| *seq <= last);
        let mut expected: Vec<u64> = (0..=last).collect();
        if order == "newest" {
            expected.reverse();
        }
        assert_eq!(seqs, expected, "{order}");
        assert_eq!(count(&whole), seqs.len(), "{order}");
    }
}

/// The reading is durable first, says what was asked, and is not part of what is read.
#[tokio::test(flavor = "multi_thread")]
async fn every_reading_is_logged_first() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    for (path, tool) in [
        ("/entries?person=ann&limit=5", "entries"),
        ("/entries/0", "entry"),
        ("/timeline?project=exact", "timeline"),
        ("/columns/clinic.people.hiv", "column"),
        ("/overlaps?project=exact", "overlaps"),
        ("/near-duplicates?person=ann", "near_duplicates"),
        ("/patterns?project=exact", "patterns"),
        ("/export?project=exact", "export"),
    ] {
        let told = face.get(Some(AUDITOR), &format!("/api/v1/audit{path}")).await;
        assert_eq!(told.status, 200);
        let readings = face.read("/entries?kind=log_read&limit=1").await;
        let reading = &readings["entries"][0];
        assert_eq!((&reading["actor"], &reading["role"]), (&json!(AUDITOR), &json!("auditor")));
        assert_eq!(reading["body"]["tool"], tool, "{path}");
        assert_eq!(reading["body"]["openings"], false, "{path}");
        for word in ["ann", "exact", "clinic.people.hiv"] {
            if path.contains(word) {
                assert!(reading["body"]["asked"].to_string().contains(word), "{path}: {reading}");
            }
        }
        let seq = reading["seq"].as_u64().unwrap();
        if let Some(own) = told.json()["reading"].as_u64() {
            assert_eq!(own, seq, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_of_a_query_begins_with_its_intent_and_ends_with_its_readings() {
    let home = home();
    let engine = home.engine().await;
    let face = Face::of(&engine);
    let sql = "select count(*) from people where region = 'north'";
    let keyed = || QueryRequest { idempotency_key: Some("one".to_owned()), ..request(EXACT, sql) };
    ask_as(&engine, RESEARCHER, keyed()).await.unwrap();
    let id = engine.submit(&caller(RESEARCHER), keyed()).await.unwrap();
    face.read(&format!("/overlaps?query={id}")).await;
    let told = face.read(&format!("/timeline?query={id}&open=true")).await;
    let entries = told["entries"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"intent"));
    assert_eq!(kinds.last(), Some(&"log_read"));
    for kind in ["outcome", "replay"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    assert_eq!(entries[0]["opened"]["sql"], sql);
    assert_eq!((&told["person"], &told["project"]), (&json!(RESEARCHER), &json!(EXACT)));
    let again = face.read(&format!("/timeline?query={id}")).await;
    assert_eq!(again["entries"].as_array().unwrap().len(), entries.len() + 1, "and its reading");
    assert_eq!(again["entries"][0]["opened"], json!({}), "not asked for, not opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_of_a_person_lead_to_their_entries() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let told = face.read("/timeline?person=ann").await;
    let [day] = told["days"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!((&day["kinds"]["intent"], &day["decisions"]["refused"]), (&json!(5), &json!(1)));
    let list = day["list"].as_str().unwrap().strip_prefix("/api/v1/audit").unwrap();
    let listed = face.read(&format!("{list}&limit=1000")).await;
    assert_eq!(json!(count(&listed)), day["entries"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_of_a_column_are_found() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let told = face.read("/columns/clinic.people.hiv").await;
    let [uses] = told["by"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!((&uses["person"], &uses["project"]), (&json!(RESEARCHER), &json!(NOISY)));
    assert_eq!(uses["used_to"], json!({ "filter": 1 }));
    assert_eq!(
        (&uses["asked"], &uses["released"], &uses["refused"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let told = face.read("/columns/clinic.people.region?project=exact").await;
    let [uses] = told["by"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(uses["asked"], 4);
    assert_eq!(uses["queries"].as_array().unwrap().len(), 4);
    assert_eq!(face.read("/columns/registry.donors.blood").await["by"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_of_one_shape_are_a_cluster() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let told = face.read("/near-duplicates").await;
    let [cluster] = told["same_shape"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(cluster["sql_fingerprint"], "select count(*) from people where region = ?");
    assert_eq!(
        (&cluster["asked"]["count"], &cluster["different_constants"]),
        (&json!(2), &json!(null))
    );
    let told = face.read("/near-duplicates?open=true").await;
    assert_eq!(told["same_shape"][0]["different_constants"], 2);
}

/// A leaf hash can be computed of each line, by anybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_the_leaves_of_the_log() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let whole = face.read("/entries?order=oldest&limit=1000").await;
    let exported = face.get(Some(AUDITOR), "/api/v1/audit/export").await.text;
    let hash = |line: &str| digest_of(&[&[0], line.as_bytes()].concat());
    let hashes: Vec<String> = exported.lines().map(hash).collect();
    let entries = whole["entries"].as_array().unwrap();
    for (entry, hash) in entries.iter().zip(&hashes) {
        assert_eq!(entry["leaf_hash"], json!(hash));
    }
    assert!(hashes.len() > entries.len(), "the last reading is in it");
    let part = face.get(Some(AUDITOR), "/api/v1/audit/export?from=2&to=5").await.text;
    let lines: Vec<&str> = exported.lines().skip(2).take(3).collect();
    assert_eq!(part.lines().collect::<Vec<_>>(), lines);
    let entry = face.read("/entries/3").await;
    assert_eq!(entry["leaf"], exported.lines().nth(3).unwrap());

    let csv = face.get(Some(AUDITOR), "/api/v1/audit/export?format=csv&kind=intent").await.text;
    assert!(csv.starts_with("seq,at,kind,actor,"), "{csv}");
    assert_eq!(csv.lines().count(), 6);
    let filtered = "/api/v1/audit/export?column=clinic.people.hiv&kind=outcome";
    assert_eq!(face.get(Some(AUDITOR), filtered).await.text.lines().count(), 1);
}

/// What `tresor audit open` needs: a text and its salt give the commitment that stands in the leaf.
#[tokio::test(flavor = "multi_thread")]
async fn an_opened_text_is_the_one_that_was_committed_to() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let intents = face.read("/entries?kind=intent&limit=1").await;
    let seq = intents["entries"][0]["seq"].as_u64().unwrap();
    let entry = face.read(&format!("/entries/{seq}?open=true")).await;
    let openings = entry["openings"].as_array().unwrap();
    assert!(openings.iter().any(|opening| opening["field"] == "sql"));
    for opening in openings {
        let salt = hex::decode(opening["salt"].as_str().unwrap()).unwrap();
        let text = opening["text"].as_str().unwrap();
        let commitment = digest_of(&[&salt, text.as_bytes()].concat());
        let field = opening["field"].as_str().unwrap();
        assert_eq!(entry["body"]["commitments"][field], json!(commitment), "{field}");
    }
}

/// Pairs for a tracker: one condition more, one constant that differs; as the log has them, with texts closed and open.
#[tokio::test(flavor = "multi_thread")]
async fn questions_about_nearly_the_same_people_are_found() {
    let home = home();
    let (_engine, face) = asked(&home).await;
    let relations = |told: &Value| {
        let pairs = told["pairs"].as_array().unwrap().iter();
        let mut found: Vec<String> =
            pairs.map(|pair| pair["relation"].as_str().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    let closed = face.read("/overlaps?project=exact").await;
    assert!(relations(&closed).contains(&"one_condition_more".to_owned()), "{closed}");
    let again = &closed["asked_again"][0];
    assert_eq!(
        again["asked"]["count"], 2,
        "two regions look alike while texts are closed: {closed}"
    );
    assert!(!closed.to_string().contains("north") && !closed.to_string().contains("1960"));
    assert_eq!(closed["not_comparable"], 0);

    let open = face.read("/overlaps?project=exact&open=true").await;
    let found = relations(&open);
    assert!(found.contains(&"one_condition_more".to_owned()), "{open}");
    assert!(found.contains(&"one_literal_differs".to_owned()), "{open}");
    let literal = open["pairs"].as_array().unwrap().iter();
    let literal = literal.clone().find(|pair| pair["relation"] == "one_literal_differs").unwrap();
    let differs = format!("{}{}", literal["only_in_first"], literal["only_in_second"]);
    assert!(differs.contains("north") && differs.contains("south"), "{differs}");

    let narrow = face.read("/entries?kind=intent&project=exact&order=oldest").await;
    let narrow = narrow["entries"][1]["query_id"].as_str().unwrap().to_owned();
    let its = face.read(&format!("/overlaps?query={narrow}&open=true")).await;
    let [pair] = its["pairs"].as_array().unwrap().as_slice() else { panic!("{its}") };
    assert_eq!(pair["relation"], "one_condition_more");
    assert_eq!(pair["first"]["queries"][0]["query"], json!(narrow));
    assert!(pair["only_in_first"].to_string().contains("1960"), "{its}");
}

/// What the addresses hand out convinces a checker who has the key and nothing else of ours.
#[tokio::test(flavor = "multi_thread")]
async fn proofs_hold() {
    use tresor_ledger::tlog::{Hash, Note, Proof, SignedCheckpoint, Verifier, check_consistency};
    let home = home();
    let (_engine, face) = asked(&home).await;
    let text = async |tool: &str| {
        let told = face.get(Some(AUDITOR), &format!("/api/v1/audit/{tool}")).await;
        assert_eq!(told.status, 200, "{tool}: {}", told.text);
        told.text
    };
    let key: Verifier = text("verification-key").await.trim().parse().unwrap();
    let accept =
        |note: String| SignedCheckpoint::accept(Note::parse(&note).unwrap(), &key).unwrap();
    let old = accept(text("checkpoint").await);
    let leaves = text("export").await;
    let new = accept(text("checkpoint").await);
    for seq in [0, 3, 7] {
        let proof: Proof = text(&format!("proof?entry={seq}")).await.parse().unwrap();
        let leaf = leaves.lines().nth(seq).unwrap();
        assert_eq!(proof.index, u64::try_from(seq).unwrap());
        assert!(proof.check(Hash::of_leaf(leaf.as_bytes()), &key).is_ok(), "{seq}");
        assert!(proof.check(Hash::of_leaf(b"{}"), &key).is_err(), "{seq}");
    }
    let (from, to) = (old.head(), new.head());
    assert!(from.size < to.size);
    let told = face.read(&format!("/consistency?from={}&to={}", from.size, to.size)).await;
    let hashes = told["hashes"].as_array().unwrap().iter();
    let hashes: Vec<Hash> = hashes.map(|hash| hash.as_str().unwrap().parse().unwrap()).collect();
    assert!(check_consistency(&hashes, from, to).is_ok());
    assert!(check_consistency(&hashes, to, from).is_err());
}
