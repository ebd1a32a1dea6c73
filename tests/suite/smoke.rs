use tests::ask::ask;
use tests::clinic::Clinic;
use tests::home::{EXACT, Home};

#[tokio::test(flavor = "multi_thread")]
async fn queries() {
    let clinic = Clinic::new(1000, 1);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    for sql in [
        "select count(*) from people",
        "select region, count(*) n from people group by region",
        "select p.region, p.sex, count(distinct p.person_id) n, count(*) visits, sum(v.cost) cost, avg(v.nights) from people p join visits v on v.person_id = p.person_id group by p.region, p.sex order by n desc",
        "select n, count(*) persons from (select person_id, count(*) n from visits group by person_id) t group by n order by n",
        "with t as (select region, count(*) n from people group by region) select region, n, 1.0*n/(select sum(n) from t) from t",
        "with t as (select region, count(*) n from people group by region), s as (select sum(n) total from t) select t.region, 1.0*t.n/s.total share from t cross join s order by share",
        "select w.name, count(*) from visits v join wards w on w.ward = v.ward group by w.name",
        "select p.region, count(v.person_id), count(distinct v.person_id) from people p left join visits v on v.person_id = p.person_id group by p.region",
        "select date_trunc('month', visited_on) m, count(*) from visits where visited_on >= '2022-03-01' and visited_on < date '2023-01-01' group by 1 order by 1",
        "select distinct region from people",
        "select ward, beds from wards order by beds desc limit 3",
        "select sum(case when sex = 'f' then 1 else 0 end) f, avg(case when sex='f' then 1.0 else 0.0 end), sum(income*2+1) from people",
        "select person_id, region from people",
        "select count(*) from people where person_id = 5",
        "select max(income) from people",
    ] {
        match ask(&engine, EXACT, sql).await {
            Ok(a) => println!("## {sql}\n{}{}", a.csv, a.json["notes"]),
            Err(r) => println!("## {sql}\nREFUSED {} {r}", r.code().as_str()),
        }
    }
}
