//! A small invented town, made cell by cell, so that each disclosure rule has a group that it is about.
//!
//! The clinic is made by chance and large; here every number can be checked by hand. The page for officers shows it as it
//! is, beside what each profile makes of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// One resident.
#[derive(Debug, Clone)]
pub struct Resident {
    pub area: &'static str,
    pub village: &'static str,
    pub illness: &'static str,
    pub sex: &'static str,
    pub screening: &'static str,
    pub smoker: Option<bool>,
    pub spend: i64,
    pub balance: i64,
    /// Nights of each stay, by ward.
    pub stays: Vec<(&'static str, i64)>,
}

/// The town.
#[derive(Debug, Clone)]
pub struct Town {
    pub residents: Vec<Resident>,
}

/// How many people each area has of each illness.
const PEOPLE: [(&str, &str, usize); 9] = [
    ("harbour", "angina", 34),
    ("harbour", "asthma", 21),
    ("harbour", "none", 60),
    ("hills", "angina", 13),
    ("hills", "asthma", 4),
    ("hills", "none", 47),
    ("islands", "angina", 0),
    ("islands", "asthma", 12),
    ("islands", "none", 0),
];

/// The contract of the town.
pub const CONTRACT: &str = r#"
dataset = "town"
title = "A small town"
description = "Invented people for examples of disclosure control."
universe = "town-tests"

[tables.residents]
description = "One row per resident."
rows = "one-per-person"
[tables.residents.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
area = { type = "text", role = "category", values = ["harbour", "hills", "islands"], area = true, description = "Area." }
village = { type = "text", role = "code", area = true, description = "Village; there is no public list." }
illness = { type = "text", role = "category", values = ["angina", "asthma", "none"], sensitive = true, description = "Illness." }
sex = { type = "text", role = "category", values = ["f", "m"], description = "Sex." }
screening = { type = "text", role = "category", values = ["cervix", "lung", "none"], description = "Which screening the person was invited to." }
smoker = { type = "boolean", role = "category", nullable = true, description = "Whether the person smokes, if asked." }
spend = { type = "integer", role = "measure", bounds = [0, 5000], unit = "GBP", description = "Spent on medicine in a year." }
balance = { type = "integer", role = "measure", bounds = [-1000, 1000], unit = "GBP", description = "Balance of the account." }

[tables.stays]
description = "One row per stay in hospital."
rows = "many-per-person"
[tables.stays.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
ward = { type = "text", role = "category", values = ["day", "long", "rehab"], description = "Ward." }
nights = { type = "integer", role = "measure", bounds = [0, 60], unit = "nights", description = "Nights." }
"#;

impl Default for Town {
    fn default() -> Self {
        let cells = PEOPLE
            .iter()
            .flat_map(|&(area, illness, people)| (0..people).map(move |at| (area, illness, at)));
        let resident = |(number, (area, illness, at))| resident(number, area, illness, at);
        Self { residents: cells.enumerate().map(resident).collect() }
    }
}

/// One resident: `number` among all, `at` among those of the same area and illness.
fn resident(number: usize, area: &'static str, illness: &'static str, at: usize) -> Resident {
    let sex = if number.is_multiple_of(2) { "f" } else { "m" };
    let screening = match (sex, number % 8) {
        ("f", 0 | 2) => "cervix",
        ("m", 1 | 3) => "lung",
        // Two women beside all the men.
        ("f", 4) if number < 16 => "lung",
        _ => "none",
    };
    Resident {
        area,
        village: village(area, illness, at),
        illness,
        sex,
        screening,
        smoker: (number % 50 != 7).then_some(number.is_multiple_of(3)),
        spend: spend(area, illness, at),
        balance: i64::try_from(number * 29 % 300).unwrap() - 60,
        stays: stays(number),
    }
}

/// The larger village of each area, and the smaller ones.
fn village(area: &str, illness: &str, at: usize) -> &'static str {
    match (area, illness, at) {
        ("harbour", "angina", ..8) => "light",
        ("harbour", ..) => "quay",
        ("hills", "none", ..3) => "tarn",
        ("hills", "none", 3..13) => "fell",
        ("hills", ..) => "moor",
        _ => "skerry",
    }
}

/// One resident of the hills with angina spends nearly all that is spent there.
fn spend(area: &str, illness: &str, at: usize) -> i64 {
    match (area, illness, at) {
        ("hills", "angina", 0) => 4000,
        ("hills", "angina", _) => 20,
        _ => i64::try_from(100 + at * 37 % 400).unwrap(),
    }
}

/// Seventy residents came for a day and fourteen to recover; five stayed long, one of them forty times.
fn stays(number: usize) -> Vec<(&'static str, i64)> {
    let mut stays = vec![];
    if number < 70 {
        stays.push(("day", 0));
    }
    if number % 14 == 3 {
        stays.push(("rehab", 12));
    }
    let long = match number {
        100 => 40,
        101..105 => 1,
        _ => 0,
    };
    stays.extend((0..long).map(|at| ("long", 3 + at % 5)));
    stays
}

impl Resident {
    /// What a column of the resident holds.
    #[must_use]
    pub fn value(&self, column: &str) -> String {
        match column {
            "area" => self.area.to_owned(),
            "village" => self.village.to_owned(),
            "illness" => self.illness.to_owned(),
            "sex" => self.sex.to_owned(),
            "screening" => self.screening.to_owned(),
            "smoker" => self.smoker.map_or("missing".to_owned(), |smokes| smokes.to_string()),
            other => panic!("residents have no column `{other}`"),
        }
    }
}

impl Town {
    /// How many people have each pair of values.
    #[must_use]
    pub fn crossed(&self, row: &str, column: &str) -> BTreeMap<(String, String), usize> {
        let mut cells = BTreeMap::new();
        for resident in &self.residents {
            *cells.entry((resident.value(row), resident.value(column))).or_default() += 1;
        }
        cells
    }

    /// Writes the contract and the tables as CSV.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("contract.toml"), CONTRACT).unwrap();
        let mut residents =
            String::from("person_id,area,village,illness,sex,screening,smoker,spend,balance\n");
        let mut stays = String::from("person_id,ward,nights\n");
        for (at, r) in self.residents.iter().enumerate() {
            let smoker = r.smoker.map(|smokes| smokes.to_string()).unwrap_or_default();
            writeln!(
                residents,
                "t{at:04},{},{},{},{},{},{smoker},{},{}",
                r.area, r.village, r.illness, r.sex, r.screening, r.spend, r.balance
            )
            .unwrap();
            for (ward, nights) in &r.stays {
                writeln!(stays, "t{at:04},{ward},{nights}").unwrap();
            }
        }
        std::fs::write(folder.join("residents.csv"), residents).unwrap();
        std::fs::write(folder.join("stays.csv"), stays).unwrap();
    }
}
