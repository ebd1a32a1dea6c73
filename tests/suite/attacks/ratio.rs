//! A ratio whose row counts everybody while its numbers are about one person.
//!
//! A threshold on the persons of a row passes, since the row has everybody in it. Thresholds must look at the persons
//! who contribute to each value.

use tests::home::{EXACT, NOISY};

use super::{Bit, World, plain};

fn ratio(target: &str) -> String {
    format!(
        "select sum(case when {target} then case when hiv then 1 else 0 end end) * 1.0 \
         / count(case when {target} then 1 end) from people"
    )
}

/// A threshold on the row, as a simple protection has it.
async fn with_row_threshold(world: &World, sql: &str) -> Option<String> {
    let counted = sql.replace(" from people", ", count(distinct person_id) from people");
    let row = plain::ask(&world.clinic, &counted).await.unwrap().remove(0);
    let persons: u64 = row[1].parse().unwrap();
    (persons >= 10).then(|| row[0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_on_rows_gives_the_bit_away() {
    let bit = Bit::new().await;
    let sql = ratio(&bit.target);
    assert_eq!(with_row_threshold(&bit.yes, &sql).await.as_deref(), Some("1.0"));
    assert_eq!(with_row_threshold(&bit.no, &sql).await.as_deref(), Some("0.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_worlds_give_the_same_withheld_answer() {
    let bit = Bit::new().await;
    let t = &bit.target;
    let queries = [
        ratio(t),
        format!(
            "select avg(case when {t} then case when hiv then 1.0 else 0.0 end end) from people"
        ),
        format!("select sum(case when {t} and hiv then 1 else 0 end) from people"),
        format!("select count(case when {t} and hiv then 1 end) from people"),
        format!("select count(*) from people where {t} and hiv"),
        format!("select sum(case when {t} and hiv then income else 0 end) from people"),
        format!("select avg(case when {t} and hiv then income end) from people"),
        format!("select sum(case when {t} and hiv then income end) + count(*) from people"),
        format!(
            "select case when {t} and hiv then 'a' when {t} then 'b' else 'c' end k, sum(income) from people group by 1 having count(*) < 10"
        ),
    ];
    for project in [EXACT, NOISY] {
        for sql in &queries {
            let (yes, no) = (bit.yes.body(project, sql).await, bit.no.body(project, sql).await);
            assert_eq!(yes, no, "{project}: {sql}");
            if let Ok(body) = yes {
                let rows = body["rows"].as_array().unwrap();
                let values = rows.iter().filter_map(|row| row.as_array()?.last());
                assert!(
                    values.clone().all(serde_json::Value::is_null),
                    "{project}: {sql}: {rows:?}"
                );
            }
        }
    }
}
