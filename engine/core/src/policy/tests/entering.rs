//! Who gets in, until when, and what they may use.

use super::*;

#[tokio::test]
async fn an_approved_member_gets_in_with_everything_the_officers_wrote() {
    let revision = files().revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    assert_eq!(membership.role(), "researcher");
    assert_eq!(membership.user(), &user("ada"));
    assert_eq!(membership.profile().min_count, 10);
    assert_eq!(membership.last_day(), date!(2026 - 10 - 31));
    assert_eq!(membership.revision().digest(), revision.digest());
    let heart = membership.project();
    assert_eq!((heart.title.as_str(), heart.budget_points), ("Hearts", 1000));
    assert_eq!(revision.projects_of(&user("ada")).len(), 1);
    assert!(revision.projects_of(&user("ines")).is_empty());
}

#[tokio::test]
async fn a_project_that_is_not_yours_looks_like_one_that_is_not_there() {
    let revision = files().revision().await;
    let not_yours = revision.enter(&user("ines"), &project("heart"), NOON).unwrap_err();
    let not_there = revision.enter(&user("ines"), &project("lungs"), NOON).unwrap_err();
    assert_eq!(not_yours.code(), Code::UnknownProject);
    assert_eq!(format!("{not_yours:?}").replace("heart", "lungs"), format!("{not_there:?}"));
    // Also long after everything has ended, and for somebody nobody has heard of.
    let later = datetime!(2100-01-01 0:00 UTC);
    let stranger = revision.enter(&user("mallory"), &project("heart"), later).unwrap_err();
    assert_eq!(format!("{stranger:?}"), format!("{not_yours:?}"));
}

#[tokio::test]
async fn access_ends_with_the_project_the_membership_or_the_training() {
    let all_year =
        files().changed("projects/heart.toml", "until = 2026-11-30", "until = 2027-12-31").changed(
            "projects/heart.toml",
            "training_until = 2026-10-31",
            "training_until = 2027-12-31",
        );
    for (files, now, expected) in [
        (files(), datetime!(2025-12-31 23:59 UTC), "the project begins on 2026-01-01"),
        (files(), datetime!(2026-01-31 23:59 UTC), "your membership begins on 2026-02-01"),
        (files(), datetime!(2026-02-01 0:00 UTC), ""),
        (files(), datetime!(2026-10-31 23:59 UTC), ""),
        (files(), datetime!(2026-10-31 22:00 -5), "your training ended on 2026-10-31"),
        (files(), datetime!(2026-12-01 0:00 UTC), "your membership ended on 2026-11-30"),
        (all_year, datetime!(2027-01-01 0:00 UTC), "the project ended on 2026-12-31"),
    ] {
        let revision = files.revision().await;
        let refusal = revision.enter(&user("ada"), &project("heart"), now).err();
        let detail = refusal.as_ref().map_or("", |refusal| refusal.detail());
        assert_eq!(detail, expected);
        assert!(refusal.is_none_or(|refusal| refusal.code() == Code::Expired));
    }
}

#[tokio::test]
async fn roles_outside_projects_hold_until_their_last_day() {
    let revision = files().revision().await;
    let reads = |name: &str, now| revision.has_global(&user(name), "audit-log", "read", now);
    assert!(reads("ines", datetime!(2026-12-31 23:59 UTC)));
    assert!(!reads("ines", datetime!(2027-01-01 0:00 UTC)));
    assert!(!reads("ada", NOON));
    assert!(!reads("nobody", NOON));
    assert!(!revision.has_global(&user("ines"), "audit-log", "write", NOON));
    assert!(!revision.has_global(&user("ines"), "policies", "read", NOON));
}

#[tokio::test]
async fn only_what_may_be_used_is_visible() {
    let revision = files().revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    let (contract, mut other) = (contract(), contract());
    other.dataset = DatasetId::new("other").unwrap();
    let visible = membership.visible(&[&other, &contract]);
    assert_eq!(visible.datasets.len(), 1, "a dataset the project does not list is not there");
    let uses = |table: &str, name: &str| visible.uses(&column(table, name)).to_string();
    assert_eq!(uses("people", "sex"), "output, group, filter, measure, join");
    assert_eq!(uses("people", "practice"), "group, filter, measure, join");
    assert_eq!(uses("people", "hiv"), "", "one deny outweighs every allow");
    assert_eq!(uses("stays", "cost"), "measure");
    let dataset = visible.dataset("d").unwrap();
    assert!(dataset.table("people").unwrap().column("hiv").is_none());
    assert!(dataset.table("stays").unwrap().column("ward").is_none());
    assert!(dataset.table("incidents").is_none(), "a table without a column is not there");
}

#[tokio::test]
async fn the_matrix_has_a_line_for_everything_that_could_be_asked() {
    let revision = files().revision().await;
    let expected = "\
officer | outside projects | audit-log | -
officer | outside projects | policies | -
auditor | outside projects | audit-log | read
auditor | outside projects | policies | -
researcher | heart | d.people.sex | output, group, filter, measure, join
researcher | heart | d.people.hiv | -
researcher | heart | d.people.practice | group, filter, measure, join
researcher | heart | d.stays.cost | measure
researcher | heart | d.stays.ward | -
researcher | heart | d.incidents.kind | -
";
    assert_eq!(access_matrix(&revision, &[&contract()]), expected);
}
