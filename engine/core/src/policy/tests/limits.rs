//! What a project may not do although the engine offers it.

use super::*;

fn with_limits(lines: &str) -> Files {
    files().with("projects/heart.toml", &format!("{HEART}[limits]\n{lines}\n"))
}

#[tokio::test]
async fn limits_keep_the_place_where_they_are_written() {
    let lines = "functions_denied = [\"MEDIAN\", \"char_length\", \"extract\"]\njoins_max = 2\nset_operations = false";
    let revision = with_limits(lines).revision().await;
    let limits = &revision.project(&project("heart")).unwrap().limits;
    let denied: Vec<(&str, &str)> =
        limits.functions.iter().map(|it| (it.value.as_str(), it.rule.as_str())).collect();
    // By its first name, whatever it is called.
    assert_eq!(
        denied,
        [
            ("median", "policies/projects/heart.toml:25:21"),
            ("character_length", "policies/projects/heart.toml:25:31"),
            ("date_part", "policies/projects/heart.toml:25:46"),
        ]
    );
    let joins = limits.joins.as_ref().unwrap();
    assert_eq!((joins.value, joins.rule.as_str()), (2, "policies/projects/heart.toml:26:13"));
    assert_eq!(limits.no_set_operations.as_deref(), Some("policies/projects/heart.toml:27:18"));
    let allowed = with_limits("set_operations = true").revision().await;
    assert_eq!(allowed.project(&project("heart")).unwrap().limits, ProjectLimits::default());
}

#[tokio::test]
async fn limits_that_limit_nothing_are_mistakes() {
    for (lines, expected) in [
        (
            "functions_denied = [\"medain\"]",
            "25:21: the engine has no function `medain`, so nothing is denied; did you mean `median`?",
        ),
        (
            "functions_denied = [\"pg_sleep\"]",
            "25:21: the engine has no function `pg_sleep`, so nothing is denied; leave it out",
        ),
        ("functions_denied = [\"avg\", \"mean\"]", "25:28: `avg` is denied twice; keep one"),
        (
            "functions_denied = \"avg\"",
            "25:20: `functions_denied` is a list, and this is a text; write `functions_denied = [..]`",
        ),
        (
            "joins_max = 17",
            "25:13: no query may have more than 16 joins, so 17 limits nothing; write 16 or less, or leave it out",
        ),
        ("joins_max = -1", "25:13: this is not a whole number of zero or more; write 1000"),
        ("joinsmax = 1", "25:1: unknown key `joinsmax`; did you mean `joins_max`?"),
        (
            "functions_allowed = [\"random\"]",
            "25:1: unknown key `functions_allowed`; did you mean `functions_denied`?",
        ),
    ] {
        let errors = errors_of(with_limits(lines)).await;
        assert_eq!(errors, format!("policies/projects/heart.toml:{expected}"), "{lines}");
    }
}
