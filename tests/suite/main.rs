//! Behaviour of the whole engine, driven through its one entry.

mod attacks;
mod fuzz;
mod kill;
mod model;
mod strangers;
mod types;
