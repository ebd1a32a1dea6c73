//! The checks of a profile as plain data: what was in force, with which numbers.

use super::{Check, Kind};
use crate::profile::{
    CheckOn, ClassDisclosure, Compare, DerivedFrom, Dominance, Flattening, Half, LowEffects,
    MinMaxRule, Negatives, Noise, OnSmall, Profile, RESCUED, Rounding, RoundingMethod,
    SecondaryMethod, TableIndex, Totals, ZeroRule,
};

/// A check that is in force, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// The check.
    pub check: Check,
    /// Names and values, as the profile has them.
    pub parameters: Vec<(&'static str, String)>,
    /// Whether the parameters are for officers and auditors only: who knows them can bound the largest contributor, or
    /// undo the noise (SDC handbook, 2nd ed.). That the check is in force may be told.
    pub confidential: bool,
}

/// The checks that a statistic of this kind goes through under a profile, in order. Those that the profile turns off
/// are not among them. `magnitude` says whether one person can add more than one to it: a number of persons is none.
#[must_use]
pub fn criteria(profile: &Profile, kind: Kind, magnitude: bool) -> Vec<Criterion> {
    let of_magnitudes = |check: Check| {
        matches!(check, Check::MinimumPersonsPerArgument | Check::Dominance | Check::Flattening)
    };
    let checks = kind.checks().iter().copied();
    checks
        .filter(|check| magnitude || !of_magnitudes(*check))
        .filter_map(|check| criterion(profile, check))
        .collect()
}

fn criterion(profile: &Profile, check: Check) -> Option<Criterion> {
    let confidential = match check {
        Check::Dominance => true,
        Check::Noise => match profile.noise {
            Noise::CellKeyTable { .. } => true,
            Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => {
                false
            }
        },
        Check::LowEffect
        | Check::Flattening
        | Check::MinimumPersons
        | Check::Zeros
        | Check::MissingGroups
        | Check::WholeTable
        | Check::ClassDisclosure
        | Check::MinimumPersonsPerArgument
        | Check::DegreesOfFreedom
        | Check::ParameterRatio
        | Check::EnoughOnBothSides
        | Check::PercentileRange
        | Check::PercentileInstead
        | Check::Complement
        | Check::Secondary
        | Check::Rounding => false,
    };
    parameters(profile, check).map(|parameters| Criterion { check, parameters, confidential })
}

