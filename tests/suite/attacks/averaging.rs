//! Asking for one cohort in many words, to average the noise away (SAME-CELL-SAME-ANSWER).

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};
use tests::profile;
use tresor_disclosure::{Contribution, NoiseSecret, Profile, Protected, persons};

use super::World;

#[test]
fn fresh_noise_is_averaged_away() {
    let profile: Profile = toml::from_str(&profile::with(&[profile::GEOMETRIC])).unwrap();
    let cell = Contribution { persons: 137, key: 42, ..Contribution::default() };
    let fresh = (0..200).map(|run| match persons(&profile, &NoiseSecret::new([run; 32]), &cell) {
        Protected::Shown { value, .. } => value as f64,
        Protected::Withheld(_) => panic!("withheld"),
    });
    let mean = fresh.sum::<f64>() / 200.0;
    assert!((mean - 137.0).abs() < 0.5, "the attack: {mean}");
}

/// Women in the north, in many words.
const REWRITES: [&str; 20] = [
    "select count(*) from people where sex = 'f' and region = 'north'",
    "select count(*) from people where region = 'north' and sex = 'f'",
    "select count(person_id) from people where sex = 'f' and region = 'north'",
    "select count(distinct person_id) from people where sex = 'f' and region = 'north'",
    "select count(*) from people where not (sex <> 'f' or region <> 'north')",
    "select count(*) from people where sex in ('f') and region in ('north', 'north')",
    "select count(*) from people where sex like 'f%' and upper(region) = 'NORTH'",
    "select count(*) from people where sex = 'f' and region = 'north' and birth_year = birth_year",
    "select count(*) from people where sex = 'f' and region = 'north' and birth_year > 0 and income >= 0",
    "select count(*) from (select * from people where sex = 'f') t where region = 'north'",
    "select count(case when sex = 'f' and region = 'north' then 1 end) from people",
    "select count(case when sex = 'f' then region end) from people where region = 'north'",
    "select sum(case when sex = 'f' and region = 'north' then 1 else 0 end) from people",
    "select n from (select sex, region, count(*) n from people group by sex, region) t where sex = 'f' and region = 'north'",
    "select count(*) n from people group by sex, region having sex = 'f' and region = 'north'",
    "select count(*) from people p join people q on p.person_id = q.person_id where p.sex = 'f' and q.region = 'north'",
    "select count(distinct p.person_id) from people p left join visits v on v.person_id = p.person_id where p.sex = 'f' and p.region = 'north'",
    "select count(*) from (select person_id, count(*) n from people where sex = 'f' and region = 'north' group by person_id) t",
    "select count(*) from (select distinct person_id from people where sex = 'f' and region = 'north') t",
    "with w as (select person_id from people where sex = 'f'), n as (select person_id from people where region = 'north') select count(*) from w join n on w.person_id = n.person_id",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_gives_the_same_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let first = world.number(NOISY, REWRITES[0]).await;
    for sql in REWRITES {
        assert_eq!(world.number(NOISY, sql).await, first, "{sql}");
        assert_eq!(world.number(NOISY, sql).await, first, "again: {sql}");
    }
}

/// The costs of urgent visits, in many words.
const SUMS: [&str; 9] = [
    "select sum(cost) from visits where kind = 'urgent'",
    "select sum(case when kind = 'urgent' then cost end) from visits",
    "select sum(case when kind = 'urgent' then cost else 0 end) from visits",
    "select sum(cost * 2) / 2 from visits where kind = 'urgent'",
    "select -sum(-cost) from visits where kind = 'urgent'",
    "select sum(cost + 0) from visits where kind = 'urgent'",
    "select sum(c) from (select person_id, sum(cost) c from visits where kind = 'urgent' group by person_id) t",
    "select sum(v.cost) from visits v join people p on p.person_id = v.person_id where v.kind = 'urgent'",
    "select s from (select kind, sum(cost) s from visits group by kind) t where kind = 'urgent'",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_of_a_sum_gives_the_same_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let first = world.number(NOISY, SUMS[0]).await;
    for sql in SUMS {
        assert_eq!(world.number(NOISY, sql).await, first, "{sql}");
    }
}

