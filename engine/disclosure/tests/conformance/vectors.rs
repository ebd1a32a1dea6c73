//! The form of a file of vectors.

use serde::Deserialize;

use crate::expected::Expected;
use crate::input::Group;

/// What goes in and what must come out, for one profile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vectors {
    /// Where the numbers are from.
    pub(crate) source: String,
    /// What they show, for the officer who compares.
    pub(crate) says: String,
    /// Persons in a cell, and what is told of it.
    #[serde(default)]
    pub(crate) persons: Vec<(u64, Expected)>,
    /// The same for a query that uses no column which tells an area.
    #[serde(default)]
    pub(crate) national: Vec<(u64, Expected)>,
    /// Whole tables of persons.
    #[serde(default)]
    pub(crate) tables: Vec<Table>,
    /// Numbers of rows.
    #[serde(default)]
    pub(crate) rows: Vec<Magnitude>,
    /// Sums.
    #[serde(default)]
    pub(crate) sums: Vec<Magnitude>,
    /// Means of values of which each person has one.
    #[serde(default)]
    pub(crate) means: Vec<Magnitude>,
    /// Quantiles of values of which each person has one.
    #[serde(default)]
    pub(crate) quantiles: Vec<Quantile>,
    /// Persons and numbers that are estimated of them; `enough`, or why not.
    #[serde(default)]
    pub(crate) estimates: Vec<(u64, u64, String)>,
    /// What chance decides.
    #[serde(default)]
    pub(crate) chances: Vec<Chance>,
    /// Noise.
    #[serde(default)]
    pub(crate) noise: Vec<Noise>,
    /// The profile with some keys changed.
    #[serde(default)]
    pub(crate) changed: Vec<Changed>,
}

/// A table of persons in rows and columns, everything listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) says: String,
    #[serde(rename = "in")]
    pub(crate) cells: Vec<Vec<u64>>,
    pub(crate) out: Vec<Vec<Expected>>,
    /// Whether the answer warns of it.
    #[serde(default)]
    pub(crate) warns: bool,
}

/// A magnitude of persons with so much each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Magnitude {
    pub(crate) says: String,
    /// `20 x 5`: twenty persons with five each.
    pub(crate) of: Vec<Group>,
    pub(crate) out: Expected,
}

/// A quantile of persons with one value each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quantile {
    pub(crate) says: String,
    pub(crate) of: Vec<Group>,
    pub(crate) percent: u32,
    pub(crate) out: Expected,
}

/// Cells of equally many other persons, and how often each number is told of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chance {
    pub(crate) says: String,
    #[serde(rename = "in")]
    pub(crate) persons: u64,
    /// How many cells.
    pub(crate) keys: u64,
    /// Every number that may be told, and its share.
    pub(crate) shares: Vec<(Expected, f64)>,
}

/// Cells of equally many other persons, and the moments of what is told of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Noise {
    pub(crate) says: String,
    #[serde(rename = "in")]
    pub(crate) persons: u64,
    pub(crate) keys: u64,
    /// Whether the cell is one group of several.
    pub(crate) grouped: bool,
    pub(crate) mean: f64,
    pub(crate) sd: f64,
    /// Numbers that are never told.
    #[serde(default)]
    pub(crate) never: Vec<i64>,
}

/// The profile with other values of some keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changed {
    pub(crate) says: String,
    pub(crate) with: toml::Table,
    #[serde(default)]
    pub(crate) persons: Vec<(u64, Expected)>,
    #[serde(default)]
    pub(crate) sums: Vec<Magnitude>,
}
