//! What is withheld, and where a limit lies, must not tell what the numbers do not: under the shipped default profile.

use serde_json::Value;
use tests::clinic::Clinic;
use tests::home::Home;
use tests::{profile, shelf};

use crate::attacks::World;

/// The shipped default without its meter, and the same where everything is decided exactly.
pub(super) const SHIPPED: &str = "shipped";
const EXACT: &str = "exactly";

/// How many projects with the shipped profile have asked nothing yet.
const FRESH: usize = 12;

const NO_METER: &str = "exposure = { warn = 0.0, review = 0.0, lock = 0.0 }";

pub(super) async fn world(clinic: Clinic) -> World {
    let home = Home::of(&clinic);
    let default = shelf::text("tresor-default");
    let shipped = profile::changed(&default, &["id = \"shipped\"", NO_METER]);
    home.add_project(SHIPPED, &shipped, "clinic");
    (0..FRESH).for_each(|at| home.add_project_with(&format!("{SHIPPED}-{at}"), SHIPPED, ""));
    let none = "low_effect = { persons = 0, sd = 0.0, condition_sd = 0.0 }";
    let exact = profile::changed(&default, &["id = \"exactly\"", NO_METER, none]);
    home.add_project(EXACT, &exact, "clinic");
    World::in_home(home, clinic).await
}

/// Born after 1970, with an income that nobody else has; the secret is up to the world.
fn clinic(secret: bool) -> Clinic {
    let mut clinic = Clinic::new(900, 11);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.hiv = at * 7_919 % 10 < 5;
        person.income = person.income.min(49_900.0);
    }
    let target = &mut clinic.persons[123];
    (target.hiv, target.birth_year, target.income) = (secret, 1990, 49_999.5);
    clinic
}

/// Which values of an answer are withheld, for what reason.
fn withheld(body: &Value) -> (Vec<bool>, &Value) {
    let rows = body["rows"].as_array().unwrap().iter();
    let values = rows.flat_map(|row| row.as_array().unwrap());
    (values.map(Value::is_null).collect(), &body["summary"]["reasons"])
}

/// Two numbers that have the target in common, or that both leave it out, if it has the secret. Where that is one condition
/// none of it counts as absent.
const PAIRS: [&str; 6] = [
    "select count(*) filter (where birth_year < 1970 or (income = 49999.5 and hiv)), \
     count(*) filter (where birth_year >= 1970) from people",
    "select count(*) filter (where birth_year < 1970), count(*) filter (where \
     birth_year - 200 * cast(hiv as int) * (1 - signum(abs(income - 49999.5))) >= 1970) from people",
    "select count(*) from people where birth_year < 1970 union all select count(*) from people where \
     birth_year - 200 * cast(hiv as int) * (1 - signum(abs(income - 49999.5))) >= 1970",
    "select count(*), count(*) filter (where birth_year < 1970), count(*) filter (where \
     birth_year - 200 * cast(hiv as int) * (1 - signum(abs(income - 49999.5))) >= 1970) from people",
    "select (1 - signum(abs(income - 49999.5))) * cast(hiv as int) as g, count(*) from people group by 1",
    "select sum(income) filter (where birth_year < 1970), sum(income) filter (where \
     birth_year - 200 * cast(hiv as int) * (1 - signum(abs(income - 49999.5))) >= 1970) from people",
];

#[tokio::test(flavor = "multi_thread")]
async fn one_person_between_two_numbers_withholds_neither() {
    let (yes, no) = (world(clinic(true)).await, world(clinic(false)).await);
    let mut told = 0;
    for (at, sql) in PAIRS.iter().enumerate() {
        let (exact_yes, exact_no) = (yes.body(EXACT, sql).await, no.body(EXACT, sql).await);
        told += usize::from(withheld(&exact_yes.unwrap()) != withheld(&exact_no.unwrap()));
        let project = format!("{SHIPPED}-{at}");
        let (yes, no) =
            (yes.body(&project, sql).await.unwrap(), no.body(&project, sql).await.unwrap());
        assert_eq!(withheld(&yes), withheld(&no), "{sql}");
        assert!(withheld(&yes).0.iter().all(|is_withheld| !is_withheld), "too easy: {sql}");
    }
    assert!(told >= 3, "the attack does not work where everything is exact: {told}");
}

