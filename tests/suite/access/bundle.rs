//! Random policy bundles without mistakes, and requests about what stands in them and what does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tests::home::project;
use tests::profile::PLAIN;
use toml::value::Datetime;

use crate::model::chance::Chance;

pub(super) const RULES: &str = "access/rules.csv";

// Some names begin like others: a match by prefix would show.
const PROJECTS: [&str; 3] = ["heart", "heart-old", "lungs"];
const DATASETS: [&str; 2] = ["d", "da"];
const TABLES: [&str; 2] = ["people", "people_old"];
const COLUMNS: [&str; 4] = ["sex", "sex_at_birth", "region", "cost"];
const USES: [&str; 5] = ["output", "group", "filter", "measure", "join"];
/// Nobody else is in a project. One is called like a role.
const MEMBERS: [&str; 3] = ["ann", "bob", "auditor"];
const OTHERS: [&str; 4] = ["ivy", "ota", "tom", "cem"];
const DAYS: [&str; 6] =
    ["2026-01-01", "2026-02-28", "2026-03-01", "2026-06-15", "2026-12-31", "2027-01-01"];
const ROLES: [&str; 4] = ["officer", "checker", "auditor", "administrator"];
const GLOBAL: [(&str, &[&str]); 6] = [
    ("policies", &["read", "draft", "propose", "approve", "activate"]),
    ("freezes", &["read", "set", "lift"]),
    ("reviews", &["read", "decide"]),
    ("audit-log", &["read", "open"]),
    ("status", &["read"]),
    ("tokens", &["issue", "revoke"]),
];

/// The texts of a bundle, by path.
pub(super) struct Bundle {
    pub(super) texts: BTreeMap<String, String>,
}

impl Bundle {
    pub(super) fn of(chance: &mut Chance) -> Self {
        let mut texts = BTreeMap::new();
        let mut put = |path: &str, text: String| texts.insert(path.to_owned(), text);
        put("access/model.conf", include_str!("../../../policies/access/model.conf").to_owned());
        put("profiles/exact.toml", PLAIN.to_owned());
        put("people.toml", people(chance));
        let mut listed = BTreeMap::new();
        for id in PROJECTS.into_iter().take(1 + chance.below(PROJECTS.len())) {
            let first = chance.below(DATASETS.len());
            let mut datasets = BTreeSet::from([DATASETS[first]]);
            datasets.insert(chance.one_of(&DATASETS));
            put(&format!("projects/{id}.toml"), project_text(chance, &datasets));
            listed.insert(id, datasets);
        }
        put(RULES, rules(chance, &listed));
        Self { texts }
    }

    /// The rules, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        self.texts[RULES].split('\n').map(str::to_owned).collect()
    }

    /// The same bundle with other rules.
    pub(super) fn with_lines(&self, lines: &[String]) -> Self {
        let mut texts = self.texts.clone();
        texts.insert(RULES.to_owned(), lines.join("\n"));
        Self { texts }
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, text) in &self.texts {
            if path.starts_with("projects") || path == "people.toml" || path == RULES {
                writeln!(f, "-- {path}\n{text}")?;
            }
        }
        Ok(())
    }
}

fn day(text: &str) -> toml::Value {
    toml::Value::Datetime(text.parse::<Datetime>().unwrap())
}

fn days(chance: &mut Chance) -> (&'static str, &'static str) {
    let first = chance.below(DAYS.len());
    let last = first + chance.below(DAYS.len() - first);
    (DAYS[first], DAYS[last])
}

fn people(chance: &mut Chance) -> String {
    let mut text = String::new();
    for user in MEMBERS.into_iter().chain(OTHERS) {
        text.push_str(&format!("[[people]]\nuser = \"{user}\"\nname = \"{user}\"\n"));
        if OTHERS.contains(&user) && !chance.percent(10) {
            let role = chance.one_of(&ROLES);
            let (from, mut until) = days(chance);
            if chance.percent(50) {
                until = "2099-12-31";
            }
            let from = if chance.percent(50) { format!("from = {from}, ") } else { String::new() };
            text.push_str(&format!("roles = [{{ role = \"{role}\", {from}until = {until} }}]\n"));
        }
    }
    text
}

/// The project of the other tests with days, datasets and members of its own.
fn project_text(chance: &mut Chance, datasets: &BTreeSet<&str>) -> String {
    let mut table: toml::Table = project("exact", "d", "").parse().unwrap();
    let (mut start, mut end) = ("2020-01-01", "2099-12-31");
    if chance.percent(15) {
        (start, end) = days(chance);
    }
    table.insert("start".to_owned(), day(start));
    table.insert("end".to_owned(), day(end));
    let datasets: Vec<&str> = datasets.iter().copied().collect();
    table.insert("datasets".to_owned(), toml::Value::from(datasets));
    let template = table["members"].as_array().unwrap()[0].as_table().unwrap().clone();
    let mut members = Vec::new();
    for user in MEMBERS {
        if chance.percent(15) {
            continue;
        }
        let (mut from, mut until) = ("2020-01-01", "2099-12-31");
        if chance.percent(20) {
            (from, until) = days(chance);
        }
        let trained = if chance.percent(10) { chance.one_of(&DAYS) } else { "2099-12-31" };
        let mut member = template.clone();
        member.insert("user".to_owned(), toml::Value::from(user));
        member.insert("from".to_owned(), day(from));
        member.insert("until".to_owned(), day(until));
        member.insert("training_until".to_owned(), day(trained));
        members.push(toml::Value::Table(member));
    }
    table.insert("members".to_owned(), toml::Value::from(members));
    toml::to_string(&table).unwrap()
}

