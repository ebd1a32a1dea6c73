//! What becomes of a value: shown with its interval, or withheld with a reason.
//!
//! A withheld value has no number at all, not even 0: hidden-as-zero would make 0 mean "0 to 9" and
//! bias every sum that is taken of it.

#[cfg(test)]
mod tests;

use crate::profile::{Profile, SecondaryMethod, ZeroRule};
use crate::threshold::told;

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

impl Protected {
    /// Whether it is withheld because its people are too few, whatever else holds.
    #[must_use]
    pub const fn is_of_few(self) -> bool {
        match self {
            Self::Shown { .. } => false,
            Self::Withheld(reason) => reason.is_of_few(),
        }
    }
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
    /// More numbers are estimated than the persons allow.
    TooManyEstimates,
    /// A person total below zero, where the profile refuses them.
    NegativeValues,
    /// The noise of the parts is larger than what they tell: a mean whose number of rows may be zero, a variance below
    /// zero, a correlation beyond one.
    TooUncertain,
    /// Another cell of the same table has too few persons, and the profile then shows none.
    AnotherCellTooSmall,
    /// Too many cells of the same table have few persons.
    SparseTable,
    /// Everybody of its row or column is in one cell.
    ClassDisclosure,
    /// A number of persons with which a withheld one could be worked out.
    Secondary,
    /// Another value with which a withheld one could be worked out.
    SecondaryMeasure,
    /// The value cannot be protected: the profile has problems, or the measurements contradict each
    /// other.
    Unprotectable,
}

impl Reason {
    /// Whether the people of the value itself are too few.
    const fn is_of_few(self) -> bool {
        match self {
            Self::TooFewPersons | Self::TooFewContributors | Self::TooFewDegrees => true,
            Self::TooFewOnASide
            | Self::Dominated
            | Self::TooManyEstimates
            | Self::NegativeValues
            | Self::TooUncertain
            | Self::AnotherCellTooSmall
            | Self::SparseTable
            | Self::ClassDisclosure
            | Self::Secondary
            | Self::SecondaryMeasure
            | Self::Unprotectable => false,
        }
    }

    /// A stable name of the true reason, for the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFewPersons => "too_few_persons",
            Self::TooFewContributors => "too_few_contributors",
            Self::TooFewOnASide => "too_few_on_a_side",
            Self::Dominated => "dominated",
            Self::TooFewDegrees => "too_few_degrees",
            Self::TooManyEstimates => "too_many_estimates",
            Self::NegativeValues => "negative_values",
            Self::TooUncertain => "too_uncertain",
            Self::AnotherCellTooSmall => "another_cell_too_small",
            Self::SparseTable => "sparse_table",
            Self::ClassDisclosure => "class_disclosure",
            Self::Secondary => "secondary",
            Self::SecondaryMeasure => "secondary_measure",
            Self::Unprotectable => "unprotectable",
        }
    }

    /// A stable name for readers of the answer, such as counts by reason: one for all reasons that [`Self::sentence`]
    /// does not tell apart.
    #[must_use]
    pub fn public_str(self, profile: &Profile) -> &'static str {
        match self.shared(profile) {
            Some(Shared::Persons) => "too_few_persons_or_kept_back",
            Some(Shared::Measure) => "unsafe_value_or_kept_back",
            None => self.as_str(),
        }
    }

    /// The reasons that a reader must not tell apart. What is kept back for another's sake may be large: who knows
    /// that it is, knows which number was hidden first and how small that is.
    fn shared(self, profile: &Profile) -> Option<Shared> {
        // A number whose conditions concern few people each is withheld as if it were one of few people.
        match profile.secondary.method {
            SecondaryMethod::Off if profile.low_effect.persons == 0 => return None,
            SecondaryMethod::Off | SecondaryMethod::Gauss => {}
        }
        match self {
            Self::TooFewPersons | Self::ClassDisclosure | Self::Secondary => Some(Shared::Persons),
            Self::TooFewContributors
            | Self::Dominated
            | Self::NegativeValues
            | Self::SecondaryMeasure => Some(Shared::Measure),
            Self::TooFewOnASide
            | Self::TooFewDegrees
            | Self::TooManyEstimates
            | Self::TooUncertain
            | Self::AnotherCellTooSmall
            | Self::SparseTable
            | Self::Unprotectable => None,
        }
    }

    /// The reason in words for readers of the answer, with the numbers of the profile that applied.
    ///
    /// Dominance parameters stay out of it: who knows them can bound the largest contributor (SDC
    /// handbook, 2nd ed.).
    #[must_use]
    pub fn sentence(self, profile: &Profile) -> String {
        match self.shared(profile) {
            Some(Shared::Persons) => format!(
                "fewer than {} people (may be 0){}, or kept back so that such a number cannot be worked out",
                told(profile, profile.min_count),
                // What is asked for by too many such conditions is withheld for the same reason.
                match profile.low_effect.persons {
                    0 => "",
                    _ => ", chosen by conditions that concern too few people",
                }
            ),
            Some(Shared::Measure) => format!(
                "fewer than {} people contribute to this number (may be 0), one or two make up too much of it, values \
                 are below zero, or it is kept back so that such a number cannot be worked out",
                told(profile, profile.min_count_measure)
            ),
            None => self.own_sentence(profile),
        }
    }

    fn own_sentence(self, profile: &Profile) -> String {
        let zero = match profile.zero {
            ZeroRule::Show => "not 0",
            ZeroRule::TreatAsSmall => "may be 0",
        };
        let [min_count, min_count_measure, dof_min, beside] =
            [profile.min_count, profile.min_count_measure, profile.dof_min, profile.on_each_side()]
                .map(|least| told(profile, least));
        match self {
            Self::TooFewPersons => format!("fewer than {min_count} people ({zero})"),
            Self::TooFewContributors => {
                format!("fewer than {min_count_measure} people contribute to this number ({zero})")
            }
            Self::TooFewOnASide => format!("fewer than {beside} people are on one side of it"),
            Self::TooManyEstimates => "too few people for what is estimated of them".to_owned(),
            Self::TooFewDegrees => format!("fewer than {dof_min} degrees of freedom ({zero})"),
            Self::AnotherCellTooSmall => {
                format!(
                    "some group of this table has fewer than {min_count} people, so none is shown"
                )
            }
            Self::Dominated => "one or two people make up too much of this value".to_owned(),
            Self::NegativeValues => "values below zero cannot be protected here".to_owned(),
            Self::TooUncertain => {
                "too uncertain: the noise is larger than what it would tell".to_owned()
            }
            Self::SparseTable => "too many groups of this table are small".to_owned(),
            Self::ClassDisclosure => {
                "it would tell something of everybody in its row or column".to_owned()
            }
            Self::Secondary | Self::SecondaryMeasure => {
                "kept back so that another number cannot be worked out".to_owned()
            }
            Self::Unprotectable => "this value could not be protected".to_owned(),
        }
    }
}

/// Reasons that share their public words.
#[derive(Clone, Copy)]
enum Shared {
    /// What concerns numbers of persons.
    Persons,
    /// What concerns other values.
    Measure,
}

/// A protected number that is computed from others, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Half the width of the 95 % interval around it.
    pub half_width: f64,
}
