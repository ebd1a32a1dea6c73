//! A town of invented people, and a log of what was asked about them. Low-effect removal and earlier answers are done the
//! plain way, so that the sealed texts are those that such questions leave behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, LeafHash, Moment, Opening};

use super::super::gathered::Gathered;
use crate::audit::overlaps::shape;

/// A condition that fewer people than this tell from the rest counts as absent.
const LOW: u64 = 10;

/// Numbers that look random and are the same each time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, many: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % many
    }

    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Region,
    Sex,
    Year,
    Imd,
    Smoker,
    Code,
}

use Column::{Code, Imd, Region, Sex, Smoker, Year};

impl Column {
    pub(super) const ALL: [Self; 6] = [Region, Sex, Year, Imd, Smoker, Code];

    fn name(self) -> &'static str {
        match self {
            Region => "clinic.people.region",
            Sex => "clinic.people.sex",
            Year => "clinic.people.birth_year",
            Imd => "clinic.people.imd_decile",
            Smoker => "clinic.people.smoker",
            Code => "clinic.people.code",
        }
    }

    fn constant(self, value: u64) -> String {
        match self {
            Region | Sex | Code => format!("'v{value}'"),
            Year | Imd | Smoker => value.to_string(),
        }
    }
}

pub(super) type Person = [u64; 6];

fn value(person: &Person, column: Column) -> u64 {
    person[Column::ALL.iter().position(|one| *one == column).unwrap()]
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Is(Column, u64),
    IsNot(Column, u64),
    From(Column, u64),
    To(Column, u64),
    In(Column, Vec<u64>),
    /// Everybody but those who have all these values.
    Except(Vec<(Column, u64)>),
    /// Those with the first value, and those who have all the others.
    OrAll(Column, u64, Vec<(Column, u64)>),
    /// A random half, by a function that mixes numbers.
    Hash(Column, u64),
    /// `column = value` in another form.
    Form(usize, Column, u64),
}

use Condition::{Except, Form, From, Hash, In, Is, IsNot, OrAll, To};

impl Condition {
    fn holds(&self, person: &Person) -> bool {
        let has = |(column, wanted): &(Column, u64)| value(person, *column) == *wanted;
        match self {
            Is(column, wanted) | Form(_, column, wanted) => has(&(*column, *wanted)),
            IsNot(column, wanted) => !has(&(*column, *wanted)),
            From(column, low) => value(person, *column) >= *low,
            To(column, high) => value(person, *column) <= *high,
            In(column, wanted) => wanted.contains(&value(person, *column)),
            Except(all) => !all.iter().all(has),
            OrAll(column, wanted, all) => has(&(*column, *wanted)) || all.iter().all(has),
            Hash(column, factor) => {
                (value(person, *column).wrapping_mul(*factor).wrapping_mul(2_654_435_761) >> 20)
                    .is_multiple_of(2)
            }
        }
    }

    fn columns(&self) -> Vec<Column> {
        match self {
            Is(column, _) | IsNot(column, _) | From(column, _) | To(column, _) | In(column, _) => {
                vec![*column]
            }
            Form(_, column, _) | Hash(column, _) => vec![*column],
            Except(all) => all.iter().map(|(column, _)| *column).collect(),
            OrAll(column, _, all) => {
                std::iter::once(*column).chain(all.iter().map(|(column, _)| *column)).collect()
            }
        }
    }

    /// As the log writes it.
    fn text(&self) -> String {
        let is = |column: &Column, value: &u64| {
            format!("{} = {}", column.name(), column.constant(*value))
        };
        let all = |values: &[(Column, u64)]| {
            let parts: Vec<String> =
                values.iter().map(|(column, value)| format!("({})", is(column, value))).collect();
            parts.join(" and ")
        };
        match self {
            Is(column, value) => is(column, value),
            IsNot(column, value) => format!("{} != {}", column.name(), column.constant(*value)),
            From(column, value) => format!("{} >= {}", column.name(), column.constant(*value)),
            To(column, value) => format!("{} <= {}", column.name(), column.constant(*value)),
            In(column, values) => {
                let values: Vec<String> =
                    values.iter().map(|value| column.constant(*value)).collect();
                format!("{} in ({})", column.name(), values.join(", "))
            }
            Except(values) => format!("not ({})", all(values)),
            OrAll(column, value, values) => format!("({}) or ({})", is(column, value), all(values)),
            Hash(column, factor) => {
                let mixed = format!("100 * power({} * {factor}, 0.7)", column.name());
                format!("floor(({mixed}) + 0.5) = floor({mixed})")
            }
            Form(form, column, value) => form_of(*form, column.name(), &column.constant(*value)),
        }
    }
}

/// How many forms of `column = value` there are.
pub(super) const FORMS: usize = 10;

