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

/// Everything that a member needs lasts until 2026-06-15, when this one ends a day earlier.
fn ending(path: &str, from: &str, to: &str) -> Files {
    let mut files = files();
    for (path, from, to) in [
        (PEOPLE_FILE, "name = \"Ada\"", "name = \"Ada\"\nuntil = 2026-06-15"),
        (PROJECT, "end = 2026-12-31", "end = 2026-06-15"),
        (PROJECT, "until = 2026-12-31 }", "until = 2026-06-15 }"),
        (PROJECT, "\nuntil = 2026-11-30", "\nuntil = 2026-06-15"),
        (
            PROJECT,
            "training_until = 2026-10-31",
            "training_until = 2026-06-15\naccreditation = { number = \"AR-1\", until = 2026-06-15 }",
        ),
    ] {
        files = files.changed(path, from, to);
    }
    files.changed(path, from, to)
}

const PEOPLE_FILE: &str = "people.toml";
const PROJECT: &str = "projects/heart.toml";

#[tokio::test]
async fn access_ends_with_the_second_in_which_one_of_six_things_ends() {
    let last_second = datetime!(2026-06-14 23:59:59.999_999_999 UTC);
    let first_second = datetime!(2026-06-15 0:00 UTC);
    let cases = [
        (PEOPLE_FILE, "\nuntil = ", "your account"),
        (PROJECT, "\nend = ", "the project"),
        (PROJECT, "committee = \"A committee\", until = ", "the approval of the project"),
        (PROJECT, "\nuntil = ", "your membership"),
        (PROJECT, "training_until = ", "your training"),
        (PROJECT, "number = \"AR-1\", until = ", "your accreditation"),
    ];
    for (path, key, what) in cases {
        let files = ending(path, &format!("{key}2026-06-15"), &format!("{key}2026-06-14"));
        let revision = files.revision().await;
        let enter = |now| revision.enter(&user("ada"), &project("heart"), now);
        let inside = enter(last_second).unwrap();
        assert_eq!(inside.last_day(), date!(2026 - 06 - 14), "{what}");
        for now in [first_second, datetime!(2026-06-14 19:00 -5), datetime!(2030-01-01 0:00 UTC)] {
            let refusal = enter(now).unwrap_err();
            assert_eq!(refusal.code(), Code::Expired, "{what}");
            // Later than the others, each of which ends a day after, the first that has ended is named.
            if now < datetime!(2026-06-16 0:00 UTC) {
                assert_eq!(refusal.detail(), format!("{what} ended on 2026-06-14"));
            }
        }
    }
}

#[tokio::test]
async fn access_begins_with_the_project_and_the_membership() {
    for (now, expected) in [
        (datetime!(2025-12-31 23:59:59 UTC), "the project begins on 2026-01-01"),
        (datetime!(2026-01-31 23:59:59 UTC), "your membership begins on 2026-02-01"),
        (datetime!(2026-02-01 0:00 UTC), ""),
        (datetime!(2026-02-01 0:30 +1), "your membership begins on 2026-02-01"),
    ] {
        let revision = files().revision().await;
        let refusal = revision.enter(&user("ada"), &project("heart"), now).err();
        assert_eq!(refusal.as_ref().map_or("", |refusal| refusal.detail()), expected);
    }
}

#[tokio::test]
async fn roles_outside_projects_end_with_the_account() {
    let revision =
        files().changed(PEOPLE_FILE, "name = \"Ines\"", "name = \"Ines\"\nuntil = 2026-06-14");
    let revision = revision.revision().await;
    let reads = |now| revision.has_global(&user("ines"), "audit-log", "read", now);
    assert!(reads(datetime!(2026-06-14 23:59:59.999_999_999 UTC)));
    assert!(!reads(datetime!(2026-06-15 0:00 UTC)));
}

#[tokio::test]
async fn roles_outside_projects_hold_until_their_last_day() {
    let revision = files().revision().await;
    let reads = |name: &str, now| revision.has_global(&user(name), "audit-log", "read", now);
    assert!(reads("ines", datetime!(2026-12-31 23:59:59.999_999_999 UTC)));
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
officer | outside projects | policies | -
officer | outside projects | freezes | -
officer | outside projects | reviews | -
officer | outside projects | audit-log | -
officer | outside projects | status | -
officer | outside projects | tokens | -
checker | outside projects | policies | -
checker | outside projects | freezes | -
checker | outside projects | reviews | -
checker | outside projects | audit-log | -
checker | outside projects | status | -
checker | outside projects | tokens | -
auditor | outside projects | policies | -
auditor | outside projects | freezes | -
auditor | outside projects | reviews | -
auditor | outside projects | audit-log | read
auditor | outside projects | status | -
auditor | outside projects | tokens | -
administrator | outside projects | policies | -
administrator | outside projects | freezes | -
administrator | outside projects | reviews | -
administrator | outside projects | audit-log | -
administrator | outside projects | status | -
administrator | outside projects | tokens | -
researcher | heart | d.people.sex | output, group, filter, measure, join
researcher | heart | d.people.hiv | -
researcher | heart | d.people.practice | group, filter, measure, join
researcher | heart | d.stays.cost | measure
researcher | heart | d.stays.ward | -
researcher | heart | d.incidents.kind | -
";
    assert_eq!(access_matrix(&revision, &[&contract()]), expected);
}