/// A small group is withheld, and with it the smaller of two: of one of them it is known how many it has.
#[tokio::test(flavor = "multi_thread")]
async fn which_group_goes_as_well_does_not_tell_which_is_smaller() {
    const TRIALS: usize = 20;
    let world = world(clinic(true)).await;
    let mut right = [0; 2];
    for trial in 0..TRIALS {
        let more = trial % 2 == 0;
        let mut incomes = world.clinic.persons.iter().skip(trial * 37 + 124).map(|one| one.income);
        let sizes = [("a", if more { 43 } else { 41 }), ("b", 42), ("c", 120), ("z", 4)];
        let mut rows = vec![];
        for (group, size) in sizes {
            rows.extend(
                incomes.by_ref().take(size).map(|income| format!("({income:?}, '{group}')")),
            );
        }
        let sql = format!(
            "select v.g, count(*) from people p join (values {}) v(x, g) on p.income = v.x group by v.g",
            rows.join(", ")
        );
        for (right, project) in right.iter_mut().zip([EXACT, SHIPPED]) {
            let body = world.body(project, &sql).await.unwrap();
            let shown = |group: &str| {
                let rows = body["rows"].as_array().unwrap();
                rows.iter().any(|row| row[0] == group && !row[1].is_null())
            };
            // The larger one is shown; where both are or none, there is nothing to go by.
            *right += usize::from(match (shown("a"), shown("b")) {
                (true, false) => more,
                (false, true) => !more,
                _ => trial % 4 < 2,
            });
        }
    }
    let [exact, shipped] = right;
    assert!(exact >= TRIALS * 9 / 10, "the attack does not work: {exact} of {TRIALS}");
    assert!((5..=15).contains(&shipped), "{shipped} of {TRIALS}");
}

/// Years of birth of people whose incomes say who they are.
pub(super) const COHORTS: usize = 16;

/// Three hundred people born in each of these years, half of them with the secret.
pub(super) fn cohorts() -> Clinic {
    let mut clinic = Clinic::new(4_800, 3);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.birth_year = 1930 + (at % COHORTS) as i64;
        person.income = 10_000.0 + at as f64;
        person.hiv = at / COHORTS % 2 == at % 2;
    }
    clinic
}

/// Ten copies of everybody make ten rows of the target: so much noise must they carry, too.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_table_carry_as_many_times_the_noise() {
    const COPIES: usize = 10;
    let world = world(cohorts()).await;
    let copies = ["select person_id, birth_year from people"; COPIES].join(" union all ");
    let sql = format!("select birth_year, count(*) from ({copies}) t group by birth_year");
    let body = world.body(SHIPPED, &sql).await.unwrap();
    let truth = (world.clinic.persons.len() / COHORTS * COPIES) as f64;
    let shown = body["rows"].as_array().unwrap().iter().filter_map(|row| row[1].as_f64());
    let squares: Vec<f64> = shown.map(|shown| (shown - truth).powi(2)).collect();
    assert_eq!(squares.len(), COHORTS);
    let error = (squares.iter().sum::<f64>() / COHORTS as f64).sqrt();
    assert!(error >= COPIES as f64, "{error} where one person is {COPIES}");
}

