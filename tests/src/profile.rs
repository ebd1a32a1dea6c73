//! A release profile for tests: every field set, so that a test names only what it is about.

/// A profile that shows true values of ten persons or more, and no other rule than that.
pub const PLAIN: &str = r#"
id = "exact"
title = "For tests"
source = "tests"
unit = "person"
min_count = 10
min_count_measure = 10
min_count_sd = 0
check_on = "true"
on_small = "hide_cell"
scope = "all"
zero = "treat_as_small"
structural_zeros = []
class_disclosure = "off"
hidden = { as = "null", text = "" }
noise = { method = "none" }
rounding = { method = "none", base = 5, half = "up", bands = [] }
low_effect = { persons = 0, sd = 0, condition_sd = 0 }
flattening = { outliers = 0, top = 1 }
exposure = { warn = 0, review = 0, lock = 0 }
derived_from = "protected"
totals = "from_true_then_protect"
dominance = { nk = [], p = 0.0, compare = ">" }
negatives = "refuse"
dof_min = 10
max_param_ratio = 0.33
min_max = { rule = "deny", percentiles = [5, 95] }
quantile = { min_n = 10, range = [1, 99] }
secondary = { method = "off", zeros = false }
complements = false
sparsity_max_small = 1.0
field_exclusions = []
suffixes = { value = "", derived = "" }
release = { max_rows = 5000, max_bytes = 16777216, formats = ["json", "csv", "arrow", "parquet"], review = false }
"#;

/// The plain profile with other lines: each must set a field that the plain one has.
pub fn with(lines: &[&str]) -> String {
    changed(PLAIN, lines)
}

/// A profile with other lines: each must set a field that it has.
pub fn changed(profile: &str, lines: &[&str]) -> String {
    let mut text = profile.to_owned();
    for line in lines {
        let field = line.split(" = ").next().unwrap();
        let old = text.lines().find(|old| old.split(" = ").next() == Some(field));
        text = text.replace(old.unwrap_or_else(|| panic!("no field {field}")), line);
    }
    text
}

/// Noise as the sample has it, but of the whole largest contributor.
pub const GEOMETRIC: &str =
    "noise = { method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 1.0 }";
