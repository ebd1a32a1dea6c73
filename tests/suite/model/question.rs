//! A random query of a small family, as SQL and as parts that the twin can follow.

use super::truth::Row;

/// Numbers that depend on a seed only.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

/// What the rows are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    People,
    Visits,
    Join,
    LeftJoin,
}

impl From {
    pub(super) const fn has_people(self) -> bool {
        !matches!(self, Self::Visits)
    }

    pub(super) const fn has_visits(self) -> bool {
        !matches!(self, Self::People)
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::People => "people p",
            Self::Visits => "visits v",
            Self::Join => "people p join visits v on v.person_id = p.person_id",
            Self::LeftJoin => "people p left join visits v on v.person_id = p.person_id",
        }
    }

    const fn person(self) -> &'static str {
        if self.has_people() { "p.person_id" } else { "v.person_id" }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Sex,
    Region,
    Hiv,
    Decade,
    Kind,
    Ward,
}

impl Key {
    const OF_PEOPLE: [Self; 4] = [Self::Sex, Self::Region, Self::Hiv, Self::Decade];
    const OF_VISITS: [Self; 2] = [Self::Kind, Self::Ward];

    const fn sql(self) -> &'static str {
        match self {
            Self::Sex => "p.sex",
            Self::Region => "p.region",
            Self::Hiv => "p.hiv",
            Self::Decade => "p.birth_year / 10",
            Self::Kind => "v.kind",
            Self::Ward => "v.ward",
        }
    }

    /// Whether the contract lists its values.
    pub(super) const fn is_public(self) -> bool {
        matches!(self, Self::Sex | Self::Region | Self::Hiv | Self::Kind)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Test {
    Sex(&'static str),
    NotRegion(&'static str),
    BornFrom(i64),
    BornBetween(i64, i64),
    Hiv(bool),
    PoorerThan(i64),
    Kind(&'static str),
    WardIn(&'static str, &'static str),
    NightsOver(i64),
    NightsMissing,
}

impl Test {
    fn random(chance: &mut Chance, from: From) -> Self {
        let people = from.has_people() && (!from.has_visits() || chance.below(2) == 0);
        let number = |n: u64| i64::try_from(n).unwrap();
        if people {
            match chance.below(6) {
                0 => Self::Sex(chance.one_of(&["f", "m"])),
                1 => Self::NotRegion(chance.one_of(&["east", "north", "south", "west"])),
                2 => Self::BornFrom(1930 + number(chance.below(80))),
                3 => {
                    let low = 1930 + number(chance.below(70));
                    Self::BornBetween(low, low + number(chance.below(40)))
                }
                4 => Self::Hiv(chance.below(3) == 0),
                _ => Self::PoorerThan(number(chance.below(50_000))),
            }
        } else {
            match chance.below(4) {
                0 => Self::Kind(chance.one_of(&["planned", "urgent", "walk-in"])),
                1 => Self::WardIn(
                    chance.one_of(&["w0", "w1", "w2"]),
                    chance.one_of(&["w3", "w4", "w9"]),
                ),
                2 => Self::NightsOver(number(chance.below(20))),
                _ => Self::NightsMissing,
            }
        }
    }

    fn sql(self) -> String {
        match self {
            Self::Sex(sex) => format!("p.sex = '{sex}'"),
            Self::NotRegion(region) => format!("p.region <> '{region}'"),
            Self::BornFrom(year) => format!("p.birth_year >= {year}"),
            Self::BornBetween(low, high) => format!("p.birth_year between {low} and {high}"),
            Self::Hiv(hiv) => format!("p.hiv = {hiv}"),
            Self::PoorerThan(income) => format!("p.income < {income}"),
            Self::Kind(kind) => format!("v.kind = '{kind}'"),
            Self::WardIn(a, b) => format!("v.ward in ('{a}', '{b}')"),
            Self::NightsOver(nights) => format!("v.nights > {nights}"),
            Self::NightsMissing => "v.nights is null".to_owned(),
        }
    }

    /// Whether it is true of a row; a missing value makes nothing true but being missing.
    pub(super) fn holds(self, row: &Row<'_>) -> bool {
        let (person, visit) = (row.person, row.visit);
        match self {
            Self::Sex(sex) => person.sex == Some(sex),
            Self::NotRegion(region) => person.region != region,
            Self::BornFrom(year) => person.birth_year >= year,
            Self::BornBetween(low, high) => (low..=high).contains(&person.birth_year),
            Self::Hiv(hiv) => person.hiv == hiv,
            Self::PoorerThan(income) => person.income < income as f64,
            Self::Kind(kind) => visit.is_some_and(|visit| visit.kind == kind),
            Self::WardIn(a, b) => visit.is_some_and(|visit| visit.ward == a || visit.ward == b),
            Self::NightsOver(nights) => visit.and_then(|v| v.nights).is_some_and(|n| n > nights),
            Self::NightsMissing => visit.is_none_or(|visit| visit.nights.is_none()),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Column {
    Income,
    Cost,
    Nights,
}

impl Column {
    const fn sql(self) -> &'static str {
        match self {
            Self::Income => "p.income",
            Self::Cost => "v.cost",
            Self::Nights => "v.nights",
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Measure {
    Rows,
    Persons,
    With(Column),
    Where(Test),
    Sum(Column),
    SumWhere(Column, Test),
    Mean(Column),
}

impl Measure {
    fn random(chance: &mut Chance, from: From) -> Self {
        let column = match (from.has_people(), from.has_visits()) {
            (true, false) => Column::Income,
            (false, _) => chance.one_of(&[Column::Cost, Column::Nights]),
            (true, true) => chance.one_of(&[Column::Income, Column::Cost, Column::Nights]),
        };
        match chance.below(7) {
            0 => Self::Rows,
            1 => Self::Persons,
            2 => Self::With(column),
            3 => Self::Where(Test::random(chance, from)),
            4 => Self::Sum(column),
            5 => Self::SumWhere(column, Test::random(chance, from)),
            _ => Self::Mean(column),
        }
    }

    fn sql(self, from: From) -> String {
        match self {
            Self::Rows => "count(*)".to_owned(),
            Self::Persons => format!("count(distinct {})", from.person()),
            Self::With(column) => format!("count({})", column.sql()),
            Self::Where(test) => format!("count(case when {} then 1 end)", test.sql()),
            Self::Sum(column) => format!("sum({})", column.sql()),
            Self::SumWhere(column, test) => {
                format!("sum(case when {} then {} else 0 end)", test.sql(), column.sql())
            }
            Self::Mean(column) => format!("avg({})", column.sql()),
        }
    }
}

/// A query.
pub(super) struct Question {
    pub(super) from: From,
    pub(super) tests: Vec<Test>,
    pub(super) keys: Vec<Key>,
    pub(super) measures: Vec<Measure>,
}

impl Question {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let from = chance.one_of(&[From::People, From::Visits, From::Join, From::LeftJoin]);
        let mut known: Vec<Key> = vec![];
        if from.has_people() {
            known.extend(Key::OF_PEOPLE);
        }
        if from.has_visits() {
            known.extend(Key::OF_VISITS);
        }
        let mut keys = vec![];
        for _ in 0..chance.below(3) {
            let key = chance.one_of(&known);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let tests = (0..chance.below(3)).map(|_| Test::random(chance, from)).collect();
        let measures = (0..=chance.below(3)).map(|_| Measure::random(chance, from)).collect();
        Self { from, tests, keys, measures }
    }

    pub(super) fn sql(&self) -> String {
        let keys = self.keys.iter().enumerate().map(|(at, key)| format!("{} k{at}", key.sql()));
        let measures = self.measures.iter().enumerate();
        let measures = measures.map(|(at, measure)| format!("{} m{at}", measure.sql(self.from)));
        let mut sql = format!(
            "select {} from {}",
            keys.chain(measures).collect::<Vec<_>>().join(", "),
            self.from.sql()
        );
        if !self.tests.is_empty() {
            let tests: Vec<String> = self.tests.iter().map(|test| test.sql()).collect();
            sql.push_str(&format!(" where {}", tests.join(" and ")));
        }
        if !self.keys.is_empty() {
            let keys: Vec<&str> = self.keys.iter().map(|key| key.sql()).collect();
            sql.push_str(&format!(" group by {}", keys.join(", ")));
        }
        sql
    }
}
