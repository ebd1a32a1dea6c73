//! A change from draft to revision and back.

use tests::ask::{ask, ask_as, request};
use tests::home::{AUDITOR, EXACT, NOISY, RESEARCHER, signing_key};
use tests::officers::put_in_force;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_from_its_activation_without_a_restart_and_can_be_taken_back() {
    let office = Office::new().await;
    assert!(ask(&office.engine, EXACT, BY_REGION).await.is_ok());
    let made = office.with_rule(NO_REGION).await;
    assert_eq!((&made["number"], &made["state"]), (&json!(2), &json!("in force")));
    let refusal = ask(&office.engine, EXACT, BY_REGION).await.err().unwrap();
    assert_eq!(refusal.code(), Code::UseNotAllowed);

    let request = PolicyRequest::Begin {
        title: "back".into(),
        reason: "researchers need regions".into(),
        edit: Edit::default(),
        reverts: Some(1),
    };
    let id = id_of(&office.told(GIL, request).await);
    assert_eq!(office.enact(&id).await["reverts"], json!(1));
    let answer = ask(&office.engine, EXACT, BY_REGION).await.unwrap();
    assert_eq!(answer.json["release"]["policy_revision"], json!(3));

    let history = office.told(AUDITOR, PolicyRequest::History).await;
    assert_eq!(each(&history["revisions"], "number"), [&json!(3), &json!(2), &json!(1)]);
    let revisions = history["revisions"].as_array().unwrap();
    assert_eq!(revisions[0]["bundle"], revisions[2]["bundle"], "the same text");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_is_there_after_a_restart_and_the_folder_decides_nothing() {
    let office = Office::new().await;
    office.with_rule(NO_REGION).await;
    let rules = office.home.path().join("policies/access/rules.csv");
    let open = std::fs::read_to_string(&rules).unwrap();
    assert!(!open.contains(NO_REGION), "the folder is as it was");
    let before = office.told(GIL, PolicyRequest::Changes).await;
    let office = office.restarted().await;
    assert_eq!(office.told(GIL, PolicyRequest::Changes).await, before);
    let refusal = ask(&office.engine, EXACT, BY_REGION).await.err().unwrap();
    assert_eq!(refusal.code(), Code::UseNotAllowed);
    std::fs::remove_dir_all(office.home.path().join("policies")).unwrap();
    let office = office.restarted().await;
    assert!(ask(&office.engine, EXACT, "select count(*) from people").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_officers_changes_anything() {
    let office = Office::new().await;
    let id = office.begin(GIL, "people.toml", &office.file("people.toml").await).await;
    let bundle = BundleDigest::new("0".repeat(64)).unwrap();
    let signed = sign(RESEARCHER, "x");
    let change = || id.clone();
    let writes = || {
        [
            begin(Edit::default()),
            PolicyRequest::Edit { change: change(), edit: Edit::default() },
            PolicyRequest::Rebase { change: change(), edit: Edit::default() },
            PolicyRequest::WhatIf { change: change(), last: 1 },
            PolicyRequest::Statement { change: change(), effective_at: None },
            PolicyRequest::Propose {
                change: change(),
                bundle: bundle.clone(),
                effective_at: None,
                signed: signed.clone(),
            },
            PolicyRequest::Approve {
                change: change(),
                bundle: bundle.clone(),
                signed: signed.clone(),
            },
            PolicyRequest::Activate(change()),
            PolicyRequest::Withdraw(change()),
        ]
    };
    let reads = || {
        [
            PolicyRequest::InForce,
            PolicyRequest::History,
            PolicyRequest::Changes,
            PolicyRequest::Change(change()),
            PolicyRequest::Files(Bundle::InForce),
            PolicyRequest::Matrix(Bundle::Revision(1)),
            PolicyRequest::Validate(change()),
            PolicyRequest::Difference(change()),
        ]
    };
    for user in [RESEARCHER, "bob", AUDITOR, "nobody"] {
        for request in writes() {
            assert_eq!(office.code(user, request).await, Code::Forbidden, "{user}");
        }
    }
    for request in reads() {
        office.told(AUDITOR, request.clone()).await;
        assert_eq!(office.code(RESEARCHER, request).await, Code::Forbidden);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_kept_told_with_their_place_and_go_nowhere() {
    let office = Office::new().await;
    let people = office.file("people.toml").await;
    let wrong = format!("{people}\n[[people]]\nuser = \"zoe\"\nnmae = \"Zoe\"\n");
    let id = office.begin(GIL, "people.toml", &wrong).await;
    let found = office.told(GIL, PolicyRequest::Validate(id.clone())).await;
    assert_eq!(found["valid"], json!(false));
    let errors = found["errors"].as_array().unwrap();
    assert!(errors.iter().any(|one| one["hint"].as_str().unwrap().contains("`name`")), "{found}");
    let refusal = office.propose(GIL, &id).await.unwrap_err();
    assert_eq!(refusal.code(), Code::PolicyInvalid);
    assert_eq!(refusal.findings().len(), errors.len());
    let kept = office.told(GIL, PolicyRequest::Files(Bundle::Change(id))).await;
    assert_eq!(kept["files"]["people.toml"], json!(wrong), "nothing is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_whose_tests_fail_goes_nowhere() {
    let office = Office::new().await;
    let test = |expect: &str| {
        format!(
            "[[tests]]\nname = \"regions are open\"\nuser = \"ann\"\nproject = \"exact\"\n\
             sql = \"{BY_REGION}\"\nexpect = \"{expect}\"\n"
        )
    };
    let id = office.begin(GIL, "tests/regions.toml", &test("refused")).await;
    let refusal = office.propose(GIL, &id).await.unwrap_err();
    assert_eq!(refusal.code(), Code::PolicyInvalid);
    assert!(refusal.detail().contains("`regions are open` fails: allowed"), "{refusal}");
    let request = PolicyRequest::Edit {
        change: id.clone(),
        edit: edit("tests/regions.toml", &test("allowed")),
    };
    office.told(GIL, request).await;
    office.enact(&id).await;

    // From then on the test guards every later change.
    let rules = office.file("access/rules.csv").await;
    let id = office.begin(GIL, "access/rules.csv", &format!("{rules}{NO_REGION}")).await;
    let found = office.told(GIL, PolicyRequest::Validate(id.clone())).await;
    assert_eq!(each(&found["tests"], "passed"), [&json!(false)]);
    assert_eq!(office.propose(GIL, &id).await.unwrap_err().code(), Code::PolicyInvalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_officers_with_keys_have_to_be_left() {
    let office = Office::new().await;
    let people = office.file("people.toml").await;
    let alone =
        people.replace("role = \"officer\", until = 2099", "role = \"officer\", until = 2025");
    let alone =
        alone.replacen("role = \"officer\", until = 2025", "role = \"officer\", until = 2099", 1);
    let id = office.begin(GIL, "people.toml", &alone).await;
    let refusal = office.propose(GIL, &id).await.unwrap_err();
    assert!(refusal.detail().contains("leaves 1 officers"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_counts_only_once_it_is_in_force() {
    let office = Office::new().await;
    let people = office.file("people.toml").await;
    let [old, new] =
        ["hal", "zed"].map(|name| hex::encode(signing_key(name).verifying_key().to_bytes()));
    let id = office.begin(GIL, "people.toml", &people.replace(&old, &new)).await;
    office.propose(GIL, &id).await.unwrap();
    let (bundle, signed) = office.signed(HAL, &id, "zed").await;
    let approval = PolicyRequest::Approve { change: id.clone(), bundle, signed };
    assert_eq!(office.code(HAL, approval).await, Code::SignatureInvalid);
    office.approve(HAL, &id).await.unwrap();
    office.told(HAL, PolicyRequest::Activate(id)).await;
    let id = office.begin(GIL, "people.toml", &people).await;
    office.propose(GIL, &id).await.unwrap();
    assert_eq!(office.approve(HAL, &id).await.unwrap_err().code(), Code::SignatureInvalid);
    office.approve(KIM, &id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_moment_is_waited_for() {
    let office = Office::new().await;
    let rules = office.file("access/rules.csv").await;
    let id = office.begin(GIL, "access/rules.csv", &format!("{rules}{NO_REGION}")).await;
    let at = office.clock.now() + time::Duration::hours(1);
    let request = PolicyRequest::Statement { change: id.clone(), effective_at: Some(at) };
    let told = office.told(GIL, request).await;
    let bundle = BundleDigest::new(told["bundle"].as_str().unwrap()).unwrap();
    let signed = sign(GIL, told["statement"].as_str().unwrap());
    let change = id.clone();
    let request = PolicyRequest::Propose { change, bundle, effective_at: Some(at), signed };
    office.told(GIL, request).await;
    office.approve(HAL, &id).await.unwrap();
    let made = office.told(HAL, PolicyRequest::Activate(id)).await;
    assert_eq!(made["state"], json!("scheduled"));
    let office = office.restarted().await;
    office.clock.0.fetch_add(3_599, Ordering::SeqCst);
    assert!(ask(&office.engine, EXACT, BY_REGION).await.is_ok());
    office.clock.0.fetch_add(1, Ordering::SeqCst);
    let refusal = ask(&office.engine, EXACT, BY_REGION).await.err().unwrap();
    assert_eq!(refusal.code(), Code::UseNotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_activation_makes_a_change_stale_until_it_is_rebased() {
    let office = Office::new().await;
    let people = office.file("people.toml").await;
    let rules = office.file("access/rules.csv").await;
    let mine = office.begin(GIL, "people.toml", &format!("{people}# a remark\n")).await;
    let rival = office.begin(GIL, "access/rules.csv", &format!("{rules}# mine\n")).await;
    office.propose(GIL, &mine).await.unwrap();
    office.approve(HAL, &mine).await.unwrap();
    office.with_rule(NO_REGION).await;
    assert_eq!(office.code(GIL, PolicyRequest::Activate(mine.clone())).await, Code::ChangeStale);
    let told = office.told(GIL, PolicyRequest::Change(mine.clone())).await;
    assert_eq!(told["stale"], json!(true));

    let rebase = |change, edit| PolicyRequest::Rebase { change, edit };
    let told = office.told(GIL, rebase(mine.clone(), Edit::default())).await;
    assert_eq!((&told["state"], &told["base"]), (&json!("draft"), &json!(2)));
    let files = office.told(GIL, PolicyRequest::Files(Bundle::Change(mine.clone()))).await;
    assert!(files["files"]["access/rules.csv"].as_str().unwrap().contains(NO_REGION));
    assert!(files["files"]["people.toml"].as_str().unwrap().contains("# a remark"));
    office.enact(&mine).await;

    // What both sides changed has to be said.
    let refusal = office.ask(GIL, rebase(rival.clone(), Edit::default())).await.unwrap_err();
    assert_eq!(refusal.code(), Code::ChangeConflict);
    assert!(refusal.detail().contains("policies/access/rules.csv"), "{refusal}");
    let said = edit("access/rules.csv", &format!("{rules}{NO_REGION}# mine\n"));
    office.told(GIL, rebase(rival.clone(), said)).await;
    office.enact(&rival).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_and_every_refused_one_is_in_the_log() {
    let office = Office::new().await;
    let rules = office.file("access/rules.csv").await;
    let id = office.begin(GIL, "access/rules.csv", &format!("{rules}{NO_REGION}")).await;
    office.propose(GIL, &id).await.unwrap();
    let (bundle, signed) = office.signed(GIL, &id, GIL).await;
    let own = PolicyRequest::Approve { change: id.clone(), bundle, signed };
    assert_eq!(office.code(GIL, own).await, Code::OwnChange);
    office.approve(HAL, &id).await.unwrap();
    office.told(KIM, PolicyRequest::Activate(id)).await;
    let log = office.engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let entries = log["entries"].as_array().unwrap();
    let story: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry["kind"].as_str().unwrap(), entry["actor"].as_str().unwrap()))
        .filter(|(kind, _)| kind.starts_with("policy") || *kind == "refusal")
        .collect();
    let expected = [
        ("policy_activation", "system"),
        ("policy_draft", GIL),
        ("policy_proposal", GIL),
        ("refusal", GIL),
        ("policy_approval", HAL),
        ("policy_activation", KIM),
    ];
    assert_eq!(story, expected);
    for entry in entries.iter().filter(|entry| entry["kind"] == "policy_approval") {
        assert_eq!(entry["body"]["signed"]["signature"].as_str().unwrap().len(), 128);
    }
    let query = ask_as(&office.engine, RESEARCHER, request(EXACT, BY_REGION)).await.err().unwrap();
    assert_eq!(query.code(), Code::UseNotAllowed);
    let log = office.engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let refused = log["entries"].as_array().unwrap().iter().rfind(|one| one["kind"] == "refusal");
    assert_eq!(refused.unwrap()["body"]["policy_revision"], json!(2));
}

/// Fresh noise under each revision could be averaged away by whoever waits for changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_revision_draws_no_fresh_noise() {
    let office = Office::new().await;
    let sql =
        "select region, count(*), sum(income), avg(income) from people group by region order by 1";
    let before = ask(&office.engine, NOISY, sql).await.unwrap();
    assert!(before.rows()[0].as_array().unwrap()[1..].iter().all(serde_json::Value::is_number));
    let project = format!("projects/{NOISY}.toml");
    let text = office.file(&project).await;
    let richer = text.replace("budget_points = 1000000", "budget_points = 2000000");
    assert_ne!(richer, text);
    put_in_force(&office.engine, &project, &richer).await;
    let profile = format!("profiles/{NOISY}.toml");
    let text = office.file(&profile).await;
    let other = text.replace("max_rows = 5000", "max_rows = 4000");
    assert_ne!(other, text);
    put_in_force(&office.engine, &profile, &other).await;
    office.with_rule(NO_REGION).await;
    let after = ask(&office.engine, NOISY, sql).await.unwrap();
    assert_eq!(after.json["release"]["policy_revision"], json!(4));
    assert_eq!(after.rows(), before.rows());
    assert_eq!(after.json["intervals"], before.json["intervals"]);
}
