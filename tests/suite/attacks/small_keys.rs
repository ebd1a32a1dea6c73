//! A rare value is a secret even as the name of a group: a withheld number beside it would still tell that it exists.

use tests::ask::ask;
use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::{World, plain};

const RARE: &str = "zyx-rare-ward";

/// One person was in a ward where nobody else was.
fn clinic() -> Clinic {
    let mut clinic = Clinic::new(300, 7);
    let person = clinic.persons.iter_mut().find(|p| p.visits.len() == 3).unwrap();
    person.visits[1].ward = RARE.to_owned();
    clinic
}

const QUERIES: [&str; 20] = [
    "select ward, count(*) from visits group by ward",
    "select ward, count(*) from visits group by ward order by ward desc",
    "select ward, count(*) from visits group by ward having count(*) is null",
    "select distinct ward from visits",
    "select distinct ward, kind from visits",
    "select upper(ward) w, count(*) from visits group by 1",
    "select left(ward, 8) w, count(*) from visits group by 1",
    "select kind, ward, count(distinct person_id), sum(cost) from visits group by kind, ward",
    "select max(ward) from (select ward, count(*) n from visits group by ward) t",
    "select case when ward < 'x' then 'known' else ward end w, count(*) from visits group by 1",
    "select coalesce(ward, '') w, count(*) from visits group by 1 limit 100",
    "select w, count(*) from (select person_id, max(ward) w from visits group by person_id) t group by w",
    "select w, count(*) from (select person_id, ward w, count(*) n from visits group by person_id, ward) t group by w",
    "select v.ward, w.name, count(*) from visits v left join wards w on w.ward = v.ward group by v.ward, w.name",
    "select p.region, v.ward, count(*) from people p join visits v on v.person_id = p.person_id group by 1, 2",
    "with t as (select ward, count(*) n from visits group by ward) select t.ward, w.name from t left join wards w on w.ward = t.ward",
    "select cast(ward as bigint) w, count(*) from visits group by 1",
    "select count(*) from visits where cast(ward as date) is not null",
    "select max(ward) from visits",
    "select ward from visits",
];

#[tokio::test]
async fn plain_groups_and_errors_name_it() {
    let clinic = clinic();
    let mut named = 0;
    for sql in QUERIES.iter().filter(|sql| !sql.contains("wards")) {
        let told = match plain::ask(&clinic, sql).await {
            Ok(rows) => format!("{rows:?}"),
            Err(error) => error.to_string(),
        };
        named += usize::from(told.to_lowercase().contains("zyx-rare"));
    }
    assert!(named >= 13, "{named}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_in_no_byte_of_any_answer() {
    let world = World::of(clinic()).await;
    for project in [EXACT, NOISY] {
        for sql in QUERIES {
            let told = match ask(&world.engine, project, sql).await {
                Ok(answer) => String::from_utf8(answer.bytes).unwrap() + answer.csv.as_str(),
                Err(refusal) => {
                    assert_ne!(refusal.code().as_str(), "execution_failed", "{project}: {sql}");
                    format!("{refusal:?}{refusal}")
                }
            };
            assert!(!told.to_lowercase().contains("zyx"), "{project}: {sql}: {told}");
        }
    }
}
