//! The release functions that attackers are held against: the default, and what is left of it without single rules.

use tresor_disclosure::Profile;
use tresor_disclosure::profile::{LowEffects, Noise, Quantile, Rounding, RoundingMethod};

const DEFAULT: &str = include_str!("../../../../policies/profiles/tresor-default.toml");

/// As it is shipped.
pub(crate) fn tresor_default() -> Profile {
    toml::from_str(DEFAULT).unwrap()
}

/// The default with other numbers for low-effect removal.
pub(crate) fn with_removal(persons: u64, sd: f64, condition_sd: f64) -> Profile {
    Profile { low_effect: LowEffects { persons, sd, condition_sd }, ..tresor_default() }
}

/// Noise seeded by who is in the cell, an exact minimum, no rounding, nothing removed.
pub(crate) fn cell_key_only() -> Profile {
    Profile { min_count_sd: 0.0, rounding: no_rounding(), ..with_removal(0, 0.0, 0.0) }
}

/// An exact minimum and nothing else.
pub(crate) fn threshold_only() -> Profile {
    Profile { noise: Noise::None {}, ..cell_key_only() }
}

/// What the reference for sticky noise needs against an attacker who knows everybody else.
pub(crate) fn strict() -> Profile {
    let base = with_removal(50, 10.0, 1.0);
    Profile {
        noise: geometric(5.0),
        min_count: 20,
        min_count_measure: 20,
        min_count_sd: 4.0,
        quantile: Quantile { min_n: 20, ..base.quantile },
        ..base
    }
}

pub(crate) fn geometric(count_sd: f64) -> Noise {
    Noise::CellKeyGeometric { count_sd, magnitude_sd: 0.1 }
}

pub(crate) fn no_rounding() -> Rounding {
    Rounding { method: RoundingMethod::None, base: 1, ..tresor_default().rounding }
}
