//! What would have become of the queries that were asked.

use tests::ask::{ask, ask_as, request};
use tests::home::{AUDITOR, EXACT, NOISY, RESEARCHER};

use super::*;

/// An office in which four queries were asked.
async fn busy() -> Office {
    let office = Office::new().await;
    ask(&office.engine, EXACT, BY_REGION).await.unwrap();
    ask(&office.engine, EXACT, "select count(*) from people where region = 'east'").await.unwrap();
    ask(&office.engine, NOISY, "select count(*) from people").await.unwrap();
    let hidden = "select hiv, count(*) from people group by hiv";
    assert!(ask(&office.engine, NOISY, hidden).await.is_err());
    // Not theirs: it says nothing about a project.
    assert!(ask_as(&office.engine, "bob", request(EXACT, BY_REGION)).await.is_err());
    office
}

async fn what_if(office: &Office, path: &str, text: &str) -> Value {
    let change = office.begin(GIL, path, text).await;
    office.told(GIL, PolicyRequest::WhatIf { change, last: 100 }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_who_loses_and_who_gains_and_why() {
    let office = busy().await;
    let rules = office.file("access/rules.csv").await;
    let rules = rules.replace("p, researcher, noisy, clinic/people/hiv, group, deny\n", "");
    let rules = rules.replace("p, researcher, noisy, clinic/people/hiv, output, deny\n", "");
    let told = what_if(&office, "access/rules.csv", &format!("{rules}{NO_REGION}")).await;
    assert_eq!((&told["asked"], &told["same"]), (&json!(4), &json!(2)), "{told}");
    let lost = &told["newly_refused"][0];
    assert_eq!((&lost["user"], &lost["project"]), (&json!(RESEARCHER), &json!(EXACT)));
    assert_eq!(lost["code"], json!("use_not_allowed"));
    assert_eq!(lost["uses_that_end"][0]["column"], json!("clinic.people.region"));
    assert!(lost["uses_that_end"][0]["denied_by"][0].as_str().unwrap().contains("rules.csv:"));
    let gained = &told["newly_allowed"][0];
    assert_eq!(
        (&gained["project"], &gained["was_refused"]),
        (&json!(NOISY), &json!("use_not_allowed"))
    );
    assert_eq!((&told["changed_cost"], &told["changed_protection"]), (&none(), &none()));
    assert_eq!((&told["base"], &told["compared_with_revision"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_what_protects_differently() {
    let office = busy().await;
    let profile = office.file("profiles/exact.toml").await;
    let stricter = profile.replace("min_count = 10", "min_count = 20");
    let stricter = stricter.replace("min_count_measure = 10", "min_count_measure = 20");
    let stricter = stricter.replace("min_n = 10", "min_n = 20");
    let told = what_if(&office, "profiles/exact.toml", &stricter).await;
    let changed = told["changed_protection"].as_array().unwrap();
    assert_eq!(changed.len(), 2, "{told}");
    let texts = changed[0]["changes"].to_string();
    assert!(texts.contains("10") && texts.contains("20"), "{texts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_go_are_a_change_of_protection() {
    let office = busy().await;
    let project = office.file("projects/exact.toml").await;
    let condition = "[[row_conditions]]\ndataset = \"clinic\"\ntable = \"people\"\ncolumn = \"region\"\n\
                     operator = \"!=\"\nvalues = [\"east\"]\n";
    let told = what_if(&office, "projects/exact.toml", &format!("{project}{condition}")).await;
    let changed = &told["changed_protection"][0]["changes"].to_string();
    assert!(changed.contains("clinic.people.region != 'east'"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_no_text_of_a_query_and_is_logged() {
    let office = busy().await;
    let rules = office.file("access/rules.csv").await;
    let no_filter = NO_REGION.replace("group", "filter");
    let told = what_if(&office, "access/rules.csv", &format!("{rules}{no_filter}")).await;
    assert_eq!(told["newly_refused"].as_array().unwrap().len(), 1, "{told}");
    assert!(!told.to_string().contains("east"), "{told}");
    let log = office.engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let entries = log["entries"].as_array().unwrap();
    let read = entries.iter().find(|entry| entry["body"]["what_if"].is_string()).unwrap();
    assert_eq!((&read["kind"], &read["actor"]), (&json!("log_read"), &json!(GIL)));
}
