use crate::guard::planned::planned;
use crate::refusal::Code;

const APART: &str = r#"field_exclusions = [["clinic.people.region", "clinic.visits.kind"], ["clinic.people.sex", "clinic.people.alive"]]"#;

async fn refused(sql: &str) -> Option<(Code, String)> {
    let refusal = planned(&[APART], "", sql).await.err();
    refusal.map(|refusal| (refusal.code(), refusal.to_string()))
}

#[tokio::test]
async fn two_columns_that_are_kept_apart_are_refused_by_name() {
    let sql = "select sex, alive, count(*) from people group by sex, alive";
    let refusal = planned(&[APART], "", sql).await.err().unwrap();
    assert_eq!(refusal.code(), Code::ColumnsNotCrossed);
    assert_eq!(
        refusal.to_string(),
        "line 1, column 55: `sex` and `alive` may not be used in one query; \
         leave one of them out; a query of its own may use it"
    );
    assert_eq!(
        refusal.rule(),
        Some(
            "release profile `tresor-default`: field_exclusions: clinic.people.sex, clinic.people.alive"
        )
    );
}

#[tokio::test]
async fn however_they_are_crossed() {
    for sql in [
        "select sex, count(*) from people where alive group by sex",
        "select count(*) from people where alive and sex = 'f'",
        "select count(*) filter (where alive), count(*) filter (where sex = 'f') from people",
        "select sex, sum(case when alive then 1 else 0 end) from people group by sex",
        "select alive, count(distinct sex) from people group by alive",
        "select alive, count(sex) from people group by alive",
        "select sex, a, count(*) from (select person_id, sex, cast(alive as integer) a from people) t group by 1, 2",
        "select distinct sex, alive from people",
        "select p.region, v.kind, count(*) from people p join visits v on v.person_id = p.person_id group by 1, 2",
        "select p.region, count(*) from people p where exists (select 1 from visits v \
         where v.person_id = p.person_id and v.kind = 'birth') group by 1",
        "with s as (select person_id, sex from people), a as (select person_id, alive from people) \
         select s.sex, a.alive, count(*) from s join a on s.person_id = a.person_id group by 1, 2",
        "select t.w, count(*) from people p join (values ('f', 'w')) t (s, w) on t.s = p.sex where p.alive group by 1",
        "select sex, n from (select sex, count(*) n from people group by sex) t \
         union all select 'alive', count(*) from people where alive",
    ] {
        assert_eq!(
            refused(sql).await.map(|(code, _)| code),
            Some(Code::ColumnsNotCrossed),
            "{sql}"
        );
    }
}

#[tokio::test]
async fn each_may_be_used_without_the_other() {
    for sql in [
        "select sex, age, count(*) from people group by sex, age",
        "select alive, avg(income) from people group by alive",
        "select p.sex, v.kind, count(*) from people p join visits v on v.person_id = p.person_id group by 1, 2",
    ] {
        assert_eq!(refused(sql).await, None, "{sql}");
    }
}
