//! What an answer says of one value, in one word: the shorthand of government statistics.
//!
//! Written into the stored answer and read back from it, whatever the form.

use serde::{Deserialize, Serialize};

/// What was done to a value. A value without a mark is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Mark {
    /// Noise or rounding was applied, or it is computed from such values. Said once for a column.
    #[serde(rename = "p")]
    Perturbed,
    /// Withheld by a rule, or made of something that is.
    #[serde(rename = "c")]
    Withheld,
    /// A number above 0 that is shown as 0.
    #[serde(rename = "low")]
    Low,
    /// Not applicable: there cannot be anybody, or there is nobody to say it of.
    #[serde(rename = "z")]
    NotApplicable,
    /// Not available: the researcher's own computation has no value.
    #[serde(rename = "x")]
    NotAvailable,
}

impl Mark {
    /// Every mark, in the order of the dictionaries that columns are written with.
    pub(super) const ALL: [Self; 5] =
        [Self::Perturbed, Self::Withheld, Self::Low, Self::NotApplicable, Self::NotAvailable];

    /// The word.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Perturbed => "p",
            Self::Withheld => "c",
            Self::Low => "low",
            Self::NotApplicable => "z",
            Self::NotAvailable => "x",
        }
    }
}
