use std::fs;

use clap::CommandFactory;

use super::*;

fn stopped(words: &str) -> String {
    let Line { command, .. } = Line::try_parse_from(words.split(' ')).unwrap();
    run(command).unwrap_err().to_string()
}

#[test]
fn the_line_is_well_formed() {
    Line::command().debug_assert();
}

#[test]
fn what_does_not_fit_is_refused_by_the_line_itself() {
    for words in [
        "tresor serve --home h",
        "tresor serve --home h --listen somewhere",
        "tresor token issue --home h --user Ada --days 1",
        "tresor token issue --home h --user ada --days 91",
        "tresor sample generate --persons 0 --seed 1 --out o",
    ] {
        assert!(Line::try_parse_from(words.split(' ')).is_err(), "{words}");
    }
}

#[test]
fn tokens_do_not_cross_a_network_in_the_clear() {
    let said = stopped("tresor serve --home nowhere --listen 0.0.0.0:8080");
    assert!(said.contains("--behind-tls-proxy"), "{said}");
    let said = stopped("tresor demo --home nowhere --listen 0.0.0.0:8080");
    assert!(said.contains("this machine only"), "{said}");
}

#[test]
fn a_demonstration_never_leaves_the_machine() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("DEMO"), "").unwrap();
    let path = home.path().display();
    let said =
        stopped(&format!("tresor serve --home {path} --listen 0.0.0.0:8080 --behind-tls-proxy"));
    assert!(said.contains("made by `tresor demo`"), "{said}");
}

#[test]
fn an_empty_home_is_not_served() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().display();
    let said = stopped(&format!("tresor serve --home {path} --listen 127.0.0.1:0"));
    assert!(said.contains("no policies"), "{said}");
}

#[test]
fn a_foreign_folder_does_not_become_a_demonstration() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("thesis.txt"), "").unwrap();
    let said = stopped(&format!("tresor demo --home {}", home.path().display()));
    assert!(said.contains("was not made by `tresor demo`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_of_the_shipped_project_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    super::demo_home(&crate::home::Home::at(&home), &tresor_core::progress::Silent).unwrap();
    let engine = crate::open(&home).await.unwrap();
    let request = tresor_core::engine::QueryRequest {
        sql: "SELECT region, count(DISTINCT person_id), avg(age), avg(cost) FROM heart_stays GROUP BY region"
            .to_owned(),
        project: tresor_core::ids::ProjectId::new("heart-study").unwrap(),
        idempotency_key: None,
        body_digest: "00".repeat(32),
    };
    let user = tresor_core::ids::UserId::new("ada").unwrap();
    let told = engine.check(&tresor_core::engine::Caller { user }, request).await.unwrap();
    let flow = told["person_flow"].as_array().unwrap();
    assert!(flow.iter().any(|line| line.as_str().unwrap().contains("view `heart_stays`")));
}
