//! People who opted out are as absent as if they were not in the extract: whole answers are compared with those over an
//! extract without them.

use std::sync::Arc;

use serde_json::Value;
use tests::ask::{ask, caller, request};
use tests::clinic::{Clinic, Person};
use tests::home::{CONSENT, EXACT, Home, OPT_OUTS, RESEARCHER};
use tresor_core::engine::Engine;
use tresor_core::vault::Optimizer;

use crate::model::chance::Chance;
use crate::model::generate::{ANSWERED, generate};
use crate::model::runs::queries;
use crate::model::sql;

/// Random queries in the ordinary run.
const QUERIES: u64 = 200;

/// Ways to people who opted out: each table, joins that avoid the table with the opt-out, what looks like it finds
/// somebody without a row there, windows, sub-queries, unions, steps over an earlier result.
const QUERIES_BY_HAND: &[&str] = &[
    "select count(*) from people",
    "select count(*) from people where hiv",
    "select hiv, count(*) from people group by hiv",
    "select count(*), count(distinct person_id) from visits",
    "select kind, ward, count(*), sum(cost), avg(nights) from visits group by kind, ward",
    "select test, count(*), count(distinct person_id) from labs group by test",
    "select v.kind, l.test, count(*) from visits v join labs l on l.person_id = v.person_id group by 1, 2",
    "select count(*) from visits v left join people p on p.person_id = v.person_id where p.person_id is null",
    "select count(*) from visits v full join people p on p.person_id = v.person_id",
    "select count(*) from visits where person_id not in (select person_id from people)",
    "select count(*) from (select person_id from visits except select person_id from people) t",
    "select count(*) from (select person_id from people union select person_id from labs) t",
    "select k, count(*) from (select person_id, kind k from visits union all select person_id, test from labs) t group by k",
    "select n, count(*) from (select person_id, count(*) n from visits group by person_id) t group by n",
    "select count(*) from people p where not exists (select 1 from visits v where v.person_id = p.person_id)",
    "select w.name, count(*), sum(w.beds) from wards w join visits v on v.ward = w.ward group by w.name",
    "select w.name, count(v.person_id) from visits v right join wards w on v.ward = w.ward group by w.name",
    "select rn, count(*) from (select person_id, row_number() over (partition by person_id order by visited_on) rn from visits) t group by rn",
    "select kind, median(cost), stddev(cost), corr(cost, nights) from visits group by kind",
    "select region, sex, count(*) from people group by rollup (region, sex)",
    "with big as (select ward, count(*) n from visits group by ward having count(*) > 50) select v.kind, count(*) from visits v join big on big.ward = v.ward group by v.kind",
    "select kind, count(*) from visits where cost > (select avg(cost) from visits) group by kind",
    "select kind, count(*) from visits order by 2 desc limit 2",
    "select region, count(*) from elderly group by region",
    "select region, kind, count(*), sum(cost) from elderly_visits group by region, kind",
];

/// The views of the test project, which the project of these tests has too.
const VIEWS: &str = r#"
[views.elderly]
description = "People born before 1960."
sql = "select person_id, sex, region, birth_year from people where birth_year < 1960"

[views.elderly_visits]
description = "Their visits."
sql = "select e.region, v.* from visits v join elderly e on v.person_id = e.person_id"
"#;

/// A project with opt-outs over all people, and one without over the extract of those who stay.
struct Pair {
    hidden: Arc<Engine>,
    absent: Arc<Engine>,
    _homes: (Home, Home),
}

