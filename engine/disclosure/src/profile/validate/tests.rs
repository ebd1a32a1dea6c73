mod one_person;

use crate::profile::tests::{SAMPLE, sample};
use crate::profile::*;

/// The fields with problems, one for each problem.
fn fields(profile: &Profile) -> Vec<&'static str> {
    profile.validate().err().into_iter().flatten().map(|problem| problem.field).collect()
}

/// The fields with problems of the sample with some lines replaced; a line replaces the one of its key.
fn written(lines: &[&str]) -> Vec<&'static str> {
    fields(&profile_with(lines))
}

fn profile_with(lines: &[&str]) -> Profile {
    let key = |line: &str| line.split(" = ").next().unwrap().to_owned();
    let mut text = SAMPLE.to_owned();
    for line in lines {
        let old = SAMPLE.lines().find(|old| key(old) == key(line)).unwrap();
        text = text.replace(old, line);
    }
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const NOTHING: [&str; 0] = [];

const RR3: &str = r#"rounding = { method = "random_fixed", base = 3, half = "up", bands = [] }"#;
const MIDPOINT: &str = r#"rounding = { method = "midpoint", base = 6, half = "up", bands = [] }"#;
const NEAREST: &str = r#"rounding = { method = "nearest", base = 5, half = "up", bands = [] }"#;

#[test]
fn all_problems_are_told_at_once_in_words() {
    let mut profile = sample();
    profile.id = "Not plain".into();
    profile.source = " ".into();
    profile.min_count = 1;
    profile.min_count_measure = 0;
    profile.rounding = Rounding { method: RoundingMethod::Nearest, base: 1, ..sample().rounding };
    profile.noise = Noise::CellKeyGeometric { count_sd: f64::NAN, magnitude_sd: 1.0 };
    profile.dominance.nk = vec![(3, 75.0), (1, 100.0)];
    profile.dominance.p = -1.0;
    profile.dof_min = 1;
    profile.quantile.range = [0.5, 99.0];
    profile.min_max.percentiles = [95.0, 5.0];
    profile.sparsity_max_small = 0.0;
    profile.suffixes.value = "=1".into();
    profile.release.max_rows = 0;
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
            "dof_min",
            "quantile.range",
            "min_max.percentiles",
            "min_max.percentiles",
            "sparsity_max_small",
            "suffixes.value",
            "release.max_rows"
        ]
    );
    let problems = profile.validate().unwrap_err();
    assert_eq!(
        problems[2].to_string(),
        "`min_count` is 1, which would show single persons; write 3 or more"
    );
}

#[test]
fn a_minimum_below_two_needs_a_method_that_stands_in() {
    for minimum in ["min_count = 0", "min_count = 1"] {
        assert_eq!(written(&[minimum]), ["min_count"]);
        assert_eq!(written(&[minimum, NEAREST]), ["min_count"]);
        assert_eq!(written(&[minimum, RR3]), ["min_count"]);
        let ceil = r#"rounding = { method = "ceil", base = 10, half = "up", bands = [] }"#;
        assert_eq!(written(&[minimum, ceil]), ["min_count"]);
        let noise =
            r#"noise = { method = "cell_key_geometric", count_sd = 9.0, magnitude_sd = 1 }"#;
        assert_eq!(written(&[minimum, noise]), ["min_count"]);
        assert_eq!(written(&[minimum, MIDPOINT]), NOTHING);
        let narrow = r#"rounding = { method = "midpoint", base = 2, half = "up", bands = [] }"#;
        assert_eq!(written(&[minimum, narrow]), ["min_count", "rounding.base"]);
        let bands = |bands: &str| {
            let bands = format!(
                r#"rounding = {{ method = "bands", base = 10, half = "up", bands = {bands} }}"#
            );
            written(&[minimum, &bands])
        };
        assert_eq!(bands("[[1, 7, 5]]"), NOTHING);
        assert_eq!(bands("[[1, 2, 2], [3, 7, 5]]"), ["min_count"]);
    }
}

#[test]
fn two_is_enough_only_where_a_withheld_cell_may_be_empty() {
    let two =
        ["min_count = 2", "min_count_measure = 3", "quantile = { min_n = 3, range = [1, 99] }"];
    assert_eq!(written(&two), ["min_count"]);
    let said = profile_with(&two).validate().unwrap_err()[0].to_string();
    assert_eq!(
        said,
        "`min_count` is 2 and zeros are shown, so that a withheld cell has exactly one person; write 3 or more"
    );
    assert_eq!(written(&[two[0], two[1], two[2], "zero = \"treat_as_small\""]), NOTHING);
    assert_eq!(written(&["min_count = 3"]), NOTHING);
    assert_eq!(written(&[two[0], "check_on = \"mean_cell_size\"", RR3]), NOTHING);
}