fn form_of(form: usize, column: &str, value: &str) -> String {
    match form {
        0 => format!("{column} in ({value}, {value})"),
        1 => format!("not (({column} > {value}) or ({column} < {value}))"),
        2 => format!("({column} + 1) = 2"),
        3 => format!("abs({column} - {value}) < 1"),
        4 => format!("case when {column} = {value} then 1 else 0 end = 1"),
        5 => format!("coalesce({column}, 0) = {value}"),
        6 => format!("cast({column} as text) = '{value}'"),
        7 => format!("({column} = {value}) is true"),
        8 => format!("nullif({column}, {value}) is null"),
        9 => format!("({column} * 2) = 2"),
        _ => panic!("there are ten forms"),
    }
}

#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) person: String,
    pub(super) project: String,
    pub(super) minute: i64,
    /// What is asked, without tables and conditions: `count(*)`.
    pub(super) select: String,
    pub(super) measured: Vec<&'static str>,
    pub(super) group: Vec<Column>,
    pub(super) conditions: Vec<Condition>,
}

impl Query {
    pub(super) fn count(person: &str, minute: i64, conditions: &[Condition]) -> Self {
        Self {
            person: person.to_owned(),
            project: "heart".to_owned(),
            minute,
            select: "count(*)".to_owned(),
            measured: vec![],
            group: vec![],
            conditions: conditions.to_vec(),
        }
    }

    fn fingerprint(&self) -> String {
        let mut conditions: Vec<String> = self.conditions.iter().map(Condition::text).collect();
        conditions.dedup();
        let keys: Vec<&str> = self.group.iter().map(|column| column.name()).collect();
        let sql = format!(
            "select {} {} where {}",
            keys.join(", "),
            self.select,
            conditions.join(" and ")
        );
        shape(&sql)
    }

    fn uses(&self) -> Vec<String> {
        let groups = self.group.iter().map(|column| format!("{}:group", column.name()));
        let filters = self.conditions.iter().flat_map(Condition::columns);
        let filters = filters.map(|column| format!("{}:filter", column.name()));
        let measures = self.measured.iter().map(|name| format!("clinic.people.{name}:measure"));
        let mut uses: Vec<String> = groups.chain(filters).chain(measures).collect();
        uses.sort();
        uses.dedup();
        uses
    }
}

/// Who is in a cell, a bit for each person.
type Members = Vec<u64>;

fn both(one: &Members, other: &Members) -> Members {
    one.iter().zip(other).map(|(one, other)| one & other).collect()
}

fn many(members: &Members) -> u64 {
    members.iter().map(|word| u64::from(word.count_ones())).sum()
}

fn differ(one: &Members, other: &Members) -> u64 {
    one.iter().zip(other).map(|(one, other)| u64::from((one ^ other).count_ones())).sum()
}

/// Cells that were told in a project, each with its query.
type Told = Vec<(Members, String)>;

pub(super) struct Town {
    pub(super) people: Vec<Person>,
    known: BTreeMap<String, Members>,
    told: BTreeMap<String, Told>,
    entries: Vec<(AuditEntry, Vec<Opening>)>,
}

