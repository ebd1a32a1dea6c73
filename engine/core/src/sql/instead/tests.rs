use super::*;
use crate::catalog::contract::Contract;
use crate::catalog::view::ViewTable;
use crate::ids::SnapshotId;

const CONTRACT: &str = r#"
dataset = "clinic"
title = "A clinic"
description = "Invented."
universe = "tests"
[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["f", "m"], description = "Sex." }
hiv = { type = "text", role = "category", values = ["n", "y"], sensitive = true, description = "HIV." }
region = { type = "text", role = "category", values = ["a", "b"], description = "Region." }
[tables.visits]
description = "Visits."
rows = "many-per-person"
[tables.visits.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
kind = { type = "text", role = "category", values = ["p", "u"], description = "Kind." }
"#;

fn instead(code: Code, sql: &str) -> Vec<String> {
    let contract = Contract::parse("contract.toml", CONTRACT).unwrap();
    let snapshot = SnapshotId::new("0".repeat(64)).unwrap();
    let tables = contract.tables.iter();
    let tables = tables
        .map(|table| ViewTable::new(contract.dataset.clone(), snapshot.clone(), table, |_| true));
    of(code, sql, &View::new(tables.collect()), &Limits::default())
}

#[test]
fn people_are_counted_instead_of_listed() {
    let all = instead(Code::PersonInOutput, "select person_id, max(age) from people");
    assert_eq!(all[0], "SELECT count(DISTINCT person_id), max(age) FROM people");
    assert_eq!(all[1], "SELECT count(DISTINCT person_id) FROM people");
    let all = instead(Code::PersonInOutput, "select p.person_id, sex s from people p order by 2");
    assert_eq!(all[0], "SELECT sex AS s, count(DISTINCT p.person_id) FROM people p GROUP BY sex");
    let all = instead(Code::PersonInOutput, "select * from people limit 5");
    assert_eq!(all[0], "SELECT sex, region, count(*) FROM people GROUP BY sex, region");
}

#[test]
fn groups_that_are_missing_are_added() {
    let all = instead(Code::UnsupportedSql, "select region, avg(x) from people");
    assert_eq!(all[0], "SELECT region, avg(x) FROM people GROUP BY region");
    assert!(instead(Code::UnsupportedSql, "select region, sex from people").is_empty());
    assert!(instead(Code::UnsupportedSql, "select sex, avg(x) from people group by 1").is_empty());
}

#[test]
fn rows_about_people_are_not_sorted() {
    let sql = "select sex, count(*) from (select * from people order by age limit 3) t group by sex order by 2";
    assert_eq!(
        instead(Code::RowsPicked, sql),
        [
            "SELECT sex, count(*) FROM (SELECT * FROM people) t GROUP BY sex ORDER BY 2",
            "SELECT sex, count(*) FROM (SELECT * FROM people) t GROUP BY sex",
        ]
    );
}

#[test]
fn the_person_links_tables_about_people() {
    let of = |sql| instead(Code::JoinNotOnPerson, sql);
    assert_eq!(
        of("select count(*) from people p join visits v on p.x = v.x or p.y = v.y"),
        ["SELECT count(*) FROM people p JOIN visits v \
          ON p.person_id = v.person_id AND (p.x = v.x OR p.y = v.y)"]
    );
    assert_eq!(
        of("select count(*) from people, visits where kind = 'p'"),
        [
            "SELECT count(*) FROM people, visits WHERE people.person_id = visits.person_id AND kind = 'p'"
        ]
    );
    assert_eq!(
        of("select count(*) from people cross join visits"),
        ["SELECT count(*) FROM people JOIN visits ON people.person_id = visits.person_id"]
    );
    assert!(of("select count(*) from people").is_empty());
}

#[test]
fn windows_stay_with_one_person() {
    assert_eq!(
        instead(
            Code::WindowNotPerPerson,
            "select count(*) from (select rank() over (partition by kind) r from visits) t"
        ),
        [
            "SELECT count(*) FROM (SELECT rank() OVER (PARTITION BY person_id, kind) AS r FROM visits) t"
        ]
    );
}

#[test]
fn other_refusals_have_no_proposal() {
    assert!(instead(Code::UnknownTable, "select person_id from peple").is_empty());
    assert!(instead(Code::PersonInOutput, "select count( from t").is_empty());
}
