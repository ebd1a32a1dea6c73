//! The vault: the only place that runs plans and looks into rows.
//!
//! A reserved query is opened here: release plans run lane by lane, cells are measured and protected, the
//! finishing plan runs over protected tables, the outcome is settled, and only then a [`Released`] exists.
//! Raw rows and raw cells are private to this module. Must never know: HTTP, who is allowed what.

mod admitted;
mod answer;
mod barrier;
mod cells;
mod effects;
mod execute;
mod exposure;
mod finish;
mod kernel;
mod known_keys;
mod made;
mod mark;
mod metering;
mod open;
mod past;
mod proof;
mod protect;
mod public;
mod pushdown;
mod record_keys;
mod released;
mod row_conditions;
mod session;
mod stages;
mod tables;

pub(crate) use metering::Gauge;
pub use open::{Reservation, Reserved, Vault, open, reserve};
pub(crate) use open::{held, unavailable};

pub(crate) use known_keys::KnownKeys;
pub(crate) use past::Pasts;
pub(crate) use record_keys::RecordKeys;
pub use released::{Markers, Released, ResultFormat};
pub use session::Optimizer;
pub use stages::{NoStages, Stage, Stages};
