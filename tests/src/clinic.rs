//! A small invented clinic. Every row is known, so tests can compute the truth beside the engine.

use std::fmt::Write as _;
use std::path::Path;

/// One person with everything that is known of them.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub sex: Option<&'static str>,
    pub region: &'static str,
    pub birth_year: i64,
    pub hiv: bool,
    pub income: f64,
    pub visits: Vec<Visit>,
    pub labs: Vec<Lab>,
}

/// One visit.
#[derive(Debug, Clone)]
pub struct Visit {
    pub visited_on: String,
    pub kind: &'static str,
    pub ward: String,
    pub nights: Option<i64>,
    pub cost: f64,
}

/// One laboratory result.
#[derive(Debug, Clone)]
pub struct Lab {
    pub taken_on: Option<String>,
    pub test: &'static str,
    pub abnormal: Option<bool>,
    pub value: Option<f64>,
}

/// The clinic.
#[derive(Debug, Clone)]
pub struct Clinic {
    pub persons: Vec<Person>,
}

pub const REGIONS: [&str; 4] = ["east", "north", "south", "west"];
pub const KINDS: [&str; 3] = ["planned", "urgent", "walk-in"];
pub const TESTS: [&str; 3] = ["crp", "hb", "ldl"];
pub const WARDS: usize = 6;

/// The contract of the clinic.
pub const CONTRACT: &str = r#"
dataset = "clinic"
title = "A small clinic"
description = "Invented persons and visits for tests."
universe = "clinic-tests"

[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["f", "m"], nullable = true, description = "Sex." }
region = { type = "text", role = "category", values = ["east", "north", "south", "west"], area = true, description = "Region." }
birth_year = { type = "integer", role = "category", bounds = [1920, 2020], unit = "year", description = "Year of birth." }
hiv = { type = "boolean", role = "category", sensitive = true, description = "HIV." }
income = { type = "number", role = "measure", bounds = [0, 100000], decimals = 2, unit = "GBP", description = "Income." }

