//! The policies that come with the engine.

use super::*;

#[tokio::test]
async fn the_policies_that_come_with_tresor_say_what_their_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let revision = PolicyRevision::load(&folder).await.unwrap();
    let membership = revision.enter(&user("ada"), &project("heart-study"), NOON).unwrap();
    let uses = |table: &str, name: &str| -> String {
        let mut id = column(table, name);
        id.dataset = DatasetId::new("sample").unwrap();
        let allowed = |kind: &Use| membership.decide(&id, *kind).allowed;
        Use::ALL.into_iter().filter(allowed).collect::<Uses>().to_string()
    };
    const EVERY: &str = "output, group, filter, measure, join";
    assert_eq!(uses("patients", "region"), EVERY);
    assert_eq!(uses("patients", "hiv_status"), "filter");
    assert_eq!(uses("patients", "practice_code"), "filter, join");
    assert_eq!(uses("practices", "practice_code"), "filter, join");
    assert_eq!(uses("practices", "region"), EVERY);
    assert_eq!(uses("practices", "name"), "");
    assert_eq!(uses("organisations", "name"), EVERY);
    assert_eq!(uses("safety_incidents", "severity"), "");
    assert_eq!(membership.profile().release.max_rows, 50_000);
    assert!(revision.has_global(&user("ines"), "audit-log", "read", NOON));
    assert!(revision.has_global(&user("grace"), "policies", "read", NOON));
    assert!(!revision.has_global(&user("grace"), "audit-log", "read", NOON));
    assert!(!revision.has_global(&user("ada"), "policies", "read", NOON));
}

#[tokio::test]
async fn the_shipped_rules_name_only_what_the_sample_dataset_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("datasets-sample/contract.toml")).unwrap();
    let contract = Contract::parse("contract.toml", &text).unwrap();
    let revision = PolicyRevision::load(&root.join("policies")).await.unwrap();
    revision.check_contracts(&[&contract]).unwrap();

    // The golden matrix: officers read what a change of the rules means as a difference of this file.
    let golden = root.join("policies/expected-access.txt");
    let matrix = access_matrix(&revision, &[&contract]);
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        matrix == expected,
        "who may use what has changed; `tresor policy matrix --home .tresor/demo --policies policies --write` with the \
         home of a demonstration writes the file anew:\n{matrix}"
    );
}
