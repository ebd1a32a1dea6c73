use super::*;
use crate::contribution::Contribution;
use crate::noise::check::{Stated, draws, rng};
use rand::Rng;

pub(super) const HANDBOOK: &str = r#"
id = "handbook"
title = "Handbook"
source = "Handbook on Statistical Disclosure Control, 2nd edition, cell-key method"
interval = "told"
rows = [
    { count = 0, noise = [0], chance = [1] },
    { count = 1, noise = [-1, 1], chance = [0.5, 0.5] },
    { count = 2, noise = [0, 1], chance = [0.8, 0.2] },
    { count = 3, noise = [-1, 0, 1], chance = [0.3, 0.4, 0.3] },
]
"#;

const ONS: &str = include_str!("../../../../../policies/ptables/ons-10-5.toml");
const SITE: &str = include_str!("../../../../../policies/ptables/site.toml");

pub(super) fn handbook() -> PerturbationTable {
    PerturbationTable::parse(HANDBOOK).unwrap()
}

fn ons() -> PerturbationTable {
    PerturbationTable::parse(ONS).unwrap()
}

fn site() -> PerturbationTable {
    PerturbationTable::parse(SITE).unwrap()
}

const fn selector(index: TableIndex) -> Selector {
    match index {
        TableIndex::Ons => Selector { index, keys: 256, ptable_size: 0, small_n: 0 },
        TableIndex::Destatis => Selector { index, keys: 0, ptable_size: 0, small_n: 0 },
        TableIndex::Abs => Selector { index, keys: 256, ptable_size: 30, small_n: 10 },
    }
}

const ONS_WAY: Selector = selector(TableIndex::Ons);
const DESTATIS_WAY: Selector = selector(TableIndex::Destatis);
const ABS_WAY: Selector = selector(TableIndex::Abs);

#[test]
fn rows_are_selected_as_published() {
    for (persons, row) in
        [(0, 0), (1, 1), (750, 750), (751, 501), (1000, 750), (1001, 501), (1251, 501)]
    {
        assert_eq!(ONS_WAY.row(persons, u64::MAX), row, "{persons}");
    }
    for (persons, row) in [(20, 20), (21, 22), (25, 26), (29, 30), (30, 21), (40, 21)] {
        assert_eq!(ABS_WAY.row(persons, 30), row, "{persons}");
    }
    for (persons, row) in [(0, 0), (2, 2), (3, 3), (4, 3), (u64::MAX, 3)] {
        assert_eq!(DESTATIS_WAY.row(persons, 3), row, "{persons}");
    }
}

#[test]
fn keys_are_folded_as_published() {
    let column = |number| CellKey::Column { number, of: 256 };
    assert_eq!(ONS_WAY.key(255 + 84), column(83));
    assert_eq!(DESTATIS_WAY.key(1 << 63), CellKey::Fraction { part: 1 << 63, of: 1 << 64 });
    assert_eq!(ABS_WAY.key(0xffff_ffff), column(255));
    assert_eq!(ABS_WAY.key(0x1_0000_0000), column(0), "modulo 2^32");
    assert_eq!(ABS_WAY.key(0x0100_0000), column(1));
}

#[test]
fn a_key_is_rotated_by_its_decimal_digits() {
    let key = CellKey::digits(12_345_678);
    assert_eq!(key.rotated(0), key);
    assert_eq!(key.rotated(1), CellKey::digits(23_456_781));
    assert_eq!(key.rotated(3), CellKey::digits(45_678_123));
    assert_eq!(key.rotated(8), key);
    assert_eq!(CellKey::digits(80_000_000).rotated(1), CellKey::digits(8));
    assert_eq!(CellKey::first_digits(1 << 63), CellKey::digits(50_000_000));
    assert_eq!(CellKey::first_digits(u64::MAX), CellKey::digits(99_999_999));
}

/// Persons with the keys 0.9, 0.3 and 0.6 are three, have the key 0.8, and become four.
#[test]
fn the_published_example_of_the_handbook() {
    let fraction = |tenths: u128| u64::try_from(tenths * (1 << 64) / 10).unwrap();
    let cell = [9, 3, 6]
        .map(|tenths| Contribution::of_person(fraction(tenths), 1, 1))
        .into_iter()
        .fold(Contribution::default(), Contribution::merge);
    let key = DESTATIS_WAY.key(cell.key);
    assert_eq!(handbook().noise(DESTATIS_WAY, cell.persons, key), 1);
    assert_eq!(handbook().noise(DESTATIS_WAY, 3, CellKey::digits(80_000_000)), 1);
}

