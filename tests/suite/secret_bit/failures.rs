//! Expressions that fail in plain DataFusion on the row of one person, and the places where they may stand.

/// Expressions over `people` that fail, or are worth something odd, where the condition holds.
pub(super) fn expressions(secret: &str) -> Vec<String> {
    let bit = format!("case when {secret} then 0 else 1 end");
    let text = format!("case when {secret} then 'x' else '1' end");
    let large = format!("case when {secret} then 9223372036854775807 else 1 end");
    let small = format!("case when {secret} then -9223372036854775807 - 1 else 1 end");
    let real = format!("case when {secret} then 1e308 else 1.0 end");
    // Days and moments that no calendar names, and one whose year begins before nanoseconds do.
    let day = format!("cast(case when {secret} then 2147483647 else 0 end as date)");
    let moment =
        format!("cast(case when {secret} then -9223372036854775807 else 0 end as timestamp(6))");
    let early = format!(
        "case when {secret} then timestamp '1677-09-21T00:12:44' else timestamp '2020-01-01T00:00:00' end"
    );
    [
        format!("1 / ({bit})"),
        format!("1 % ({bit})"),
        format!("10 / ({bit}) + 1"),
        format!("1.0 / ({bit})"),
        format!("1 / (({bit}) * birth_year)"),
        format!("1 / nullif({bit}, 2)"),
        format!("({small}) / -1"),
        format!("({small}) % -1"),
        format!("- ({small})"),
        format!("abs({small})"),
        format!("({large}) + birth_year"),
        format!("({large}) * birth_year"),
        format!("({small}) - birth_year"),
        format!("({real}) * income"),
        format!("({real}) * 100"),
        format!("cast({real} as bigint)"),
        format!("cast({real} as int)"),
        format!("cast({large} as int)"),
        format!("cast({text} as bigint)"),
        format!("cast({text} as int)"),
        format!("cast({text} as double)"),
        format!("cast(case when {secret} then 'x' else 'true' end as boolean)"),
        format!("cast(case when {secret} then 'x' else '2020-01-01' end as date)"),
        format!("cast(case when {secret} then 'x' else '2020-01-01T00:00:00' end as timestamp)"),
        format!("cast(case when {secret} then '99999999999999999999' else '1' end as bigint)"),
        format!("({text}) + 1"),
        format!("cast({day} as varchar)"),
        format!("cast({moment} as varchar)"),
        format!("cast({moment} as date)"),
        format!("left({day}, 4)"),
        format!("character_length({day})"),
        format!("date_trunc('hour', {moment})"),
        format!("date_trunc('year', cast(case when {secret} then -106751 else 0 end as date))"),
        format!("date_trunc('week', {early})"),
        format!("date_part('year', {day})"),
        format!("({day}) + interval '1 day'"),
        format!("({day}) - date '1970-01-01'"),
        format!("({early}) - interval '400 years'"),
        format!("sqrt(({bit}) - 1)"),
        format!("ln({bit})"),
        format!("power(10, 400 * (1 - ({bit})))"),
        format!("exp(1000 * (1 - ({bit})))"),
        format!("round({real}, 2)"),
        format!("greatest({large}, 1) + 1"),
        format!("nullif({bit}, 0)"),
        format!("coalesce(nullif({bit}, 0), 1 / ({bit}))"),
        format!("case when {secret} then 1 / 0 else 1 end"),
        format!("case when not ({secret}) then 1 else 1 / (birth_year - birth_year) end"),
        format!("starts_with(region, cast(1 / ({bit}) as varchar))"),
        format!("split_part(region, 'o', cast({bit} as int))"),
        format!("substr(region, 1, ({bit}) - 1)"),
        format!("make_date(2020, 13 * (1 - ({bit})) + 1, 1)"),
        format!("to_date({text})"),
        format!("regexp_like(region, case when {secret} then '(' else 'a' end)"),
        format!("region like case when {secret} then '\\' else '%' end"),
    ]
    .into()
}

/// Where an expression `{e}` over `people` may stand.
pub(super) const PLACES: [&str; 32] = [
    "select count(*) from people where ({e}) is not null",
    "select count(*) from people where cast({e} as varchar) <> 'q'",
    "select count(*) from people where not (cast({e} as varchar) = 'q' and hiv)",
    "select count({e}), avg(income) from people",
    "select count({e}) filter (where sex = 'f') from people",
    "select count(*) filter (where ({e}) is not null) n from people",
    "select avg(case when ({e}) is not null then income end) from people",
    "select sum(income) from people where region in ('east', cast({e} as varchar))",
    "select ({e}) is null k, count(*) n from people group by 1",
    "select cast({e} as varchar) k, count(*) n from people group by 1",
    "select case when ({e}) is null then 'a' else 'b' end k, sex, count(*) n from people group by 1, 2",
    "select distinct ({e}) is null k from people",
    "select distinct cast({e} as varchar) k, region from people",
    "select region, count(*) from people group by region having count(({e}) is null) > 0",
    "select region, count(*) n from people group by region order by count({e}) desc, region limit 2",
    "select region, count(*) n from people group by rollup (region) having count({e}) > 5",
    "select count(*) from people p join visits v on p.person_id = v.person_id and ({e}) is not null",
    "select count(v.cost) from people p left join visits v on p.person_id = v.person_id and ({e}) is null",
    "select count(*) from visits v right join people p on p.person_id = v.person_id and ({e}) is null",
    "select count(*) from people p full join visits v on p.person_id = v.person_id and ({e}) is null",
    "select count(*) from visits where person_id in (select person_id from people where ({e}) is not null)",
    "select count(*) from visits where person_id not in (select person_id from people where ({e}) is null)",
    "select count(*) from visits v where exists (select 1 from people where people.person_id = v.person_id and ({e}) is null)",
    "select count(*) from visits v where not exists (select 1 from people where people.person_id = v.person_id and ({e}) is null)",
    "select n, count(*) from (select person_id, count({e}) n from people group by person_id) t group by n",
    "select count(*) from (select person_id from people group by person_id having max(cast({e} as varchar)) is null) t",
    "select count(*) from (select person_id, lag(cast({e} as varchar)) over (partition by person_id order by region) l from people) t where l is null",
    "select k, count(*) from (select person_id, row_number() over (partition by person_id order by cast({e} as varchar)) k from people) t group by k",
    "select count(*) from (select person_id, cast({e} as varchar) k from people union all select person_id, kind k from visits) t where k is null",
    "select count(*) from (select person_id, cast({e} as varchar) k from people union select person_id, kind k from visits) t",
    "with a as (select region, count({e}) n from people group by region), b as (select region, count(*) m from people group by region) select a.region, n, m from a join b on a.region = b.region",
    "select count(*) from people where income > (select avg(income) from people where ({e}) is not null)",
];
