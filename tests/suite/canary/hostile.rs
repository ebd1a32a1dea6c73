//! Queries of somebody who wants a value out: by the engine's own words, by an error, by an extreme, by a list.

/// Columns of the planted tables, with their table.
const COLUMNS: [(&str, &str); 9] = [
    ("person_id", "people"),
    ("income", "people"),
    ("ward", "visits"),
    ("note", "visits"),
    ("cost", "visits"),
    ("nights", "visits"),
    ("visited_on", "visits"),
    ("taken_on", "labs"),
    ("value", "labs"),
];

/// What is asked of each column `c` of table `t`.
const FORMS: [&str; 62] = [
    "select c from t",
    "select * from t",
    "select distinct c from t",
    "select c, count(*) from t group by c",
    "select c, count(*) from t group by 1 having count(*) >= 1 order by count(*)",
    "select c, count(*) from t group by rollup (c)",
    "select min(c), max(c) from t",
    "select min(c) filter (where c is not null) from t",
    "select sum(c), avg(c) from t",
    "select sum(distinct c) from t",
    "select median(c) from t",
    "select percentile_cont(0.01) within group (order by c) from t",
    "select array_agg(c) from t",
    "select string_agg(c, ',') from t",
    "select first_value(c) from t",
    "select any_value(c) from t",
    "select mode(c) from t",
    "select cast(c as bigint), count(*) from t group by 1",
    "select count(*) from t where cast(c as bigint) = 1",
    "select count(*) from t where cast(c as boolean)",
    "select count(*) from t where cast(c as date) > date '2020-01-01'",
    "select count(*) from t where cast(c as timestamp) > timestamp '2020-01-01T00:00:00'",
    "select cast(c as interval) from t",
    "select arrow_cast(c, 'Int8'), count(*) from t group by 1",
    "select to_date(c), count(*) from t group by 1",
    "select to_timestamp(c) from t",
    "select count(*) from t where c > 5",
    "select count(*) from t where c = 'x'",
    "select count(*) from t where c + 1 > 0",
    "select count(*) from t where 1 / (c - c) > 0",
    "select count(*) from t where c like '%'",
    "select count(*) from t where c ~ '('",
    "select count(*) from t where regexp_like(c, '[')",
    "select left(c, 4), count(*) from t group by 1",
    "select left(c, 3), count(*) from t group by 1",
    "select substr(c, 1, 6), count(*) from t group by 1",
    "select upper(c), count(*) from t group by 1",
    "select lower(left(c, 5)) k, count(*) from t group by k order by k limit 1",
    "select case when c is not null then c end k, count(*) from t group by 1",
    "select coalesce(c, c), sum(1) from t group by 1",
    "select nullif(c, c), count(*) from t group by 1",
    "select greatest(c, c), count(*) from t group by 1",
    "select concat(c, c), count(*) from t group by 1",
    "select md5(c), count(*) from t group by 1",
    "select round(c, 1), count(*) from t group by 1",
    "select date_trunc('day', c), count(*) from t group by 1",
    "select date_part('doy', c), date_part('year', c), count(*) from t group by 1, 2",
    "select c, row_number() over (order by c) from t",
    "select max(c) over () from t",
    "select lag(c) over (partition by person_id order by c), count(*) from t group by 1",
    "select count(*) over (partition by c) from t",
    "select (select max(c) from t) from people",
    "select count(*) from people where exists (select c from t order by c limit 1)",
    "select k, count(*) from (select person_id, max(c) k from t group by person_id) x group by k",
    "select k, count(*) from (select person_id, min(c) k from t group by person_id) x group by k having count(*) > 0",
    "select c from t union all select c from t",
    "select c from t intersect select c from t",
    "select a.c, count(*) from t a join t b on a.person_id = b.person_id and a.c = b.c group by a.c",
    "select a.c, count(*) from t a join t b on a.c = b.c group by a.c",
    "select unnest(array_agg(c)) from t",
    "explain analyze select c from t",
    "select x.c, y.n from (select c, count(*) n from t group by c) x join (select c, count(*) n from t group by c) y on x.c = y.c",
];

/// Every form with every column.
pub(super) fn all() -> Vec<String> {
    let one = |form: &str, column: &str, table: &str| {
        let words = crate::fuzz::mutate::tokens(form);
        let word = |word: &String| match word.trim() {
            "c" => word.replace('c', column),
            "t" => word.replace('t', table),
            _ => word.clone(),
        };
        words.iter().map(word).collect::<String>()
    };
    let of_column = |(column, table)| FORMS.map(|form| one(form, column, table));
    COLUMNS.into_iter().flat_map(of_column).collect()
}
