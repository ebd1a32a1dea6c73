//! Failing on purpose: an error that only one person's row can cause is an answer (NO-DATA-IN-VERDICTS).

use tests::home::{EXACT, NOISY};

use super::{Bit, plain};

/// Expressions over people that fail in plain DataFusion when the condition holds on a row.
fn probes(condition: &str) -> Vec<String> {
    let bit = format!("case when {condition} then 0 else 1 end");
    let text = format!("case when {condition} then 'x' else '1' end");
    // Days and moments that no calendar names, and one whose year begins before nanoseconds do.
    let day = format!("cast(case when {condition} then 2147483647 else 0 end as date)");
    let moment =
        format!("cast(case when {condition} then -9223372036854775807 else 0 end as timestamp(6))");
    let early = format!(
        "case when {condition} then timestamp '1677-09-21T00:12:44' else timestamp '2020-01-01T00:00:00' end"
    );
    [
        format!("1 / ({bit})"),
        format!("1 % ({bit})"),
        format!("10 / ({bit}) + 1"),
        format!("1 / (({bit}) * birth_year)"),
        format!("cast({text} as bigint)"),
        format!("cast({text} as int)"),
        format!("cast({text} as double)"),
        format!("cast(case when {condition} then 'x' else 'true' end as boolean)"),
        format!("cast(case when {condition} then 'x' else '2020-01-01' end as date)"),
        format!("cast(case when {condition} then 'x' else '2020-01-01T00:00:00' end as timestamp)"),
        format!("cast(case when {condition} then 9223372036854775807 else 1 end as int)"),
        format!("cast(case when {condition} then 1e300 else 1.0 end as bigint)"),
        format!("cast(case when {condition} then '99999999999999999999' else '1' end as bigint)"),
        format!("abs(case when {condition} then -9223372036854775807 - 1 else 1 end)"),
        format!("case when {condition} then 9223372036854775807 else 1 end + birth_year"),
        format!("case when {condition} then 9223372036854775807 else 1 end * birth_year"),
        format!("1 / nullif({bit}, 2)"),
        format!("cast({day} as varchar)"),
        format!("cast({moment} as varchar)"),
        format!("cast({moment} as date)"),
        format!("left({day}, 4)"),
        format!("character_length({day})"),
        format!("date_trunc('hour', {moment})"),
        format!("date_trunc('year', cast(case when {condition} then -106751 else 0 end as date))"),
        format!("date_trunc('week', {early})"),
    ]
    .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_errors_give_the_bit_away() {
    let bit = Bit::new().await;
    let mut read = 0;
    for probe in probes(&format!("{} and hiv", bit.target)) {
        let sql = format!("select count(*) from people where cast({probe} as varchar) <> 'q'");
        let fails = async |world: &super::World| plain::ask(&world.clinic, &sql).await.is_err();
        read += usize::from(fails(&bit.yes).await && !fails(&bit.no).await);
    }
    assert!(read >= 10, "{read} probes read the bit");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_worlds_end_alike() {
    let bit = Bit::new().await;
    for probe in probes(&format!("{} and hiv", bit.target)) {
        for sql in [
            format!("select count(*) from people where ({probe}) is not null"),
            format!("select count(*) from people where cast({probe} as varchar) <> 'q'"),
            format!("select count({probe}), avg(income) from people"),
            format!("select ({probe}) is null k, count(*) n from people group by 1"),
            format!(
                "select region, count(*) from people group by region having max(({probe}) is null) is null"
            ),
            format!(
                "select count(*) from people p join visits v on p.person_id = v.person_id and ({probe}) is not null"
            ),
        ] {
            for project in [EXACT, NOISY] {
                let (yes, no) =
                    (bit.yes.body(project, &sql).await, bit.no.body(project, &sql).await);
                match (&yes, &no) {
                    (Ok(yes), Ok(no)) => {
                        for part in ["schema", "cell_status", "notes", "truncated", "state"] {
                            assert_eq!(yes[part], no[part], "{project}: {part} of {sql}");
                        }
                        let rows = |body: &serde_json::Value| body["rows"].as_array().map(Vec::len);
                        assert_eq!(rows(yes), rows(no), "{project}: {sql}");
                    }
                    (Err(yes), Err(no)) => {
                        assert_eq!(yes, no, "{project}: {sql}");
                        assert_ne!(yes, "execution_failed", "{project}: {sql}");
                    }
                    _ => panic!("{project}: {sql}: {yes:?} and {no:?}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_too_long_to_compile_is_refused_before_rows_are_read() {
    let bit = Bit::new().await;
    for like in ["like", "ilike", "not like"] {
        let pattern = "_".repeat(30_000);
        let sql = format!(
            "select count(*) from people where {} and hiv and region {like} '{pattern}'",
            bit.target
        );
        for world in [&bit.yes, &bit.no] {
            let refused = world.body(EXACT, &sql).await;
            assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{like}");
        }
    }
}
