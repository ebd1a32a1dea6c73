//! What must come out, and what came out.

use std::fmt;

use serde::Deserialize;
use tresor_disclosure::{Estimate, Protected, Reason};

/// A number, or the reason why there is none; or several of them with ` or ` between, where chance decides.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Expected {
    Whole(i64),
    Decimal(f64),
    Words(String),
}

impl Expected {
    pub(crate) fn fits(&self, found: &Found) -> bool {
        let found = found.to_string();
        self.to_string().split(" or ").any(|allowed| allowed == found)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Decimal(number) => write!(f, "{number}"),
            Self::Words(words) => f.write_str(words),
        }
    }
}

/// What is told.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Found {
    Shown(f64),
    Withheld(Reason),
}

impl Found {
    /// A number in units of ten to the power of minus `decimals`.
    pub(crate) fn scaled(protected: Protected, decimals: i32) -> Self {
        match protected {
            Protected::Shown { value, .. } => Self::Shown(value as f64 / 10_f64.powi(decimals)),
            Protected::Withheld(reason) => Self::Withheld(reason),
        }
    }
}

impl From<Protected> for Found {
    fn from(protected: Protected) -> Self {
        Self::scaled(protected, 0)
    }
}

impl From<Result<Estimate, Reason>> for Found {
    fn from(told: Result<Estimate, Reason>) -> Self {
        told.map_or_else(Self::Withheld, |estimate| Self::Shown(estimate.value))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(number) => write!(f, "{number}"),
            Self::Withheld(reason) => f.write_str(reason.as_str()),
        }
    }
}
