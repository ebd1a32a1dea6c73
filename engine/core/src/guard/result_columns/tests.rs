use crate::guard::planned::planned;

const SUFFIXES: &str = "suffixes = { value = \"_rounded\", derived = \"_derived\" }";

async fn names(lines: &[&str], sql: &str) -> Vec<String> {
    let guarded =
        planned(lines, "", sql).await.unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    guarded.columns.into_iter().map(|column| column.name).collect()
}

#[tokio::test]
async fn names_say_what_was_done_to_counts() {
    for (sql, expected) in [
        ("select sex, count(*) n from people group by sex", vec!["sex", "n_rounded"]),
        (
            "select kind, count(distinct person_id) n, count(*) rows from visits group by kind",
            vec!["kind", "n_rounded", "rows_rounded"],
        ),
        (
            "select avg(income) a, sum(income) s, stddev(income) d from people",
            vec!["a_derived", "s", "d_derived"],
        ),
        (
            "select sum(income) / count(*) r, 100 * count(*) p, median(income) m from people",
            vec!["r_derived", "p_derived", "m"],
        ),
        (
            "select sex s, n m from (select sex, count(*) n from people group by sex) t",
            vec!["s", "m_rounded"],
        ),
        ("select sum(case when age > 60 then 1 else 0 end) n from people", vec!["n_rounded"]),
        ("select sum(case when age > 60 then 2 else 0 end) n from people", vec!["n_derived"]),
    ] {
        assert_eq!(names(&[SUFFIXES], sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn names_stay_apart() {
    let sql = "select count(*) n, count(*) + 0 n_rounded from people";
    let found = names(&["suffixes = { value = \"_rounded\", derived = \"\" }"], sql).await;
    assert_eq!(found, ["n_rounded", "n_rounded_2"]);
}

#[tokio::test]
async fn without_suffixes_names_are_as_written() {
    assert_eq!(names(&[], "select count(*) n, avg(income) a from people").await, ["n", "a"]);
}
