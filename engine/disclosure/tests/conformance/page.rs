//! The page `docs/profiles.md`: every profile in one table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use tresor_disclosure::Profile;
use tresor_disclosure::profile::{
    CheckOn, Compare, Exposure, Flattening, LowEffects, Negatives, Noise, OnSmall, RoundingMethod,
    Scope, SecondaryMethod, Totals, ZeroRule,
};
use tresor_disclosure::threshold::told;

use crate::shelf::root;

const HEAD: &str = "\
# Release profiles

How the answers of a project are protected. Each row is a file `policies/profiles/<profile>.toml`, which says in comments
what its rules mean, where they come from and where Tresor differs. `policies/README.md` explains every key. What each
profile makes of published numbers stands in `tests/conformance/<profile>.toml` and is tested. This page is made from
the profiles.

";

const TABLE: &str = "\
| profile | minimum | zeros | rounding | noise | few people | dominance | secondary | totals | exposure |
|---|---|---|---|---|---|---|---|---|---|
";

const WORDS: &str = "
- **minimum**: fewest people in a cell that is shown, and behind a sum, mean or median where that is more. Smaller cells
  are withheld.
- **zeros**: an empty group is shown as 0, or withheld so that it looks like a small one.
- **rounding**: of counts, after everything was decided. Sums are not rounded, except to the size of their noise.
- **noise**: belongs to the cell. Who asks again, in whichever words, gets the same number.
- **few people**: conditions that concern fewer people than this count as absent. Who asks with and without one gets the
  same number.
- **dominance**: a sum is withheld where one or two people make up too much of it. `1: > 50 %` reads: where the
  largest person has more than half. Who knows these numbers can bound the largest person a little better: an
  organisation that does not publish its own gives them to a profile of its own. What is shown may have its largest
  person brought down to the next ones.
- **secondary**: where a withheld number could be worked out from others, more are withheld.
- **totals**: sums of their parts where all are shown, or cells of their own.
- **exposure**: what all numbers of a project may say together of one person, before auditors are told, before two
  people release each answer, and before there are no more.

Where the rules are from:

";

/// The page as it should be.
pub(crate) fn rendered(profiles: &BTreeMap<String, Profile>) -> String {
    let mut page = format!("{HEAD}{TABLE}");
    for profile in profiles.values() {
        let cells = [
            format!("`{}`", profile.id),
            minimum(profile),
            zeros(profile),
            rounding(profile),
            noise(profile),
            few_people(profile),
            dominance(profile),
            secondary(profile),
            totals(profile),
            exposure(profile),
        ];
        writeln!(page, "| {} |", cells.join(" | ")).unwrap();
    }
    page.push_str(WORDS);
    for profile in profiles.values() {
        writeln!(page, "- `{}`, {}: {}.", profile.id, profile.title, profile.source).unwrap();
    }
    page
}

fn minimum(profile: &Profile) -> String {
    let least = profile.min_count;
    let mut text = match profile.check_on {
        CheckOn::True if least == 0 => "none".to_owned(),
        CheckOn::True => least.to_string(),
        CheckOn::Noisy => format!("{least}, compared after noise"),
        CheckOn::MeanCellSize => format!("{least} per cell on average, else cells of 6"),
    };
    if profile.min_count_sd > 0.0 {
        write!(text, ", drawn: {}", told(profile, least)).unwrap();
    }
    if profile.min_count_measure > least {
        write!(text, "; {} for sums", profile.min_count_measure).unwrap();
    }
    match profile.on_small {
        OnSmall::HideCell => {}
        OnSmall::RefuseResult => text.push_str("; a smaller cell refuses the table"),
    }
    match profile.scope {
        Scope::All => {}
        Scope::BelowNational => {
            write!(text, "; {} nationally", profile.national().min_count).unwrap();
        }
    }
    text
}

fn zeros(profile: &Profile) -> String {
    match profile.zero {
        ZeroRule::Show => "shown",
        ZeroRule::TreatAsSmall => "withheld",
    }
    .to_owned()
}

fn rounding(profile: &Profile) -> String {
    let base = profile.rounding.base;
    let text = match profile.rounding.method {
        RoundingMethod::None => "none".to_owned(),
        RoundingMethod::Nearest => format!("nearest {base}"),
        RoundingMethod::Midpoint => format!("midpoint of {base}"),
        RoundingMethod::RandomFixed => format!("to {base} by chance, for good"),
        RoundingMethod::Ceil => format!("up to {base}"),
        RoundingMethod::Bands => {
            let bands = profile.rounding.bands.iter();
            let bands: Vec<String> =
                bands.map(|[from, to, shown]| format!("{from} to {to} as {shown}")).collect();
            format!("{}, then nearest {base}", bands.join(", "))
        }
    };
    match profile.scope {
        Scope::All => text,
        Scope::BelowNational => format!("{text}; none nationally"),
    }
}

