//! Margins and what is left over, in other words: each answer says of whom every number is, and a reader who adds and
//! subtracts must not arrive at a withheld one, nor at a group that is too small to be shown.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::clinic::{Clinic, Person, REGIONS};
use tests::home::{EXACT, Home, STRICT};

use super::World;
use super::reader::Reader;

/// What one column of a row counts: how often it counts a person, given the row.
type Counts = fn(&Person, &[Value]) -> i64;

struct Case {
    name: &'static str,
    sql: &'static str,
    /// Columns with what they count. A share of everybody counts as what it is a share of.
    shows: &'static [(usize, Counts)],
    /// Groups of people that are too small where they have fewer than ten.
    groups: fn(&Person) -> String,
}

/// Whether a row is about a region, or about all of them.
fn here(person: &Person, row: &[Value]) -> i64 {
    i64::from(row[0] == "all" || row[0] == person.region)
}

/// Whether a row is about a sex, or about those without one.
fn of_sex(person: &Person, row: &[Value]) -> i64 {
    i64::from(row[0] == person.sex.map_or(Value::Null, Into::into))
}

/// Whether a row is about a region or a pair of them.
fn paired(person: &Person, row: &[Value]) -> i64 {
    let pair = ["west", "east"].contains(&person.region);
    i64::from(match row[0].as_str() {
        Some("pair") => pair,
        Some("others") => !pair,
        _ => row[0] == person.region,
    })
}

fn region(person: &Person) -> String {
    person.region.to_owned()
}

