//! Budgets in the log: what each project may spend, from which revision on.

use tests::home::{AUDITOR, EXACT, POOR};

use super::*;

/// Every grant in the log.
async fn grants(office: &Office) -> Vec<Value> {
    let log = office.engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let entries = log["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["kind"] == "budget_grant").cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_grants_what_the_first_revision_says_and_the_next_one_nothing() {
    let office = Office::new().await;
    let first = grants(&office).await;
    let of = |project: &str| first.iter().find(|entry| entry["project"] == project).unwrap();
    assert_eq!((&of(POOR)["body"]["from"], &of(POOR)["body"]["to"]), (&json!(0), &json!(3)));
    assert_eq!(of(EXACT)["actor"], "system");
    assert_eq!(of(EXACT)["body"]["policy_revision"], 1);
    let office = office.restarted().await;
    assert_eq!(grants(&office).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_grants_what_it_changes_and_names_its_activation() {
    let office = Office::new().await;
    let before = grants(&office).await.len();
    let project = office.file("projects/poor.toml").await;
    let richer = project.replace("budget_points = 3\n", "budget_points = 8\n");
    assert_ne!(richer, project);
    let id = office.begin(GIL, "projects/poor.toml", &richer).await;
    office.enact(&id).await;
    let all = grants(&office).await;
    assert_eq!(all.len(), before + 1, "one project has another limit");
    let grant = &all[before];
    assert_eq!((&grant["project"], &grant["body"]["project"]), (&json!(POOR), &json!(POOR)));
    assert_eq!((&grant["body"]["from"], &grant["body"]["to"]), (&json!(3), &json!(8)));
    assert_eq!(grant["body"]["policy_revision"], 2);
    let activation = grant["body"]["activation"].as_u64().unwrap();
    let log = office.engine.audit(&caller(AUDITOR), activation, 1).await.unwrap();
    assert_eq!(log["entries"][0]["kind"], "policy_activation");
    assert_eq!(log["entries"][0]["body"]["revision"], 2);
    // A revision that changes no budget grants nothing.
    office.with_rule("p, auditor, *, status, read, allow\n").await;
    assert_eq!(grants(&office).await.len(), before + 1);
    let office = office.restarted().await;
    assert_eq!(grants(&office).await.len(), before + 1);
}