/// The variance of incomes, in many words.
const SPREADS: [&str; 10] = [
    "select var_pop(income) from people",
    "select var_pop(income * 3 + 7) / 9 from people",
    "select var_pop(100 - income) from people",
    "select covar_pop(income, income) from people",
    "select covar_pop(income * 2, income + 1) / 2 from people",
    "select regr_sxx(1 - income, income) / regr_count(income, income) from people",
    "select regr_syy(income, income * 5) / count(income) from people",
    "select regr_sxy(income, income) / count(*) from people",
    "select var_pop(income) filter (where birth_year > 0) from people",
    "select var_pop(m) from (select person_id, max(income) m from people group by person_id) t",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_of_a_variance_gives_the_same_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let first = world.number(NOISY, SPREADS[0]).await;
    for sql in SPREADS {
        let found = world.number(NOISY, sql).await;
        // Those that divide sums of distances are rounded before they are divided.
        assert!((found / first - 1.0).abs() < 0.02, "{found} instead of {first}: {sql}");
        if !sql.contains("regr") {
            assert!((found / first - 1.0).abs() < 1e-9, "{found} instead of {first}: {sql}");
        }
    }
}

/// When women were born, in many words.
const BORN: [&str; 9] = [
    "select avg(birth_year) from people where sex = 'f'",
    "select avg(case when sex = 'f' then birth_year end) from people",
    "select 2000 - avg(2000 - birth_year) from people where sex = 'f'",
    "select avg(birth_year * 2) / 2 from people where sex = 'f'",
    "select -avg(-birth_year) from people where sex = 'f'",
    "select avg(cast(birth_year as double) + 1000) - 1000 from people where sex = 'f'",
    "select avg(b) from (select person_id, max(birth_year) b from people where sex = 'f' group by person_id) t",
    "select avg(b) from (select person_id, birth_year b from people) t join people p on p.person_id = t.person_id where p.sex = 'f'",
    "select avg(q.birth_year) from people p join people q on p.person_id = q.person_id where p.sex = 'f'",
];

