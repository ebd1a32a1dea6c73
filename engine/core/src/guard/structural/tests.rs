use super::*;
use crate::guard::planned::planned;
use crate::guard::release::Release;

const MEN_AT_BIRTHS: &str = r#"structural_zeros = [{ "clinic.people.sex" = "m", "clinic.visits.kind" = "birth" }, { "clinic.visits.kind" = "birth", "clinic.visits.site" = "s1" }, { "clinic.people.age" = "7", "clinic.people.alive" = "true" }]"#;

/// Whether the cell with this key cannot be, by the first release of the query.
async fn cannot_be(sql: &str, key: &[ScalarValue]) -> bool {
    let guarded = planned(&[MEN_AT_BIRTHS], "", sql).await;
    let guarded = guarded.unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    let Some(Release::Personal(release)) = guarded.releases.first() else { panic!("{sql}") };
    assert_eq!(release.keys.len(), key.len(), "{sql}");
    release.cannot_be(&guarded.grant.profile, key)
}

fn text(value: &str) -> ScalarValue {
    ScalarValue::Utf8View(Some(value.to_owned()))
}

const JOINED: &str = "people p join visits v on p.person_id = v.person_id";

#[tokio::test]
async fn keys_that_are_the_columns_as_they_are_count() {
    for sql in [
        format!("select sex, kind, count(*) from {JOINED} group by 1, 2"),
        format!("select s, k, count(*) from (select p.sex as s, v.kind as k from {JOINED}) t group by s, k"),
        format!("select sex, kind, count(*) from {JOINED} where cost > 3 group by sex, kind"),
        "select p.sex, v.kind, count(*) from people p left join visits v on p.person_id = v.person_id \
         group by 1, 2"
            .to_owned(),
        "select p.sex, v.kind, count(*) from visits v right join people p on p.person_id = v.person_id \
         group by 1, 2"
            .to_owned(),
    ] {
        assert!(cannot_be(&sql, &[text("m"), text("birth")]).await, "{sql}");
        assert!(!cannot_be(&sql, &[text("f"), text("birth")]).await, "{sql}");
        assert!(!cannot_be(&sql, &[text("m"), ScalarValue::Utf8View(None)]).await, "{sql}");
    }
}

#[tokio::test]
async fn further_keys_do_not_matter() {
    let sql = format!("select kind, region, sex, count(*) from {JOINED} group by 1, 2, 3");
    assert!(cannot_be(&sql, &[text("birth"), text("east"), text("m")]).await);
    assert!(!cannot_be(&sql, &[text("m"), text("east"), text("birth")]).await);
}

#[tokio::test]
async fn numbers_and_truth_compare_as_they_are_written() {
    let sql = "select age, alive, count(*) from people group by 1, 2";
    let key = |age, alive| [ScalarValue::Int64(Some(age)), ScalarValue::Boolean(Some(alive))];
    assert!(cannot_be(sql, &key(7, true)).await);
    assert!(!cannot_be(sql, &key(7, false)).await);
    assert!(!cannot_be(sql, &key(77, true)).await);
}

#[tokio::test]
async fn what_is_computed_is_no_column() {
    for (sql, key) in [
        (format!("select lower(sex), kind, count(*) from {JOINED} group by 1, 2"), ["m", "birth"]),
        (
            format!("select coalesce(sex, 'm') s, kind, count(*) from {JOINED} group by 1, 2"),
            ["m", "birth"],
        ),
        (
            "select sex, k, count(*) from (select p.person_id, p.sex, max(v.kind) k from people p \
             join visits v on p.person_id = v.person_id group by p.person_id, p.sex) t group by 1, 2"
                .to_owned(),
            ["m", "birth"],
        ),
        (
            "select sex, k, count(*) from (select person_id, sex, 'x' k from people union all \
             select person_id, kind, kind as k from visits) t group by 1, 2"
                .to_owned(),
            ["m", "birth"],
        ),
    ] {
        assert!(!cannot_be(&sql, &key.map(text)).await, "{sql}");
    }
}

#[tokio::test]
async fn what_a_code_list_says_is_not_the_persons() {
    let sql = "select p.sex, s.kind, count(*) from people p join visits v on p.person_id = v.person_id \
               join sites s on s.site = v.site group by 1, 2";
    assert!(!cannot_be(sql, &[text("m"), text("birth")]).await);
}

#[tokio::test]
async fn two_rows_of_a_person_may_be_what_one_cannot() {
    let key = [text("birth"), text("s1")];
    let one = "select kind, site, count(*) from visits group by 1, 2";
    assert!(cannot_be(one, &key).await, "one visit is of a kind and at a site");
    let two = "select a.kind, b.site, count(*) from visits a join visits b on a.person_id = b.person_id \
               group by 1, 2";
    assert!(!cannot_be(two, &key).await, "two visits of one person");
}

#[tokio::test]
async fn a_person_has_one_row_whoever_finds_it() {
    let sql = "select a.age, b.alive, count(*) from people a join people b on a.person_id = b.person_id \
               group by 1, 2";
    let key = [ScalarValue::Int64(Some(7)), ScalarValue::Boolean(Some(true))];
    assert!(cannot_be(sql, &key).await);
}

#[tokio::test]
async fn a_filter_is_no_key() {
    let sql = format!("select kind, count(*) from {JOINED} where sex = 'm' group by kind");
    assert!(!cannot_be(&sql, &[text("birth")]).await);
}
