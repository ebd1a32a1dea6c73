use super::*;

/// A profile with every field set; tests change what they are about.
pub(crate) fn sample() -> Profile {
    toml::from_str(SAMPLE).unwrap()
}

const SAMPLE: &str = r#"
id = "sample"
title = "Sample"
source = "made for tests"
min_count = 10
min_count_measure = 10
zero = "show"
rounding = { method = "none", base = 5 }
noise = { method = "none", count_sd = 2.0, magnitude_sd = 1.0 }
dominance = { nk = [[1, 50], [2, 67.5]], p = 10, compare = ">" }
negatives = "refuse"
max_rows = 5000
"#;

fn fields(profile: &Profile) -> Vec<&'static str> {
    profile.validate().err().into_iter().flatten().map(|problem| problem.field).collect()
}

#[test]
fn a_complete_profile_is_usable() {
    let profile = sample();
    assert_eq!(profile.dominance.nk, [(1, 50.0), (2, 67.5)]);
    assert_eq!(profile.validate(), Ok(()));
}

#[test]
fn every_field_is_required() {
    for line in SAMPLE.lines().filter(|line| !line.is_empty()) {
        assert!(toml::from_str::<Profile>(&SAMPLE.replace(line, "")).is_err(), "without {line}");
    }
    for part in ["method = \"none\", ", ", base = 5", ", magnitude_sd = 1.0", ", compare = \">\""] {
        assert!(
            toml::from_str::<Profile>(&SAMPLE.replacen(part, "", 1)).is_err(),
            "without {part}"
        );
    }
}

#[test]
fn misspelt_fields_and_unknown_methods_are_refused() {
    for (right, wrong) in [
        ("max_rows = 5000", "max_rows = 5000\nmin_cuont = 3"),
        ("base = 5", "base = 5, half = \"even\""),
        ("method = \"none\", base", "method = \"ceil\", base"),
        ("\">\"", "\">>\""),
        ("\"refuse\"", "\"review\""),
        ("min_count = 10", "min_count = -1"),
    ] {
        assert!(toml::from_str::<Profile>(&SAMPLE.replacen(right, wrong, 1)).is_err(), "{wrong}");
    }
}

#[test]
fn all_problems_are_told_at_once_in_words() {
    let mut profile = sample();
    profile.id = "Not plain".into();
    profile.source = " ".into();
    profile.min_count = 1;
    profile.min_count_measure = 0;
    profile.rounding = Rounding { method: RoundingMethod::Nearest, base: 1 };
    profile.noise.count_sd = f64::NAN;
    profile.dominance.nk = vec![(3, 75.0), (1, 100.0)];
    profile.dominance.p = -1.0;
    profile.max_rows = 0;
    assert_eq!(
        fields(&profile),
        [
            "id",
            "source",
            "min_count",
            "min_count_measure",
            "rounding.base",
            "noise.count_sd",
            "dominance.nk",
            "dominance.nk",
            "dominance.p",
            "max_rows"
        ]
    );
    let problems = profile.validate().unwrap_err();
    assert_eq!(
        problems[2].to_string(),
        "`min_count` is 1, which would show single persons; write 2 or more"
    );
}

#[test]
fn a_measure_never_needs_fewer_persons_than_its_cell() {
    let profile = Profile { min_count_measure: 9, ..sample() };
    assert_eq!(fields(&profile), ["min_count_measure"]);
}

#[test]
fn noise_that_is_switched_on_must_be_noise() {
    let mut profile = sample();
    profile.noise = Noise { method: NoiseMethod::None, count_sd: 0.0, magnitude_sd: 0.0 };
    assert_eq!(profile.validate(), Ok(()));
    profile.noise.method = NoiseMethod::CellKeyGeometric;
    assert_eq!(fields(&profile), ["noise.count_sd", "noise.magnitude_sd"]);
    profile.noise =
        Noise { method: NoiseMethod::None, count_sd: -1.0, magnitude_sd: f64::INFINITY };
    assert_eq!(fields(&profile), ["noise.count_sd", "noise.magnitude_sd"]);
}
