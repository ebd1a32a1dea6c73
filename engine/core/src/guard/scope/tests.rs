use tresor_disclosure::profile::RoundingMethod;

use super::*;
use crate::guard::planned::planned;

const BELOW: &str = "scope = \"below_national\"";
const ON_REGION: &str = r#"
[[row_conditions]]
dataset = "clinic"
table = "people"
column = "region"
operator = "="
values = ["east"]
"#;

/// How far a query reaches, and whether counts are rounded.
async fn reach(conditions: &str, sql: &str) -> (Reach, bool) {
    let guarded = planned(&[BELOW], conditions, sql)
        .await
        .unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    let rounded = guarded.grant.profile.rounding.method != RoundingMethod::None;
    (guarded.reach, rounded)
}

#[tokio::test]
async fn a_query_without_areas_is_national() {
    for sql in [
        "select count(*) from people",
        "select sex, count(*) from people where age > 40 group by sex",
        "select kind, sum(cost) from visits group by kind",
    ] {
        assert_eq!(reach("", sql).await, (Reach::National, false), "{sql}");
    }
}

#[tokio::test]
async fn whatever_an_area_is_used_for_it_is_below() {
    for sql in [
        "select region, count(*) from people group by region",
        "select count(*) from people where region = 'east'",
        "select count(*) filter (where region = 'east') from people",
        "select sum(case when region = 'east' then income else 0 end) from people",
        "select count(distinct region) from people",
        "select count(region) from people",
        "select r, count(*) from (select lower(region) r from people) t group by r",
        "select count(*) from people p where exists \
         (select 1 from people q where q.person_id = p.person_id and q.region = 'east')",
        "select s.kind, count(*) from visits v join sites s on s.site = v.site group by 1",
        "select n, count(*) from (select person_id, count(distinct site) n from visits group by 1) t group by n",
        "select count(*) from people union all select count(*) from people where region = 'east'",
    ] {
        assert_eq!(reach("", sql).await, (Reach::BelowNational, true), "{sql}");
    }
}

#[tokio::test]
async fn a_slice_of_the_project_is_no_country() {
    let all = "select count(*) from people";
    assert_eq!(reach(ON_REGION, all).await.0, Reach::BelowNational);
    let others = "select kind, count(*) from visits group by kind";
    assert_eq!(reach(ON_REGION, others).await.0, Reach::National, "the slice is of another table");
    let by_kind = ON_REGION.replace("region", "sex").replace("east", "f");
    assert_eq!(reach(&by_kind, all).await.0, Reach::National);
}

#[tokio::test]
async fn persons_of_one_area_are_no_country_in_any_table() {
    let persons = format!("{ON_REGION}holds_for = \"person\"\n");
    for sql in ["select count(*) from people", "select kind, count(*) from visits group by kind"] {
        assert_eq!(reach(&persons, sql).await.0, Reach::BelowNational, "{sql}");
    }
    let by_sex = persons.replace("region", "sex").replace("east", "f");
    let others = "select kind, count(*) from visits group by kind";
    assert_eq!(reach(&by_sex, others).await.0, Reach::National);
    let about_nobody = "select kind, count(*) from sites group by kind";
    assert_eq!(reach(&persons, about_nobody).await.0, Reach::National);
}

#[tokio::test]
async fn areas_matter_only_where_the_profile_says_so() {
    let sql = "select region, count(*) from people group by region";
    let guarded = planned(&[], "", sql).await.unwrap();
    assert_eq!((guarded.reach, guarded.reach.note()), (Reach::Everywhere, None));
}
