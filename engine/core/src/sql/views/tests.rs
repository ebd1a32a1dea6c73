use super::*;

fn limits() -> Limits {
    Limits::default()
}

fn read(written: &[(&str, &str)]) -> Views {
    Views::read(written, &limits()).unwrap()
}

fn expanded(views: &Views, sql: &str) -> String {
    let text = QueryText::read(sql, &limits()).unwrap();
    let mut query = shape::parse(&text, false, &limits()).unwrap();
    views.expand(&mut query);
    query.to_string()
}

fn mistakes(written: &[(&str, &str)]) -> Vec<String> {
    let all = Views::read(written, &limits()).unwrap_err();
    all.into_iter().map(|mistake| format!("{}; {}", mistake.wrong, mistake.fix)).collect()
}

#[test]
fn a_view_stands_in_front_under_a_name_of_the_engine() {
    let views =
        read(&[("old", "select * from people where age > 80"), ("ill", "select * from labs")]);
    assert_eq!(
        expanded(&views, "SELECT count(*) FROM old"),
        "WITH tresor_view_old AS (SELECT * FROM people WHERE age > 80) \
         SELECT count(*) FROM tresor_view_old AS old"
    );
    assert_eq!(expanded(&views, "SELECT 1 FROM people"), "SELECT 1 FROM people");
}

#[test]
fn a_view_brings_the_views_it_uses() {
    let views =
        read(&[("a", "select * from t"), ("b", "select * from a"), ("c", "select * from u")]);
    assert_eq!(
        expanded(&views, "SELECT * FROM (SELECT * FROM B AS x) AS y"),
        "WITH tresor_view_a AS (SELECT * FROM t), \
         tresor_view_b AS (SELECT * FROM tresor_view_a AS a) \
         SELECT * FROM (SELECT * FROM tresor_view_b AS x) AS y"
    );
}

#[test]
fn a_cte_hides_a_view_from_what_comes_after_it() {
    let views = read(&[("old", "select * from people")]);
    assert_eq!(
        expanded(
            &views,
            "WITH old AS (SELECT * FROM old), z AS (SELECT * FROM old) SELECT * FROM old"
        ),
        "WITH tresor_view_old AS (SELECT * FROM people), \
         old AS (SELECT * FROM tresor_view_old AS old), \
         z AS (SELECT * FROM old) SELECT * FROM old"
    );
    // Only where the CTE can be seen.
    assert_eq!(
        expanded(&views, "SELECT (WITH old AS (SELECT 1) SELECT 1 FROM old) FROM old"),
        "WITH tresor_view_old AS (SELECT * FROM people) \
         SELECT (WITH old AS (SELECT 1) SELECT 1 FROM old) FROM tresor_view_old AS old"
    );
}

#[test]
fn a_table_with_its_dataset_is_no_view() {
    let views = read(&[("old", "select * from people")]);
    assert_eq!(expanded(&views, "SELECT * FROM sample.old"), "SELECT * FROM sample.old");
    assert_eq!(expanded(&views, "SELECT * FROM \"Old\""), "SELECT * FROM \"Old\"");
}

#[test]
fn mistakes_are_told_in_words() {
    assert_eq!(
        mistakes(&[("a", "select count( from t")]).len(),
        1,
        "what does not parse is a mistake"
    );
    assert_eq!(
        mistakes(&[("a", "select * from a")]),
        ["the view `a` uses itself; read from tables and from views that stand above it"]
    );
    assert_eq!(
        mistakes(&[("a", "select * from b"), ("b", "select * from t")]),
        ["the view `a` uses `b`, which stands below it; move `[views.b]` above `[views.a]`"]
    );
    assert_eq!(
        mistakes(&[("a", "select * from b"), ("b", "select * from c"), ("c", "select * from a")]),
        [
            "the views `a` and `b` use each other in a circle; let one of them read from tables only",
            "the views `b` and `c` use each other in a circle; let one of them read from tables only",
        ]
    );
    let several = mistakes(&[("a", "select 1; select 2"), ("b", "delete from t")]);
    assert!(several.iter().all(|m| m.contains("only a single SELECT is answered")), "{several:?}");
}

#[test]
fn views_carry_no_places() {
    let views = read(&[("old", "select\n  age from people")]);
    let text = QueryText::read("select age from old", &limits()).unwrap();
    let mut query = shape::parse(&text, false, &limits()).unwrap();
    views.expand(&mut query);
    let with = query.with.unwrap();
    use datafusion::sql::sqlparser::ast::Spanned;
    assert_eq!(super::super::text::position(with.cte_tables[0].query.span()), None);
}
