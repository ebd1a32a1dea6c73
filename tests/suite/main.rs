//! Behaviour of the whole engine, driven through its one entry.

mod access;
mod attacks;
mod auditing;
mod canary;
mod control;
mod desk;
mod differencing;
mod entries;
mod expiry;
mod exposure;
mod faults;
mod forms;
mod fuzz;
mod kill;
mod low_effect;
mod model;
mod neighbours;
mod opt_out;
mod reviews;
mod secret_bit;
mod statistics;
mod strangers;
mod tpch;
mod types;
mod utility;
mod views;
