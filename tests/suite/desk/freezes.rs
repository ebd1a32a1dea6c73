//! Freezes: one officer sets them, two lift them.

use std::time::Duration;

use tests::ask::{ask, request};
use tests::home::{EXACT, NOISY, RESEARCHER};
use tresor_core::desk::Scope;
use tresor_core::engine::{Markers, ResultFormat};
use tresor_core::ids::{FreezeId, ProjectId, UserId};

use super::*;

const COUNT: &str = "select count(*) from people";

async fn freeze(office: &Office, scope: Scope) -> FreezeId {
    let request = PolicyRequest::Freeze { scope, reason: "a lost laptop".into() };
    FreezeId::new(office.told(GIL, request).await["id"].as_str().unwrap()).unwrap()
}

/// The code with which a count is refused, if it is.
async fn refused(office: &Office, project: &str) -> Option<Code> {
    ask(&office.engine, project, COUNT).await.err().map(|refusal| refusal.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_project_gives_no_answers_new_or_old_until_two_lift_it() {
    let office = Office::new().await;
    let researcher = caller(RESEARCHER);
    let id = office.engine.submit(&researcher, request(EXACT, COUNT)).await.unwrap();
    office.engine.status(&researcher, &id, Duration::from_secs(60)).await.unwrap();
    let frozen = freeze(&office, Scope::Project(ProjectId::new(EXACT).unwrap())).await;
    assert_eq!(refused(&office, EXACT).await, Some(Code::Frozen));
    assert_eq!(refused(&office, NOISY).await, None, "other projects go on");
    for form in [ResultFormat::Json, ResultFormat::Csv(Markers::Columns)] {
        let refusal = office.engine.result(&researcher, &id, form).await.err().unwrap();
        assert_eq!(refusal.code(), Code::Frozen);
    }
    let refusal = office.engine.status(&researcher, &id, Duration::ZERO).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Frozen);
    let refusal = office.engine.check(&researcher, request(EXACT, COUNT)).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Frozen);
    let listed = office.engine.datasets(&researcher).await.unwrap();
    assert!(!each(&listed["projects"], "id").contains(&&json!(EXACT)), "{listed}");

    let office = office.restarted().await;
    assert_eq!(refused(&office, EXACT).await, Some(Code::Frozen), "also after a restart");
    office.told(GIL, PolicyRequest::Thaw(frozen.clone())).await;
    assert_eq!(refused(&office, EXACT).await, Some(Code::Frozen), "one is not enough");
    assert_eq!(office.code(GIL, PolicyRequest::Thaw(frozen.clone())).await, Code::ChangeConflict);
    let told = office.told(HAL, PolicyRequest::Thaw(frozen)).await;
    assert_eq!(told["holds"], json!(false));
    assert_eq!(refused(&office, EXACT).await, None);
    assert!(office.engine.result(&researcher, &id, ResultFormat::Json).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_no_project_does_not_learn_that_it_is_frozen() {
    let office = Office::new().await;
    freeze(&office, Scope::Project(ProjectId::new(EXACT).unwrap())).await;
    freeze(&office, Scope::Everything).await;
    for project in [EXACT, "no-such-project"] {
        let refusal =
            office.engine.check(&caller("bob"), request(project, COUNT)).await.unwrap_err();
        assert_eq!(refusal.code(), Code::UnknownProject);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_officer_does_nothing_and_cannot_thaw_themselves() {
    let office = Office::new().await;
    let frozen = freeze(&office, Scope::Person(UserId::new(HAL).unwrap())).await;
    assert_eq!(office.code(HAL, PolicyRequest::Thaw(frozen.clone())).await, Code::Forbidden);
    assert_eq!(office.code(HAL, PolicyRequest::History).await, Code::Forbidden);
    let id = office.begin(GIL, "people.toml", "").await;
    assert_eq!(office.code(HAL, PolicyRequest::Withdraw(id)).await, Code::Forbidden);
    office.told(GIL, PolicyRequest::Thaw(frozen.clone())).await;
    office.told(KIM, PolicyRequest::Thaw(frozen)).await;
    office.told(HAL, PolicyRequest::History).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_frozen_and_officers_still_work() {
    let office = Office::new().await;
    freeze(&office, Scope::Everything).await;
    assert_eq!(refused(&office, EXACT).await, Some(Code::Frozen));
    assert_eq!(refused(&office, NOISY).await, Some(Code::Frozen));
    let refusal = office.engine.datasets(&caller(RESEARCHER)).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Frozen);
    office.with_rule(NO_REGION).await;
    let told = office.told(GIL, PolicyRequest::InForce).await;
    assert_eq!(each(&told["frozen"], "scope"), [&json!("everything")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_name_is_not_frozen_but_said() {
    let office = Office::new().await;
    let scope = Scope::Person(UserId::new("an").unwrap());
    let request = PolicyRequest::Freeze { scope, reason: "a lost laptop".into() };
    assert_eq!(office.code(GIL, request).await, Code::PolicyInvalid);
}
