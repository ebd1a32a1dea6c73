//! From SQL text to a protected answer.

pub mod catalog;
pub mod clock;
pub mod entropy;
pub mod ids;
pub mod limits;
pub mod refusal;
