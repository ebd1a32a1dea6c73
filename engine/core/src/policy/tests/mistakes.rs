//! Mistakes in the files, with place and fix.

use super::*;

#[tokio::test]
async fn mistakes_have_their_place_and_a_fix() {
    const PROJECT: &str = "projects/heart.toml";
    const PROFILE: &str = "profiles/plain.toml";
    for (path, from, to, expected) in [
        (
            PROJECT,
            "agreement =",
            "agrement =",
            "1:1: `agreement` is missing; add a line `agreement = ..`\npolicies/projects/heart.toml:10:1: unknown key `agrement`; did you mean `agreement`?",
        ),
        (PROJECT, "\"Hearts\"", "\"  \"", "1:9: the text is empty; say it in a sentence"),
        (
            PROJECT,
            "\"Hearts\"",
            "7",
            "1:9: this is a whole number, not a text; write it between double quotes",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = \"2026-12-31\"",
            "13:7: this is a text, not a day; write year, month and day without quotes, as in 2026-03-31",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = 2025-12-31",
            "13:7: the last day, 2025-12-31, is before the first, 2026-01-01; write a later day",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = 2026-12-31T10:00:00Z",
            "13:7: this is a date or time, not a day; write year, month and day without quotes, as in 2026-03-31",
        ),
        (
            PROJECT,
            "\"plain\"",
            "\"plan\"",
            "14:19: there is no release profile `plan`; did you mean `plain`?",
        ),
        (PROJECT, "1_000", "-5", "15:17: this is not a whole number of zero or more; write 1000"),
        (PROJECT, "1_000", "1.5", "15:17: this is not a whole number of zero or more; write 1000"),
        (PROJECT, "\"ada\"", "\"eda\"", "19:8: there is no person `eda`; did you mean `ada`?"),
        (
            PROJECT,
            "\"ada\"",
            "\"Ada!\"",
            "19:8: `Ada!` is not a valid user id; use lower case letters, digits, dots, hyphens and @, at most 127, starting with a letter",
        ),
        (
            PROJECT,
            "\"researcher\"",
            "\"auditor\"",
            "20:8: `auditor` is not known here; use one of `researcher`",
        ),
        (
            PROJECT,
            "[[members]]",
            "[members]",
            "18:1: `members` is a list, and this is a table; write `members = [..]`",
        ),
        (
            PROJECT,
            "training_until",
            "# training_until",
            "18:1: `training_until` is missing; add a line `training_until = ..`",
        ),
        (
            PROFILE,
            "min_count = 10",
            "min_cuont = 10",
            "4:1: unknown key `min_cuont`; did you mean `min_count`?",
        ),
        (PROFILE, "\"show\"", "\"shown\"", "6:8: `shown` is not known here; did you mean `show`?"),
        (
            PROFILE,
            "min_count = 10",
            "min_count = 1",
            "4:13: `min_count` is 1, which would show single persons; write 3 or more",
        ),
        (
            PROFILE,
            "method = \"gauss\"",
            "method = \"recompute_totals\"",
            "24:24: `recompute_totals` would leave withheld numbers to subtraction: whoever knows the true total has them; write `gauss`",
        ),
        (
            PROFILE,
            "complements = true",
            "lockout = { count = 7 }",
            "25:1: `lockout` would make an answer depend on whether earlier true numbers were equal; here repeats get the same answer; leave it out",
        ),
        (
            PROFILE,
            "count_sd = 2.0",
            "count_sd = -2.0",
            "8:53: `noise.count_sd` is -2, which is not a standard deviation; write a number from 0 to 1000000",
        ),
        (
            PROFILE,
            "id = \"plain\"",
            "id = \"plane\"",
            "1:6: the id is `plane` and the file is `plain.toml`; write `id = \"plain\"` or rename the file",
        ),
        (
            "people.toml",
            "\"auditor\"",
            "\"audtor\"",
            "9:19: `audtor` is not known here; did you mean `auditor`?",
        ),
    ] {
        let errors = errors_of(files().changed(path, from, to)).await;
        assert_eq!(errors, format!("policies/{path}:{expected}"), "{from} -> {to}");
    }
}

#[tokio::test]
async fn mistakes_of_all_files_come_together_and_in_order() {
    let errors = errors_of(
        files()
            .changed("people.toml", "name = \"Ada\"", "")
            .changed("projects/heart.toml", "\"plain\"", "\"fancy\"")
            .changed("projects/heart.toml", "= 1_000", "= \"much\"")
            .changed("access/rules.csv", "hiv, filter, allow", "hiv, filter, alow")
            .changed("profiles/plain.toml", "max_rows = 5000", "max_rows = 0"),
    )
    .await;
    let places: Vec<&str> = errors.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "policies/access/rules.csv:4:45",
            "policies/people.toml:2:1",
            "policies/profiles/plain.toml:29:24",
            "policies/projects/heart.toml:14:19",
            "policies/projects/heart.toml:15:17",
        ]
    );
}

#[tokio::test]
async fn nothing_is_read_from_a_file_that_is_not_toml() {
    let errors = errors_of(files().changed("projects/heart.toml", "\"Hearts\"", "\"Hearts")).await;
    assert!(errors.starts_with("policies/projects/heart.toml:1:"), "{errors}");
    let twice = files().changed("projects/heart.toml", "end =", "start =");
    let errors = errors_of(twice).await;
    assert!(errors.starts_with("policies/projects/heart.toml:13:1: duplicate key"), "{errors}");
}

#[tokio::test]
async fn files_that_nobody_would_read_are_mistakes() {
    for (path, expected) in [
        ("project/lungs.toml", "did you mean `projects/<id>.toml`?"),
        ("projects/lungs.tml", "did you mean `projects/<id>.toml`?"),
        ("acess/rules.csv", "did you mean `access/rules.csv`?"),
        (
            "projects/Lungs.toml",
            "rename the file: lower case letters, digits and hyphens, at most 63, starting with a letter",
        ),
    ] {
        let errors = errors_of(files().with(path, "")).await;
        assert!(errors.starts_with(&format!("policies/{path}:1:1: ")), "{errors}");
        assert!(errors.ends_with(expected), "{errors}");
    }
    let mut missing = files();
    missing.0.retain(|(path, _)| path != "access/rules.csv");
    assert_eq!(
        errors_of(missing).await,
        "policies/access/rules.csv:1:1: the file is missing; add it, see policies/README.md"
    );
}

#[tokio::test]
async fn nobody_is_listed_twice() {
    let member = "[[members]]\nuser = \"ada\"\nrole = \"researcher\"\nfrom = 2026-02-01\nuntil = 2026-03-01\ntraining_until = 2026-03-01\n";
    let errors = errors_of(files().with("projects/heart.toml", &format!("{HEART}{member}"))).await;
    assert!(
        errors.starts_with("policies/projects/heart.toml:24:1: `ada` is a member twice"),
        "{errors}"
    );
    let errors = errors_of(files().with("people.toml", &format!("{PEOPLE}{PEOPLE}"))).await;
    assert!(errors.starts_with("policies/people.toml:12:8: `ada` stands here twice"), "{errors}");
    let twice = files().changed("projects/heart.toml", "[\"d\"]", "[\"d\", \"d\"]");
    assert_eq!(
        errors_of(twice).await,
        "policies/projects/heart.toml:16:18: `d` is listed twice; keep one"
    );
}
