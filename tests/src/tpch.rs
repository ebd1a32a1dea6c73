//! A small shop in the shape of TPC-H, with the customer as the person.
//!
//! Tables, columns, keys and lists of values are those of the benchmark at a hundredth of its smallest size; what its
//! 22 queries look for is more frequent than there, so that most of them find ten customers. Beside the benchmark
//! stand what a person needs (`l_custkey`) and the products that a contract has to declare (`l_charge`, `l_cost`).

mod parts;
mod words;

use std::fmt::Write as _;
use std::path::Path;

use time::{Date, Duration, Month};

use self::parts::{Part, Supplier};
use self::words::{INSTRUCTIONS, MODES, NATIONS, PRIORITIES, REGIONS, SEGMENTS};

/// The contract of the shop.
pub const CONTRACT: &str = include_str!("tpch/contract.toml");

/// Names of the tables, in the order of the contract.
pub const TABLES: [&str; 8] =
    ["customer", "orders", "lineitem", "part", "supplier", "partsupp", "nation", "region"];

/// Nations of which there are more customers and suppliers, because the queries ask for them.
const BUSY: [usize; 7] = [2, 3, 6, 7, 8, 18, 20];
/// Days from 1992-01-01 on which orders come in: to 1998-08-02.
const ORDER_DAYS: u64 = 2406;
/// The day on which the benchmark stands still, 1995-06-17.
const TODAY: i64 = 1263;

/// The shop.
#[derive(Debug, Clone)]
pub struct Shop {
    pub customers: Vec<Customer>,
    pub orders: Vec<Order>,
    parts: Vec<Part>,
    suppliers: Vec<Supplier>,
}

/// A customer: the person.
#[derive(Debug, Clone)]
pub struct Customer {
    pub key: String,
    nation: usize,
    phone: String,
    balance: i64,
    segment: &'static str,
}

/// An order with its lines.
#[derive(Debug, Clone)]
pub struct Order {
    pub key: u64,
    /// Which customer.
    pub customer: usize,
    day: i64,
    priority: &'static str,
    clerk: u64,
    comment: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Line {
    part: usize,
    supplier: usize,
    quantity: i64,
    /// Hundredths.
    discount: i64,
    tax: i64,
    shipped: i64,
    committed: i64,
    received: i64,
    returned: bool,
    instruction: &'static str,
    mode: &'static str,
}

/// A stream of pseudo-random numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn from(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).unwrap())).unwrap()
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn nation(&mut self) -> usize {
        if self.one_in(2) { self.of(&BUSY) } else { self.index(NATIONS.len()) }
    }

    fn comment(&mut self, rare: &str) -> String {
        let rare = if self.one_in(20) { rare } else { "carefully" };
        format!("{} {} {rare} {}", words::comment(self), words::comment(self), words::comment(self))
    }
}

impl Shop {
    /// A shop with so many customers and ten orders for each of them; a third never orders.
    pub fn new(customers: usize, seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_add(2024));
        let parts = parts::parts(&mut dice);
        let suppliers = parts::suppliers(&mut dice);
        let people = (0..customers).map(|at| customer(at, &mut dice)).collect();
        let orders = (0..customers * 10).map(|at| order(at, customers, &mut dice)).collect();
        Self { customers: people, orders, parts, suppliers }
    }

    /// Writes the contract and the tables as CSV.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("contract.toml"), CONTRACT).unwrap();
        for (name, text) in self.tables() {
            std::fs::write(folder.join(format!("{name}.csv")), text).unwrap();
        }
    }

    fn tables(&self) -> [(&'static str, String); 8] {
        let [customer, orders, lineitem, part, supplier, partsupp, nation, region] = TABLES;
        [
            (customer, self.customer_csv()),
            (orders, self.orders_csv()),
            (lineitem, self.lineitem_csv()),
            (part, parts::part_csv(&self.parts)),
            (supplier, parts::supplier_csv(&self.suppliers)),
            (partsupp, parts::partsupp_csv(&self.parts)),
            (nation, nation_csv()),
            (region, region_csv()),
        ]
    }

    fn customer_csv(&self) -> String {
        let mut csv = String::from(
            "c_custkey,c_name,c_address,c_nationkey,c_phone,c_acctbal,c_mktsegment,c_comment\n",
        );
        for (at, c) in self.customers.iter().enumerate() {
            let (key, nation, phone, segment) = (&c.key, c.nation, &c.phone, c.segment);
            let balance = money(c.balance);
            writeln!(
                csv,
                "{key},customer {at},street {at},{nation},{phone},{balance},{segment},none"
            )
            .unwrap();
        }
        csv
    }

    fn orders_csv(&self) -> String {
        let mut csv = String::from(
            "o_orderkey,o_custkey,o_orderstatus,o_totalprice,o_orderdate,o_orderpriority,o_clerk,\
             o_shippriority,o_comment\n",
        );
        for o in &self.orders {
            let customer = &self.customers[o.customer].key;
            let charge: f64 = o.lines.iter().map(|line| line.charge(&self.parts)).sum();
            let (status, day) = (o.status(), day(o.day));
            writeln!(
                csv,
                "{},{customer},{status},{charge:.2},{day},{},Clerk#{:09},0,{}",
                o.key, o.priority, o.clerk, o.comment
            )
            .unwrap();
        }
        csv
    }

    fn lineitem_csv(&self) -> String {
        let mut csv = String::from(
            "l_orderkey,l_custkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,\
             l_discount,l_tax,l_returnflag,l_linestatus,l_shipdate,l_commitdate,l_receiptdate,\
             l_shipinstruct,l_shipmode,l_comment,l_charge,l_cost\n",
        );
        for o in &self.orders {
            let customer = &self.customers[o.customer].key;
            for (at, l) in o.lines.iter().enumerate() {
                let part = &self.parts[l.part];
                writeln!(
                    csv,
                    "{},{customer},{},{},{},{},{},{},{},{},{},{},{},{},{},{},none,{:.6},{}",
                    o.key,
                    l.part + 1,
                    part.suppliers[l.supplier].number + 1,
                    at + 1,
                    l.quantity,
                    money(l.price(&self.parts)),
                    money(l.discount),
                    money(l.tax),
                    l.flag(),
                    l.status(),
                    day(l.shipped),
                    day(l.committed),
                    day(l.received),
                    l.instruction,
                    l.mode,
                    l.charge(&self.parts),
                    money(part.suppliers[l.supplier].cost * l.quantity),
                )
                .unwrap();
            }
        }
        csv
    }
}

