//! The profile for numbers of a whole country, where minimum and rounding apply below it only.
//!
//! Hospital Episode Statistics publish national numbers as they are. Two things stay. A person alone in the country
//! would still be found, so the floor of the engine holds. And as the rounding stood in for secondary suppression, that
//! is done instead. What sums and means need stays as well: a mean of two people tells each the other's value.

use super::validate::FEWEST_BESIDE_ZEROS;
use super::{
    FEWEST_PERSONS, Half, Profile, Rounding, RoundingMethod, Scope, SecondaryMethod, ZeroRule,
};

impl Profile {
    /// The rules for a query that uses no column which tells an area; itself where the profile applies everywhere.
    #[must_use]
    pub fn national(&self) -> Self {
        let mut national = self.clone();
        match self.scope {
            Scope::All => {}
            Scope::BelowNational => {
                national.min_count = match self.zero {
                    ZeroRule::Show => FEWEST_BESIDE_ZEROS,
                    ZeroRule::TreatAsSmall => FEWEST_PERSONS,
                };
                let base = self.rounding.base;
                let (method, half) = (RoundingMethod::None, Half::Up);
                national.rounding = Rounding { method, base, half, bands: Vec::new() };
                national.secondary.method = SecondaryMethod::Gauss;
            }
        }
        national
    }
}