impl Pair {
    async fn of(
        clinic: &Clinic,
        conditions: &str,
        stays: impl Fn(&Person) -> bool,
        optimizer: Optimizer,
    ) -> Self {
        let mut others = clinic.clone();
        others.persons.retain(stays);
        assert!(others.persons.len() < clinic.persons.len());
        let homes = (Home::of(clinic), Home::of(&others));
        for (home, conditions) in [(&homes.0, conditions), (&homes.1, "")] {
            for profile in ["exact", "noisy", "strict"] {
                home.add_project_with(
                    &format!("study-{profile}"),
                    profile,
                    &format!("{conditions}{VIEWS}"),
                );
            }
        }
        let engine = async |home: &Home| {
            let mut config = home.config();
            config.optimizer = optimizer;
            Engine::open(config).await.unwrap()
        };
        Self { hidden: engine(&homes.0).await, absent: engine(&homes.1).await, _homes: homes }
    }

    /// Asks both. Answers and refusals are the same, word for word.
    async fn same(&self, project: &str, sql: &str) -> bool {
        let hidden = body(&self.hidden, project, sql).await;
        let absent = body(&self.absent, project, sql).await;
        assert_eq!(hidden, absent, "{project}: {sql}");
        hidden.is_ok()
    }
}

/// An answer without what differs from run to run, or the refusal.
async fn body(engine: &Arc<Engine>, project: &str, sql: &str) -> Result<Value, String> {
    let mut body = ask(engine, project, sql).await.map_err(|refusal| refusal.to_string())?.json;
    let object = body.as_object_mut().unwrap();
    object.remove("id");
    object.remove("release");
    Ok(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opted_out_is_absent_from_every_table() {
    let clinic = Clinic::new(900, 11);
    for optimizer in [Optimizer::On, Optimizer::Off] {
        let pair = Pair::of(&clinic, OPT_OUTS, |person| !person.hiv, optimizer).await;
        for sql in QUERIES_BY_HAND {
            let answered = pair.same("study-exact", sql).await;
            let over_all = ask(&pair.hidden, EXACT, sql).await;
            if sql.contains("distinct person_id) from visits") {
                let hidden = body(&pair.hidden, "study-exact", sql).await;
                assert_ne!(hidden, body(&pair.hidden, EXACT, sql).await, "nobody opted out");
            }
            // The same as for a project that sees everybody: it is not the condition that refuses.
            assert_eq!(answered, over_all.is_ok() || sql.contains("elderly"), "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_does_not_tell_who_opted_out() {
    let clinic = Clinic::new(900, 12);
    let pair = Pair::of(&clinic, OPT_OUTS, |person| !person.hiv, Optimizer::On).await;
    for sql in QUERIES_BY_HAND {
        pair.same("study-noisy", sql).await;
        pair.same("study-strict", sql).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_conditions_hold_together() {
    let old = OPT_OUTS.replace("\"hiv\"", "\"birth_year\"").replace("\"=\"", "\">=\"");
    let old = old.replace("[false]", "[1950]");
    let rows = OPT_OUTS.replace("\"people\"", "\"visits\"").replace("\"hiv\"", "\"kind\"");
    let rows = rows.replace("[false]", "[\"urgent\"]").replace("\"person\"", "\"rows\"");
    let clinic = Clinic::new(900, 13);
    let stays = |person: &Person| !person.hiv && person.birth_year >= 1950;
    let pair = Pair::of(&clinic, &format!("{OPT_OUTS}{old}"), stays, Optimizer::On).await;
    for sql in QUERIES_BY_HAND {
        pair.same("study-exact", sql).await;
    }
    // Beside a condition on rows, which takes rows of its table only.
    let mut urgent = clinic.clone();
    urgent.persons.retain(|person| !person.hiv);
    for person in &mut urgent.persons {
        person.visits.retain(|visit| visit.kind == "urgent");
    }
    let (hidden, absent) = (Home::of(&clinic), Home::of(&urgent));
    hidden.add_project_with("both", "exact", &format!("{OPT_OUTS}{rows}"));
    absent.add_project_with("both", "exact", "");
    let (hidden, absent) = (hidden.engine().await, absent.engine().await);
    for sql in QUERIES_BY_HAND.iter().filter(|sql| !sql.contains("elderly")) {
        assert_eq!(body(&hidden, "both", sql).await, body(&absent, "both", sql).await, "{sql}");
    }
}

/// Somebody of whom the table with the opt-out knows nothing has not agreed to anything.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_row_there_is_absent_too() {
    let clinic = Clinic::new(600, 14);
    let folder = tempfile::tempdir().unwrap();
    clinic.write(folder.path());
    let people = std::fs::read_to_string(folder.path().join("people.csv")).unwrap();
    let kept = |line: &&str| !line.starts_with("p0001");
    let people: Vec<&str> = people.lines().filter(kept).collect();
    std::fs::write(folder.path().join("people.csv"), people.join("\n") + "\n").unwrap();
    let home = Home::over(folder.path());
    home.add_project_with("study-exact", "exact", OPT_OUTS);

    let mut others = clinic.clone();
    others.persons.retain(|person| !person.hiv && !person.id.starts_with("p0001"));
    assert_eq!(clinic.persons.iter().filter(|person| person.id.starts_with("p0001")).count(), 100);
    let absent = Home::of(&others);
    let (hidden, absent) = (home.engine().await, absent.engine().await);
    for sql in QUERIES_BY_HAND.iter().filter(|sql| !sql.contains("elderly")) {
        let (hidden, absent) =
            (body(&hidden, "study-exact", sql).await, body(&absent, EXACT, sql).await);
        assert_eq!(hidden, absent, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opt_outs_hold_where_the_project_does_not_see_them() {
    let clinic = Clinic::new(900, 15);
    let home = Home::of(&clinic);
    let rules = home.policy("access/rules.csv");
    home.write_policy(
        "access/rules.csv",
        &format!("{rules}p, researcher, {CONSENT}, clinic/people/*, *, deny\n"),
    );
    let mut others = clinic.clone();
    others.persons.retain(|person| !person.hiv);
    let (hidden, absent) = (home.engine().await, Home::of(&others));
    let absent = absent.engine().await;
    let unseen = body(&hidden, CONSENT, "select count(*) from people").await;
    assert!(unseen.unwrap_err().contains("there is no table `people`"));
    for sql in [
        "select count(*), count(distinct person_id) from visits",
        "select l.test, count(*) from labs l join visits v on v.person_id = l.person_id group by 1",
    ] {
        let hidden = body(&hidden, CONSENT, sql).await;
        assert!(hidden.is_ok(), "{hidden:?}");
        assert_eq!(hidden, body(&absent, EXACT, sql).await, "{sql}");
    }
}

/// Verdict, price and protection are those of a project that sees everybody.
#[tokio::test(flavor = "multi_thread")]
async fn conditions_change_no_verdict_and_no_price() {
    let home = Home::of(&Clinic::new(300, 16));
    let engine = home.engine().await;
    for sql in QUERIES_BY_HAND.iter().filter(|sql| !sql.contains("elderly")) {
        let check = async |project: &str| {
            let checked = engine.check(&caller(RESEARCHER), request(project, sql)).await;
            let text = checked.map_or_else(|it| it.to_string(), |it| it.to_string());
            // A project and a profile are called `exact`.
            text.replace(&format!("\"{CONSENT}\""), "\"..\"")
                .replace(&format!("\"{EXACT}\""), "\"..\"")
        };
        assert_eq!(check(CONSENT).await, check(EXACT).await, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_queries_find_nobody_either() {
    let pair = Pair::of(&Clinic::new(700, 17), OPT_OUTS, |person| !person.hiv, Optimizer::On).await;
    let mut answered = 0;
    for number in 0..queries(QUERIES) {
        let generated = generate(Chance::new(number.wrapping_add(1 << 41)), ANSWERED);
        let text = sql::query(&generated.query);
        answered += u64::from(pair.same("study-exact", &text).await);
    }
    assert!(answered * 10 >= queries(QUERIES) * 8, "only {answered} were answered");
}
