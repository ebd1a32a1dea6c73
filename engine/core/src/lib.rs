//! From SQL text to a protected answer.

pub mod audit;
pub mod catalog;
pub mod clock;
pub mod desk;
pub mod engine;
pub mod entropy;
pub mod extract;
pub mod guard;
pub mod ids;
pub mod limits;
pub mod policy;
pub mod progress;
pub mod refusal;
pub mod sample;
pub mod secret;
pub mod sql;
pub mod vault;
