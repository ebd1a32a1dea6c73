//! One question in many words, with conditions that leave nobody out: the identical number (SAME-CELL-SAME-ANSWER).
//!
//! Each condition that is left carries noise of its own, so words must not change which conditions those are.

use super::house::*;

/// Women in the north who have the secret.
const REWRITES: [&str; 24] = [
    "select count(*) from people where sex = 'f' and region = 'north' and hiv",
    "select count(*) from people where hiv and region = 'north' and sex = 'f'",
    "select count(person_id) from people where sex = 'f' and region = 'north' and hiv",
    "select count(distinct person_id) from people where sex = 'f' and region = 'north' and hiv",
    "select count(*) from people where not (sex <> 'f' or region <> 'north' or not hiv)",
    "select count(*) from people where sex in ('f') and region in ('north', 'north') and hiv = true",
    "select count(*) from people where sex = 'f' and upper(region) = 'NORTH' and hiv is true",
    "select count(*) from people where sex like 'f%' and region like 'nor%' and hiv and not false",
    "select count(*) from (select * from people where sex = 'f') t where region = 'north' and hiv",
    "select count(case when sex = 'f' and region = 'north' and hiv then 1 end) from people",
    "select count(case when sex = 'f' and hiv then region end) from people where region = 'north'",
    "select sum(case when sex = 'f' and region = 'north' and hiv then 1 else 0 end) from people",
    "select count(*) filter (where sex = 'f' and hiv) from people where region = 'north'",
    "select n from (select sex, region, hiv, count(*) n from people group by sex, region, hiv) t where sex = 'f' and region = 'north' and hiv",
    "select count(*) n from people where hiv group by sex, region having sex = 'f' and region = 'north'",
    "select count(*) from people p join people q on p.person_id = q.person_id where p.sex = 'f' and q.region = 'north' and p.hiv",
    "with w as (select person_id from people where sex = 'f' and hiv), n as (select person_id from people where region = 'north') \
     select count(*) from w join n on w.person_id = n.person_id",
    "select count(*) from people where (sex = 'f' and region = 'north' and hiv) or (sex = 'f' and region = 'north' and hiv)",
    "select count(*) from people where sex = 'f' and (region = 'north' or region = 'north') and hiv",
    "select count(*) from people where sex = 'f' and region not in ('south', 'east', 'west') and hiv",
    "select count(*) from people where sex = 'f' and region < 'o' and region > 'm' and hiv",
    "select count(*) from people where case sex when 'f' then region = 'north' else false end and hiv",
    "select count(*) from people where coalesce(sex, 'm') = 'f' and region = 'north' and hiv",
    "select count(*) from people where sex || region = 'fnorth' and hiv",
];

/// Conditions that leave nobody out, or so few that they count as absent.
const CHAFF: [&str; 14] = [
    "birth_year = birth_year",
    "birth_year > 0",
    "birth_year between 1900 and 2100",
    "income >= 0",
    "income is not null",
    "substr(region, 1, 1) <> 'z'",
    "(sex = 'f' or birth_year > 1000)",
    "1 = 1",
    "not (income < 0)",
    "coalesce(income, 0) >= 0",
    "region in ('north', 'south', 'east', 'west')",
    "(income <> 49999.5 or birth_year > 0)",
    "birth_year not in (1800, 1801, 1802)",
    "person_id in (select person_id from people)",
];

async fn the_same(project: &str, asked: &[String]) {
    let world = World::of(clinic(true)).await;
    let number = async |sql: &str| {
        let told = world.told(project, sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
        told[0].clone()
    };
    let first = number(&asked[0]).await;
    let mut others = vec![];
    for sql in asked {
        for _ in 0..2 {
            let told = number(sql).await;
            if told != first {
                others.push(format!("{told}: {sql}"));
            }
        }
    }
    assert!(others.is_empty(), "{project}: {first}, but {}:\n{}", others.len(), others.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_gives_the_identical_number() {
    let asked: Vec<String> = REWRITES.iter().map(|sql| (*sql).to_owned()).collect();
    for [project, _] in [BARE, LOW] {
        the_same(project, &asked).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_nobody_out_changes_nothing() {
    let mut asked = vec![REWRITES[0].to_owned()];
    for chaff in CHAFF {
        asked.push(format!("{} and {chaff}", REWRITES[0]));
        asked.push(format!(
            "select count(*) filter (where hiv and {chaff}) from people where sex = 'f' and region = 'north'"
        ));
    }
    for [project, _] in [BARE, LOW] {
        the_same(project, &asked).await;
    }
}
