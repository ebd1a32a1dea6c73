//! A thousand ordinary questions raise one alert at most.
//!
//! Researchers describe their cohort, drill down, loop over regions, age bands and lists of codes, move a limit, run a
//! notebook again, look whether an exclusion matters, and mend the wording of a query. They have habits: conditions that
//! stand in everything they ask, some of which change hardly anybody.

use super::town::Column::{Code, Imd, Region, Sex, Smoker, Year};
use super::town::Condition::{From, In, Is, IsNot, To};
use super::town::{Column, Condition, Dice, Query, Town};

/// So many questions.
pub(super) const PAGE: usize = 1_000;

const DAY: i64 = 24 * 60;
const DAYS: u64 = 28;

/// Who works in which projects.
const PEOPLE: [(&str, &[&str]); 10] = [
    ("ana", &["heart"]),
    ("ben", &["heart"]),
    ("cleo", &["heart", "lung"]),
    ("dan", &["lung"]),
    ("eli", &["lung"]),
    ("fay", &["kidney"]),
    ("gus", &["kidney"]),
    ("hana", &["brain"]),
    ("ira", &["brain"]),
    ("jo", &["brain"]),
];

/// Aggregates, each with what it measures.
const STATISTICS: [(&str, &[&str]); 6] = [
    ("count(*)", &[]),
    ("count(distinct person_id)", &["person_id"]),
    ("avg(income)", &["income"]),
    ("sum(income)", &["income"]),
    ("stddev(income)", &["income"]),
    ("median(income)", &["income"]),
];

pub(super) struct Ordinary<'a> {
    dice: &'a mut Dice,
    questions: Vec<Query>,
    habits: Vec<Vec<Condition>>,
}

impl<'a> Ordinary<'a> {
    pub(super) fn new(dice: &'a mut Dice) -> Self {
        let all = [
            From(Year, 1932),
            To(Year, 2008),
            To(Year, 2020),
            IsNot(Region, 5),
            IsNot(Code, 7),
            Is(Smoker, 1),
        ];
        let mut habits = vec![];
        for _ in PEOPLE {
            let many = dice.below(3);
            habits.push((0..many).map(|_| dice.of(&all).clone()).collect());
        }
        Self { dice, questions: vec![], habits }
    }

    pub(super) fn questions(mut self, many: usize) -> Vec<Query> {
        while self.questions.len() < many {
            self.session();
        }
        self.questions.truncate(many);
        self.questions.sort_by_key(|query| query.minute);
        self.questions
    }

    fn session(&mut self) {
        let who = usize::try_from(self.dice.below(PEOPLE.len() as u64)).unwrap();
        let (person, projects) = PEOPLE[who];
        let mut conditions = self.habits[who].clone();
        if self.dice.one_in(3) {
            conditions.push(Is(Code, self.dice.below(40)));
        }
        let (select, measured) = *self.dice.of(&STATISTICS);
        let minute = DAY * self.dice.below(DAYS) as i64 + 540 + self.dice.below(480) as i64;
        let plain = Query {
            person: person.to_owned(),
            project: (*self.dice.of(projects)).to_owned(),
            minute,
            select: select.to_owned(),
            measured: measured.to_vec(),
            group: vec![],
            conditions,
        };
        match self.dice.below(12) {
            0 | 1 => self.describe(&plain),
            2 | 3 => self.drill(&plain),
            4 => self.each_value(&plain),
            5 => self.bands(&plain),
            6 => self.code_lists(&plain),
            7 => self.limits(&plain),
            8 | 9 => self.again(&plain),
            10 => self.exclusions(&plain),
            _ => self.wordings(&plain),
        }
    }

    /// Asks, some minutes after what was asked before.
    fn ask(&mut self, mut query: Query, at: usize) {
        query.minute += at as i64 * (1 + self.dice.below(5) as i64);
        self.questions.push(query);
    }

    fn describe(&mut self, plain: &Query) {
        let group = if self.dice.one_in(2) { vec![] } else { vec![*self.dice.of(&[Sex, Region])] };
        for (at, (select, measured)) in STATISTICS.into_iter().enumerate() {
            let (select, measured) = (select.to_owned(), measured.to_vec());
            self.ask(Query { select, measured, group: group.clone(), ..plain.clone() }, at);
        }
    }

