//! Differencing: two numbers that differ by one person, and every way to write that.
//!
//! A condition that concerns few people counts as absent (`docs/ATTACKS.md` A23 to A44). So a number with a condition about
//! one person is word for word the number without it: whether or not the person has the secret, and whatever form the
//! condition has. Each attack is first seen to succeed in plain DataFusion.

mod bits;
mod edges;
mod house;
mod pairs;
mod series;
mod words;
