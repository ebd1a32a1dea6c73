//! Behaviour of the whole engine, driven through its one entry.

mod attacks;
mod kill;
mod model;
mod statistics;
mod strangers;
mod tpch;
mod types;
