//! Subtracting what is shown from what is shown, to arrive at what is withheld.
//!
//! The attacker knows the population: which combinations of attributes there are, and how many people there are in all.
//! Every shown number is an equation over these combinations. A withheld number is lost when it is a linear
//! combination of shown ones, which is decided here by elimination modulo a large prime, written without the engine's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::clinic::{Clinic, Person};
use tests::home::{EXACT, STRICT};

use super::World;

/// A question: tables of counts and sums over groups of people.
pub(crate) struct Question {
    pub(crate) dims: Vec<usize>,
    /// For each level of totals, the dimensions it keeps.
    levels: Vec<Vec<usize>>,
    groups: String,
    pub(crate) filters: Vec<usize>,
    pub(crate) sums: bool,
}

struct Dim {
    sql: &'static str,
    of: fn(&Person) -> Value,
}

const DIMS: [Dim; 4] = [
    Dim { sql: "region", of: |p| p.region.into() },
    Dim { sql: "sex", of: |p| p.sex.map_or(Value::Null, Into::into) },
    Dim { sql: "hiv", of: |p| p.hiv.into() },
    Dim { sql: "birth_year", of: |p| p.birth_year.into() },
];

struct Condition {
    sql: &'static str,
    holds: fn(&Person) -> bool,
}

const CONDITIONS: [Condition; 5] = [
    Condition { sql: "sex = 'f'", holds: |p| p.sex == Some("f") },
    Condition { sql: "sex = 'm'", holds: |p| p.sex == Some("m") },
    Condition { sql: "hiv", holds: |p| p.hiv },
    Condition { sql: "birth_year > 1995", holds: |p| p.birth_year > 1995 },
    Condition { sql: "income > 60000", holds: |p| p.income > 60_000.0 },
];

impl Question {
    pub(crate) fn of(numbers: &mut impl FnMut(usize) -> usize) -> Self {
        let count = 1 + numbers(3);
        let mut dims: Vec<usize> = vec![];
        while dims.len() < count {
            let dim = numbers(DIMS.len());
            if !dims.contains(&dim) {
                dims.push(dim);
            }
        }
        let names: Vec<&str> = dims.iter().map(|&dim| DIMS[dim].sql).collect();
        let list = names.join(", ");
        let (levels, groups) = match numbers(4) {
            0 => (vec![dims.clone()], list),
            1 => {
                let levels = (0..=count).map(|n| dims[..n].to_vec()).collect();
                (levels, format!("rollup({list})"))
            }
            2 => {
                let kept = |bits: usize| {
                    let kept = dims.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
                    kept.map(|(_, &dim)| dim).collect::<Vec<_>>()
                };
                ((0..1 << count).map(kept).collect(), format!("cube({list})"))
            }
            _ => {
                let sets: Vec<String> = names.iter().map(|name| format!("({name})")).collect();
                let levels = dims.iter().map(|&dim| vec![dim]).collect();
                (levels, format!("grouping sets ({})", sets.join(", ")))
            }
        };
        let filters: BTreeSet<usize> = (0..numbers(4)).map(|_| numbers(CONDITIONS.len())).collect();
        Self { dims, levels, groups, filters: filters.into_iter().collect(), sums: numbers(2) == 0 }
    }

    pub(crate) fn sql(&self) -> String {
        let names: Vec<&str> = self.dims.iter().map(|&dim| DIMS[dim].sql).collect();
        let kept = names.iter().map(|name| match self.levels.len() {
            1 => "0".to_owned(),
            _ => format!("grouping({name})"),
        });
        let kept: Vec<String> = kept.collect();
        let mut measures = vec!["count(*)".to_owned()];
        for &at in &self.filters {
            measures.push(format!("count(*) filter (where {})", CONDITIONS[at].sql));
        }
        if self.sums {
            measures.push("sum(income)".to_owned());
            for &at in &self.filters {
                measures.push(format!("sum(income) filter (where {})", CONDITIONS[at].sql));
            }
        }
        let columns: Vec<String> =
            names.iter().map(ToString::to_string).chain(kept).chain(measures).collect();
        let named: Vec<String> =
            columns.iter().enumerate().map(|(at, c)| format!("{c} as c{at}")).collect();
        format!("select {} from people group by {}", named.join(", "), self.groups)
    }

    /// What tells two people apart in this question.
    pub(crate) fn class(&self, person: &Person) -> String {
        let keys: Vec<Value> = self.dims.iter().map(|&dim| (DIMS[dim].of)(person)).collect();
        let flags: Vec<bool> =
            self.filters.iter().map(|&at| (CONDITIONS[at].holds)(person)).collect();
        format!("{keys:?}{flags:?}")
    }

    /// Every number that there is to tell: level, keys, measure; and whom it counts.
    pub(crate) fn numbers(&self, clinic: &Clinic) -> BTreeMap<(usize, String, usize), Counted> {
        let mut numbers: BTreeMap<_, Counted> = BTreeMap::new();
        for person in &clinic.persons {
            for (at, level) in self.levels.iter().enumerate() {
                let keys = format!("{:?}", self.keys(level, |dim| (DIMS[dim].of)(person)));
                for measure in 0..self.measures() {
                    let number = numbers.entry((at, keys.clone(), measure)).or_default();
                    if self.counts(measure, person) {
                        number.persons += 1;
                        number.classes.insert(self.class(person));
                    }
                }
            }
        }
        numbers
    }

