use super::Conditions;
use crate::guard::planned::planned;

async fn conditions(sql: &str) -> Conditions {
    // Where conditions are measured there may not be so many of them.
    let all_count = [
        "low_effect = { persons = 0, sd = 0.0, condition_sd = 0.0 }",
        "exposure = { warn = 0.0, review = 0.0, lock = 0.0 }",
    ];
    match planned(&all_count, "", sql).await {
        Ok(guarded) => guarded.facts.conditions,
        Err(refusal) => panic!("{sql}: {refusal}"),
    }
}

async fn shapes(sql: &str) -> Vec<String> {
    conditions(sql).await.shapes().map(str::to_owned).collect()
}

async fn texts(sql: &str) -> Vec<String> {
    conditions(sql).await.texts().map(str::to_owned).collect()
}

#[tokio::test]
async fn conditions_are_listed_with_and_without_their_constants() {
    let sql = "select count(*) from people where region = 'east' and age >= 40 and alive";
    assert_eq!(
        shapes(sql).await,
        ["clinic.people.age >= ?", "clinic.people.alive", "clinic.people.region = ?"]
    );
    assert_eq!(
        texts(sql).await,
        ["clinic.people.age >= 40", "clinic.people.alive", "clinic.people.region = 'east'"]
    );
}

#[tokio::test]
async fn a_query_without_conditions_has_none() {
    assert!(shapes("select region, count(*) from people group by region").await.is_empty());
}

/// One population, many texts.
#[tokio::test]
async fn ways_of_writing_make_no_difference() {
    let forms = [
        "select count(*) from people where age between 40 and 60 and not region = 'east'",
        "select count(*) from clinic.people p where 'east' <> p.region and p.age <= 60 and 40 <= p.age",
        "select sum(1) from (select age a, region r from people) t where a <= 60 and r <> 'east' and a >= 40",
        "with c as (select * from people where age >= 40) select count(distinct person_id) from c \
         where (c.region <> 'east' and age <= 60)",
        "select count(*) from people where region not in ('east') and (age >= 40 and age <= 60.0)",
    ];
    let first = texts(forms[0]).await;
    assert_eq!(first.len(), 3, "{first:?}");
    for form in forms {
        assert_eq!(texts(form).await, first, "{form}");
    }
}

#[tokio::test]
async fn either_side_of_or_and_the_members_of_a_list_have_no_order() {
    let forms = [
        "select count(*) from people where (age > 60 or region in ('east', 'west')) and sex = 'f'",
        "select count(*) from people where sex = 'f' and (region in ('west', 'east', 'west') or age > 60)",
    ];
    let [one, other] = forms.map(texts);
    let (one, other) = (one.await, other.await);
    assert_eq!(one, other);
    assert_eq!(
        shapes(forms[0]).await,
        ["(clinic.people.age > ?) or (clinic.people.region in (?, ?))", "clinic.people.sex = ?"]
    );
}

#[tokio::test]
async fn whom_a_sub_query_chooses_is_one_condition() {
    let with = "select count(*) from people p where exists \
                (select 1 from visits v where v.person_id = p.person_id and v.kind = 'urgent' and cost > 10)";
    let same = "select count(*) from people where person_id in \
                (select person_id from visits where cost > 10 and kind = 'urgent')";
    let without = "select count(*) from people where person_id not in \
                   (select person_id from visits where cost > 10 and kind = 'urgent')";
    let condition =
        "exists (clinic.visits where (clinic.visits.cost > ?) and (clinic.visits.kind = ?))";
    assert_eq!(shapes(with).await, [condition]);
    assert_eq!(shapes(same).await, [condition]);
    assert_ne!(shapes(without).await, [condition]);
    assert!(
        shapes(without).await.join(" ").starts_with("not exists"),
        "{:?}",
        shapes(without).await
    );
}

#[tokio::test]
async fn joins_on_the_person_are_no_conditions_and_others_are() {
    let sql = "select count(*) from people p join visits v on v.person_id = p.person_id \
               join sites s on s.site = v.site where s.kind = 'birth'";
    assert_eq!(
        shapes(sql).await,
        ["clinic.sites.kind = ?", "clinic.sites.site = clinic.visits.site"]
    );
    let commas = "select count(*) from people p, visits v, sites s \
                  where v.person_id = p.person_id and s.site = v.site and s.kind = 'birth'";
    assert_eq!(shapes(commas).await, shapes(sql).await);
}

#[tokio::test]
async fn what_is_only_brought_along_is_told_apart() {
    let sql = "select count(*), count(v.kind) from people p left join \
               (select person_id, kind from visits where kind = 'urgent') v on v.person_id = p.person_id";
    assert_eq!(shapes(sql).await, ["joined (clinic.visits where (clinic.visits.kind = ?))"]);
}

#[tokio::test]
async fn conditions_of_aggregates_and_results_are_told_apart() {
    let sql = "select region, count(*) filter (where sex = 'f'), sum(case when alive then income else 0 end) \
               from people group by region having count(*) > 20";
    assert_eq!(
        shapes(sql).await,
        ["filter ((clinic.people.sex = ?))", "result: count(?) > ?", "when (clinic.people.alive)",]
    );
    let per_person = "select count(*) from (select person_id, count(*) n from visits group by person_id) t where n > 2";
    assert_eq!(shapes(per_person).await, ["count(?) > ?"]);
}

#[tokio::test]
async fn parts_of_a_union_have_their_own_conditions() {
    let sql = "select region, count(*) from people where sex = 'f' group by region union all \
               select region, count(*) from people where sex = 'm' group by region";
    assert_eq!(texts(sql).await.len(), 2);
    assert_eq!(shapes(sql).await, ["part (clinic.people where (clinic.people.sex = ?))"; 2]);
}

/// No constant of a query, no name that a researcher gives, and no alias gets into the open part of the log.
#[tokio::test]
async fn shapes_hold_nothing_that_was_made_up() {
    for sql in [
        "select count(*) as zebra from people zebra where zebra.region = 'zebra' or zebra.region like 'zebra%'",
        "with zebra as (select person_id, age + 4711 as zebra from people) select count(*) from zebra where zebra > 4711",
        "select case when region = 'zebra' then 'zebra' end as zebra, count(*) from people where sex <> 'zebra' group by 1",
        "select count(*) from people where region in ('zebra', 'east') and upper(region) = 'zebra' and age % 4711 = 4711",
        "select count(*) filter (where region = 'zebra') from people having count(*) > 4711",
        "select count(*) from people p join (values ('zebra', 4711)) zebra (zebra, n) on zebra.zebra = p.region",
    ] {
        let found = conditions(sql).await;
        let shapes: Vec<&str> = found.shapes().collect();
        assert!(!shapes.is_empty(), "{sql}");
        for shape in shapes {
            assert!(!shape.contains("zebra") && !shape.contains("4711"), "{sql}: {shape}");
        }
    }
}

#[tokio::test]
async fn long_and_many_conditions_fit_into_an_entry() {
    let values: Vec<String> = (0..900).map(|at| format!("'value {at}'")).collect();
    let sql = format!("select count(*) from people where region in ({})", values.join(", "));
    let found = shapes(&sql).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].len() <= 200 && found[0].contains(".. #"), "{}", found[0]);
    let parts: Vec<String> = (0..100).map(|at| format!("age <> {}", 1000 + at)).collect();
    let sql = format!("select count(*) from people where {}", parts.join(" and "));
    let all = conditions(&sql).await;
    assert_eq!(all.shapes().count(), 81);
    assert_eq!(all.texts().last(), Some("~ and 20 more"));
}