#[test]
fn a_zero_that_is_small_needs_small_numbers_beside_it() {
    let zero = "zero = \"treat_as_small\"";
    assert_eq!(written(&["min_count = 0", MIDPOINT, zero]), ["zero"]);
    assert_eq!(written(&["min_count = 10", MIDPOINT, zero]), NOTHING);
}

#[test]
fn a_measure_never_needs_fewer_persons_than_its_cell() {
    assert_eq!(written(&["min_count_measure = 9"]), ["min_count_measure"]);
    assert_eq!(
        written(&["min_count = 0", MIDPOINT, "min_count_measure = 2"]),
        ["min_count_measure"]
    );
    let quantile = "quantile = { min_n = 3, range = [1, 99] }";
    assert_eq!(written(&["min_count = 0", MIDPOINT, "min_count_measure = 3", quantile]), NOTHING);
    assert_eq!(written(&[quantile]), ["quantile.min_n"]);
}

#[test]
fn other_numbers_than_the_true_one_need_their_method() {
    let noisy = "check_on = \"noisy\"";
    assert_eq!(written(&[noisy]), ["check_on"]);
    let geometric = r#"noise = { method = "cell_key_geometric", count_sd = 2, magnitude_sd = 1 }"#;
    assert_eq!(written(&[noisy, geometric]), ["check_on"]);
    let mean = "check_on = \"mean_cell_size\"";
    assert_eq!(written(&[mean]), ["check_on"]);
    assert_eq!(written(&[mean, NEAREST]), ["check_on"]);
    assert_eq!(written(&[mean, RR3]), NOTHING);
    assert_eq!(written(&[mean, RR3, "on_small = \"refuse_result\""]), ["on_small"]);
    assert_eq!(written(&[mean, RR3, "scope = \"below_national\""]), ["scope"]);
}

#[test]
fn rounding_hides_something_and_loses_nothing() {
    let with = |method: &str, base: u64, bands: &str| {
        written(&[&format!(
            r#"rounding = {{ method = "{method}", base = {base}, half = "up", bands = {bands} }}"#
        )])
    };
    for (method, least) in
        [("none", 0), ("nearest", 2), ("ceil", 2), ("midpoint", 3), ("random_fixed", 3)]
    {
        assert_eq!(with(method, least, "[]"), NOTHING, "{method}");
        assert_eq!(with(method, least, "[[1, 7, 5]]"), ["rounding.bands"], "{method}");
        assert_eq!(with(method, 1_000_001, "[]"), ["rounding.base"], "{method}");
        if least > 0 {
            assert_eq!(with(method, least - 1, "[]"), ["rounding.base"], "{method}");
        }
    }
    let wrong = |bands: &str, problems: usize| {
        assert_eq!(with("bands", 10, bands), vec!["rounding.bands"; problems], "{bands}");
    };
    wrong("[[1, 7, 5]]", 0);
    wrong("[[1, 4, 3], [5, 10, 10]]", 0);
    wrong("[[1, 7, 10]]", 0);
    wrong("[]", 1);
    wrong("[[0, 7, 5]]", 1);
    wrong("[[2, 7, 5]]", 1);
    wrong("[[1, 7, 5], [7, 9, 8]]", 1);
    wrong("[[1, 3, 2], [5, 9, 8]]", 1);
    wrong("[[1, 7, 9]]", 1);
    wrong("[[7, 1, 5]]", 4);
    wrong("[[1, 9, 10], [10, 14, 10]]", 1);
    assert_eq!(with("bands", 100, "[[1, 7, 5]]"), ["rounding.bands"], "8 would be 0");
    let even = r#"rounding = { method = "midpoint", base = 6, half = "even", bands = [] }"#;
    assert_eq!(written(&[even]), ["rounding.half"]);
}

#[test]
fn noise_that_is_switched_on_must_be_noise() {
    let mut profile = sample();
    profile.noise = Noise::CellKeyGeometric { count_sd: 0.0, magnitude_sd: 0.0 };
    assert_eq!(fields(&profile), ["noise.count_sd", "noise.magnitude_sd"]);
    profile.noise = Noise::CellKeyGeometric { count_sd: -1.0, magnitude_sd: f64::INFINITY };
    assert_eq!(fields(&profile), ["noise.count_sd", "noise.magnitude_sd"]);
    profile.noise = Noise::CellKeyGaussian { count_sd: 1.0, breakdown_sd: 0.0, magnitude_sd: 1e7 };
    assert_eq!(fields(&profile), ["noise.breakdown_sd", "noise.magnitude_sd"]);
}

