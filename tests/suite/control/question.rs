//! Random questions that can be spelled in more than one way.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::chance::Chance;

/// Where the rows come from, and what can be asked of them. `$name` stands for a column.
struct Source {
    from: &'static str,
    columns: &'static [(&'static str, &'static str)],
    dims: &'static [&'static str],
    conditions: &'static [&'static str],
    measures: &'static [&'static str],
}

const SOURCES: [Source; 3] = [
    Source {
        from: "people",
        columns: &[
            ("person", "person_id"),
            ("region", "region"),
            ("sex", "sex"),
            ("hiv", "hiv"),
            ("born", "birth_year"),
            ("income", "income"),
        ],
        dims: &[
            "$region",
            "$sex",
            "$hiv",
            "$born",
            "case when $born < 1970 then 'old' else 'young' end",
        ],
        conditions: &["$sex = 'f'", "$hiv", "$born > 1960", "$income > 20000", "$region <> 'east'"],
        measures: &["count(*)", "count($sex)", "sum($income)", "avg($income)", "median($income)"],
    },
    Source {
        from: "visits",
        columns: &[
            ("person", "person_id"),
            ("kind", "kind"),
            ("ward", "ward"),
            ("nights", "nights"),
            ("cost", "cost"),
        ],
        dims: &["$kind", "$ward"],
        conditions: &["$kind = 'urgent'", "$ward <> 'w3'", "$cost > 500", "$nights < 15"],
        measures: &[
            "count(*)",
            "count(distinct $person)",
            "count($nights)",
            "sum($cost)",
            "sum($nights)",
            "avg($cost)",
        ],
    },
    Source {
        from: "visits v join people p on v.person_id = p.person_id",
        columns: &[
            ("person", "p.person_id"),
            ("kind", "v.kind"),
            ("ward", "v.ward"),
            ("cost", "v.cost"),
            ("region", "p.region"),
            ("sex", "p.sex"),
        ],
        dims: &["$kind", "$region", "$sex", "$ward"],
        conditions: &["$kind = 'urgent'", "$sex = 'm'", "$cost > 500", "$region <> 'west'"],
        measures: &["count(*)", "count(distinct $person)", "sum($cost)", "count($sex)"],
    },
];

/// A question: tables of statistics over groups.
pub(super) struct Question {
    source: &'static Source,
    dims: Vec<&'static str>,
    /// The dimensions of each table, as places in `dims`.
    sets: Vec<Vec<usize>>,
    conditions: Vec<&'static str>,
    /// Each with the condition of its FILTER.
    measures: Vec<(&'static str, Option<&'static str>)>,
}

/// One way to write it.
pub(super) struct Spelled {
    pub(super) sql: String,
    /// What each column of the answer is: a dimension, whether it is kept, a measure.
    columns: Vec<Item>,
}

#[derive(Clone, Copy)]
enum Item {
    Key(usize),
    Kept(usize),
    Measure(usize),
}

/// Everything that an answer says, under names that do not depend on its spelling.
pub(super) type Told = BTreeMap<(String, String), Value>;