const CASES: &[Case] = &[
    Case {
        name: "a filter that everybody passes",
        sql: "select region, count(*), count(*) filter (where birth_year > 1900) from people group by region \
              union all select 'all', count(*), count(*) filter (where birth_year > 1900) from people",
        shows: &[(1, here), (2, here)],
        groups: region,
    },
    Case {
        name: "a filter inside another",
        sql: "select region, count(*) filter (where hiv or birth_year < 1970), count(*) filter (where hiv), count(*) from people group by region",
        shows: &[
            (1, |p, row| here(p, row) * i64::from(p.hiv || p.birth_year < 1970)),
            (2, |p, row| here(p, row) * i64::from(p.hiv)),
            (3, here),
        ],
        groups: |p| format!("{}{}{}", p.region, p.hiv, p.birth_year < 1970 && !p.hiv),
    },
    Case {
        name: "filters in CTEs",
        sql: "with f as (select * from people where sex = 'f'), m as (select * from people where sex = 'm') \
              select region, 'f', count(*) from f group by region union all \
              select region, 'm', count(*) from m group by region union all \
              select region, 'all', count(*) from people group by region",
        shows: &[(2, |p, row| {
            here(p, row) * i64::from(row[1] == "all" || row[1] == p.sex.unwrap_or("-"))
        })],
        groups: |p| format!("{}{:?}", p.region, p.sex),
    },
    Case {
        name: "sums and their total",
        sql: "select region, sum(income) from people group by region union all select 'all', sum(income) from people",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "means and numbers",
        sql: "select region, avg(income) filter (where not hiv), count(*) filter (where not hiv), sum(income) from people group by region",
        // A mean with its number of people is a sum.
        shows: &[(1, |p, row| here(p, row) * i64::from(!p.hiv)), (3, here)],
        groups: |p| format!("{}{}", p.region, p.hiv),
    },
    Case {
        name: "sums of differences",
        sql: "select region, sum(income) - sum(income) filter (where not hiv), sum(income) from people group by region",
        shows: &[(1, |p, row| here(p, row) * i64::from(p.hiv)), (2, here)],
        groups: |p| format!("{}{}", p.region, p.hiv),
    },
    Case {
        name: "persons by band beside rows by value",
        sql: "select case when region in ('east', 'west') then 'pair' else 'others' end, count(distinct person_id) from people group by 1 \
              union all select region, count(*) from people group by region",
        shows: &[(1, paired)],
        groups: region,
    },
    Case {
        name: "union all of a table and its total",
        sql: "select region, count(*) from people group by region union all select 'all', count(*) from people",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "union all of a table and a part of its total",
        sql: "select region, count(*) from people group by region \
              union all select 'pair', count(*) from people where region in ('west', 'east')",
        shows: &[(1, |p, row| {
            i64::from(if row[0] == "pair" {
                ["west", "east"].contains(&p.region)
            } else {
                row[0] == p.region
            })
        })],
        groups: region,
    },
    Case {
        name: "scalar sub-query as denominator",
        sql: "select region, 100.0 * count(*) / (select count(*) from people) from people group by region",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "scalar sub-queries that differ in one group",
        sql: "select a.n, b.n as m from (select count(*) as n from people where region in ('east', 'west')) a \
              cross join (select count(*) as n from people where region = 'east') b",
        shows: &[
            (0, |p, _| i64::from(["west", "east"].contains(&p.region))),
            (1, |p, _| i64::from(p.region == "east")),
        ],
        groups: region,
    },
    Case {
        name: "CTE used twice",
        sql: "with t as (select region, sex, count(*) as n from people group by region, sex), \
              r as (select region, count(*) as n from people group by region) \
              select region, sex, n from t union all select region, 'all', n from r union all select 'all', 'all', sum(n) from r",
        shows: &[(2, |p, row| {
            let sex = row[1] == "all" || row[1] == p.sex.map_or(Value::Null, Into::into);
            // The last row adds up what is shown.
            if row[0] == "all" { 0 } else { i64::from(row[0] == p.region && sex) }
        })],
        groups: |p| format!("{}{:?}", p.region, p.sex),
    },
    Case {
        name: "window total over a protected result",
        sql: "select region, count(*), 100.0 * count(*) / sum(count(*)) over () from people group by region",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "window total and the true one",
        sql: "select region, count(*), (select count(*) from people) - sum(count(*)) over () from people group by region",
        // The rest is what is not shown in any row.
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "count(*) less count(x)",
        sql: "select region, count(*) - count(sex) as without, count(*) as n from people group by region",
        shows: &[(1, |p, row| here(p, row) * i64::from(p.sex.is_none())), (2, here)],
        groups: |p| format!("{}{}", p.region, p.sex.is_none()),
    },
    Case {
        name: "count(*) beside count(x)",
        sql: "select region, count(sex), count(*) from people group by region",
        shows: &[(1, |p, row| here(p, row) * i64::from(p.sex.is_some())), (2, here)],
        groups: |p| format!("{}{}", p.region, p.sex.is_none()),
    },
    Case {
        name: "three filters that cut a group, one small",
        sql: "select region, count(*) filter (where hiv), count(*) filter (where not hiv and birth_year < 1970), \
              count(*) filter (where not hiv and birth_year >= 1970), count(*) from people group by region",
        shows: &[
            (1, |p, row| here(p, row) * i64::from(p.hiv)),
            (2, |p, row| here(p, row) * i64::from(!p.hiv && p.birth_year < 1970)),
            (3, |p, row| here(p, row) * i64::from(!p.hiv && p.birth_year >= 1970)),
            (4, here),
        ],
        groups: |p| format!("{}{}{}", p.region, p.hiv, p.birth_year < 1970 && !p.hiv),
    },
    Case {
        name: "overlapping filters",
        sql: "select region, count(*) filter (where hiv or birth_year < 1970), \
              count(*) filter (where birth_year < 1970) from people group by region",
        shows: &[
            (1, |p, row| here(p, row) * i64::from(p.hiv || p.birth_year < 1970)),
            (2, |p, row| here(p, row) * i64::from(p.birth_year < 1970)),
        ],
        groups: |p| format!("{}{}", p.region, p.hiv && p.birth_year >= 1970),
    },
    Case {
        name: "a condition inside another, in two tables",
        sql: "select region, 'wide', count(*) from people where hiv or birth_year < 1970 group by region \
              union all select region, 'narrow', count(*) from people where birth_year < 1970 group by region",
        shows: &[(2, |p, row| {
            here(p, row) * i64::from((row[1] == "wide" && p.hiv) || p.birth_year < 1970)
        })],
        groups: |p| format!("{}{}", p.region, p.hiv && p.birth_year >= 1970),
    },
    Case {
        name: "a list inside another",
        sql: "select sex, count(*) filter (where region in ('east', 'north', 'west')), \
              count(*) filter (where region in ('north', 'east')) from people group by sex",
        shows: &[
            (1, |p, row| i64::from(p.region != "south") * of_sex(p, row)),
            (2, |p, row| i64::from(["east", "north"].contains(&p.region)) * of_sex(p, row)),
        ],
        groups: |p| format!("{:?}{}", p.sex, p.region == "west"),
    },
    Case {
        name: "sums of ones and zeros",
        sql: "select region, sum(case when hiv then 0 else 1 end), count(*) from people group by region",
        shows: &[(1, |p, row| here(p, row) * i64::from(!p.hiv)), (2, here)],
        groups: |p| format!("{}{}", p.region, p.hiv),
    },
    Case {
        name: "mean of ones and zeros",
        sql: "select region, avg(case when hiv then 0.0 else 1.0 end), count(*) from people group by region",
        // With the number of people it is the number of those with ones.
        shows: &[(1, |p, row| here(p, row) * i64::from(!p.hiv)), (2, here)],
        groups: |p| format!("{}{}", p.region, p.hiv),
    },
    Case {
        name: "HAVING that hides rows",
        sql: "select region, count(*) from people group by region having count(*) > 20 \
              union all select 'all', count(*) from people",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "ORDER BY and LIMIT that show some rows",
        sql: "select * from (select region, count(*) as n from people group by region order by n desc limit 3) t \
              union all select 'all', count(*) from people",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "DISTINCT",
        sql: "select distinct region, n from (select region, count(*) as n from people group by region \
              union all select region, count(*) as n from people group by region) t",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "grouping sets and a total by hand",
        sql: "select region, sex, count(*) from people group by grouping sets ((region, sex), (region)) \
              union all select 'all', sex, count(*) from people group by sex",
        // Without `grouping` a NULL is no sex or all of them: the reader is told which by the order of rows.
        shows: &[(2, |p, row| {
            here(p, row)
                * i64::from(row[1] == p.sex.map_or(Value::Null, Into::into))
                * i64::from(!row[1].is_null())
        })],
        groups: |p| format!("{}{:?}", p.region, p.sex),
    },
    Case {
        name: "persons counted two ways",
        sql: "select region, count(distinct person_id) from people group by region \
              union all select 'all', count(distinct person_id) from people",
        shows: &[(1, here)],
        groups: region,
    },
    Case {
        name: "bands by CASE beside the values",
        sql: "select region, count(*) from people group by region union all \
              select case when region in ('east', 'west') then 'pair' else 'others' end, count(*) from people group by 1",
        shows: &[(1, paired)],
        groups: region,
    },
    Case {
        name: "joined with a code list",
        sql: "select r.name, count(*) from people p \
              join (values ('east', 'east'), ('north', 'north'), ('south', 'south'), ('west', 'west')) as r(code, name) \
              on p.region = r.code group by r.name union all select 'all', count(*) from people",
        shows: &[(1, here)],
        groups: region,
    },
];