[tables.visits]
description = "One row per visit."
rows = "many-per-person"
[tables.visits.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
visited_on = { type = "date", role = "date", description = "Day." }
kind = { type = "text", role = "category", values = ["planned", "urgent", "walk-in"], description = "Kind." }
ward = { type = "text", role = "code", description = "Ward." }
nights = { type = "integer", role = "measure", bounds = [0, 60], nullable = true, unit = "nights", description = "Nights." }
cost = { type = "number", role = "measure", bounds = [0, 10000], decimals = 2, unit = "GBP", description = "Cost." }

[tables.labs]
description = "One row per laboratory result."
rows = "many-per-person"
[tables.labs.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
taken_on = { type = "date", role = "date", nullable = true, description = "Day." }
test = { type = "text", role = "category", values = ["crp", "hb", "ldl"], description = "Test." }
abnormal = { type = "boolean", role = "category", nullable = true, description = "Outside the normal range." }
value = { type = "number", role = "measure", bounds = [0, 500], decimals = 2, nullable = true, unit = "units", description = "Result." }

[tables.wards]
description = "Wards."
rows = "no-persons"
key = ["ward"]
[tables.wards.columns]
ward = { type = "text", role = "key", description = "Code." }
name = { type = "text", role = "category", description = "Name." }
beds = { type = "integer", role = "measure", bounds = [0, 100], unit = "beds", description = "Beds." }

[[joins]]
left = "visits.ward"
right = "wards.ward"
"#;

/// A stream of pseudo-random numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

impl Clinic {
    /// A clinic of so many persons.
    pub fn new(persons: usize, seed: u64) -> Self {
        let mut numbers = Numbers(seed.wrapping_add(12345));
        let mut persons: Vec<Person> = (0..persons).map(|at| person(at, &mut numbers)).collect();
        // A stream of their own: with or without laboratory results, the rest of the clinic is the same.
        let mut numbers = Numbers(seed.wrapping_add(54321));
        for person in &mut persons {
            person.labs = (0..numbers.below(5)).map(|_| lab(&mut numbers)).collect();
        }
        Self { persons }
    }

    /// Writes the contract and the tables as CSV.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("contract.toml"), CONTRACT).unwrap();
        let mut people = String::from("person_id,sex,region,birth_year,hiv,income\n");
        let mut visits = String::from("person_id,visited_on,kind,ward,nights,cost\n");
        let mut labs = String::from("person_id,taken_on,test,abnormal,value\n");
        for p in &self.persons {
            let (id, sex) = (&p.id, p.sex.unwrap_or(""));
            writeln!(people, "{id},{sex},{},{},{},{:.2}", p.region, p.birth_year, p.hiv, p.income)
                .unwrap();
            for v in &p.visits {
                let nights = v.nights.map(|n| n.to_string()).unwrap_or_default();
                writeln!(
                    visits,
                    "{id},{},{},{},{nights},{:.2}",
                    v.visited_on, v.kind, v.ward, v.cost
                )
                .unwrap();
            }
            for l in &p.labs {
                let taken = l.taken_on.as_deref().unwrap_or("");
                let abnormal = l.abnormal.map(|a| a.to_string()).unwrap_or_default();
                let value = l.value.map(|v| format!("{v:.2}")).unwrap_or_default();
                writeln!(labs, "{id},{taken},{},{abnormal},{value}", l.test).unwrap();
            }
        }
        let mut wards = String::from("ward,name,beds\n");
        for ward in 0..WARDS {
            writeln!(wards, "w{ward},Ward {ward},{}", 10 + ward).unwrap();
        }
        let tables = [("people", people), ("visits", visits), ("labs", labs), ("wards", wards)];
        for (name, text) in tables {
            std::fs::write(folder.join(format!("{name}.csv")), text).unwrap();
        }
    }
}

fn person(at: usize, numbers: &mut Numbers) -> Person {
    let sex = match numbers.below(20) {
        0 => None,
        n if n % 2 == 0 => Some("f"),
        _ => Some("m"),
    };
    // The west is small: some of its cells stay below ten persons.
    let region = match numbers.below(40) {
        0 => "west",
        n if n < 15 => "north",
        n if n < 28 => "south",
        _ => "east",
    };
    let birth_year = 1930 + i64::try_from(numbers.below(80)).unwrap();
    let hiv = numbers.below(50) == 0;
    let income = (numbers.below(5_000_000) as f64) / 100.0;
    let visits = match numbers.below(4) {
        0 => 0,
        n => n * numbers.below(4),
    };
    let visits = (0..visits).map(|_| visit(numbers)).collect();
    Person { id: format!("p{at:06}"), sex, region, birth_year, hiv, income, visits, labs: vec![] }
}

fn visit(numbers: &mut Numbers) -> Visit {
    let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
    let year = 2022 + numbers.below(2);
    Visit {
        visited_on: format!("{year}-{month:02}-{day:02}"),
        kind: KINDS[usize::try_from(numbers.below(3)).unwrap()],
        ward: format!("w{}", numbers.below(WARDS as u64)),
        nights: (numbers.below(10) > 0).then(|| i64::try_from(numbers.below(20)).unwrap()),
        cost: (numbers.below(300_000) as f64) / 100.0,
    }
}

fn lab(numbers: &mut Numbers) -> Lab {
    let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
    let year = 2022 + numbers.below(2);
    Lab {
        taken_on: (numbers.below(12) > 0).then(|| format!("{year}-{month:02}-{day:02}")),
        test: TESTS[usize::try_from(numbers.below(3)).unwrap()],
        abnormal: (numbers.below(8) > 0).then(|| numbers.below(3) == 0),
        value: (numbers.below(10) > 0).then(|| (numbers.below(800) as f64) / 4.0),
    }
}
