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
    _home: Home,
}

impl World {
    pub(crate) async fn of(clinic: Clinic) -> Self {
        let home = Home::of(&clinic);
        Self { engine: home.engine().await, persons: persons(&clinic), _home: home }
    }
}