impl Question {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let source = &SOURCES[chance.below(SOURCES.len())];
        let dims = some_of(source.dims, 1, 3, chance);
        let count = dims.len();
        let every: Vec<usize> = (0..count).collect();
        let sets = match chance.below(3) {
            0 => vec![every],
            1 => (0..=count).map(|kept| every[..kept].to_vec()).collect(),
            _ => {
                let subset = |bits: &usize| {
                    every.iter().copied().filter(|at| bits >> at & 1 == 1).collect::<Vec<_>>()
                };
                (0..1 << count).collect::<Vec<usize>>().iter().map(subset).collect()
            }
        };
        let conditions = some_of(source.conditions, 0, 2, chance);
        let measures = some_of(source.measures, 1, 3, chance);
        let mut measures: Vec<(&str, Option<&str>)> =
            measures.into_iter().map(|measure| (measure, None)).collect();
        for measure in some_of(source.measures, 0, 2, chance) {
            measures.push((measure, Some(chance.one_of(source.conditions))));
        }
        Self { source, dims, sets, conditions, measures }
    }

    /// As one would write it.
    pub(super) fn plain(&self) -> Spelled {
        self.written(&mut Chance::again(vec![]), None)
    }

    /// With other names, in another order, and with the rows in a CTE.
    pub(super) fn in_other_words(&self, chance: &mut Chance) -> Spelled {
        let names = chance.percent(60).then(|| 10 + chance.below(80));
        self.written(chance, names)
    }

    fn written(&self, chance: &mut Chance, names: Option<usize>) -> Spelled {
        let column = |text: &str| match names {
            None => with_columns(text, |name| self.column(name).to_owned()),
            Some(salt) => with_columns(text, |name| format!("{name}_{salt}")),
        };
        let mut conditions = self.conditions.clone();
        shuffle(&mut conditions, chance);
        let outside = names.map_or(conditions.len(), |_| chance.up_to(conditions.len()));
        let (outer, inner) = conditions.split_at(outside);
        let (with, from) = match names {
            None => (String::new(), self.source.from.to_owned()),
            Some(salt) => {
                let renamed = self.source.columns.iter();
                let mut renamed: Vec<String> =
                    renamed.map(|(name, column)| format!("{column} as {name}_{salt}")).collect();
                shuffle(&mut renamed, chance);
                let where_ = conjunction(inner, |text| {
                    with_columns(text, |name| self.column(name).to_owned())
                });
                let rows =
                    format!("select {} from {}{where_}", renamed.join(", "), self.source.from);
                (format!("with rows_{salt} as ({rows}) "), format!("rows_{salt} as r{salt}"))
            }
        };
        let mut items: Vec<Item> = (0..self.dims.len()).map(Item::Key).collect();
        if self.sets.len() > 1 {
            items.extend((0..self.dims.len()).map(Item::Kept));
        }
        items.extend((0..self.measures.len()).map(Item::Measure));
        shuffle(&mut items, chance);
        let text = |item: &Item| match *item {
            Item::Key(at) => column(self.dims[at]),
            Item::Kept(at) => format!("grouping({})", column(self.dims[at])),
            Item::Measure(at) => match self.measures[at] {
                (measure, None) => column(measure),
                (measure, Some(only)) => {
                    format!("{} filter (where {})", column(measure), column(only))
                }
            },
        };
        let salt = names.unwrap_or(0);
        let select: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(at, item)| format!("{} as c{at}_{salt}", text(item)))
            .collect();
        let groups = self.groups(&column, chance);
        let sql = format!(
            "{with}select {} from {from}{} group by {groups}",
            select.join(", "),
            conjunction(outer, column)
        );
        Spelled { sql, columns: items }
    }

    fn groups(&self, column: &dyn Fn(&str) -> String, chance: &mut Chance) -> String {
        let mut sets: Vec<String> = vec![];
        for set in &self.sets {
            let mut keys: Vec<String> = set.iter().map(|&at| column(self.dims[at])).collect();
            shuffle(&mut keys, chance);
            sets.push(keys.join(", "));
        }
        if let [one] = sets.as_slice() {
            return one.clone();
        }
        shuffle(&mut sets, chance);
        format!("grouping sets (({}))", sets.join("), ("))
    }

    fn column(&self, name: &str) -> &'static str {
        let mut columns = self.source.columns.iter();
        columns.find(|(known, _)| *known == name).map(|(_, column)| *column).unwrap()
    }
}

impl Spelled {
    /// What an answer says of each group and measure: value, status, interval.
    pub(super) fn told(&self, body: &Value) -> Told {
        let mut told = Told::new();
        let more = |part: &str, row: usize, col: usize| {
            let found = body[part].as_array().unwrap().iter();
            let mut found = found.filter(|of| of["row"] == row && of["col"] == col).cloned();
            found.next().map(|mut found| {
                let object = found.as_object_mut().unwrap();
                object.remove("row");
                object.remove("col");
                found
            })
        };
        for (number, row) in body["rows"].as_array().unwrap().iter().enumerate() {
            let mut keys: BTreeMap<usize, Value> = BTreeMap::new();
            for (at, item) in self.columns.iter().enumerate() {
                if let Item::Key(dim) = item {
                    keys.entry(*dim).or_insert_with(|| row[at].clone());
                }
            }
            for (at, item) in self.columns.iter().enumerate() {
                if let Item::Kept(dim) = item
                    && row[at] == 1
                {
                    keys.insert(*dim, "(all)".into());
                }
            }
            for (at, item) in self.columns.iter().enumerate() {
                if let Item::Measure(measure) = item {
                    let value = json!([
                        row[at],
                        more("cell_status", number, at),
                        more("intervals", number, at)
                    ]);
                    let place = (format!("{keys:?}"), measure.to_string());
                    assert_eq!(told.insert(place, value), None, "{}", self.sql);
                }
            }
        }
        told
    }
}

/// A few of many, all different.
fn some_of(
    all: &[&'static str],
    least: usize,
    most: usize,
    chance: &mut Chance,
) -> Vec<&'static str> {
    let count = (least + chance.up_to(most - least)).min(all.len());
    let mut all = all.to_vec();
    shuffle(&mut all, chance);
    all.truncate(count);
    all
}

/// Where every choice is the simplest, the order stays.
fn shuffle<T>(all: &mut [T], chance: &mut Chance) {
    for at in 0..all.len() {
        let other = at + chance.below(all.len() - at);
        all.swap(at, other);
    }
}

fn conjunction(conditions: &[&str], column: impl Fn(&str) -> String) -> String {
    let written: Vec<String> = conditions.iter().map(|text| column(text)).collect();
    if written.is_empty() { String::new() } else { format!(" where {}", written.join(" and ")) }
}

fn with_columns(text: &str, column: impl Fn(&str) -> String) -> String {
    let mut parts = text.split('$');
    let mut written = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(part.len());
        written += &column(&part[..end]);
        written += &part[end..];
    }
    written
}
