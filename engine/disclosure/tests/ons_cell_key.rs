//! The perturbed table that the package of the Office for National Statistics prints for its synthetic persons, cell by
//! cell and column by column.

use std::collections::BTreeMap;

use tresor_disclosure::Contribution;
use tresor_disclosure::noise::table::{CellKey, PerturbationTable, Selector};
use tresor_disclosure::profile::TableIndex;

const MICRO: &str = include_str!("fixtures/ons-cell-key/ons_micro.csv");
const EXPECTED: &str = include_str!("fixtures/ons-cell-key/ons_expected_var1_var5_var8.csv");
const TABLE: &str = include_str!("../../../policies/ptables/ons-10-5.toml");

const WAY: Selector = Selector { index: TableIndex::Ons, keys: 256, ptable_size: 0, small_n: 0 };
const THRESHOLD: i64 = 10;

type Cell = [String; 3];

fn lines(csv: &str) -> impl Iterator<Item = BTreeMap<&str, &str>> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(move |line| names.iter().copied().zip(line.split(',')).collect())
}

fn cell(line: &BTreeMap<&str, &str>) -> Cell {
    ["var1", "var5", "var8"].map(|name| field(line, name).to_owned())
}

/// A field that is not there is told by the comparison that fails.
fn field<'a>(line: &BTreeMap<&str, &'a str>, name: &str) -> &'a str {
    line.get(name).copied().unwrap_or("not there")
}

fn measured() -> BTreeMap<Cell, Contribution> {
    let mut cells: BTreeMap<Cell, Contribution> = BTreeMap::new();
    for line in lines(MICRO) {
        let person = Contribution::of_person(field(&line, "record_key").parse().unwrap_or(0), 1, 1);
        let found = cells.entry(cell(&line)).or_default();
        *found = found.merge(person);
    }
    cells
}

#[test]
fn every_column_of_every_cell_is_the_published_one() {
    let table = PerturbationTable::parse(TABLE).unwrap();
    assert_eq!(table.suits(WAY), Ok(()));
    let cells = measured();
    let (mut compared, mut missing, mut sum) = (0, 0, 0);
    for line in lines(EXPECTED) {
        let at = cell(&line);
        let (persons, key) = cells.get(&at).map_or((0, 0), |c| (c.persons, c.key));
        let column = WAY.key(key);
        let CellKey::Column { number, of: 256 } = column else { panic!("no column") };
        let noise = table.noise(WAY, persons, column);
        let count = i64::try_from(persons).unwrap() + noise;
        let shown = if count < THRESHOLD { String::new() } else { count.to_string() };
        let found = [
            ("pre_sdc_count", persons.to_string()),
            ("ckey", number.to_string()),
            ("pcv", WAY.row(persons, table.largest()).to_string()),
            ("pvalue", noise.to_string()),
            ("count", shown),
        ];
        for (name, found) in found {
            assert_eq!(field(&line, name), found, "{name} of {at:?}");
        }
        compared += 1;
        missing += i64::from(count < THRESHOLD);
        sum += if count < THRESHOLD { 0 } else { count };
    }
    assert_eq!((compared, missing, sum), (200, 168, 410));
    assert_eq!(cells.values().map(|c| c.persons).sum::<u64>(), 1_000);
}
