//! What was done to one value.

use tresor_disclosure::Reason;

/// What was done to one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::vault) enum Status {
    /// Shown, with half the width of its 95 % interval (in the value's own unit).
    Shown {
        /// Half width; 0 when the value carries no noise.
        half_width: f64,
        /// Whether it may lie below zero, whatever the profile says of negative values: a difference, a slope.
        signed: bool,
    },
    /// Not applicable, and everybody may know: there can be nobody, or there is nobody to say it of.
    NotApplicable,
    /// Not shown.
    Withheld(Reason),
}

impl Status {
    /// The reason, if the value is withheld.
    pub(in crate::vault) const fn reason(self) -> Option<Reason> {
        match self {
            Self::Shown { .. } | Self::NotApplicable => None,
            Self::Withheld(reason) => Some(reason),
        }
    }
}