type Parameters = Vec<(&'static str, String)>;

/// The numbers of a check; none where the profile turns it off.
fn parameters(profile: &Profile, check: Check) -> Option<Parameters> {
    match check {
        Check::LowEffect => low_effect(profile.low_effect),
        Check::MinimumPersons => Some(minimum(profile)),
        Check::Zeros => Some(zeros(profile)),
        Check::MissingGroups => Some(vec![("listed_from", profile.min_count_measure.to_string())]),
        Check::WholeTable => whole_table(profile),
        Check::ClassDisclosure => match profile.class_disclosure {
            ClassDisclosure::Off => None,
            ClassDisclosure::Warn => Some(vec![("rule", "warn".to_owned())]),
            ClassDisclosure::Refuse => Some(vec![("rule", "refuse".to_owned())]),
        },
        Check::MinimumPersonsPerArgument => {
            Some(vec![("at_least", profile.min_count_measure.to_string())])
        }
        Check::Dominance => dominance(&profile.dominance, profile.negatives),
        Check::DegreesOfFreedom => Some(vec![("at_least", profile.dof_min.to_string())]),
        Check::ParameterRatio => Some(vec![("at_most", profile.max_param_ratio.to_string())]),
        Check::EnoughOnBothSides => Some(vec![("at_least", profile.on_each_side().to_string())]),
        Check::PercentileRange => Some(two("from", "to", profile.quantile.range)),
        Check::PercentileInstead => match profile.min_max.rule {
            MinMaxRule::Deny => None,
            MinMaxRule::Percentile => Some(two("smallest", "largest", profile.min_max.percentiles)),
        },
        Check::Complement => profile.keeps_complements().then(Vec::new),
        Check::Secondary => secondary(profile),
        Check::Flattening => flattening(profile.flattening),
        Check::Noise => noise(&profile.noise),
        Check::Rounding => rounding(&profile.rounding),
    }
}

fn two(first: &'static str, second: &'static str, [low, high]: [f64; 2]) -> Parameters {
    vec![(first, low.to_string()), (second, high.to_string())]
}

fn minimum(profile: &Profile) -> Parameters {
    let on = match profile.check_on {
        CheckOn::True => "true",
        CheckOn::Noisy => "noisy",
        CheckOn::MeanCellSize => "mean_cell_size",
    };
    let mut found = vec![("at_least", profile.min_count.to_string()), ("check_on", on.to_owned())];
    if profile.min_count_sd > 0.0 {
        found.push(("sd", profile.min_count_sd.to_string()));
    }
    found
}

fn low_effect(rule: LowEffects) -> Option<Parameters> {
    let LowEffects { persons, sd, condition_sd } = rule;
    (persons > 0).then(|| {
        vec![
            ("persons", persons.to_string()),
            ("sd", sd.to_string()),
            ("condition_sd", condition_sd.to_string()),
        ]
    })
}

fn flattening(flattening: Flattening) -> Option<Parameters> {
    let Flattening { outliers, top } = flattening;
    (outliers > 0).then(|| vec![("outliers", outliers.to_string()), ("top", top.to_string())])
}

fn zeros(profile: &Profile) -> Parameters {
    let rule = match profile.zero {
        ZeroRule::Show => "show",
        ZeroRule::TreatAsSmall => "treat_as_small",
    };
    vec![
        ("rule", rule.to_owned()),
        ("structural_zeros", profile.structural_zeros.len().to_string()),
    ]
}

fn whole_table(profile: &Profile) -> Option<Parameters> {
    let mut found = vec![];
    match profile.on_small {
        OnSmall::HideCell => {}
        OnSmall::RefuseResult => found.push(("on_small", "refuse_result".to_owned())),
    }
    match profile.check_on {
        CheckOn::True | CheckOn::Noisy => {}
        CheckOn::MeanCellSize => found.push(("rescued_from", RESCUED.to_string())),
    }
    if profile.sparsity_max_small < 1.0 {
        found.push(("sparsity_max_small", profile.sparsity_max_small.to_string()));
    }
    (!found.is_empty()).then_some(found)
}

fn dominance(rules: &Dominance, negatives: Negatives) -> Option<Parameters> {
    if rules.is_off() {
        return None;
    }
    let compare = match rules.compare {
        Compare::MoreThan => ">",
        Compare::AtLeast => ">=",
    };
    let negatives = match negatives {
        Negatives::Refuse => "refuse",
        Negatives::Abs => "abs",
        Negatives::Review => "review",
    };
    let nk: Vec<String> = rules.nk.iter().map(|(n, k)| format!("({n}, {k})")).collect();
    Some(vec![
        ("nk", nk.join(", ")),
        ("compare", compare.to_owned()),
        ("p", rules.p.to_string()),
        ("negatives", negatives.to_owned()),
    ])
}

fn secondary(profile: &Profile) -> Option<Parameters> {
    let totals = match profile.totals {
        Totals::FromProtected => "from_protected",
        Totals::FromTrueThenProtect => "from_true_then_protect",
    };
    let derived = match profile.derived_from {
        DerivedFrom::Protected => "protected",
        DerivedFrom::TrueIfMinCount => "true_if_min_count",
    };
    match profile.secondary.method {
        SecondaryMethod::Off => None,
        SecondaryMethod::Gauss => Some(vec![
            ("method", "gauss".to_owned()),
            ("zeros", profile.secondary.zeros.to_string()),
            ("totals", totals.to_owned()),
            ("derived_from", derived.to_owned()),
        ]),
    }
}

fn noise(noise: &Noise) -> Option<Parameters> {
    match noise {
        Noise::None {} => None,
        Noise::CellKeyGeometric { count_sd, magnitude_sd } => Some(vec![
            ("method", "cell_key_geometric".to_owned()),
            ("count_sd", count_sd.to_string()),
            ("magnitude_sd", magnitude_sd.to_string()),
        ]),
        Noise::CellKeyGaussian { count_sd, breakdown_sd, magnitude_sd } => Some(vec![
            ("method", "cell_key_gaussian".to_owned()),
            ("count_sd", count_sd.to_string()),
            ("breakdown_sd", breakdown_sd.to_string()),
            ("magnitude_sd", magnitude_sd.to_string()),
        ]),
        Noise::CellKeyTable { ptable, index, keys, ptable_size, small_n, magnitude } => {
            let index = match index {
                TableIndex::Ons => "ons",
                TableIndex::Destatis => "destatis",
                TableIndex::Abs => "abs",
            };
            Some(vec![
                ("method", "cell_key_table".to_owned()),
                ("ptable", ptable.clone()),
                ("index", index.to_owned()),
                ("keys", keys.to_string()),
                ("ptable_size", ptable_size.to_string()),
                ("small_n", small_n.to_string()),
                ("top", magnitude.top.to_string()),
                ("small", magnitude.small.to_string()),
                ("large", magnitude.large.to_string()),
                ("flex_point", magnitude.flex_point.to_string()),
                ("exponent", magnitude.exponent.to_string()),
            ])
        }
    }
}

fn rounding(rounding: &Rounding) -> Option<Parameters> {
    let base = ("base", rounding.base.to_string());
    let method = |name: &str| ("method", name.to_owned());
    match rounding.method {
        RoundingMethod::None => None,
        RoundingMethod::Nearest => {
            let half = match rounding.half {
                Half::Up => "up",
                Half::Even => "even",
            };
            Some(vec![method("nearest"), base, ("half", half.to_owned())])
        }
        RoundingMethod::Midpoint => Some(vec![method("midpoint"), base]),
        RoundingMethod::RandomFixed => Some(vec![method("random_fixed"), base]),
        RoundingMethod::Ceil => Some(vec![method("ceil"), base]),
        RoundingMethod::Bands => {
            let band = |[from, to, shown]: &[u64; 3]| format!("{from}-{to} as {shown}");
            let bands: Vec<String> = rounding.bands.iter().map(band).collect();
            Some(vec![method("bands"), base, ("bands", bands.join(", "))])
        }
    }
}
