//! Asking whether there is a row, by all the ways of making one person's row reach an answer: unions, sub-queries,
//! windows, set operations, results that are used below later boundaries. Nothing that is told may depend on one person.

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::{Bit, World, plain};

/// Queries whose answer says in plain DataFusion whether somebody meets the condition.
fn probes(condition: &str) -> Vec<String> {
    let one = format!("select person_id, region, income from people where {condition}");
    let padded = vec![one.as_str(); 12].join(" union all ");
    let hit = format!("case when {condition} then 1 else 0 end");
    [
        // A54, A56: one person's row twelve times.
        format!("select count(*) from ({padded}) t"),
        format!("select region, sum(income) from ({padded}) t group by region"),
        // A57: one person's row of great weight.
        format!("select sum(case when {condition} then 1000000 else 0 end) from people"),
        // A58: a number of one person put into another, in the result, in HAVING and below a later boundary.
        format!("select count(*) + 100000 * (select count(*) from people where {condition}) from people"),
        format!(
            "select region, count(*) from people group by region having count(*) > (select 1000 * count(*) from people where {condition})"
        ),
        format!(
            "select count(*) from people where birth_year > (select 10000 * count(*) from people where {condition})"
        ),
        format!(
            "with r as (select region, count(*) n from people where {condition} group by region) select count(*) from people p join r on r.region = p.region"
        ),
        format!(
            "with r as (select region, sum({hit}) n from people group by region) select p.region, count(*) from people p left join r on r.region = p.region where r.n > 0 group by p.region"
        ),
        // A59: windows that carry a value from row to row, below and above the boundary.
        format!("select count(*) from (select person_id, max({hit}) over () m from people) t where m = 1"),
        format!(
            "select max(m) over () from (select region, count(case when {condition} then 1 end) m from people group by region) t"
        ),
        format!(
            "select region, rank() over (order by m desc) from (select region, sum({hit}) m from people group by region) t order by region"
        ),
        // A62: is there a row?
        format!("select count(*) from people having max({hit}) = 1"),
        format!("select region from people group by region having sum({hit}) > 0 order by region"),
        format!("select region from people group by region order by sum({hit}) desc, region limit 1"),
        format!("select count(*) from people where exists (select 1 from people where {condition})"),
        format!("select count(*) from people where 1 in (select {hit} from people)"),
        format!("select count(*) from wards where exists (select 1 from people where {condition})"),
        format!(
            "select region from people group by region having region in (select region from people where {condition})"
        ),
        format!("select region from people intersect select region from people where {condition}"),
        format!(
            "select region from (select region from people except select region from people where {condition}) t order by region"
        ),
        format!("select distinct region from people where {condition}"),
        format!("select count(distinct case when {condition} then region end) from people"),
        format!(
            "select region from people where {condition} group by grouping sets ((region), ()) order by region"
        ),
    ]
    .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_answers_give_the_bit_away() {
    let bit = Bit::new().await;
    let mut read = 0;
    for sql in probes(&format!("{} and hiv", bit.target)) {
        let told = async |world: &World| plain::ask(&world.clinic, &sql).await.ok();
        let (yes, no) = (told(&bit.yes).await, told(&bit.no).await);
        read += usize::from(yes.is_some() && yes != no);
    }
    assert!(read >= 15, "{read} probes read the bit");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_worlds_answer_alike() {
    let bit = Bit::new().await;
    let mut answered = 0;
    for sql in probes(&format!("{} and hiv", bit.target)) {
        for project in [EXACT, NOISY] {
            let (yes, no) = (bit.yes.body(project, &sql).await, bit.no.body(project, &sql).await);
            assert_eq!(yes, no, "{project}: {sql}");
            assert_ne!(yes.as_ref().err().map(String::as_str), Some("execution_failed"), "{sql}");
            answered += usize::from(yes.is_ok());
        }
    }
    assert!(answered >= 20, "{answered} probes were answered");
}

/// A07: a withheld region is the total minus the other regions. How often that is right, of so many clinics.
async fn hits(project: &str, clinics: u64) -> u64 {
    let mut hits = 0;
    for seed in 0..clinics {
        let mut clinic = Clinic::new(300, seed);
        let mut left = 5 + seed % 5;
        for person in clinic.persons.iter_mut().filter(|person| person.region == "west") {
            if left == 0 {
                person.region = "east";
            }
            left = left.saturating_sub(1);
        }
        let truth = clinic.persons.iter().filter(|person| person.region == "west").count();
        let world = World::of(clinic).await;
        let total = world.number(project, "select count(*) from people").await;
        let sql = "select region, count(*) from people group by region order by region";
        let cells = world.body(project, sql).await.unwrap();
        let cells: Vec<Option<f64>> =
            cells["rows"].as_array().unwrap().iter().map(|row| row[1].as_f64()).collect();
        assert_eq!(cells.iter().filter(|cell| cell.is_none()).count(), 1, "the west is withheld");
        let shown: f64 = cells.into_iter().flatten().sum();
        hits += u64::from((total - shown - truth as f64).abs() < 0.5);
    }
    hits
}

#[tokio::test(flavor = "multi_thread")]
async fn a_margin_minus_its_cells_is_the_withheld_cell_without_noise() {
    assert_eq!(hits(EXACT, 6).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_noise_a_margin_minus_its_cells_is_a_guess() {
    let hits = hits(NOISY, 12).await;
    assert!(hits <= 5, "{hits} of 12");
}

#[tokio::test(flavor = "multi_thread")]
async fn few_and_nobody_are_told_in_the_same_bytes_and_at_the_same_price() {
    let bit = Bit::new().await;
    for sql in probes(&format!("{} and hiv", bit.target)) {
        let price = async |world: &World| {
            let request = tests::ask::request(EXACT, &sql);
            let checked = world.engine.check(&tests::ask::caller("ann"), request).await;
            checked
                .map(|checked| serde_json::to_value(&checked).unwrap())
                .map_err(|r| r.to_string())
        };
        let (yes, no) = (price(&bit.yes).await, price(&bit.no).await);
        let same = |checked: Result<serde_json::Value, String>| {
            checked.map(|mut checked| {
                let snapshots = checked.as_object_mut().map(|all| all.remove("snapshots"));
                (checked, snapshots.is_some())
            })
        };
        assert_eq!(same(yes), same(no), "{sql}");
    }
}
