//! The release functions that attackers are held against: the default, and what is left of it without single rules.

use tresor_disclosure::Profile;
use tresor_disclosure::profile::{Exposure, LowEffects, Noise, Quantile, Rounding, RoundingMethod};

use crate::world::Release;

const DEFAULT: &str = include_str!("../../../../policies/profiles/tresor-default.toml");

pub(crate) fn tresor_default() -> Profile {
    toml::from_str(DEFAULT).unwrap()
}

/// As it is shipped.
pub(crate) fn shipped() -> Release {
    Release { profile: tresor_default(), removes: true, remembers: true }
}

/// The same for one question family: as if each question came from a project of its own.
pub(crate) fn without_history() -> Release {
    Release { remembers: false, ..shipped() }
}

/// Noise of the cell and of each condition, but nothing is removed and nothing remembered.
pub(crate) fn without_removal() -> Release {
    Release { removes: false, remembers: false, ..shipped() }
}

/// Noise seeded by who is in the cell, an exact minimum, no rounding.
pub(crate) fn cell_key_only() -> Release {
    let low_effect = LowEffects { persons: 0, sd: 0.0, condition_sd: 0.0 };
    let rounding = Rounding { method: RoundingMethod::None, base: 1, ..tresor_default().rounding };
    let exposure = Exposure { warn: 0.0, review: 0.0, lock: 0.0 };
    let profile = Profile { min_count_sd: 0.0, rounding, low_effect, exposure, ..tresor_default() };
    Release { profile, ..without_removal() }
}

/// An exact minimum and nothing else.
pub(crate) fn threshold_only() -> Release {
    let Release { profile, .. } = cell_key_only();
    Release { profile: Profile { noise: Noise::None {}, ..profile }, ..without_removal() }
}

/// What sticky noise needs against an attacker who knows everybody else.
pub(crate) fn strict() -> Release {
    let base = tresor_default();
    let profile = Profile {
        low_effect: LowEffects { persons: 50, sd: 10.0, condition_sd: 1.0 },
        noise: geometric(5.0),
        min_count: 20,
        min_count_measure: 20,
        min_count_sd: 4.0,
        quantile: Quantile { min_n: 20, ..base.quantile },
        ..base
    };
    Release { profile, ..shipped() }
}

pub(crate) fn geometric(count_sd: f64) -> Noise {
    Noise::CellKeyGeometric { count_sd, magnitude_sd: 0.1 }
}

#[test]
fn every_profile_is_sound() {
    for release in [shipped(), cell_key_only(), threshold_only(), strict()] {
        assert!(release.profile.validate().is_ok());
    }
}
