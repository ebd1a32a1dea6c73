//! What the shop sells and who supplies it: tables without persons.

use std::fmt::Write as _;

use super::words::{COLOURS, CONTAINERS, KINDS, METALS, PACKS, SIZES, TREATMENTS};
use super::{Dice, money};

pub(super) const PARTS: usize = 2_000;
pub(super) const SUPPLIERS: usize = 100;
pub(super) const SUPPLIERS_PER_PART: usize = 4;

/// A part and its suppliers.
#[derive(Debug, Clone)]
pub(super) struct Part {
    name: String,
    brand: String,
    kind: String,
    size: i64,
    container: String,
    pub(super) price: i64,
    pub(super) suppliers: [Supply; SUPPLIERS_PER_PART],
}

/// What one supplier offers of a part.
#[derive(Debug, Clone)]
pub(super) struct Supply {
    pub(super) number: usize,
    available: i64,
    pub(super) cost: i64,
}

/// A supplier.
#[derive(Debug, Clone)]
pub(super) struct Supplier {
    nation: usize,
    balance: i64,
    comment: String,
}

pub(super) fn parts(dice: &mut Dice) -> Vec<Part> {
    (0..PARTS).map(|at| part(at, dice)).collect()
}

pub(super) fn suppliers(dice: &mut Dice) -> Vec<Supplier> {
    let supplier = |_| Supplier {
        nation: dice.nation(),
        balance: dice.from(-99_999, 999_999),
        comment: dice.comment("Customer loud Complaints"),
    };
    (0..SUPPLIERS).map(supplier).collect()
}

fn part(at: usize, dice: &mut Dice) -> Part {
    let mut colours: Vec<&str> = (0..5).map(|_| dice.of(&COLOURS)).collect();
    if dice.one_in(10) {
        colours[0] = "forest";
    }
    let brand = if dice.one_in(4) {
        dice.of(&["Brand#12", "Brand#23", "Brand#34"]).to_owned()
    } else {
        format!("Brand#{}{}", dice.from(1, 5), dice.from(1, 5))
    };
    let kind = if dice.one_in(8) {
        "ECONOMY ANODIZED STEEL".to_owned()
    } else {
        format!("{} {} {}", dice.of(&KINDS), dice.of(&TREATMENTS), dice.of(&METALS))
    };
    let container = if dice.one_in(3) {
        dice.of(&["SM CASE", "MED BOX", "LG BOX"]).to_owned()
    } else {
        format!(
            "{} {}",
            dice.of(&SIZES),
            dice.of(if at.is_multiple_of(2) { &CONTAINERS } else { &PACKS })
        )
    };
    let key = at + 1;
    let supply = |place: usize| Supply {
        number: (key + place * (SUPPLIERS / 4 + (key - 1) / SUPPLIERS)) % SUPPLIERS,
        available: dice.from(1, 9_999),
        cost: dice.from(100, 100_000),
    };
    let suppliers = [0, 1, 2, 3].map(supply);
    Part {
        name: colours.join(" "),
        brand,
        kind,
        size: if dice.one_in(2) { dice.from(1, 15) } else { dice.from(1, 50) },
        container,
        price: (90_000 + (key / 10) % 20_001 + 100 * (key % 1_000)) as i64,
        suppliers,
    }
}

pub(super) fn part_csv(parts: &[Part]) -> String {
    let mut csv = String::from(
        "p_partkey,p_name,p_mfgr,p_brand,p_type,p_size,p_container,p_retailprice,p_comment\n",
    );
    for (at, p) in parts.iter().enumerate() {
        let maker = &p.brand[6..7];
        let (name, brand, kind, size, container) =
            (&p.name, &p.brand, &p.kind, p.size, &p.container);
        let price = money(p.price);
        writeln!(
            csv,
            "{},{name},Manufacturer#{maker},{brand},{kind},{size},{container},{price},none",
            at + 1
        )
        .unwrap();
    }
    csv
}

pub(super) fn supplier_csv(suppliers: &[Supplier]) -> String {
    let mut csv =
        String::from("s_suppkey,s_name,s_address,s_nationkey,s_phone,s_acctbal,s_comment\n");
    for (at, s) in suppliers.iter().enumerate() {
        let number = at + 1;
        writeln!(
            csv,
            "{number},Supplier#{number:09},street {number},{},{}-{number},{},{}",
            s.nation,
            s.nation + 10,
            money(s.balance),
            s.comment
        )
        .unwrap();
    }
    csv
}

pub(super) fn partsupp_csv(parts: &[Part]) -> String {
    let mut csv = String::from("ps_partkey,ps_suppkey,ps_availqty,ps_supplycost,ps_comment\n");
    for (at, part) in parts.iter().enumerate() {
        for supply in &part.suppliers {
            let (number, cost) = (supply.number + 1, money(supply.cost));
            writeln!(csv, "{},{number},{},{cost},none", at + 1, supply.available).unwrap();
        }
    }
    csv
}
