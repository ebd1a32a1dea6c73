//! Kinds of statistics, and which checks each of them goes through.
//!
//! The kinds follow ACRO's "statbarns" (AI-SDC/ACRO 1.0.1), with lines through points apart from correlations. What is
//! written here is what a release is said to have been checked for: data for the record of a release and for people
//! who compare profiles. Must never know: a cell, a number, a plan.

mod criteria;
#[cfg(test)]
mod tests;

pub use criteria::{Criterion, criteria};

/// What sort of statistic a number is; decides what can go wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// How many persons or events.
    Frequencies,
    /// Sums and means.
    Linear,
    /// Medians and other quantiles: a place among the values.
    Position,
    /// Smallest, largest, first, last: one person's value.
    Endpoints,
    /// How values spread around their mean.
    Shape,
    /// What two measures have in common.
    Correlation,
    /// A line through points.
    Regression,
}

/// Something that a number is checked for, or that is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// Conditions that concern few people count as absent.
    LowEffect,
    /// Enough distinct persons in the cell.
    MinimumPersons,
    /// Empty cells, and what they may tell.
    Zeros,
    /// Groups that are not listed: absence is a number too.
    MissingGroups,
    /// What a small cell means for its whole table.
    WholeTable,
    /// Everybody of a row or column in one cell.
    ClassDisclosure,
    /// Enough distinct persons with a value in this number.
    MinimumPersonsPerArgument,
    /// One or two persons who make up too much.
    Dominance,
    /// Enough persons beyond those that the estimates use up.
    DegreesOfFreedom,
    /// Few enough estimates for the persons there are.
    ParameterRatio,
    /// Enough distinct persons on both sides of a quantile.
    EnoughOnBothSides,
    /// Quantiles that are far enough from the ends.
    PercentileRange,
    /// A percentile in place of the smallest or largest value.
    PercentileInstead,
    /// What is left over is a cell too.
    Complement,
    /// Numbers with which a withheld one could be worked out.
    Secondary,
    /// The largest contributor counts like the next ones.
    Flattening,
    /// Noise.
    Noise,
    /// Rounding.
    Rounding,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Frequencies,
        Self::Linear,
        Self::Position,
        Self::Endpoints,
        Self::Shape,
        Self::Correlation,
        Self::Regression,
    ];

    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Frequencies => "frequencies",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::Endpoints => "endpoints",
            Self::Shape => "shape",
            Self::Correlation => "correlation",
            Self::Regression => "regression",
        }
    }

    /// The checks, in the order in which they are made: decide on true values, withhold what would give a hidden number
    /// away, perturb, round.
    #[must_use]
    pub const fn checks(self) -> &'static [Check] {
        use Check::{
            ClassDisclosure, Complement, DegreesOfFreedom, Dominance, EnoughOnBothSides,
            Flattening, LowEffect, MinimumPersons, MinimumPersonsPerArgument, MissingGroups, Noise,
            ParameterRatio, PercentileInstead, PercentileRange, Rounding, Secondary, WholeTable,
            Zeros,
        };
        match self {
            Self::Frequencies => &[
                LowEffect,
                MinimumPersons,
                Zeros,
                MissingGroups,
                WholeTable,
                ClassDisclosure,
                MinimumPersonsPerArgument,
                Dominance,
                Complement,
                Secondary,
                Flattening,
                Noise,
                Rounding,
            ],
            Self::Linear => &[
                LowEffect,
                MinimumPersons,
                Zeros,
                MissingGroups,
                WholeTable,
                MinimumPersonsPerArgument,
                Dominance,
                Complement,
                Secondary,
                Flattening,
                Noise,
            ],
            Self::Position => &[
                LowEffect,
                MinimumPersons,
                MissingGroups,
                WholeTable,
                PercentileRange,
                MinimumPersonsPerArgument,
                Dominance,
                EnoughOnBothSides,
                Noise,
            ],
            Self::Endpoints => &[
                LowEffect,
                MinimumPersons,
                MissingGroups,
                WholeTable,
                PercentileInstead,
                PercentileRange,
                MinimumPersonsPerArgument,
                Dominance,
                EnoughOnBothSides,
                Noise,
            ],
            Self::Shape | Self::Correlation | Self::Regression => &[
                LowEffect,
                MinimumPersons,
                MissingGroups,
                WholeTable,
                MinimumPersonsPerArgument,
                Dominance,
                DegreesOfFreedom,
                ParameterRatio,
                Complement,
                Secondary,
                Flattening,
                Noise,
            ],
        }
    }
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 18] = [
        Self::LowEffect,
        Self::MinimumPersons,
        Self::Zeros,
        Self::MissingGroups,
        Self::WholeTable,
        Self::ClassDisclosure,
        Self::MinimumPersonsPerArgument,
        Self::Dominance,
        Self::DegreesOfFreedom,
        Self::ParameterRatio,
        Self::EnoughOnBothSides,
        Self::PercentileRange,
        Self::PercentileInstead,
        Self::Complement,
        Self::Secondary,
        Self::Flattening,
        Self::Noise,
        Self::Rounding,
    ];

    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowEffect => "low_effect",
            Self::MinimumPersons => "minimum_persons",
            Self::Zeros => "zeros",
            Self::MissingGroups => "missing_groups",
            Self::WholeTable => "whole_table",
            Self::ClassDisclosure => "class_disclosure",
            Self::MinimumPersonsPerArgument => "minimum_persons_per_argument",
            Self::Dominance => "dominance",
            Self::DegreesOfFreedom => "degrees_of_freedom",
            Self::ParameterRatio => "parameter_ratio",
            Self::EnoughOnBothSides => "enough_on_both_sides",
            Self::PercentileRange => "percentile_range",
            Self::PercentileInstead => "percentile_instead",
            Self::Complement => "complement",
            Self::Secondary => "secondary",
            Self::Flattening => "flattening",
            Self::Noise => "noise",
            Self::Rounding => "rounding",
        }
    }
}