/// How long people come, in many words.
const DAYS: [&str; 7] = [
    "select sum(l - f) from (select person_id, min(visited_on) f, max(visited_on) l from visits group by person_id) t",
    "select sum(d) from (select person_id, max(visited_on) - min(visited_on) d from visits group by person_id) t",
    "select -sum(-(l - f)) from (select person_id, min(visited_on) f, max(visited_on) l from visits group by person_id) t",
    "select sum(2 * (l - f)) / 2 from (select person_id, min(visited_on) f, max(visited_on) l from visits group by person_id) t",
    "select sum(l - f) from (select person_id, min(visited_on) f, max(visited_on) l from visits group by person_id) t where l > f",
    "select sum(l - f) from (select person_id, first_value(visited_on order by visited_on) f, last_value(visited_on order by visited_on) l from visits group by person_id) t",
    "select sum(visited_on - f) from (select person_id, visited_on, lag(visited_on) over (partition by person_id order by visited_on) f from visits) t",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_of_days_and_years_gives_the_same_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    for rewrites in [&BORN[..], &DAYS[..]] {
        let first = world.number(NOISY, rewrites[0]).await;
        for sql in rewrites {
            let number = world.number(NOISY, sql).await;
            assert!((number - first).abs() < 1e-6, "{number} is not {first}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nesting_per_person_aggregates_draws_no_further_noise() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let mut answers = vec![];
    for nesting in 0..81 {
        let mut rows = "select person_id, income m from people".to_owned();
        for digit in [27, 9, 3, 1] {
            let function = ["min", "max", "avg"][nesting / digit % 3];
            rows = format!("select person_id, {function}(m) m from ({rows}) t group by person_id");
        }
        answers.push(world.number(NOISY, &format!("select sum(m) from ({rows}) t")).await);
    }
    answers.sort_by(f64::total_cmp);
    answers.dedup();
    assert!(answers.len() <= 2, "as a value and as a mean, and no more: {answers:?}");
}

/// Sums over windows, and means of groups, that hold one visit each: every step gives the same costs again.
fn lonely(steps: &[&str]) -> String {
    let key = "visited_on, ward, kind, nights";
    let start = format!("select person_id, {key}, cost c from visits");
    let all = steps.iter().fold(start, |from, step| match *step {
        "sum" => format!(
            "select person_id, {key}, sum(c) over (partition by person_id, {key}, c) c from ({from}) t"
        ),
        _ => format!(
            "select person_id, {key}, {step}(c) c from ({from}) t group by person_id, {key}, c"
        ),
    });
    format!("select sum(c) from ({all}) t")
}

#[tokio::test(flavor = "multi_thread")]
async fn more_windows_and_more_means_draw_no_fresh_noise() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let steps = [
        vec!["sum"],
        vec!["sum", "sum"],
        vec!["sum", "sum", "sum"],
        vec!["sum", "avg"],
        vec!["sum", "avg", "sum"],
        vec!["avg", "sum", "avg", "sum", "avg"],
    ];
    let truth = world.number(EXACT, &lonely(&[])).await;
    let mut drawn = vec![];
    for steps in &steps {
        assert_eq!(world.number(EXACT, &lonely(steps)).await, truth, "{steps:?} changes the sum");
        drawn.push(world.number(NOISY, &lonely(steps)).await);
    }
    assert_eq!(drawn[0], drawn[1], "two windows");
    assert_eq!(drawn[0], drawn[2], "three windows");
    assert_eq!(drawn[3], drawn[4], "a window over a mean of a window");
}

/// The same rows one below the other.
fn stacked(times: usize) -> String {
    let parts = vec!["select person_id, cost from visits"; times];
    format!("select count(distinct person_id) from ({}) t", parts.join(" union all "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_union_with_itself_draws_no_fresh_noise_for_persons() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let once = world.number(NOISY, &stacked(1)).await;
    for times in 2..6 {
        assert_eq!(world.number(NOISY, &stacked(times)).await, once, "{times} times");
    }
}

/// What visits would cost less their nights, in many words.
const PRODUCTS: [&str; 13] = [
    "select sum(cost * (3 - nights)) from visits where nights is not null",
    "select sum(cost * (3 - nights)) from visits",
    "select sum(3 * cost - nights * cost) from visits",
    "select sum((3 - nights) * cost) from visits",
    "select -sum(cost * (nights - 3)) from visits",
    "select sum(cost * (3 - nights) / 2) * 2 from visits",
    "select sum(cost * (3 - nights)) filter (where nights >= 0) from visits",
    "select sum(case when nights is null then 0 else cost * (3 - nights) end) from visits",
    "select 3 * sum(cost) - sum(nights * cost) from visits where nights is not null",
    "select 3 * sum(cost) filter (where nights >= 0) - sum(cost * nights) from visits",
    "select sum((cost + 1) * (3 - nights)) - sum(3 - nights) from visits",
    "select sum(v) from (select cost * (3 - nights) v from visits) t",
    "select sum(c * (3 - n)) from (select v.person_id, cost c, nights n from visits v join people p on p.person_id = v.person_id) t",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_rewrite_of_a_product_gives_the_same_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let first = world.number(NOISY, PRODUCTS[0]).await;
    for sql in PRODUCTS {
        let found = world.number(NOISY, sql).await;
        assert!((found / first - 1.0).abs() < 1e-9, "{found} instead of {first}: {sql}");
    }
    // The covariance holds the same sum of products: it is rounded once more, and nothing else.
    let whole = "select covar_pop(cost, nights) * count(nights) + sum(cost) * sum(nights) / count(nights) \
                 from visits where nights is not null";
    let product = world.number(NOISY, "select sum(cost * nights) from visits").await;
    let found = world.number(NOISY, whole).await;
    assert!((found / product - 1.0).abs() < 0.02, "{found} instead of {product}");
}

/// Women, and women in the north, as products of ones.
const ONES: [(&str, &str); 4] = [
    ("sex = 'f'", "case when sex = 'f' then 1 else 0 end * case when sex = 'f' then 1 else 0 end"),
    ("sex = 'f'", "case when sex = 'f' then 1 end * (2 - 1)"),
    (
        "sex = 'f' and region = 'north'",
        "case when sex = 'f' then 1 else 0 end * case when region = 'north' then 1 else 0 end",
    ),
    (
        "sex = 'f' and region = 'north'",
        "case when sex = 'f' then 1 else 0 end * (1 - case when region <> 'north' then 1 else 0 end) \
         + 0 * case when sex = 'f' then 1 else 0 end",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn products_of_ones_are_counts() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    for (condition, ones) in &ONES[..3] {
        let count = format!("select count(*) from people where {condition}");
        let first = world.number(NOISY, &count).await;
        let found = world.number(NOISY, &format!("select sum({ones}) from people")).await;
        assert_eq!(found, first, "{ones}");
    }
    // A difference of two counts is one, and not a third.
    let parts = "select count(*) - sum(case when region <> 'north' then 1 else 0 end) from people where sex = 'f'";
    let first = world.number(NOISY, parts).await;
    let found = world.number(NOISY, &format!("select sum({}) from people", ONES[3].1)).await;
    assert_eq!(found, first);
}