impl Order {
    fn status(&self) -> char {
        let shipped = self.lines.iter().filter(|line| line.status() == 'F').count();
        match shipped {
            0 => 'O',
            n if n == self.lines.len() => 'F',
            _ => 'P',
        }
    }
}

impl Line {
    /// In hundredths, like all money here.
    fn price(&self, parts: &[Part]) -> i64 {
        self.quantity * parts[self.part].price
    }

    fn charge(&self, parts: &[Part]) -> f64 {
        (self.price(parts) * (100 - self.discount) * (100 + self.tax)) as f64 / 1e6
    }

    fn flag(&self) -> char {
        match (self.received <= TODAY, self.returned) {
            (false, _) => 'N',
            (true, true) => 'R',
            (true, false) => 'A',
        }
    }

    fn status(&self) -> char {
        if self.shipped > TODAY { 'O' } else { 'F' }
    }
}

fn customer(at: usize, dice: &mut Dice) -> Customer {
    let nation = dice.nation();
    Customer {
        key: format!("C{at:06}"),
        nation,
        phone: format!("{}-{}-{}", nation + 10, dice.from(100, 999), dice.from(100, 999)),
        balance: dice.from(-99_999, 999_999),
        segment: dice.of(&SEGMENTS),
    }
}

fn order(at: usize, customers: usize, dice: &mut Dice) -> Order {
    let placed = i64::try_from(dice.below(ORDER_DAYS)).unwrap();
    // One customer in three never orders.
    let customer = loop {
        let customer = dice.index(customers);
        if !customer.is_multiple_of(3) {
            break customer;
        }
    };
    let lines = (0..=dice.below(7)).map(|_| line(placed, dice)).collect();
    Order {
        // The benchmark leaves gaps between keys.
        key: (at / 8 * 32 + at % 8 + 1) as u64,
        customer,
        day: placed,
        priority: dice.of(&PRIORITIES),
        clerk: 1 + dice.below(10),
        comment: dice.comment("special packages requests"),
        lines,
    }
}

fn line(placed: i64, dice: &mut Dice) -> Line {
    let shipped = placed + dice.from(1, 121);
    Line {
        part: dice.index(parts::PARTS),
        supplier: dice.index(parts::SUPPLIERS_PER_PART),
        quantity: dice.from(1, 50),
        discount: dice.from(0, 10),
        tax: dice.from(0, 8),
        shipped,
        committed: placed + dice.from(30, 90),
        received: shipped + dice.from(1, 30),
        returned: dice.one_in(2),
        instruction: if dice.one_in(3) { INSTRUCTIONS[0] } else { dice.of(&INSTRUCTIONS) },
        mode: dice.of(&MODES),
    }
}

fn nation_csv() -> String {
    let mut csv = String::from("n_nationkey,n_name,n_regionkey,n_comment\n");
    for (at, (name, region)) in NATIONS.iter().enumerate() {
        writeln!(csv, "{at},{name},{region},none").unwrap();
    }
    csv
}

fn region_csv() -> String {
    let mut csv = String::from("r_regionkey,r_name,r_comment\n");
    for (at, name) in REGIONS.iter().enumerate() {
        writeln!(csv, "{at},{name},none").unwrap();
    }
    csv
}

fn day(number: i64) -> Date {
    Date::from_calendar_date(1992, Month::January, 1).unwrap() + Duration::days(number)
}

/// Hundredths as a decimal number.
fn money(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}