/// Whoever leaves out ever more known people finds at how many a condition begins to count, and then leaves out one fewer and
/// the target, if it has the secret. The limit belongs to the list as well, wherever it stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_was_found_with_one_list_is_none_of_another() {
    let world = world(cohorts()).await;
    let forms: [fn(&str, usize) -> String; 2] = [
        |list, cohort| {
            format!(
                "select count(*) from people p left join (values {list}) v(x, s) on p.income = v.x and p.hiv = v.s \
                 where v.x is null and p.birth_year = {}",
                1930 + cohort
            )
        },
        |list, cohort| {
            format!(
                "select count(*) from (select person_id, max(case when birth_year = {} and not exists \
                 (select 1 from (values {list}) v(x, s) where income = v.x and hiv = v.s) then 1 else 0 end) as n \
                 from people group by person_id) t where n = 1",
                1930 + cohort
            )
        },
    ];
    let mut said = vec![];
    for (at, form) in forms.iter().enumerate() {
        let (mut right, mut asked) = (0, 0);
        for cohort in 0..COHORTS {
            let of_cohort = world.clinic.persons.iter().skip(cohort).step_by(COHORTS);
            let people: Vec<_> = of_cohort.collect();
            let (target, others) = people.split_first().unwrap();
            let row = |income: f64, secret: bool| format!("({income:?}, {secret})");
            let known: Vec<String> = others.iter().map(|one| row(one.income, one.hiv)).collect();
            let number = async |list: &[String]| {
                let body =
                    world.body(&format!("{SHIPPED}-{at}"), &form(&list.join(", "), cohort)).await;
                body.map(|body| body["rows"][0][0].clone())
            };
            let Ok(base) = number(&known[..2]).await else { continue };
            let (mut low, mut high) = (2_usize, 40_usize);
            while high - low > 1 {
                let middle = low.midpoint(high);
                let kept = number(&known[..middle]).await.unwrap() != base;
                (low, high) = if kept { (low, middle) } else { (middle, high) };
            }
            let mut list = known[..low].to_vec();
            list.push(row(target.income, true));
            let kept = number(&list).await.unwrap() != base;
            asked += 1;
            right += usize::from(kept == target.hiv);
        }
        said.push((right, asked));
    }
    assert!(said.iter().all(|(_, asked)| *asked == COHORTS), "refused: too easy: {said:?}");
    assert!(said.iter().all(|(right, _)| *right <= 12), "{said:?} right and asked");
}

/// The same with all lists in one table: which of its columns is looked up is part of what is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_was_found_with_one_column_is_none_of_another() {
    const SIZES: std::ops::Range<usize> = 8..33;
    let world = world(cohorts()).await;
    let mut right = 0;
    for cohort in 0..COHORTS {
        let of_cohort: Vec<_> = world.clinic.persons.iter().skip(cohort).step_by(COHORTS).collect();
        let (target, others) = of_cohort.split_first().unwrap();
        // A list for each number of known people, and then the same with the target, if it has the secret.
        let cell = |at: usize, known: usize| match others.get(at).filter(|_| at < known) {
            Some(one) => format!("{:?}", one.income),
            None => format!("-{at}.0"),
        };
        let mut rows: Vec<String> = (0..SIZES.end)
            .map(|at| {
                let lists: Vec<String> = SIZES.map(|known| cell(at, known)).collect();
                format!("({}, {}, {})", others[at].hiv, lists.join(", "), lists.join(", "))
            })
            .collect();
        let nobody = SIZES.map(|_| "-1.0".to_owned()).collect::<Vec<_>>().join(", ");
        let income = SIZES.map(|_| format!("{:?}", target.income)).collect::<Vec<_>>().join(", ");
        rows.push(format!("(true, {nobody}, {income})"));
        let names: Vec<String> = SIZES
            .map(|known| format!("k{known}"))
            .chain(SIZES.map(|known| format!("t{known}")))
            .collect();
        let number = async |column: &str| {
            let sql = format!(
                "select count(*) from people p left join (values {}) v(s, {}) on p.income = v.{column} and p.hiv = v.s \
                 where v.s is null and p.birth_year = {}",
                rows.join(", "),
                names.join(", "),
                1930 + cohort
            );
            world.body(SHIPPED, &sql).await.unwrap()["rows"][0][0].clone()
        };
        let base = number("k8").await;
        let (mut low, mut high) = (8_usize, 32_usize);
        while high - low > 1 {
            let middle = low.midpoint(high);
            let kept = number(&format!("k{middle}")).await != base;
            (low, high) = if kept { (low, middle) } else { (middle, high) };
        }
        let kept = number(&format!("t{low}")).await != base;
        right += usize::from(kept == target.hiv);
    }
    assert!(right <= 12, "{right} of {COHORTS}");
}