#[test]
fn an_entry_holds_its_upper_end_and_not_its_lower() {
    let noise = |part| handbook().noise(DESTATIS_WAY, 3, CellKey::digits(part));
    assert_eq!([noise(1), noise(30_000_000)], [-1, -1]);
    assert_eq!([noise(30_000_001), noise(70_000_000)], [0, 0]);
    assert_eq!([noise(70_000_001), noise(99_999_999)], [1, 1]);
    assert_eq!(noise(0), 0, "no entry");
}

#[test]
fn columns_are_matched_exactly() {
    let text = "id = \"a\"\ntitle = \"a\"\nsource = \"a\"\ninterval = \"told\"\nkeys = 4\nrows = [
        { count = 0, noise = [0], keys = [4] },
        { count = 1, by_key = [0, -1, 1, 0] },
        { count = 2, noise = [-1, 1], keys = [1, 3] },
    ]";
    let table = PerturbationTable::parse(text).unwrap();
    let way = Selector { keys: 4, ptable_size: 4, small_n: 2, ..ABS_WAY };
    let all = |persons| {
        [0, 1, 2, 3].map(|number| table.noise(way, persons, CellKey::Column { number, of: 4 }))
    };
    assert_eq!((all(1), all(2)), ([0, -1, 1, 0], [-1, 1, 1, 1]));
    assert_eq!(table.chances(way, 2), [(-1, 0.25), (1, 0.75)]);
}

#[test]
fn the_ons_rule_gives_its_published_counts() {
    let shown = |n: u64| i128::from(n) + i128::from(ons().noise(ONS_WAY, n, ONS_WAY.key(n * 77)));
    for (n, expected) in [
        (0, 0),
        (7, 0),
        (10, 10),
        (11, 10),
        (14, 15),
        (752, 750),
        (753, 755),
        (1001, 1000),
        (1003, 1005),
    ] {
        assert_eq!(shown(n), expected, "{n}");
    }
}

#[test]
fn nobody_stays_nobody() {
    for (table, way) in [(ons(), ONS_WAY), (handbook(), DESTATIS_WAY), (site(), ABS_WAY)] {
        for sum in 0..1_000_u64 {
            assert_eq!(table.noise(way, 0, way.key(sum.wrapping_mul(0x9e37_79b9_7f4a_7c15))), 0);
        }
    }
}

#[test]
fn a_table_and_a_way_that_do_not_fit_are_told() {
    let field = |table: &PerturbationTable, way| table.suits(way).err().map(|misfit| misfit.field);
    assert_eq!(field(&ons(), ONS_WAY), None);
    assert_eq!(field(&handbook(), DESTATIS_WAY), None);
    assert_eq!(field(&site(), ABS_WAY), None);
    assert_eq!(field(&ons(), Selector { keys: 0, ..ONS_WAY }), Some("noise.keys"));
    assert_eq!(field(&site(), Selector { keys: 255, ..ABS_WAY }), Some("noise.keys"));
    assert_eq!(field(&ons(), DESTATIS_WAY), Some("noise.index"));
    assert_eq!(field(&handbook(), ONS_WAY), Some("noise.index"));
    assert_eq!(field(&site(), Selector { small_n: 30, ..ABS_WAY }), Some("noise.small_n"));
    assert_eq!(
        field(&site(), Selector { ptable_size: 2, small_n: 1, ..ABS_WAY }),
        Some("noise.ptable_size")
    );
    assert_eq!(
        site().suits(Selector { keys: 255, ..ABS_WAY }).unwrap_err().to_string(),
        "`noise.keys` is 255, but the table `site` is for 256; write 256 of keys, at least 1"
    );
}

fn stated(chances: Vec<(i64, f64)>) -> Stated {
    Stated::of(chances.into_iter().map(|(noise, chance)| (noise.into(), chance)))
}

/// Over random sums of record keys the noise has the chances and the variance that the table states.
#[test]
fn noise_over_random_keys_follows_the_table() {
    let built = wishes().table("built", false).unwrap();
    for (table, way, counts) in [
        (handbook(), DESTATIS_WAY, vec![1, 2, 3, 1_000]),
        (built, DESTATIS_WAY, vec![1, 4, 8, 50]),
        (site(), ABS_WAY, vec![1, 2, 21, 1_000]),
    ] {
        for n in counts {
            let mut rng = rng(n);
            let noise = draws(|| table.noise(way, n, way.key(rng.next_u64())).into());
            assert_eq!(stated(table.chances(way, n)).check(&noise), Ok(()), "{} {n}", table.id());
        }
    }
}