fn noise(profile: &Profile) -> String {
    let text = of_cells(&profile.noise);
    match profile.low_effect.condition_sd {
        0.0 => text,
        sd => format!("{text}; per condition {sd}"),
    }
}

fn few_people(profile: &Profile) -> String {
    let LowEffects { persons, sd, .. } = profile.low_effect;
    match (persons, sd) {
        (0, _) => "all count".to_owned(),
        (_, 0.0) => persons.to_string(),
        (_, _) => format!("about {persons}"),
    }
}

fn exposure(profile: &Profile) -> String {
    let Exposure { warn, review, lock } = profile.exposure;
    if [warn, review, lock] == [0.0; 3] {
        return "not measured".to_owned();
    }
    let step = |share: f64| match share {
        0.0 => "never".to_owned(),
        share => format!("{} %", (share * 10_000.0).round() / 100.0),
    };
    [warn, review, lock].map(step).join(", ")
}

fn of_cells(noise: &Noise) -> String {
    match noise {
        Noise::None {} => "none".to_owned(),
        Noise::CellKeyGeometric { count_sd, magnitude_sd } => {
            format!("geometric: {count_sd} people, {magnitude_sd} of the largest person")
        }
        Noise::CellKeyGaussian { count_sd, breakdown_sd, magnitude_sd } => format!(
            "Gaussian: {count_sd} people, {breakdown_sd} in groups, {magnitude_sd} of the largest person"
        ),
        Noise::CellKeyTable { ptable, .. } => format!("table `{ptable}`"),
    }
}

fn dominance(profile: &Profile) -> String {
    let text = of_largest(profile);
    match profile.flattening {
        Flattening { outliers: 0, .. } => text,
        Flattening { outliers: 1, top: 1 } => format!("{text}; the largest counts like the next"),
        Flattening { outliers: 1, top } => {
            format!("{text}; the largest counts like the next {top}")
        }
        Flattening { outliers, top } => {
            format!("{text}; the 1 to {outliers} largest count like the next {top}")
        }
    }
}

fn of_largest(profile: &Profile) -> String {
    let rules = &profile.dominance;
    if rules.is_off() {
        return "none".to_owned();
    }
    let sign = match rules.compare {
        Compare::MoreThan => ">",
        Compare::AtLeast => "≥",
    };
    let mut parts: Vec<String> =
        rules.nk.iter().map(|(n, k)| format!("{n}: {sign} {k} %")).collect();
    if rules.p > 0.0 {
        parts.push(format!("p {} %", rules.p));
    }
    parts.push(match profile.negatives {
        Negatives::Refuse => "below zero withheld".to_owned(),
        Negatives::Abs => "of absolute values".to_owned(),
        Negatives::Review => "below zero withheld for review".to_owned(),
    });
    parts.join("; ")
}

fn secondary(profile: &Profile) -> String {
    match profile.secondary.method {
        SecondaryMethod::Off => "off".to_owned(),
        SecondaryMethod::Gauss => "Gaussian elimination".to_owned(),
    }
}

fn totals(profile: &Profile) -> String {
    match profile.totals {
        Totals::FromProtected => "of protected parts".to_owned(),
        Totals::FromTrueThenProtect => "cells of their own".to_owned(),
    }
}

/// Fails where the page is another one; writes it where a developer asks for that.
#[expect(
    clippy::disallowed_methods,
    reason = "how a developer asks for the page to be written anew"
)]
pub(crate) fn compare(wanted: &str) {
    match std::env::var("TRESOR_PROFILES").as_deref() {
        Ok("rewrite") => std::fs::write(path(), wanted).unwrap(),
        Ok(_) => panic!("TRESOR_PROFILES is `rewrite`"),
        Err(_) => {}
    }
    let found = std::fs::read_to_string(path()).unwrap_or_default();
    let line = found.lines().zip(wanted.lines()).take_while(|(f, w)| f == w).count() + 1;
    assert!(
        found == wanted,
        "docs/profiles.md is stale from line {line} on; write it anew with TRESOR_PROFILES=rewrite"
    );
}

fn path() -> PathBuf {
    root().join("docs/profiles.md")
}
