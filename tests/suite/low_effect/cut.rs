//! How an extract is cut decides how soon the search for low effects ends, and which rows it confines itself to. What is
//! left out must not depend on it.

use tests::clinic::Clinic;
use tests::home::Home;

use super::{LOW, profile};
use crate::attacks::World;

/// Conditions that concern many and few.
const CONDITIONS: [&str; 9] = [
    "sex = 'f'",
    "region <> 'east'",
    "birth_year < 1960",
    "birth_year <> 1950",
    "birth_year between 1900 and 1923",
    "hiv",
    "(income < 30000 or birth_year = 1999)",
    "income > 99900",
    "people.person_id in (select person_id from visits where nights > 17)",
];

/// What is counted, with a place for the conditions.
const TABLES: [&str; 7] = [
    "select count(*) from people where C",
    "select region, sex, count(*), sum(income) from people where C group by 1, 2 order by 1, 2",
    "select birth_year, count(*) from people where C group by 1 order by 1",
    "select region, count(*) filter (where C), count(*) from people group by 1 order by 1",
    "select sex, kind, count(*), count(distinct people.person_id), sum(nights) from people join visits \
     on visits.person_id = people.person_id where C group by 1, 2 order by 1, 2",
    "select ward, count(*) from people join visits on visits.person_id = people.person_id where C \
     group by 1 order by 1",
    "select birth_year / 4, region, count(distinct people.person_id) from people join visits \
     on visits.person_id = people.person_id where C and cost > 50 group by 1, 2 order by 1, 2",
];

async fn world(clinic: &Clinic, persons_per_shard: u32) -> World {
    let source = tempfile::tempdir().unwrap();
    clinic.write(source.path());
    let home = Home::in_shards(source.path(), persons_per_shard);
    home.add_project(LOW, &profile(), "clinic");
    World::in_home(home, clinic.clone()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_does_not_depend_on_how_the_extract_is_cut() {
    let mut clinic = Clinic::new(2_500, 5);
    // Two groups that are small, so that what is open is confined to them.
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.sex = if at % 60 == 0 { None } else { person.sex };
        person.region = match person.region {
            _ if at % 40 == 0 => "west",
            "west" => "east",
            other => other,
        };
    }
    let (whole, cut) = (world(&clinic, 100_000).await, world(&clinic, 250).await);
    let mut rows = 0;
    for (at, one) in CONDITIONS.iter().enumerate() {
        let other = CONDITIONS[(at * 4 + 2) % CONDITIONS.len()];
        for (table, sql) in TABLES.iter().enumerate() {
            let sql = sql.replace('C', &format!("{one} {} {other}", ["and", "or"][table % 5 / 4]));
            let expected =
                whole.body(LOW, &sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
            rows += expected["rows"].as_array().unwrap().len();
            assert_eq!(cut.body(LOW, &sql).await.unwrap(), expected, "{sql}");
        }
    }
    assert!(rows > 500, "{rows} rows: hardly anything was compared");
}
