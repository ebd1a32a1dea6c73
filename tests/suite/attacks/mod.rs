//! Attacks. Each is first seen to succeed where the rule is missing, then to fail against the engine.

mod averaging;
mod bombs;
mod distinct;
mod earlier;
mod families;
mod fan_out;
mod having;
pub(crate) mod plain;
mod presence;
mod quantiles;
mod ratio;
mod small_keys;
mod spreads;
pub(crate) mod subtraction;

use std::sync::Arc;

use serde_json::Value;
use tests::ask::ask;
use tests::clinic::Clinic;
use tests::home::Home;
use tresor_core::engine::Engine;

/// An engine with the home that it reads.
pub(crate) struct World {
    pub(crate) clinic: Clinic,
    pub(crate) engine: Arc<Engine>,
    _home: Home,
}

impl World {
    pub(crate) async fn of(clinic: Clinic) -> Self {
        Self::in_home(Home::of(&clinic), clinic).await
    }

    /// An engine over a home of this clinic.
    pub(crate) async fn in_home(home: Home, clinic: Clinic) -> Self {
        Self { engine: home.engine().await, clinic, _home: home }
    }

    /// The answer without what differs from query to query; or the code of the refusal.
    pub(crate) async fn body(&self, project: &str, sql: &str) -> Result<Value, String> {
        let answer =
            ask(&self.engine, project, sql).await.map_err(|r| r.code().as_str().to_owned())?;
        let mut body = answer.json;
        let object = body.as_object_mut().unwrap();
        object.remove("id");
        object.remove("release");
        Ok(body)
    }

    /// The only number of an answer.
    pub(crate) async fn number(&self, project: &str, sql: &str) -> f64 {
        let body = self.body(project, sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
        body["rows"][0][0].as_f64().unwrap_or_else(|| panic!("no number: {sql}"))
    }
}

/// Two worlds that differ in one bit about one person, and a condition that only this person meets.
pub(crate) struct Bit {
    pub(crate) yes: World,
    pub(crate) no: World,
    pub(crate) target: String,
}

impl Bit {
    pub(crate) async fn new() -> Self {
        let mut clinic = Clinic::new(300, 7);
        clinic.persons[123].income = 49_999.5;
        let world = |hiv: bool| {
            let mut clinic = clinic.clone();
            clinic.persons[123].hiv = hiv;
            World::of(clinic)
        };
        Self {
            yes: world(true).await,
            no: world(false).await,
            target: "income = 49999.5".to_owned(),
        }
    }
}