#[test]
fn noise_by_table_needs_the_table_and_its_numbers() {
    let site = include_str!("../../../../../policies/ptables/site.toml");
    let table = std::sync::Arc::new(crate::noise::PerturbationTable::parse(site).unwrap());
    let magnitude =
        TopContributors { top: 1, small: 0.25, large: 0.05, flex_point: 1_000.0, exponent: 3.0 };
    let with = |keys, ptable_size, small_n, magnitude| {
        let (ptable, index) = ("site".to_owned(), TableIndex::Abs);
        let noise = Noise::CellKeyTable { ptable, index, keys, ptable_size, small_n, magnitude };
        Profile { noise, table: Some(std::sync::Arc::clone(&table)), ..sample() }
    };
    let right = with(256, 30, 10, magnitude);
    assert_eq!(fields(&right), NOTHING);
    assert_eq!(fields(&Profile { min_count: 0, ..right.clone() }), NOTHING);
    let missing = Profile { table: None, ..right.clone() };
    assert_eq!(fields(&missing), ["noise.ptable"]);
    assert_eq!(fields(&Profile { min_count: 0, ..missing }), ["min_count", "noise.ptable"]);
    let named = |name: &str| {
        let mut other = right.clone();
        if let Noise::CellKeyTable { ptable, .. } = &mut other.noise {
            name.clone_into(ptable);
        }
        fields(&other)
    };
    assert_eq!(named("other"), ["noise.ptable"]);
    assert_eq!(named("../site"), ["noise.ptable"; 2]);
    assert_eq!(fields(&with(1, 30, 10, magnitude)), ["noise.keys"; 2]);
    assert_eq!(fields(&with(256, 30, 30, magnitude)), ["noise.small_n"; 2]);
    let three = TopContributors { top: 3, ..magnitude };
    assert_eq!(fields(&with(256, 30, 10, three)), ["noise.magnitude"]);
    for wrong in [
        TopContributors { small: 0.01, ..magnitude },
        TopContributors { large: 0.0, ..magnitude },
        TopContributors { flex_point: 0.0, ..magnitude },
        TopContributors { exponent: f64::NAN, ..magnitude },
    ] {
        assert_eq!(fields(&with(256, 30, 10, wrong)), ["noise.magnitude"], "{wrong:?}");
    }
}

#[test]
fn means_of_true_parts_do_not_stand_beside_noise() {
    let means = "derived_from = \"true_if_min_count\"";
    assert_eq!(written(&[means]), NOTHING);
    let noise = r#"noise = { method = "cell_key_geometric", count_sd = 2, magnitude_sd = 1 }"#;
    assert_eq!(written(&[means, noise]), ["derived_from"]);
}

#[test]
fn estimates_stay_fewer_than_persons() {
    assert_eq!(written(&["max_param_ratio = 1"]), NOTHING);
    for ratio in ["0", "-0.1", "1.01", "nan", "inf"] {
        let line = format!("max_param_ratio = {ratio}");
        assert_eq!(written(&[&line]), ["max_param_ratio"], "{ratio}");
    }
}

#[test]
fn percentiles_stay_inside_and_in_order() {
    let with = |range, percentiles| {
        let mut profile = sample();
        profile.quantile.range = range;
        profile.min_max.percentiles = percentiles;
        fields(&profile)
    };
    assert_eq!(with([1.0, 99.0], [1.0, 99.0]), NOTHING);
    assert_eq!(with([10.0, 90.0], [12.5, 90.0]), NOTHING);
    assert_eq!(with([10.0, 90.0], [5.0, 95.0]), ["min_max.percentiles"]);
    assert_eq!(with([1.0, 99.5], [5.0, 95.0]), ["quantile.range"]);
    assert_eq!(with([f64::NAN, 99.0], [5.0, 95.0]), ["quantile.range"]);
    assert_eq!(with([1.0, 99.0], [60.0, 95.0]), ["min_max.percentiles"]);
}

