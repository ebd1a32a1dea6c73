//! An extract in which everything about persons is a value that is found nowhere else.
//!
//! Pseudonyms, codes and free text are `zq` and eight letters that say whose they are; amounts are unlike any other to
//! the last digit; days are in a past century, no two alike. The tables have the columns of the clinic, so that its
//! generator of queries can be used, and one of free text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use tests::clinic::CONTRACT;
use time::Weekday;

use crate::model::data;
use crate::model::value::calendar;

/// What every planted text begins with.
pub(super) const MARK: &str = "zq";
/// A category that the contract lists: public, and so it must be found.
pub(super) const PUBLIC: &str = "zqpublicc";

/// 1700-01-01, counted from 1970.
const FIRST_DAY: i64 = -98_615;

/// Everything that was planted: whose it is.
#[derive(Default)]
pub(super) struct Planted {
    /// Texts, in small letters.
    pub(super) texts: BTreeMap<String, usize>,
    /// Amounts as they would be written, and cut to whole numbers.
    pub(super) numbers: BTreeSet<String>,
    pub(super) days: BTreeSet<String>,
    next: u64,
    last_day: i64,
}

impl Planted {
    /// A number that no other call gives and no pattern tells.
    fn scattered(&mut self) -> u64 {
        self.next += 1;
        let mut mixed = self.next.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^= mixed >> 31;
        mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 8
    }

    fn text(&mut self, person: usize) -> String {
        let mut rest = self.scattered();
        let mut text = MARK.to_owned();
        for _ in 0..8 {
            text.push(char::from(b'a' + u8::try_from(rest % 26).unwrap()));
            rest /= 26;
        }
        self.texts.insert(text.clone(), person);
        text
    }

    /// Nine digits before the point and two after it.
    fn amount(&mut self) -> String {
        let cents = 10_000_000_000 + self.scattered() % 80_000_000_000;
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        self.numbers.insert(text.trim_end_matches('0').trim_end_matches('.').to_owned());
        self.numbers.insert((cents / 100).to_string());
        text
    }

    fn whole(&mut self) -> String {
        let text = (100_000_000 + self.scattered() % 800_000_000).to_string();
        self.numbers.insert(text.clone());
        text
    }

    /// A day that no other call gives, and to which no year, month or week is cut: not the first, no Monday.
    fn day(&mut self) -> String {
        loop {
            self.last_day += 1;
            let day = FIRST_DAY + self.last_day;
            let date = calendar(day).unwrap();
            if date.day() > 1 && date.weekday() != Weekday::Monday {
                let text = date.to_string();
                self.days.insert(text.clone());
                return text;
            }
        }
    }

    /// The persons to whom a text that begins so may belong.
    pub(super) fn persons_with(&self, beginning: &str) -> usize {
        let alike = self.texts.range(beginning.to_owned()..);
        let alike = alike.take_while(|(text, _)| text.starts_with(beginning));
        alike.map(|(_, person)| person).collect::<BTreeSet<_>>().len()
    }
}

/// Writes the extract.
pub(super) fn write(folder: &Path, persons: usize) -> Planted {
    let mut planted = Planted::default();
    let mut people = String::from("person_id,sex,region,birth_year,hiv,income\n");
    let mut visits = String::from("person_id,visited_on,kind,ward,nights,cost,note\n");
    let mut labs = String::from("person_id,taken_on,test,abnormal,value\n");
    for (number, person) in data::clinic(persons, 41).persons.iter().enumerate() {
        let id = planted.text(number);
        let (sex, region) = (person.sex.unwrap_or(""), person.region);
        let region = if region == "east" { PUBLIC } else { region };
        let income = planted.amount();
        let line = format!("{id},{sex},{region},{},{},{income}", person.birth_year, person.hiv);
        writeln!(people, "{line}").unwrap();
        for (at, visit) in person.visits.iter().enumerate() {
            // Some codes are everybody's, so that joins with the list of wards find something.
            let ward = if at % 2 == 0 { visit.ward.clone() } else { planted.text(number) };
            let nights = visit.nights.map(|_| planted.whole()).unwrap_or_default();
            let (day, cost, note) = (planted.day(), planted.amount(), planted.text(number));
            writeln!(visits, "{id},{day},{},{ward},{nights},{cost},{note}", visit.kind).unwrap();
        }
        for lab in &person.labs {
            let day = if lab.taken_on.is_some() { planted.day() } else { String::new() };
            let value = if lab.value.is_some() { planted.amount() } else { String::new() };
            let abnormal = lab.abnormal.map(|yes| yes.to_string()).unwrap_or_default();
            writeln!(labs, "{id},{day},{},{abnormal},{value}", lab.test).unwrap();
        }
    }
    let wards = "ward,name,beds\nw0,Ward 0,10\nw1,Ward 1,11\nw2,Ward 2,12\nw3,Ward 3,13\n";
    for (name, text) in
        [("people", people.as_str()), ("visits", &visits), ("labs", &labs), ("wards", wards)]
    {
        std::fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    std::fs::write(folder.join("contract.toml"), contract()).unwrap();
    planted
}

fn contract() -> String {
    let note = r#"note = { type = "text", role = "free-text", description = "Note." }"#;
    let wide = |contract: String, bounds: &str| contract.replace(bounds, "[0, 1000000000]");
    let contract = CONTRACT.replace("\"east\"", &format!("\"{PUBLIC}\""));
    let contract =
        ["[0, 100000]", "[0, 60]", "[0, 10000]", "[0, 500]"].into_iter().fold(contract, wide);
    contract.replace("[tables.labs]", &format!("{note}\n\n[tables.labs]"))
}