    fn keys(&self, level: &[usize], of: impl Fn(usize) -> Value) -> Vec<Value> {
        let kept = self.dims.iter().map(|dim| level.contains(dim).then(|| of(*dim)));
        kept.map(|value| value.unwrap_or("-".into())).collect()
    }

    pub(crate) fn measures(&self) -> usize {
        let counts = 1 + self.filters.len();
        if self.sums { 2 * counts } else { counts }
    }

    pub(crate) fn counts(&self, measure: usize, person: &Person) -> bool {
        let at = measure % (1 + self.filters.len());
        at == 0 || (CONDITIONS[self.filters[at - 1]].holds)(person)
    }

    /// The numbers that an answer shows.
    pub(crate) fn shown(&self, body: &Value) -> BTreeSet<(usize, String, usize)> {
        let mut shown = BTreeSet::new();
        let count = self.dims.len();
        for row in body["rows"].as_array().unwrap() {
            let level: Vec<usize> = (0..count)
                .filter(|at| row[count + at].as_i64() == Some(0))
                .map(|at| self.dims[at])
                .collect();
            let at = self.levels.iter().position(|known| {
                known.iter().collect::<BTreeSet<_>>() == level.iter().collect::<BTreeSet<_>>()
            });
            let place = |dim: usize| self.dims.iter().position(|known| *known == dim).unwrap();
            let keys = format!("{:?}", self.keys(&level, |dim| row[place(dim)].clone()));
            for measure in 0..self.measures() {
                if !row[2 * count + measure].is_null() {
                    shown.insert((at.unwrap(), keys.clone(), measure));
                }
            }
        }
        shown
    }

    /// Withheld numbers that follow from the shown ones and the total.
    fn worked_out(&self, clinic: &Clinic, body: &Value) -> Vec<(usize, String, usize)> {
        let numbers = self.numbers(clinic);
        let shown = self.shown(body);
        let classes: BTreeSet<String> =
            clinic.persons.iter().map(|person| self.class(person)).collect();
        let classes: Vec<String> = classes.into_iter().collect();
        let vector = |members: &BTreeSet<String>| -> Vec<u64> {
            classes.iter().map(|class| u64::from(members.contains(class))).collect()
        };
        let mut found = vec![];
        // Counts and sums are told apart: one says nothing linear of the other.
        for sums in [false, true] {
            let of_kind = |measure: usize| (measure > self.filters.len()) == sums;
            let mut span = Span::default();
            span.add(vec![1; classes.len()]);
            for number in shown.iter().filter(|(.., measure)| of_kind(*measure)) {
                if let Some(number) = numbers.get(number) {
                    span.add(vector(&number.classes));
                }
            }
            for (number, counted) in &numbers {
                // What is kept back only for others' sake may be worked out, as long as they cannot.
                let small = (1..10).contains(&counted.persons);
                if of_kind(number.2)
                    && small
                    && !shown.contains(number)
                    && span.contains(vector(&counted.classes))
                {
                    found.push(number.clone());
                }
            }
        }
        found
    }
}

/// Whom a number counts.
#[derive(Default)]
pub(crate) struct Counted {
    persons: usize,
    pub(crate) classes: BTreeSet<String>,
}

/// A prime below 2^61.
pub(crate) const PRIME: u64 = (1 << 61) - 1;

/// What can be reached by adding, subtracting and scaling, modulo a prime.
#[derive(Default)]
pub(crate) struct Span {
    /// Reduced rows with the place of their leading one.
    rows: Vec<(usize, Vec<u64>)>,
}

impl Span {
    pub(crate) fn add(&mut self, row: Vec<u64>) {
        let mut row = self.reduced(row);
        if let Some(lead) = row.iter().position(|value| *value != 0) {
            let scale = inverse(row[lead]);
            row.iter_mut().for_each(|value| *value = times(*value, scale));
            self.rows.push((lead, row));
        }
    }

    pub(crate) fn contains(&self, row: Vec<u64>) -> bool {
        self.reduced(row).iter().all(|value| *value == 0)
    }

    fn reduced(&self, mut row: Vec<u64>) -> Vec<u64> {
        for (lead, known) in &self.rows {
            let factor = row[*lead];
            if factor != 0 {
                for (value, known) in row.iter_mut().zip(known) {
                    *value = (*value + PRIME - times(factor, *known)) % PRIME;
                }
            }
        }
        row
    }
}

fn times(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(PRIME)).unwrap()
}

/// By Fermat's little theorem.
fn inverse(value: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_withheld_can_be_worked_out() {
    let (mut lost, mut before, mut left) = (0, 0, 0);
    for seed in 0..3 {
        let world = World::of(Clinic::new(600, seed)).await;
        let mut state = seed.wrapping_mul(77) + 1;
        let mut numbers = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            usize::try_from(state >> 33).unwrap() % bound
        };
        for _ in 0..20 {
            let question = Question::of(&mut numbers);
            let sql = question.sql();
            let open = world.body(EXACT, &sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
            lost += question.worked_out(&world.clinic, &open).len();
            let body = world.body(STRICT, &sql).await.unwrap();
            let found = question.worked_out(&world.clinic, &body);
            assert!(
                found.is_empty(),
                "clinic {seed}: {sql}\nworked out: {found:?}\n{}\n{}",
                body["rows"],
                open["rows"]
            );
            before += question.shown(&open).len();
            left += question.shown(&body).len();
        }
    }
    assert!(
        lost > 50,
        "the attack: {lost} numbers worked out where nothing is withheld for others"
    );
    assert!(left * 3 > before, "{left} of {before} numbers are left");
}
