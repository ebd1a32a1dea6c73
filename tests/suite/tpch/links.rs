//! Links inside a person: joined by order, the person comes with it.
//!
//! The contract says that an order of `orders` is the order of `lineitem`. The shop of these tests breaks its word:
//! many order numbers belong to two customers. No row of one may meet a row of the other.

use serde_json::Value;
use tests::ask::{caller, request};
use tests::home::{EXACT, RESEARCHER};
use tests::tpch::Shop;
use tresor_core::refusal::Code;

use super::World;

/// A shop in which every order number is used by two orders, mostly of two customers.
fn muddled() -> Shop {
    let mut shop = Shop::new(150, 3);
    let half = shop.orders.len() / 2;
    for at in 0..half {
        shop.orders[half + at].key = shop.orders[at].key;
    }
    shop
}

/// What comes before and after a condition that joins by order; the person written out is added behind it.
const JOINS: [(&str, &str); 10] = [
    ("select count(*), sum(l_quantity) from orders join lineitem on o_orderkey = l_orderkey", ""),
    ("select count(*), sum(l_quantity) from orders join lineitem on l_orderkey = o_orderkey", ""),
    (
        "select count(*), count(l_orderkey) from orders left join lineitem on o_orderkey = l_orderkey",
        " and l_tax > 0.05",
    ),
    (
        "select count(*), count(o_orderkey) from orders right join lineitem on o_orderkey = l_orderkey",
        " and o_orderstatus = 'F'",
    ),
    (
        "select count(*), count(o_orderkey), count(l_orderkey) from orders full join lineitem on o_orderkey = l_orderkey",
        " and l_linenumber = 1",
    ),
    (
        "select count(*) from orders where exists (select 1 from lineitem where l_orderkey = o_orderkey",
        " and l_discount > 0.08)",
    ),
    (
        "select count(*) from orders where not exists (select 1 from lineitem where l_orderkey = o_orderkey",
        " and l_discount > 0.02)",
    ),
    (
        "select count(*) from orders where o_totalprice < 1000 or exists (select 1 from lineitem where l_orderkey = o_orderkey",
        " and l_discount > 0.08)",
    ),
    (
        "select count(*), sum(o_totalprice) from lineitem, orders where o_orderkey = l_orderkey",
        " and l_linenumber = 1",
    ),
    (
        "select count(*) from lineitem a, lineitem b where a.l_orderkey = b.l_orderkey",
        " and a.l_linenumber < b.l_linenumber",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_join_by_order_stays_with_the_person_whatever_the_data_hold() {
    let world = World::of(&muddled()).await;
    for (before, after) in JOINS {
        let person = match before.contains(" a, ") {
            true => " and a.l_custkey = b.l_custkey",
            false => " and o_custkey = l_custkey",
        };
        let by_order = format!("{before}{after}");
        let by_both = format!("{before}{person}{after}");
        let found = numbers(&world, &by_order).await;
        assert_eq!(found, numbers(&world, &by_both).await, "{by_order}");
        assert_eq!(found, truth(&world, &by_both).await, "{by_order}");
        // The data do break the link: without the person other rows meet.
        assert_ne!(found, truth(&world, &by_order).await, "{by_order}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_found_through_sub_queries_and_told() {
    let world = World::of(&Shop::new(150, 3)).await;
    for sql in [
        "select count(*) from orders join lineitem on o_orderkey = l_orderkey",
        "select count(*) from (select o_orderkey as k from orders where o_orderstatus = 'F') o \
         join (select l_orderkey as k, l_tax from lineitem) l on l.k = o.k",
        "select count(*) from orders where o_orderkey in (select l_orderkey from lineitem where l_tax > 0.05)",
        "select count(*) from orders where o_orderkey not in (select l_orderkey from lineitem where l_tax > 0.05)",
        "select count(*) from orders join (select l_custkey, l_orderkey, sum(l_quantity) as q from lineitem \
         group by l_custkey, l_orderkey) l on o_orderkey = l_orderkey where q > 100",
        "select count(*) from lineitem l where l_tax > (select avg(b.l_tax) from lineitem b \
         where b.l_orderkey = l.l_orderkey and b.l_custkey = l.l_custkey)",
        "select count(*) from customer, orders, lineitem where c_custkey = o_custkey and l_orderkey = o_orderkey",
    ] {
        let asked = world.engine.check(&caller(RESEARCHER), request(EXACT, sql)).await;
        let told = asked.unwrap_or_else(|refusal| panic!("{sql}\n{refusal}"));
        let flow: Vec<&str> =
            told["person_flow"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let by_hand = sql.contains("b.l_custkey");
        let linked = flow.iter().any(|line| line.contains("orderkey`, the person added"));
        assert_eq!(linked, !by_hand, "{sql}\n{flow:#?}");
        assert_eq!(numbers(&world, sql).await, truth(&world, sql).await, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_whole_declared_link_is_refused() {
    let world = World::of(&Shop::new(60, 3)).await;
    for sql in [
        // Not declared, though of the same type.
        "select count(*) from orders join lineitem on o_orderkey = l_partkey",
        "select count(*) from lineitem a join lineitem b on a.l_partkey = b.l_partkey",
        // Not an equality of the columns as they are.
        "select count(*) from orders join lineitem on o_orderkey + 0 = l_orderkey",
        "select count(*) from orders join lineitem on o_orderkey <= l_orderkey",
        "select count(*) from orders join lineitem on o_orderkey = l_orderkey or l_tax > 0.05",
        // Redefined on the way.
        "select count(*) from (select o_orderkey / 2 as o_orderkey from orders) o join lineitem on o_orderkey = l_orderkey",
        "select count(*) from (select o_orderkey as k from orders union all select l_partkey from lineitem) o \
         join lineitem on k = l_orderkey",
        "select count(*) from (select o_custkey, sum(o_orderkey) as k from orders group by o_custkey) o \
         join lineitem on k = l_orderkey",
    ] {
        let refusal =
            world.ask(EXACT, sql).await.err().unwrap_or_else(|| panic!("answered: {sql}"));
        assert_eq!(refusal.code(), Code::JoinNotOnPerson, "{sql}\n{refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_orders_is_empty() {
    let world = World::of(&Shop::new(60, 3)).await;
    let sql = "select o_orderkey, count(*) from orders, lineitem where o_orderkey = l_orderkey group by o_orderkey";
    assert!(world.ask(EXACT, sql).await.unwrap().rows().is_empty());
}

async fn numbers(world: &World, sql: &str) -> Vec<Option<f64>> {
    let answer = world.ask(EXACT, sql).await.unwrap_or_else(|refusal| panic!("{sql}\n{refusal}"));
    assert_eq!(answer.rows().len(), 1, "{sql}");
    answer.rows()[0].as_array().unwrap().iter().map(cents).collect()
}

async fn truth(world: &World, sql: &str) -> Vec<Option<f64>> {
    world.reference.rows(sql).await[0].iter().map(cents).collect()
}

/// Sums differ in their last digits by the order in which they are added up.
fn cents(value: &Value) -> Option<f64> {
    value.as_f64().map(|value| (value * 100.0).round())
}
