//! Patterns that others published, as extracts that go through the whole engine.

use std::fmt::Write as _;

use serde_json::Value;
use tests::home::Home;
use tests::profile;

use super::World;
use super::reader::Reader;

/// One person: what each column says, and what they earn.
type Row = (Vec<&'static str>, f64);

/// An extract of one table of people.
async fn world(columns: &[(&str, &[&str])], people: &[Row], rules: &[&str]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let mut contract = String::from(
        r#"
dataset = "people"
title = "People"
description = "Invented."
universe = "published"

[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
income = { type = "number", role = "measure", bounds = [0, 100000], decimals = 2, unit = "GBP", description = "Income." }
"#,
    );
    let mut table = String::from("person_id,income");
    for (name, values) in columns {
        let column = "type = \"text\", role = \"category\", description = \"A group.\"";
        writeln!(contract, "{name} = {{ {column}, values = {values:?} }}").unwrap();
        write!(table, ",{name}").unwrap();
    }
    for (at, (values, income)) in people.iter().enumerate() {
        write!(table, "\np{at:06},{income:.2},{}", values.join(",")).unwrap();
    }
    std::fs::write(folder.path().join("contract.toml"), contract).unwrap();
    std::fs::write(folder.path().join("people.csv"), table + "\n").unwrap();
    let home = Home::of_people(folder.path());
    for (id, method) in [("open", "off"), ("closed", "gauss")] {
        let (id_line, secondary) = (
            format!("id = \"{id}\""),
            format!("secondary = {{ method = \"{method}\", zeros = false }}"),
        );
        let mut lines = vec![id_line.as_str(), secondary.as_str(), "zero = \"show\""];
        lines.extend(rules);
        home.add_project(id, &profile::with(&lines), "people");
    }
    World::of(home).await
}

/// The keys of rows without a number, as the reader sees them.
async fn withheld(world: &World, project: &str, sql: &str) -> Vec<String> {
    let body = world.answer(project, sql).await;
    let rows = body["rows"].as_array().unwrap().iter().map(|row| row.as_array().unwrap());
    let hidden = rows.filter(|row| row.last().unwrap().is_null());
    let name = |row: &Vec<Value>| {
        row[..row.len() - 1].iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    let mut names: Vec<String> = hidden.map(name).collect();
    names.sort();
    names
}

/// Eight regions by county and, in another table, by size; up to 3 people are withheld.
/// (sdcTable, `test-linked-tables.r`)
#[tokio::test(flavor = "multi_thread")]
async fn a_region_in_two_tables_is_withheld_in_both() {
    let regions = [
        ("A", "1", "small", 2),
        ("B", "1", "small", 2),
        ("I", "1", "small", 8),
        ("J", "1", "small", 8),
        ("K", "2", "small", 3),
        ("L", "2", "big", 3),
        ("M", "2", "big", 3),
        ("N", "2", "small", 7),
    ];
    let people: Vec<Row> = regions
        .iter()
        .flat_map(|(region, county, size, n)| {
            std::iter::repeat_n((vec![*region, *county, *size], 1.0), *n)
        })
        .collect();
    let columns: [(&str, &[&str]); 3] = [
        ("region", &["A", "B", "I", "J", "K", "L", "M", "N"]),
        ("county", &["1", "2"]),
        ("size", &["small", "big"]),
    ];
    let rules = ["min_count = 4", "min_count_measure = 4"];
    let world = world(&columns, &people, &rules).await;
    let by_county = "select county, region, count(*) from people group by rollup (county, region)";
    let by_size = "select size, region, count(*) from people group by rollup (size, region)";
    assert_eq!(withheld(&world, "closed", by_county).await, ["1 A", "1 B", "2 K", "2 L", "2 M"]);
    assert_eq!(
        withheld(&world, "closed", by_size).await,
        ["big L", "big M", "small A", "small B", "small K"]
    );

    let both = "select county, size, region, count(*) from people \
                group by grouping sets ((county, region), (county), (size, region), (size), ())";
    let apart =
        ["1 A", "1 B", "2 K", "2 L", "2 M", "big L", "big M", "small A", "small B", "small K"];
    assert_eq!(withheld(&world, "open", both).await, apart);
    let together: Vec<String> = withheld(&world, "closed", both).await;
    let more: Vec<&String> =
        together.iter().filter(|name| !apart.contains(&name.as_str())).collect();
    assert_eq!(more, ["2 N", "small N"], "small less county 1 is K and N");
    assert_eq!(together.len(), apart.len() + 2);
}

const ROWS: [&str; 4] = ["w", "x", "y", "z"];
const COLUMNS: [&str; 4] = ["a", "b", "c", "d"];
const INNER: [u32; 16] = [30, 47, 64, 89, 90, 124, 5, 31, 92, 100, 59, 85, 800, 991, 651, 685];
/// wa wb wc xa xc yb yd zb zd.
const SMALL: [usize; 9] = [0, 1, 2, 4, 6, 9, 11, 13, 15];

/// Four by four with all margins; nine sums are withheld because one person makes them up.
/// (sdcTable, `test-simpleheuristic.R`)
#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_that_looks_withheld_can_be_solved() {
    let mut people: Vec<Row> = vec![];
    for (at, sum) in INNER.iter().enumerate() {
        let groups = vec![ROWS[at / 4], COLUMNS[at % 4]];
        let sum = f64::from(*sum);
        if SMALL.contains(&at) {
            people.extend([sum - 0.03, 0.01, 0.01, 0.01].map(|income| (groups.clone(), income)));
        } else {
            people.extend(std::iter::repeat_n((groups, sum / 10.0), 10));
        }
    }
    let rules = [
        "min_count = 4",
        "min_count_measure = 4",
        "dominance = { nk = [], p = 0.5, compare = \">\" }",
    ];
    let world = world(&[("r", &ROWS), ("c", &COLUMNS)], &people, &rules).await;
    let sql = "select r, c, sum(income) from people group by cube (r, c)";
    let nine = ["w a", "w b", "w c", "x a", "x c", "y b", "y d", "z b", "z d"];
    assert_eq!(withheld(&world, "open", sql).await, nine);
    assert_eq!(reader(&world.answer("open", sql).await).bounds(&cell(1)), (47.0, 47.0));

    let closed = withheld(&world, "closed", sql).await;
    assert_eq!(closed, ["w a", "w b", "w c", "x a", "x c", "x d", "y b", "y d", "z b", "z d"]);
    let (least, most) = reader(&world.answer("closed", sql).await).bounds(&cell(1));
    assert_eq!((least.round(), most.round()), (0.0, 78.0), "as published");
}

fn cell(at: usize) -> Vec<i64> {
    (0..16).map(|other| i64::from(other == at)).collect()
}

/// Who reads all sums of a table of four by four.
fn reader(body: &Value) -> Reader {
    let mut reader = Reader::new(16);
    for row in body["rows"].as_array().unwrap() {
        let within = |at: usize| {
            let of = |key: &Value, name: &str| key.is_null() || key == name;
            i64::from(of(&row[0], ROWS[at / 4]) && of(&row[1], COLUMNS[at % 4]))
        };
        if let Some(sum) = row[2].as_f64() {
            reader.read((0..16).map(within).collect(), sum);
        }
    }
    reader
}

/// One dimension and its total, fewer than 11 are withheld. (countmaskr, `test_mask_counts.R`)
#[tokio::test(flavor = "multi_thread")]
async fn a_lone_small_count_takes_the_next_smallest_with_it() {
    assert_eq!(masked(&[5, 11, 43, 55, 65, 121, 1213, 0]).await, ["a", "b"]);
    assert_eq!(masked(&[1, 1, 43, 55]).await, ["a", "b", "c"]);
}

async fn masked(counts: &[usize]) -> Vec<String> {
    const BANDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let bands = &BANDS[..counts.len()];
    let people: Vec<Row> = bands
        .iter()
        .zip(counts)
        .flat_map(|(band, n)| std::iter::repeat_n((vec![*band], 1.0), *n))
        .collect();
    let rules =
        ["min_count = 11", "min_count_measure = 11", "quantile = { min_n = 11, range = [1, 99] }"];
    let world = world(&[("band", bands)], &people, &rules).await;
    let sql = "select band, count(*) from people group by rollup (band)";
    let small: Vec<&str> =
        bands.iter().zip(counts).filter(|(_, n)| (1..11).contains(*n)).map(|(b, _)| *b).collect();
    assert_eq!(withheld(&world, "open", sql).await, small);
    withheld(&world, "closed", sql).await
}
