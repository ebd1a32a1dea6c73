//! A clinic with an engine over it, and the same rows for the twin.

use std::sync::Arc;

use tests::clinic::Clinic;
use tests::home::Home;
use tresor_core::engine::Engine;

use super::data::{Person, persons};

/// A clinic.
pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) persons: Vec<Person>,
    pub(crate) _home: Home,
}

impl World {
    pub(crate) async fn of(clinic: Clinic) -> Self {
        let home = Home::of(&clinic);
        Self { engine: home.engine().await, persons: persons(&clinic), _home: home }
    }
}

impl World {
    /// What the log has sealed of the last failure: for the developer who reads why a test failed.
    pub(crate) async fn last_cause(&self) -> String {
        let auditor = tests::ask::caller(tests::home::AUDITOR);
        let (mut from, mut last) = (0, String::new());
        loop {
            let page = self.engine.audit(&auditor, from, 500).await.unwrap();
            for entry in page["entries"].as_array().unwrap() {
                let cause = entry["opened"]["cause"].as_str();
                last = cause.map_or(last, str::to_owned);
            }
            match page["next"].as_u64() {
                Some(next) if next - from >= 500 => from = next,
                _ => return last,
            }
        }
    }
}
