//! A clinic where half of the people have the secret, a target whom everybody knows by other attributes, and projects
//! whose profile leaves out conditions about few.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::ask::ask;
use tests::clinic::{Clinic, Visit};
use tests::home::Home;
use tests::profile;
use tresor_core::engine::Engine;

use crate::attacks::plain;

/// Place of the target in the clinic.
pub(super) const TARGET: usize = 123;

/// Conditions that are true for the target and for nobody else.
pub(super) const TARGETING: [&str; 6] = [
    "income = 49999.5",
    "sex = 'f' and region = 'north' and birth_year = 1957",
    "birth_year = 1957 and income > 49999 and region = 'north'",
    "person_id in (select person_id from visits where cost = 9999.99)",
    "exists (select 1 from visits v where v.person_id = people.person_id and v.cost > 9999)",
    "income between 49999 and 50000",
];

/// Without noise: what a number says is exactly how many were counted.
pub(super) const BARE: [&str; 2] = ["bare-a", "bare-b"];
/// With noise and no rounding: no two cohorts have the same number by chance.
pub(super) const LOW: [&str; 2] = ["low-a", "low-b"];

const BARE_PROFILE: [&str; 1] = ["low_effect = { persons = 10, sd = 0, condition_sd = 0 }"];
const LOW_PROFILE: [&str; 3] = [
    "noise = { method = \"cell_key_geometric\", count_sd = 20.0, magnitude_sd = 1.0 }",
    "low_effect = { persons = 10, sd = 2.0, condition_sd = 10.0 }",
    "min_count_sd = 1.0",
];

/// The clinic; whether the target has the secret is up to the world.
pub(super) fn clinic(secret: bool) -> Clinic {
    let mut clinic = Clinic::new(900, 11);
    for (at, person) in clinic.persons.iter_mut().enumerate() {
        person.hiv = at * 7_919 % 10 < 5;
        if person.birth_year == 1957 && person.region == "north" {
            person.birth_year = 1958;
        }
        person.income = person.income.min(49_900.0);
        if person.region == "west" {
            person.region = "east";
        }
    }
    let target = &mut clinic.persons[TARGET];
    target.hiv = secret;
    (target.sex, target.region, target.birth_year) = (Some("f"), "north", 1957);
    target.income = 49_999.5;
    let visit = |kind, cost| Visit {
        visited_on: "2022-05-05".to_owned(),
        kind,
        ward: "w1".to_owned(),
        nights: Some(3),
        cost,
    };
    target.visits = vec![visit("urgent", 9_999.99), visit("planned", 10.0)];
    clinic
}

/// How many projects without a past each of [`BARE`] and [`LOW`] has beside it.
const FRESH: usize = 400;

/// A project with the profile of this one, which has asked nothing yet.
pub(super) fn fresh(project: &str, at: usize) -> String {
    assert!(at < FRESH, "more projects are needed");
    format!("{project}-{at}")
}

/// An engine over a clinic. Each pair of projects has the same profile; what one of them has asked, the other has not.
pub(super) struct World {
    pub(super) clinic: Clinic,
    engine: Arc<Engine>,
    _home: Home,
}

impl World {
    pub(super) async fn of(clinic: Clinic) -> Self {
        let home = Home::of(&clinic);
        for (projects, lines) in [(BARE, &BARE_PROFILE[..]), (LOW, &LOW_PROFILE[..])] {
            for project in projects {
                let id = format!("id = \"{project}\"");
                let lines: Vec<&str> =
                    std::iter::once(id.as_str()).chain(lines.iter().copied()).collect();
                home.add_project(project, &profile::with(&lines), "clinic");
            }
            let [first, _] = projects;
            (0..FRESH).for_each(|at| home.add_project_with(&fresh(first, at), first, ""));
        }
        Self { engine: home.engine().await, clinic, _home: home }
    }

    /// All that an answer tells: values, marks, intervals, what was hidden; or the code of the refusal.
    pub(super) async fn told(&self, project: &str, sql: &str) -> Result<Value, String> {
        let answer =
            ask(&self.engine, project, sql).await.map_err(|r| r.code().as_str().to_owned())?;
        let part = |name: &str| answer.json[name].clone();
        Ok(json!([part("rows"), part("cell_status"), part("intervals"), part("summary")]))
    }

    /// The rows in plain DataFusion.
    pub(super) async fn plain(&self, sql: &str) -> Vec<Vec<String>> {
        plain::ask(&self.clinic, sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }
}

/// The two worlds, which differ in the secret of the target.
pub(super) async fn worlds() -> [World; 2] {
    [World::of(clinic(true)).await, World::of(clinic(false)).await]
}