/// Everybody whom the questions can tell apart, there or not: the reader does not know who is missing.
fn imaginable() -> Vec<Person> {
    let mut all = vec![];
    let pattern = Clinic::new(1, 0).persons.remove(0);
    for region in REGIONS {
        for sex in [None, Some("f"), Some("m")] {
            for hiv in [false, true] {
                for birth_year in [1950, 1990] {
                    all.push(Person { region, sex, hiv, birth_year, ..pattern.clone() });
                }
            }
        }
    }
    all
}

impl Case {
    /// How often the imaginable are counted.
    fn counts(all: &[Person], one: impl Fn(&Person) -> i64) -> Vec<i64> {
        all.iter().map(one).collect()
    }

    /// How many people a number counts.
    fn people(clinic: &Clinic, row: &[Value], counts: Counts) -> usize {
        clinic.persons.iter().filter(|person| counts(person, row) != 0).count()
    }

    /// What a reader works out who must not.
    fn worked_out(&self, clinic: &Clinic, body: &Value) -> Found {
        let all = imaginable();
        let mut reader = Reader::new(all.len());
        let everybody = vec![1; all.len()];
        reader.read(everybody.clone(), clinic.persons.len() as f64);
        let mut secret: Vec<(String, usize, Vec<i64>)> = vec![];
        for row in body["rows"].as_array().unwrap().iter().map(|row| row.as_array().unwrap()) {
            for (col, counts) in self.shows {
                let of = Self::counts(&all, |person| counts(person, row));
                if of.iter().all(|times| *times == 0) {
                    continue;
                }
                match row[*col].as_f64() {
                    Some(number) => reader.read(of, number),
                    // What is kept back only for others' sake may be worked out, as long as they cannot.
                    None => {
                        let people = Self::people(clinic, row, *counts);
                        secret.push((format!("{row:?} column {col}"), people, of));
                    }
                }
            }
        }
        let names: BTreeSet<String> = all.iter().map(self.groups).collect();
        for name in names {
            let count = clinic.persons.iter().filter(|p| (self.groups)(p) == name).count();
            let shown = Self::counts(&all, |person| i64::from((self.groups)(person) == name));
            secret.push((name, count, shown));
        }
        secret.retain(|(_, people, counts)| {
            *people < 10 && *counts != everybody && reader.works_out(counts)
        });
        let (nobody, few): (Vec<_>, Vec<_>) =
            secret.into_iter().partition(|(_, people, _)| *people == 0);
        let name = |(name, people, _)| format!("{name}: {people} people");
        Found {
            few: few.into_iter().map(name).collect(),
            nobody: nobody.into_iter().map(name).collect(),
        }
    }
}

