use crate::policy::tests::{errors_of, files};

async fn rule(line: &str) -> String {
    let rules = format!("# outside projects\n{line}\n");
    errors_of(files().with("access/rules.csv", &rules)).await
}

#[tokio::test]
async fn no_rule_lets_an_auditor_change_or_an_administrator_read() {
    for (line, expected) in [
        (
            "p, auditor, *, policies, approve, allow",
            "an auditor reads and opens, and changes nothing, and this line gives `approve` on `policies`",
        ),
        (
            "p, auditor, *, freezes, lift, allow",
            "an auditor reads and opens, and changes nothing, and this line gives `lift` on `freezes`",
        ),
        (
            "p, auditor, *, reviews, decide, allow",
            "an auditor reads and opens, and changes nothing, and this line gives `decide` on `reviews`",
        ),
        (
            "p, auditor, *, tokens, issue, allow",
            "an auditor reads and opens, and changes nothing, and this line gives `issue` on `tokens`",
        ),
        (
            "p, administrator, *, reviews, read, allow",
            "an administrator sees no answers, and this line gives `read` on `reviews`",
        ),
        (
            "p, administrator, *, reviews, decide, allow",
            "an administrator sees no answers, and this line gives `decide` on `reviews`",
        ),
        (
            "p, administrator, *, audit-log, open, allow",
            "an administrator reads no texts of queries, and this line gives `open` on `audit-log`",
        ),
    ] {
        let expected = format!(
            "policies/access/rules.csv:2:1: {expected}; remove the line, or name another role"
        );
        assert_eq!(rule(line).await, expected);
    }
    assert_eq!(
        rule("p, administrator, *, d/people/sex, output, allow").await,
        "policies/access/rules.csv:2:4: the role `administrator` is held outside projects, where no data are; use one of `researcher`"
    );
}

#[tokio::test]
async fn what_a_role_may_have_or_is_denied_is_no_mistake() {
    let rules = "\
        p, auditor, *, audit-log, open, allow\n\
        p, auditor, *, reviews, read, allow\n\
        p, auditor, *, policies, approve, deny\n\
        p, administrator, *, audit-log, read, allow\n\
        p, administrator, *, reviews, read, deny\n\
        p, administrator, *, tokens, issue, allow\n";
    files().with("access/rules.csv", rules).revision().await;
}

/// `ada` is a member of `heart` from 2026-02-01 to 2026-11-30; these are her roles outside projects.
fn ada(roles: &str) -> String {
    format!("[[people]]\nuser = \"ada\"\nname = \"Ada\"\nroles = [{roles}]\n")
}

async fn together(roles: &str) -> String {
    errors_of(files().with("people.toml", &ada(roles))).await
}

const FIX: &str =
    "let one end before the other begins, with `until` and `from`, or give one to somebody else";

#[tokio::test]
async fn nobody_in_a_project_is_officer_auditor_or_administrator() {
    let project = files().text("projects/heart.toml");
    let line = 1 + project.lines().position(|line| line == "[[members]]").unwrap();
    let member = format!("policies/projects/heart.toml:{line}:1: `ada` is");
    for (role, why) in [
        ("officer", "an officer would decide about their own project"),
        ("auditor", "an auditor judges what projects ask"),
        ("administrator", "an administrator sees no answers"),
    ] {
        let errors = together(&format!("{{ role = \"{role}\", until = 2026-06-30 }}")).await;
        let expected = format!(
            "{member} {role} and member of `heart` from 2026-02-01 to 2026-06-30, and {why}; {FIX}"
        );
        assert_eq!(errors, expected);
    }
}

#[tokio::test]
async fn the_days_decide() {
    for (roles, clash) in [
        ("{ role = \"officer\", until = 2026-01-31 }", ""),
        ("{ role = \"officer\", until = 2026-02-01 }", "from 2026-02-01 to 2026-02-01"),
        ("{ role = \"officer\", from = 2026-12-01, until = 2099-12-31 }", ""),
        (
            "{ role = \"officer\", from = 2026-11-30, until = 2099-12-31 }",
            "from 2026-11-30 to 2026-11-30",
        ),
    ] {
        let text = ada(roles);
        if clash.is_empty() {
            files().with("people.toml", &text).revision().await;
        } else {
            let errors = errors_of(files().with("people.toml", &text)).await;
            assert!(errors.contains(clash), "{errors}");
        }
    }
    // A project that is over has no members.
    let over = files().text("projects/heart.toml").replace("end = 2026-12-31", "end = 2026-05-31");
    let text = ada("{ role = \"officer\", from = 2026-06-01, until = 2099-12-31 }");
    files().with("projects/heart.toml", &over).with("people.toml", &text).revision().await;
}

/// Roles of somebody in no project, all until the same day.
fn cook(roles: &[&str]) -> String {
    let roles: Vec<String> =
        roles.iter().map(|role| format!("{{ role = \"{role}\", until = 2026-12-31 }}")).collect();
    let people = files().text("people.toml");
    let roles = roles.join(", ");
    format!("{people}\n[[people]]\nuser = \"cook\"\nname = \"Cook\"\nroles = [{roles}]\n")
}

#[tokio::test]
async fn some_roles_outside_projects_do_not_go_together() {
    for (one, other, why) in [
        ("auditor", "officer", "an auditor judges what officers decide"),
        ("checker", "auditor", "an auditor judges what checkers let out"),
        ("auditor", "administrator", "an auditor judges how the service is run"),
        ("officer", "administrator", "an administrator could put a policy in force alone"),
        ("administrator", "checker", "an administrator sees no answers"),
    ] {
        let errors = errors_of(files().with("people.toml", &cook(&[one, other]))).await;
        let expected = format!("`cook` is {one} and {other} until 2026-12-31, and {why}; {FIX}");
        assert!(errors.ends_with(&expected), "{errors}");
        assert!(errors.starts_with("policies/people.toml:14:"), "{errors}");
    }
    files().with("people.toml", &cook(&["officer", "checker"])).revision().await;
}

#[tokio::test]
async fn one_after_the_other_is_allowed_and_held_on_its_days_only() {
    let roles = "{ role = \"auditor\", until = 2026-06-14 }, \
                 { role = \"officer\", from = 2026-06-15, until = 2026-12-31 }";
    let text = cook(&[]).replace("roles = []", &format!("roles = [{roles}]"));
    let revision = files().with("people.toml", &text).revision().await;
    let cook = revision.person(&crate::policy::tests::user("cook")).unwrap();
    let roles = |day| cook.roles_on(day).map(|role| role.as_str()).collect::<Vec<_>>();
    assert_eq!(roles(time::macros::date!(2026 - 06 - 14)), ["auditor"]);
    assert_eq!(roles(time::macros::date!(2026 - 06 - 15)), ["officer"]);
    let reversed = text.replace("from = 2026-06-15", "from = 2027-06-15");
    let errors = errors_of(files().with("people.toml", &reversed)).await;
    assert!(errors.contains("the last day, 2026-12-31, is before the first"), "{errors}");
}
