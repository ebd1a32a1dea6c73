//! What the tests share: a home with a small invented clinic whose truth is known row by row, and a way to ask.

pub mod ask;
pub mod clinic;
pub mod home;
pub mod log;
pub mod officers;
pub mod postgres;
pub mod profile;
pub mod shelf;
pub mod town;
pub mod tpch;