#[test]
fn broken_look_ups_are_rejected() {
    let table = wishes().table("built", false).unwrap();
    let truth = stated(table.chances(DESTATIS_WAY, 50));
    let mut rng = rng(7);
    let mut reject = |name: &str, look_up: &dyn Fn(u64) -> i64| {
        let noise = draws(|| look_up(rng.next_u64()).into());
        assert!(truth.check(&noise).is_err(), "{name} passed");
    };
    let noise = |n, sum: u64| table.noise(DESTATIS_WAY, n, DESTATIS_WAY.key(sum));
    reject("the row before", &|sum| noise(7, sum));
    reject("one side", &|sum| noise(50, sum).abs());
    reject("half of the keys", &|sum| noise(50, sum >> 1));
    reject("256 keys instead of all", &|sum| noise(50, sum & (0xff << 56)));
    reject("one percent of zeros", &|sum| if sum.is_multiple_of(100) { 0 } else { noise(50, sum) });
    reject("keys crowded at the low end", &|sum| {
        let part = (sum >> 32) as f64 / 2_f64.powi(32);
        table.noise(DESTATIS_WAY, 50, CellKey::digits((part.powf(1.02) * 1e8) as u64))
    });
}

fn wishes() -> build::Wishes {
    build::Wishes { furthest: 5, variance: 3.0, never_shown: 2, stay: Some(0.5), monotone: false }
}

/// Sums of keys: rows in any order give the same key; a person more moves it by that person's key; two sets of equally
/// many have different ones.
#[test]
fn cell_keys_are_sums() {
    let mut rng = rng(3);
    let keys: Vec<u64> = (0..40).map(|_| rng.next_u64()).collect();
    let key = |of: &mut dyn Iterator<Item = &u64>| {
        of.map(|&key| Contribution::of_person(key, 1, 1))
            .fold(Contribution::default(), Contribution::merge)
            .key
    };
    let all = key(&mut keys.iter());
    assert_eq!(all, key(&mut keys.iter().rev()));
    assert_eq!(all, key(&mut keys.iter().skip(1)).wrapping_add(keys[0]));
    let without: std::collections::HashSet<u64> = (0..40)
        .map(|out| key(&mut keys.iter().enumerate().filter(|(at, _)| *at != out).map(|of| of.1)))
        .collect();
    assert_eq!(without.len(), 40);
}

/// Whatever the true number is, 95 % of the keys leave it inside the interval around what is shown.
#[test]
fn intervals_hold_95_percent() {
    let built = wishes().table("built", true).unwrap();
    for (table, way) in
        [(handbook(), DESTATIS_WAY), (built, DESTATIS_WAY), (ons(), ONS_WAY), (site(), ABS_WAY)]
    {
        for n in 1..60_u64 {
            let inside: f64 = table
                .chances(way, n)
                .into_iter()
                .filter(|(noise, _)| {
                    let width = table.half_width(way, i128::from(n) + i128::from(*noise));
                    u128::from(noise.unsigned_abs()) <= width
                })
                .map(|(_, chance)| chance)
                .sum();
            assert!(inside >= 0.95, "{} {n}: {inside}", table.id());
        }
    }
    assert_eq!(ons().half_width(ONS_WAY, 15), 2);
    assert_eq!(ons().half_width(ONS_WAY, 0), 9, "1 to 9 are shown as 0");
}

/// The example that is shipped is what the builder makes of its wishes, in 256 columns.
#[test]
fn the_example_of_a_site_is_built() {
    let wishes =
        build::Wishes { furthest: 2, variance: 1.05, never_shown: 1, stay: None, monotone: false };
    for (count, row) in (0..).zip(wishes.columns(256).unwrap()) {
        let chances: Vec<(i64, f64)> = row
            .into_iter()
            .filter(|(_, columns)| *columns > 0)
            .map(|(noise, columns)| (noise, columns as f64 / 256.0))
            .collect();
        if count > 0 {
            assert_eq!(site().chances(ABS_WAY, count), chances, "{count}");
        }
    }
    assert_eq!(site().largest(), wishes.largest());
    assert!(!site().tells_intervals());
}

#[test]
fn entries_do_not_get_into_a_log() {
    assert_eq!(format!("{:?}", site()), "PerturbationTable { id: \"site\", .. }");
}
