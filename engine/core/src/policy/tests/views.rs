//! Views of a project.

use super::*;

fn with_views(lines: &str) -> Files {
    files().with("projects/heart.toml", &format!("{HEART}{lines}"))
}

fn named(name: &str, sql: &str) -> String {
    format!("[views.{name}]\ndescription = \"d\"\nsql = \"{sql}\"\n")
}

#[tokio::test]
async fn views_stand_in_the_order_of_the_file() {
    let both =
        named("young", "select * from people") + named("men", "select * from young").as_str();
    let revision = with_views(&both).revision().await;
    revision.check_contracts(&[&contract()]).unwrap();
    let project = revision.project(&project("heart")).unwrap();
    let names: Vec<&str> = project.views.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["young", "men"]);
}

#[tokio::test]
async fn views_with_mistakes_are_refused_with_their_place() {
    for (lines, expected) in [
        (
            "[views.a]\nsql = \"select 1\"\n".to_owned(),
            "24:8: `description` is missing; add a line `description = ..`",
        ),
        (named("a", "select 1") + "sq = 1\n", "27:1: unknown key `sq`; did you mean `sql`?"),
        (
            named("a", "select * from a"),
            "26:7: the view `a` uses itself; read from tables and from views that stand above it",
        ),
        (
            named("a", "select * from b") + named("b", "select 1").as_str(),
            "26:7: the view `a` uses `b`, which stands below it; move `[views.b]` above `[views.a]`",
        ),
        (
            named("tresor_x", "select 1"),
            "24:8: the name `tresor_x` is kept for the engine; choose a name that does not begin with `tresor_`",
        ),
        (
            "[[views]]\nsql = \"select 1\"\n".to_owned(),
            "`views` holds named tables, and this is a list; write `[views.<name>]` with keys below it",
        ),
    ] {
        let errors = errors_of(with_views(&lines)).await;
        assert!(errors.contains(expected), "{lines}{errors}");
    }
    for sql in ["select count( from people", "delete from people", "select 1; select 2"] {
        let errors = errors_of(with_views(&named("a", sql))).await;
        assert!(
            errors.starts_with("policies/projects/heart.toml:26:7: the view `a` cannot be read: "),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn a_view_is_not_called_like_a_table() {
    let revision = with_views(&named("people", "select 1")).revision().await;
    assert_eq!(
        revision.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/projects/heart.toml:24:8: `people` is a table of `d`; give the view another name"
    );
}
