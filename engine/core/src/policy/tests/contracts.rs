//! What the policy names, held against the contracts.

use super::conditions::with_condition;
use super::*;

#[tokio::test]
async fn what_the_policy_names_must_exist_in_the_contracts() {
    let contract = contract();
    files().revision().await.check_contracts(&[&contract]).unwrap();
    let condition = "dataset = \"d\"\ntable = \"stays\"\ncolumn = \"cost\"\noperator = \">\"\nvalues = [\"ten\"]";
    let revision = with_condition(condition)
        .changed("access/rules.csv", "d/people/hiv, *", "d/people/hiw, *")
        .changed("access/rules.csv", "d/stays/cost", "d/stay/cost")
        .revision()
        .await;
    assert_eq!(
        revision.check_contracts(&[&contract]).unwrap_err().to_string(),
        "policies/access/rules.csv:3:1: `people` has no column `hiw`; did you mean `hiv`?\n\
         policies/access/rules.csv:6:1: `d` has no table `stay`; did you mean `stays`?\n\
         policies/projects/heart.toml:24:1: `cost` cannot be compared with such a value; write a number"
    );
    let errors = files().revision().await.check_contracts(&[]).unwrap_err().to_string();
    assert!(errors.contains("projects/heart.toml:16:13: there is no dataset `d`"), "{errors}");
}

#[tokio::test]
async fn columns_that_a_profile_names_must_exist() {
    let with = |field: &str, list: &str| {
        files().changed(
            "profiles/plain.toml",
            &format!("{field} = []"),
            &format!("{field} = {list}"),
        )
    };
    let right = with("field_exclusions", r#"[["d.people.sex", "d.stays.cost"]]"#);
    right.revision().await.check_contracts(&[&contract()]).unwrap();
    let wrong = with("field_exclusions", r#"[["d.people.sex", "d.stays.cots"]]"#).revision().await;
    assert_eq!(
        wrong.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/profiles/plain.toml:27:38: `stays` has no column `cots`; use one of `cost`, `ward`"
    );
    let wrong = with("structural_zeros", r#"[{ "d.person.sex" = "f", "d.stays.cost" = "1" }]"#);
    assert_eq!(
        wrong.revision().await.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/profiles/plain.toml:18:23: `d` has no table `person`; use one of `people`, `stays`, `incidents`"
    );
}