fn rules(chance: &mut Chance, listed: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let mut said = BTreeSet::new();
    let mut text = String::new();
    for _ in 0..chance.up_to(120) {
        let line = if chance.percent(40) { global(chance) } else { column(chance, listed) };
        let (question, effect) = line;
        if said.insert(question.clone()) {
            text.push_str(&written(chance, &question, effect));
        }
    }
    text
}

fn column(
    chance: &mut Chance,
    listed: &BTreeMap<&str, BTreeSet<&str>>,
) -> ([String; 4], &'static str) {
    let ids: Vec<&str> = listed.keys().copied().collect();
    let project = if chance.percent(40) { "*" } else { chance.one_of(&ids) };
    let dataset = match listed.get(project) {
        Some(listed) => chance.one_of(&listed.iter().copied().collect::<Vec<_>>()),
        None => chance.one_of(&DATASETS),
    };
    let table = chance.one_of(&TABLES);
    // The last column is named by no rule.
    let column = if chance.percent(35) { "*" } else { chance.one_of(&COLUMNS[..3]) };
    let kind = if chance.percent(35) { "*" } else { chance.one_of(&USES) };
    let question = ["researcher", project, &format!("{dataset}/{table}/{column}"), kind];
    (question.map(str::to_owned), if chance.percent(25) { "deny" } else { "allow" })
}

fn global(chance: &mut Chance) -> ([String; 4], &'static str) {
    let role = chance.one_of(&ROLES);
    let (object, actions) = chance.one_of(&GLOBAL);
    let action = chance.one_of(actions);
    let apart = match role {
        "auditor" => !["read", "open"].contains(&action),
        "administrator" => object == "reviews" || (object, action) == ("audit-log", "open"),
        _ => false,
    };
    let effect = if apart || chance.percent(20) { "deny" } else { "allow" };
    ([role, "*", object, action].map(str::to_owned), effect)
}

/// A line as people write it: with more or less white space, with comments and blank lines above.
fn written(chance: &mut Chance, question: &[String; 4], effect: &str) -> String {
    let above = chance.one_of(&["", "", "", "\n", "# a remark, allow\n", "  # p, researcher\n"]);
    let comma = chance.one_of(&[", ", ", ", ",", " ,\t"]);
    let end = chance.one_of(&["\n", "\n", "\r\n", "  \n"]);
    format!("{above}p{comma}{}{comma}{effect}{end}", question.join(comma))
}

/// Somebody wants something on some day: outside projects, or with a column in a project.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) user: String,
    pub(super) day: &'static str,
    /// The last second of the day, else the first.
    late: bool,
    pub(super) global: Option<(&'static str, &'static str)>,
    pub(super) project: &'static str,
    pub(super) column: [&'static str; 3],
    pub(super) kind: &'static str,
}

impl Request {
    pub(super) fn of(chance: &mut Chance) -> Self {
        let outside = chance.percent(30);
        let mut users = if outside { OTHERS.to_vec() } else { MEMBERS.to_vec() };
        if chance.percent(10) {
            users = [&MEMBERS[..], &OTHERS[..], &["mallory"]].concat();
        }
        let (object, actions) = chance.one_of(&GLOBAL);
        let action = chance.one_of(actions);
        Self {
            user: chance.one_of(&users).to_owned(),
            day: chance.one_of(&DAYS),
            late: chance.percent(50),
            global: outside.then_some((object, action)),
            // The first project is in every bundle, and most rules are about the first columns.
            project: chance.one_of(&["heart", "heart", "heart", "heart-old", "lungs", "brains"]),
            column: [
                chance.one_of(&DATASETS),
                chance.one_of(&["people", "people", "people_old", "people_old", "visits"]),
                chance.one_of(&COLUMNS),
            ],
            kind: chance.one_of(&USES),
        }
    }

    pub(super) fn moment(&self) -> time::OffsetDateTime {
        let numbers: Vec<i64> = self.day.split('-').map(|part| part.parse().unwrap()).collect();
        let month = time::Month::try_from(u8::try_from(numbers[1]).unwrap()).unwrap();
        let (year, day) = (i32::try_from(numbers[0]).unwrap(), u8::try_from(numbers[2]).unwrap());
        let day = time::Date::from_calendar_date(year, month, day).unwrap();
        let seconds = if self.late { 24 * 60 * 60 - 1 } else { 0 };
        day.midnight().assume_utc() + time::Duration::seconds(seconds)
    }
}
