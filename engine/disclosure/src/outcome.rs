//! What becomes of a value: shown with its interval, or withheld with a reason.
//!
//! A withheld value has no number at all, not even 0: hidden-as-zero would make 0 mean "0 to 9" and
//! bias every sum that is taken of it.

#[cfg(test)]
mod tests;

use crate::profile::{Profile, ZeroRule};

/// A value that may be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protected {
    /// The value after noise and rounding.
    Shown {
        /// In the smallest unit of what was measured.
        value: i128,
        /// Half the width of the 95 % interval around `value`, in the same unit.
        half_width: u128,
    },
    /// No value, and why.
    Withheld(Reason),
}

/// Why a value is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The cell has too few distinct persons.
    TooFewPersons,
    /// Too few distinct persons have a value in this aggregate.
    TooFewContributors,
    /// Too few distinct persons have a value on one side of a quantile.
    TooFewOnASide,
    /// One or two persons make up too much of the value.
    Dominated,
    /// Too few distinct persons for what is estimated of them.
    TooFewDegrees,
    /// A person total below zero, where the profile refuses them.
    NegativeValues,
    /// The noise of the parts is larger than what they tell: a mean whose number of rows may be zero, a variance below
    /// zero, a correlation beyond one.
    TooUncertain,
    /// The value cannot be protected: the profile has problems, or the measurements contradict each
    /// other.
    Unprotectable,
}

impl Reason {
    /// A stable name for status columns and the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFewPersons => "too_few_persons",
            Self::TooFewContributors => "too_few_contributors",
            Self::TooFewOnASide => "too_few_on_a_side",
            Self::Dominated => "dominated",
            Self::TooFewDegrees => "too_few_degrees",
            Self::NegativeValues => "negative_values",
            Self::TooUncertain => "too_uncertain",
            Self::Unprotectable => "unprotectable",
        }
    }

    /// The reason in words, with the numbers of the profile that applied.
    ///
    /// Dominance parameters stay out of it: who knows them can bound the largest contributor (SDC
    /// handbook, 2nd ed.).
    #[must_use]
    pub fn sentence(self, profile: &Profile) -> String {
        let zero = match profile.zero {
            ZeroRule::Show => "not 0",
            ZeroRule::TreatAsSmall => "may be 0",
        };
        match self {
            Self::TooFewPersons => format!("fewer than {} people ({zero})", profile.min_count),
            Self::TooFewContributors => {
                format!(
                    "fewer than {} people contribute to this number ({zero})",
                    profile.min_count_measure
                )
            }
            Self::TooFewOnASide => {
                format!("fewer than {} people are on one side of it", profile.min_count_measure)
            }
            Self::Dominated => "one or two people make up too much of this value".to_owned(),
            Self::TooFewDegrees => {
                format!("fewer than {} degrees of freedom ({zero})", profile.dof_min)
            }
            Self::NegativeValues => "values below zero cannot be protected here".to_owned(),
            Self::TooUncertain => {
                "too uncertain: the noise is larger than what it would tell".to_owned()
            }
            Self::Unprotectable => "this value could not be protected".to_owned(),
        }
    }
}

/// A protected number that is computed from others, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Half the width of the 95 % interval around it.
    pub half_width: f64,
}