#[test]
fn tables_have_possible_combinations_and_shares() {
    for share in ["0", "1.5", "nan"] {
        let line = format!("sparsity_max_small = {share}");
        assert_eq!(written(&[&line]), ["sparsity_max_small"], "{share}");
    }
    let zeros = |text: &str| written(&[&format!("structural_zeros = [{text}]")]);
    assert_eq!(zeros("{ \"d.people.sex\" = \"m\", \"d.people.born\" = \"1\" }"), NOTHING);
    assert_eq!(zeros("{}"), ["structural_zeros"]);
    assert_eq!(zeros("{ sex = \"m\", \"d.people\" = \"x\" }"), ["structural_zeros"; 2]);
    let crossed = |text: &str| written(&[&format!("field_exclusions = [{text}]")]);
    assert_eq!(crossed("[\"d.people.sex\", \"d.people.town\"]"), NOTHING);
    assert_eq!(crossed("[\"d.people.sex\", \"d.people.sex\"]"), ["field_exclusions"]);
    assert_eq!(crossed("[\"sex\", \"d..town\"]"), ["field_exclusions"; 2]);
}

#[test]
fn a_withheld_value_is_no_number_formula_or_bound() {
    let with = |sign: &str, text: &str| {
        let mut profile = sample();
        profile.hidden = Hidden {
            sign: match sign {
                "null" => HiddenAs::Null,
                "zero" => HiddenAs::Zero,
                _ => HiddenAs::Text,
            },
            text: text.to_owned(),
        };
        fields(&profile)
    };
    for text in ["*", "[REDACTED]", "c", ":", "NA", "< minimum", "≤"] {
        assert_eq!(with("text", text), NOTHING, "{text}");
    }
    for text in [
        "",
        " ",
        "0",
        "-1",
        "1e3",
        "<11",
        "≤20",
        "1-10",
        "(5)",
        "½",
        "=1+1",
        "=A",
        "+x",
        "-",
        "@x",
        "nan",
        "inf",
        "a,b",
        "a;b",
        "\"",
        "'x",
        " x",
        "a\tb",
        "a\nb",
        "this sign is longer than a sign",
    ] {
        assert_eq!(with("text", text), ["hidden.text"], "{text}");
    }
    assert_eq!(with("zero", ""), NOTHING);
    assert_eq!(with("zero", "0"), ["hidden.text"]);
    assert_eq!(with("null", "*"), ["hidden.text"]);
}

#[test]
fn suffixes_are_ends_of_names() {
    for (suffix, fits) in [
        ("", true),
        ("_midpoint6", true),
        ("_midpoint6_derived", true),
        ("midpoint6", false),
        ("__status", false),
        ("_x\"", false),
        ("_ x", false),
        ("_ThisIs", false),
        ("_much_longer_than_a_suffix", false),
    ] {
        let line = format!("suffixes = {{ value = {suffix:?}, derived = {suffix:?} }}");
        let expected: &[&str] = if fits { &[] } else { &["suffixes.value", "suffixes.derived"] };
        assert_eq!(written(&[&line]), expected, "{suffix}");
    }
}

#[test]
fn a_release_has_room_and_a_form() {
    let with = |text: &str| written(&[&format!("release = {{ {text}, review = false }}")]);
    assert_eq!(
        with("max_rows = 0, max_bytes = 0, formats = []"),
        ["release.max_rows", "release.max_bytes", "release.formats"]
    );
    assert_eq!(
        with("max_rows = 1, max_bytes = 1, formats = [\"csv\", \"csv\"]"),
        ["release.formats"]
    );
}

#[test]
fn national_numbers_keep_the_floor() {
    let below = ["scope = \"below_national\"", NEAREST, "min_count = 8"];
    let profile = profile_with(&below);
    let national = profile.national();
    assert_eq!((national.min_count, national.min_count_measure), (3, 10));
    assert_eq!(national.rounding.step(), 1);
    let hidden = Profile { zero: ZeroRule::TreatAsSmall, ..profile };
    assert_eq!(hidden.national().min_count, 2);
    assert_eq!(sample().national(), sample());
}

#[test]
fn words_of_other_rules_are_explained() {
    for word in ["recompute_totals", "gaussian_fresh", "laplace_cached", "jitter", "lockout"] {
        let (wrong, fix) = not_offered(word).unwrap();
        assert!(!wrong.is_empty() && !fix.is_empty());
        let unknown = toml::from_str::<Profile>(&SAMPLE.replace("\"none\"", &format!("{word:?}")));
        assert!(unknown.is_err(), "{word} is known now; it needs no explanation");
    }
    assert_eq!(not_offered("gauss"), None);
}

