//! People who may not: somebody in no project, the auditor with a question, the researcher with the log.

use std::time::Duration;

use tests::ask::{ask, ask_as, caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, EXACT, Home, NOISY, RESEARCHER, SLICE, STRANGER};
use tresor_core::engine::ResultFormat;
use tresor_core::ids::QueryId;
use tresor_core::refusal::{Code, Refusal};

const SQL: &str = "select count(*) from people";

/// Everything a caller is told, without the name that they wrote.
fn words(refusal: &Refusal, project: &str) -> String {
    format!("{:?} {refusal} {:?}", refusal.code(), refusal.rule()).replace(project, "..")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_not_yours_is_not_there() {
    let home = Home::of(&Clinic::new(200, 5));
    let engine = home.engine().await;
    let missing = "no-such-project";
    for user in [STRANGER, AUDITOR, "nobody"] {
        let absent = ask_as(&engine, user, request(missing, SQL)).await.err().unwrap();
        assert_eq!(absent.code(), Code::UnknownProject);
        for project in [EXACT, NOISY, SLICE] {
            // Good SQL, bad SQL and forbidden SQL: who is not in, is told nothing about it.
            for sql in [SQL, "select", "select * from donors", "select nothing from people"] {
                let refusal = ask_as(&engine, user, request(project, sql)).await.err().unwrap();
                assert_eq!(words(&refusal, project), words(&absent, missing), "{user}: {sql}");
                let refusal =
                    engine.check(&caller(user), request(project, sql)).await.err().unwrap();
                assert_eq!(words(&refusal, project), words(&absent, missing), "{user}: {sql}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_auditor_reads_the_log() {
    let home = Home::of(&Clinic::new(200, 5));
    let engine = home.engine().await;
    for user in [RESEARCHER, STRANGER, "nobody"] {
        let refusal = engine.audit(&caller(user), 0, 10).await.err().unwrap();
        assert_eq!(refusal.code(), Code::Forbidden, "{user}");
    }
    assert!(engine.audit(&caller(AUDITOR), 0, 10).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_somebody_else_is_not_there() {
    let home = Home::of(&Clinic::new(200, 5));
    let engine = home.engine().await;
    let id = engine.submit(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    let none = QueryId::new("q_00000000000000000000000000000000").unwrap();
    for user in [STRANGER, AUDITOR, "nobody"] {
        let caller = caller(user);
        let told = async |id: &QueryId| {
            let status = engine.status(&caller, id, Duration::ZERO).await.err().unwrap();
            let result = engine.result(&caller, id, ResultFormat::Json).await.err().unwrap();
            assert_eq!((status.code(), result.code()), (Code::UnknownQuery, Code::UnknownQuery));
            (words(&status, id.as_str()), words(&result, id.as_str()))
        };
        assert_eq!(told(&id).await, told(&none).await, "{user}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn datasets_of_other_projects_are_not_listed() {
    let home = Home::of(&Clinic::new(200, 5));
    let engine = home.engine().await;
    let listed = engine.datasets(&caller(RESEARCHER)).await.unwrap().to_string();
    assert!(
        listed.contains("clinic") && !listed.contains("registry") && !listed.contains("donors")
    );
    for user in [STRANGER, AUDITOR, "nobody"] {
        let listed = engine.datasets(&caller(user)).await.map(|value| value.to_string());
        let told = listed.unwrap_or_else(|refusal| refusal.to_string());
        assert!(!told.contains("clinic") && !told.contains("people"), "{user}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_names_look_like_names_that_do_not_exist() {
    let home = Home::of(&Clinic::new(200, 5));
    let engine = home.engine().await;
    for (hidden, missing, sql) in [
        ("donors", "dragon", "select count(*) from {}"),
        ("registry.donors", "registry.dragon", "select count(*) from {}"),
        ("registry.donors", "dragons.donors", "select count(*) from {}"),
        ("beds", "dogs", "select sum({}) from wards"),
        ("beds", "dogs", "select ward from wards where {} > 5"),
        ("beds", "dogs", "select count(*) from visits v join wards w on w.{} = v.nights"),
    ] {
        let told = async |name: &str| {
            let refusal = ask(&engine, NOISY, &sql.replace("{}", name)).await.err().unwrap();
            let last = name.rsplit('.').next().unwrap();
            let position = refusal.position().map(|at| (at.line, at.column));
            (
                words(&refusal, last).split_once(": ").map(|(_, text)| text.to_owned()),
                position.is_some(),
            )
        };
        assert_eq!(told(hidden).await, told(missing).await, "{hidden}: {sql}");
    }
}
