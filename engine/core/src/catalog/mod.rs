//! Datasets as the engine knows them before it reads a row: contracts, and what of them a project may see.

pub mod contract;
pub mod links;
pub mod usage;
pub mod view;
