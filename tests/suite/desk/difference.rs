//! What officers see of a change before it happens.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_shows_lines_and_access() {
    let office = Office::new().await;
    let rules = office.file("access/rules.csv").await;
    let id = office.begin(GIL, "access/rules.csv", &format!("{rules}{NO_REGION}")).await;
    let told = office.told(HAL, PolicyRequest::Difference(id)).await;
    assert_eq!(each(&told["files"], "path"), [&json!("access/rules.csv")]);
    let lines = told["files"][0]["difference"].as_str().unwrap();
    assert!(lines.contains(&format!("+{NO_REGION}")), "{lines}");
    let access = told["access"].as_str().unwrap();
    let line = |sign: &str, uses: &str| {
        format!("{sign}researcher | exact | clinic.people.region | {uses}\n")
    };
    assert!(access.contains(&line("-", "output, group, filter, measure, join")), "{access}");
    assert!(access.contains(&line("+", "output, filter, measure, join")), "{access}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_can_be_added_and_removed() {
    let office = Office::new().await;
    let poor = office.file("projects/poor.toml").await;
    let mut edit = edit("projects/rich.toml", &poor.replace("= 3", "= 3000"));
    edit.remove.push("projects/poor.toml".into());
    let id = id_of(&office.told(GIL, begin(edit)).await);
    let told = office.told(GIL, PolicyRequest::Difference(id.clone())).await;
    assert_eq!(each(&told["files"], "change"), [&json!("removed"), &json!("added")]);
    office.enact(&id).await;
    let wrong = Edit { remove: vec!["projects/poor.toml".into()], ..Edit::default() };
    assert_eq!(office.code(GIL, begin(wrong)).await, Code::PolicyInvalid);
    for path in ["../escape.toml", "a/b/c.toml", "/etc/passwd", ".hidden", "projects/", ""] {
        assert_eq!(office.code(GIL, begin(super::edit(path, "x"))).await, Code::PolicyInvalid);
    }
}