    fn drill(&mut self, plain: &Query) {
        let tables: [&[Column]; 6] =
            [&[], &[Region], &[Sex], &[Region, Sex], &[Imd], &[Smoker, Sex]];
        for (at, group) in tables.into_iter().enumerate() {
            self.ask(Query { group: group.to_vec(), ..plain.clone() }, at);
        }
        let mut within = plain.clone();
        within.conditions.push(Is(Region, self.dice.below(6)));
        self.ask(within.clone(), 6);
        within.conditions.push(Is(Sex, self.dice.below(2)));
        self.ask(within, 7);
    }

    fn with(&mut self, plain: &Query, more: &[Condition], at: usize) {
        let conditions = [plain.conditions.as_slice(), more].concat();
        self.ask(Query { conditions, ..plain.clone() }, at);
    }

    fn each_value(&mut self, plain: &Query) {
        let (column, values) = *self.dice.of(&[(Region, 6), (Imd, 10), (Code, 20)]);
        for at in 0..values {
            self.with(plain, &[Is(column, at as u64)], at);
        }
    }

    fn bands(&mut self, plain: &Query) {
        let sexes: &[u64] = if self.dice.one_in(2) { &[0, 1] } else { &[0] };
        for sex in sexes {
            for at in 0..16 {
                let low = 1930 + 5 * at as u64;
                self.with(plain, &[From(Year, low), To(Year, low + 4), Is(Sex, *sex)], at);
            }
        }
    }

    fn code_lists(&mut self, plain: &Query) {
        for at in 0..10 {
            let first = 4 * at as u64;
            let since = From(Year, 1950);
            self.with(plain, &[In(Code, (first..first + 4).collect()), since], at);
        }
    }

    fn limits(&mut self, plain: &Query) {
        for at in 0..7 {
            self.with(plain, &[From(Year, 1940 + 10 * at as u64)], at);
        }
    }

    /// Everything that this person asked last, once more.
    fn again(&mut self, plain: &Query) {
        let theirs = self.questions.iter().filter(|query| query.person == plain.person);
        let last: Vec<Query> = theirs.rev().take(10).cloned().collect();
        for (at, query) in last.into_iter().enumerate() {
            self.ask(Query { minute: plain.minute, ..query }, at);
        }
    }

    fn exclusions(&mut self, plain: &Query) {
        let out = self.dice.of(&[IsNot(Imd, 10), IsNot(Code, 3), From(Year, 1931)]).clone();
        let tables: [&[Column]; 4] = [&[], &[Region], &[Sex], &[Imd]];
        for (at, group) in tables.into_iter().enumerate() {
            let query = Query { group: group.to_vec(), ..plain.clone() };
            self.ask(query.clone(), 2 * at);
            self.with(&query, std::slice::from_ref(&out), 2 * at + 1);
        }
    }

    fn wordings(&mut self, plain: &Query) {
        for (at, more) in ["", " as n", " as people", ", 1", " order by 1"].iter().enumerate() {
            let select = format!("{}{more}", plain.select);
            self.ask(Query { select, group: vec![Region], ..plain.clone() }, at);
        }
    }
}

#[test]
fn a_thousand_ordinary_questions_raise_one_alert_at_most() {
    let mut complaints = vec![];
    for seed in 1..=2 {
        let mut dice = Dice(seed);
        let mut town = Town::new(&mut dice);
        for query in Ordinary::new(&mut dice).questions(PAGE) {
            town.ask(&query);
        }
        for open in [false, true] {
            let told = town.watched(open);
            assert_eq!(told["looked_at"], PAGE);
            let alerts = told["alerts"].as_array().unwrap();
            if alerts.len() > 1 {
                let says =
                    alerts.iter().map(|alert| format!("{} {}", alert["people"], alert["says"]));
                complaints
                    .push(format!("seed {seed}, open {open}: {:#?}", says.collect::<Vec<_>>()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
