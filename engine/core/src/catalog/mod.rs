//! Datasets as the engine knows them before it reads a row.

pub mod contract;