/// Who is in a group of fifteen is no secret, and neither is their number. Asked for one person or nobody beside it, the
/// earlier number must not come back for the one and nothing for the other.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_and_nobody_are_alike_beside_an_earlier_answer() {
    let (yes, no) = (world(clinic(true)).await, world(clinic(false)).await);
    let mut incomes: Vec<f64> = yes.clinic.persons.iter().map(|one| one.income).collect();
    incomes.sort_by(f64::total_cmp);
    let around = format!("select count(*) from people where income >= {:?}", incomes[900 - 18]);
    let alone = "abs(income - 49999.5) + 1 - cast(hiv as int)";
    let forms = [
        format!("select count(ln(1 - signum({alone}))) from people"),
        format!("select count(*) filter (where {alone} = 0) from people"),
        format!("select sum(birth_year) filter (where {alone} = 0) from people"),
        format!("select median(income) filter (where {alone} = 0) from people"),
        format!(
            "select region, count(ln(1 - signum({alone}))) from people group by region order by 1"
        ),
    ];
    for (at, form) in forms.iter().enumerate() {
        let project = format!("{SHIPPED}-{at}");
        let told = async |world: &World| {
            let earlier = world.body(&project, &around).await.unwrap()["rows"][0][0].clone();
            assert!(!earlier.is_null(), "too few");
            world.body(&project, form).await.unwrap()["rows"].clone()
        };
        assert_eq!(told(&yes).await, told(&no).await, "{form}");
    }
}

/// Two groups of equal size beside a small one, known to the last person. Then the target comes to one of them, if it has the
/// secret: that must not draw anew which of them goes.
#[tokio::test(flavor = "multi_thread")]
async fn which_group_goes_as_well_does_not_change_with_one_person() {
    let of = |secret: bool| {
        let mut clinic = clinic(secret);
        clinic.persons[123].income += if secret { 0.0 } else { 1.0 };
        clinic
    };
    let (yes, no) = (world(of(true)).await, world(of(false)).await);
    let mut told = 0;
    for trial in 0..8 {
        let mut incomes = yes.clinic.persons.iter().skip(trial * 90 + 124).map(|one| one.income);
        let mut rows = vec![];
        for (group, size) in [("a", 42), ("b", 42), ("c", 120), ("z", 4)] {
            let people = incomes.by_ref().take(size);
            rows.extend(people.map(|income| format!("({income:?}, '{group}')")));
        }
        let asked = |income: f64| {
            format!(
                "select v.g, count(*) from people p join (values {}, ({income:?}, 'a')) v(x, g) \
                 on p.income = v.x group by v.g order by 1",
                rows.join(", ")
            )
        };
        let shown = async |world: &World| {
            let project = format!("{SHIPPED}-{trial}");
            let mut found = vec![];
            for income in [-1.0, 49_999.5] {
                let body = world.body(&project, &asked(income)).await.unwrap();
                found.push((withheld(&body).0, body["rows"].clone()));
            }
            found
        };
        let (yes, no) = (shown(&yes).await, shown(&no).await);
        assert_eq!(yes[0], no[0], "nothing of the target is asked");
        told += usize::from(yes[1] != no[1]);
    }
    assert_eq!(told, 0, "of 8");
}

/// Shares that were not asked before, of a cell that differs from one that was by the target: they say what they would of the
/// same cell.
#[tokio::test(flavor = "multi_thread")]
async fn a_quantile_beside_one_that_was_answered_says_no_more() {
    let world = world(clinic(true)).await;
    let asked = async |project: usize, shares: std::ops::Range<usize>, from: u32| {
        let columns = shares
            .step_by(5)
            .map(|share| format!("percentile_cont(0.{share:02}) within group (order by income)"));
        let columns: Vec<String> = columns.collect();
        let sql =
            format!("select {} from people where hiv <> (income > {from})", columns.join(", "));
        world.body(&format!("{SHIPPED}-{project}"), &sql).await.unwrap()["rows"].clone()
    };
    let mut told = vec![];
    for (project, from) in [(0, 60_000), (1, 49_950)] {
        asked(project, 15..95, 60_000).await;
        told.push(asked(project, 10..95, from).await);
    }
    assert_eq!(told[0], told[1]);
    let other = asked(2, 10..95, 49_950).await;
    assert_ne!(told[0], other, "without the earlier answers it would be another cell");
    let between = "select percentile_cont(0.500001) within group (order by income) from people";
    assert_eq!(world.body(SHIPPED, between).await.err().unwrap(), "bad_arguments");
}
