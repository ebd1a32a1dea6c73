//! Counting distinct values to learn of a rare one.
//!
//! `count(distinct x)` over everybody is larger by one where a single person has a value of their own. What is counted
//! must be values that enough people share.

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::{Bit, World, plain};

const WARDS: &str = "select count(distinct ward) from visits";

/// The same clinic twice; in one, one person was on a ward where nobody else ever was.
async fn worlds() -> (World, World) {
    let clinic = Clinic::new(300, 7);
    let mut rare = clinic.clone();
    let visited = rare.persons.iter_mut().find(|person| !person.visits.is_empty()).unwrap();
    visited.visits[0].ward = "w-rare".to_owned();
    (World::of(clinic).await, World::of(rare).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_count_tells_of_a_rare_value() {
    let (without, with) = worlds().await;
    assert_eq!(plain::number(&without.clinic, WARDS).await, 6.0);
    assert_eq!(plain::number(&with.clinic, WARDS).await, 7.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_few_people_is_not_counted() {
    let (without, with) = worlds().await;
    for project in [EXACT, NOISY] {
        let body = without.body(project, WARDS).await.unwrap();
        assert_eq!(body["rows"][0][0], 6, "{project}");
        assert_eq!(Ok(body), with.body(project, WARDS).await, "{project}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_only_one_person_can_have_is_not_counted() {
    let bit = Bit::new().await;
    let t = &bit.target;
    for sql in [
        format!("select count(distinct case when {t} and hiv then region end) from people"),
        format!("select count(distinct region) filter (where {t} and hiv) from people"),
        format!(
            "select region, count(distinct case when {t} then hiv end) n from people group by region"
        ),
        format!("select count(distinct case when {t} and hiv then person_id end) from people"),
        format!("select count(distinct person_id) filter (where {t} and hiv) from people"),
        format!("select count(*) filter (where {t} and hiv) from people"),
    ] {
        for project in [EXACT, NOISY] {
            let (yes, no) = (bit.yes.body(project, &sql).await, bit.no.body(project, &sql).await);
            // One project may not group by the secret at all.
            assert_eq!(yes, no, "{project}: {sql}");
            let Ok(body) = yes else { continue };
            for row in body["rows"].as_array().unwrap() {
                let value = row.as_array().unwrap().last().unwrap();
                assert!(value.is_null() || value == 0, "{project}: {sql}: {row}");
            }
        }
    }
}