impl Town {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let person = |dice: &mut Dice| {
            [
                dice.below(6),
                dice.below(2),
                1930 + dice.below(80),
                1 + dice.below(10),
                dice.below(2),
                dice.below(40),
            ]
        };
        let people = (0..1_500).map(|_| person(dice)).collect();
        Self { people, known: BTreeMap::new(), told: BTreeMap::new(), entries: vec![] }
    }

    pub(super) fn ask(&mut self, query: &Query) {
        let seq = self.entries.len() as u64;
        let id = format!("q_{seq}");
        let mut texts: Vec<String> = query.conditions.iter().map(Condition::text).collect();
        texts.sort();
        texts.dedup();
        let shapes: Vec<String> = texts.iter().map(|text| shape(text)).collect();
        let intent = json!({
            "sql_fingerprint": query.fingerprint(),
            "details": { "columns": query.uses(), "tables": ["clinic.people"], "conditions": shapes },
        });
        let sealed = json!(texts).to_string();
        let sealed =
            if texts.is_empty() { vec![] } else { vec![opening(seq, "conditions", sealed)] };
        let details = self.protected(query, &id);
        let details = vec![opening(seq + 1, "details", details.to_string())];
        self.log(query, &id, Kind::Intent, intent, sealed);
        self.log(query, &id, Kind::Outcome, json!({ "state": "released" }), details);
    }

    fn log(&mut self, query: &Query, id: &str, kind: Kind, body: Value, openings: Vec<Opening>) {
        let entry = AuditEntry {
            seq: self.entries.len() as u64,
            at: Moment((1_767_225_600 + 60 * query.minute) * 1_000_000),
            kind,
            actor: query.person.clone(),
            role: None,
            account: Some(query.project.clone()),
            query_id: Some(id.to_owned()),
            body,
            leaf_hash: LeafHash([0; 32]),
        };
        self.entries.push((entry, openings));
    }

    /// Everybody for whom something holds, looked up once.
    fn those(&mut self, name: String, holds: impl Fn(&Person) -> bool) -> Members {
        let people = &self.people;
        let found = self.known.entry(name).or_insert_with(|| {
            let mut members = vec![0; people.len().div_ceil(64)];
            for (at, _) in people.iter().enumerate().filter(|(_, person)| holds(person)) {
                members[at / 64] |= 1 << (at % 64);
            }
            members
        });
        found.clone()
    }

    /// What the outcome seals: cells where a condition counted as absent, or an earlier answer was given.
    fn protected(&mut self, query: &Query, id: &str) -> Value {
        let mut cells: Vec<Vec<(Column, u64)>> = self
            .people
            .iter()
            .map(|person| {
                query.group.iter().map(|column| (*column, value(person, *column))).collect()
            })
            .collect();
        cells.sort();
        cells.dedup();
        let (mut left_out, mut given_again) = (vec![], vec![]);
        for cell in &cells {
            let (left, given) = self.protected_cell(query, id, cell);
            left_out.extend(left);
            given_again.extend(given);
        }
        let table = json!({ "cells": left_out, "conditions": { "of": query.conditions.len() } });
        json!({ "low_effect": { "left_out": [table], "given_again": given_again }, "answer": {} })
    }

    fn protected_cell(
        &mut self,
        query: &Query,
        id: &str,
        cell: &[(Column, u64)],
    ) -> (Option<Value>, Option<Value>) {
        let mut all = vec![u64::MAX; self.people.len().div_ceil(64)];
        all[self.people.len() / 64] = (1 << (self.people.len() % 64)) - 1;
        for (column, wanted) in cell {
            let name = format!("{} = {}", column.name(), column.constant(*wanted));
            all = both(&all, &self.those(name, |person| value(person, *column) == *wanted));
        }
        let mut left: Vec<(String, Members)> = vec![];
        for condition in &query.conditions {
            let text = condition.text();
            left.push((text.clone(), self.those(text, |person| condition.holds(person))));
        }
        let of =
            |left: &[(String, Members)]| left.iter().fold(all.clone(), |a, (_, b)| both(&a, b));
        let (mut members, mut removed) = (of(&left), vec![]);
        while !left.is_empty() {
            let effects = (0..left.len()).map(|at| {
                let mut without = left.clone();
                without.remove(at);
                let reduced = of(&without);
                (differ(&members, &reduced), at, reduced)
            });
            let (effect, at, reduced) = effects.min().unwrap();
            if effect >= LOW {
                break;
            }
            removed.push(json!({ "condition": left.remove(at).0, "persons": effect }));
            members = reduced;
        }
        let told = self.told.entry(query.project.clone()).or_default();
        let near = |(earlier, _): &&(Members, String)| differ(earlier, &members) < LOW;
        let persons = many(&members);
        let given = told.iter().find(near).map(|(earlier, query)| {
            let (measure, differing) = ("persons", differ(earlier, &members));
            json!({ "earlier": query, "measure": measure, "persons": persons, "differing": differing })
        });
        if given.is_none() {
            told.push((members, id.to_owned()));
        }
        let left = (!removed.is_empty()).then(|| {
            json!({ "table": 0, "keys": [], "column": 0, "persons": persons, "too_far": false, "removed": removed })
        });
        (left, given)
    }

    /// What an auditor is told, with texts closed and open.
    pub(super) fn watched(&self, open: bool) -> Value {
        let mut gathered = if open { Gathered::open() } else { Gathered::closed() };
        for (entry, openings) in &self.entries {
            gathered.add(entry, openings);
        }
        gathered.told()
    }

    /// Somebody whom all these columns together tell from everybody else.
    pub(super) fn unique(&self, columns: &[Column]) -> Vec<Vec<(Column, u64)>> {
        let of = |person: &Person| {
            columns.iter().map(|column| (*column, value(person, *column))).collect::<Vec<_>>()
        };
        let mut counts: BTreeMap<Vec<(Column, u64)>, usize> = BTreeMap::new();
        for person in &self.people {
            *counts.entry(of(person)).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count == 1).map(|(values, _)| values).collect()
    }
}

fn opening(seq: u64, field: &str, text: String) -> Opening {
    Opening { seq, field: field.to_owned(), salt: [7; 32], text }
}

/// Kind and persons of each alert.
pub(super) fn kinds(told: &Value) -> Vec<(String, Value)> {
    let alerts = told["alerts"].as_array().unwrap().iter();
    alerts
        .map(|alert| (alert["kind"].as_str().unwrap().to_owned(), alert["people"].clone()))
        .collect()
}