const GEOMETRIC: &str =
    r#"noise = { method = "cell_key_geometric", count_sd = 2, magnitude_sd = 1 }"#;

#[test]
fn a_condition_about_one_person_never_counts() {
    let with = |rule: &str| written(&[&format!("low_effect = {{ {rule} }}"), GEOMETRIC]);
    assert_eq!(with("persons = 0, sd = 0, condition_sd = 0"), NOTHING);
    assert_eq!(with("persons = 10, sd = 2, condition_sd = 1"), NOTHING);
    assert_eq!(with("persons = 50, sd = 10, condition_sd = 0"), NOTHING);
    assert_eq!(with("persons = 2, sd = 0, condition_sd = 0"), NOTHING);
    for wrong in [
        "persons = 1, sd = 0, condition_sd = 0",
        "persons = 1001, sd = 0, condition_sd = 0",
        "persons = 10, sd = 2.1, condition_sd = 0",
        "persons = 10, sd = -1, condition_sd = 0",
        "persons = 10, sd = nan, condition_sd = 0",
        "persons = 2, sd = 0.1, condition_sd = 0",
        "persons = 0, sd = 1, condition_sd = 0",
        "persons = 10, sd = 0, condition_sd = -1",
        "persons = 10, sd = 0, condition_sd = inf",
        "persons = 0, sd = 0, condition_sd = 1",
    ] {
        assert_eq!(with(wrong), ["low_effect"], "{wrong}");
    }
    let on = "low_effect = { persons = 10, sd = 2, condition_sd = 1 }";
    assert_eq!(written(&[on]), ["low_effect"], "without noise there is none for conditions either");
    let problems = profile_with(&[on]).validate().unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "`low_effect` has condition_sd = 1, but values carry no noise; write condition_sd = 0, or a method in `noise`"
    );
}

#[test]
fn a_drawn_minimum_needs_a_minimum() {
    assert_eq!(written(&["min_count_sd = 1"]), NOTHING);
    for wrong in ["-1", "101", "nan", "inf"] {
        assert_eq!(written(&[&format!("min_count_sd = {wrong}")]), ["min_count_sd"], "{wrong}");
    }
    assert_eq!(written(&["min_count_sd = 1", "min_count = 0", MIDPOINT]), ["min_count_sd"]);
    let mean = "check_on = \"mean_cell_size\"";
    assert_eq!(written(&["min_count_sd = 1", mean, RR3]), ["min_count_sd"]);
}

#[test]
fn three_persons_can_be_brought_down_to_the_next_two() {
    let with = |outliers, top| {
        written(&[&format!("flattening = {{ outliers = {outliers}, top = {top} }}")])
    };
    for (outliers, top) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (3, 1), (3, 2)] {
        assert_eq!(with(outliers, top), NOTHING, "{outliers} {top}");
    }
    for (outliers, top) in [(4, 1), (1, 0), (3, 0), (1, 3), (0, 3)] {
        assert_eq!(with(outliers, top), ["flattening"], "{outliers} {top}");
    }
    let means = "derived_from = \"true_if_min_count\"";
    assert_eq!(written(&[means, "flattening = { outliers = 1, top = 2 }"]), ["flattening"]);
}

#[test]
fn exposure_has_steps_in_order_and_some_may_be_off() {
    let with = |warn: &str, review: &str, lock: &str| {
        let exposure = format!("exposure = {{ warn = {warn}, review = {review}, lock = {lock} }}");
        written(&["low_effect = { persons = 10, sd = 2, condition_sd = 0 }", &exposure])
    };
    let unmeasured = "low_effect = { persons = 0, sd = 0, condition_sd = 0 }";
    let on = "exposure = { warn = 0, review = 0, lock = 0.1 }";
    assert_eq!(written(&[unmeasured, on]), ["exposure"], "conditions are not looked at");
    for [warn, review, lock] in [
        ["0", "0", "0"],
        ["0.05", "0.1", "0.25"],
        ["0.1", "0.1", "0.1"],
        ["0", "0", "1"],
        ["0.05", "0", "0.25"],
        ["0.05", "0", "0"],
    ] {
        assert_eq!(with(warn, review, lock), NOTHING, "{warn} {review} {lock}");
    }
    assert_eq!(with("-0.1", "1.1", "nan"), ["exposure"; 3]);
    assert_eq!(with("0.2", "0.1", "0.25"), ["exposure"]);
    assert_eq!(with("0.3", "0", "0.25"), ["exposure"]);
}