/// What a reader works out who must not.
struct Found {
    /// Of a few people.
    few: Vec<String>,
    /// That nobody is there.
    nobody: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_words_tell_what_is_left_over() {
    let mut lost: BTreeSet<&str> = BTreeSet::new();
    let mut told = BTreeSet::new();
    let mut failed = vec![];
    for seed in 0..4 {
        let clinic = Clinic::new(260, 40 + seed);
        let world = World::of(Home::of(&clinic)).await;
        for case in CASES {
            let open = case.worked_out(&clinic, &world.answer(EXACT, case.sql).await);
            if !open.few.is_empty() || !open.nobody.is_empty() {
                lost.insert(case.name);
            }
            let body = world.answer(STRICT, case.sql).await;
            let mut found = case.worked_out(&clinic, &body);
            found.few.extend(found.nobody);
            if !found.few.is_empty() {
                let found = found.few.join("\n");
                failed.push(format!("{}: {}\n{found}\n{}", case.name, case.sql, body["rows"]));
            }
            if body["summary"]["shown"].as_u64().unwrap() > 0 {
                told.insert(case.name);
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let without = |found: &BTreeSet<&str>| {
        CASES.iter().map(|case| case.name).filter(|name| !found.contains(name)).collect::<Vec<_>>()
    };
    assert!(without(&told).is_empty(), "nothing is shown of {:?}", without(&told));
    let harmless = without(&lost);
    assert!(harmless.is_empty(), "no attack where nothing is withheld for others: {harmless:?}");
}
