use super::*;

/// A profile with every field set; tests change what they are about.
pub(crate) fn sample() -> Profile {
    toml::from_str(SAMPLE).unwrap()
}

pub(crate) const SAMPLE: &str = r#"
id = "sample"
title = "Sample"
source = "made for tests"
unit = "person"
min_count = 10
min_count_measure = 10
min_count_sd = 0
check_on = "true"
on_small = "hide_cell"
scope = "all"
zero = "show"
structural_zeros = []
class_disclosure = "warn"
hidden = { as = "null", text = "" }
derived_from = "protected"
totals = "from_true_then_protect"
rounding = { method = "none", base = 5, half = "up", bands = [] }
noise = { method = "none" }
low_effect = { persons = 0, sd = 0, condition_sd = 0 }
flattening = { outliers = 0, top = 1 }
exposure = { warn = 0, review = 0, lock = 0 }
dominance = { nk = [[1, 50], [2, 67.5]], p = 10, compare = ">" }
negatives = "refuse"
dof_min = 10
min_max = { rule = "deny", percentiles = [5, 95] }
quantile = { min_n = 10, range = [1, 99] }
max_param_ratio = 0.33
secondary = { method = "gauss", zeros = false }
complements = true
sparsity_max_small = 1.0
field_exclusions = []
suffixes = { value = "", derived = "" }
release = { max_rows = 5000, max_bytes = 16777216, formats = ["json", "csv"], review = false }
"#;

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
    for part in [
        "method = \"none\", ",
        ", base = 5",
        ", half = \"up\"",
        ", bands = []",
        "min_n = 10, ",
        ", zeros = false",
        ", text = \"\"",
        ", compare = \">\"",
        ", condition_sd = 0",
        "outliers = 0, ",
        ", lock = 0",
        "rule = \"deny\", ",
        ", percentiles = [5, 95]",
        "range = [1, 99]",
    ] {
        assert!(
            toml::from_str::<Profile>(&SAMPLE.replacen(part, "", 1)).is_err(),
            "without {part}"
        );
    }
}

#[test]
fn misspelt_fields_and_unknown_methods_are_refused() {
    for (right, wrong) in [
        ("unit = \"person\"", "unit = \"person\"\nmin_cuont = 3"),
        ("base = 5", "base = 5, halves = \"even\""),
        ("method = \"none\", base", "method = \"floor\", base"),
        ("\">\"", "\">>\""),
        ("negatives = \"refuse\"", "negatives = \"ignore\""),
        ("min_count = 10", "min_count = -1"),
    ] {
        assert!(toml::from_str::<Profile>(&SAMPLE.replacen(right, wrong, 1)).is_err(), "{wrong}");
    }
}

#[test]
fn shares_are_whole_millionths() {
    assert_eq!(millionths(2.5), Some(25_000));
    assert_eq!(millionths(100.0), Some(1_000_000));
    assert_eq!([millionths(0.00001), millionths(-1.0), millionths(f64::NAN)], [None; 3]);
    let range = sample().quantile;
    assert!(range.allows(10_000) && range.allows(990_000));
    assert!(!range.allows(9_999) && !range.allows(990_001));
}
