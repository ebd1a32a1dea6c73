use std::collections::BTreeSet;

use datafusion::execution::SessionStateDefaults;
use tresor_disclosure::Kind;

use super::*;

#[test]
fn every_aggregate_and_window_has_one_entry() {
    let names: Vec<&str> = aggregates().iter().map(|f| f.name()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let names: Vec<&str> = windows().iter().map(|f| f.name()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

/// What the planner registers by default: scalar, aggregate, window and table functions.
fn registered() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    names.extend(
        SessionStateDefaults::default_scalar_functions().iter().map(|f| f.name().to_owned()),
    );
    names.extend(
        SessionStateDefaults::default_aggregate_functions().iter().map(|f| f.name().to_owned()),
    );
    names.extend(
        SessionStateDefaults::default_window_functions().iter().map(|f| f.name().to_owned()),
    );
    names.extend(
        SessionStateDefaults::default_table_functions().iter().map(|f| f.name().to_owned()),
    );
    names.extend(
        SessionStateDefaults::default_higher_order_functions().iter().map(|f| f.name().to_owned()),
    );
    names
}

fn listed() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = scalars().map(|(f, _)| f.name().to_owned()).collect();
    names.extend(aggregates().iter().map(|f| f.name().to_owned()));
    names.extend(windows().iter().map(|f| f.name().to_owned()));
    names
}

#[test]
fn somebody_decided_about_every_function_of_the_planner() {
    let refused: BTreeSet<String> = refused::REFUSED
        .iter()
        .flat_map(|group| group.known)
        .map(|&name| name.to_owned())
        .collect();
    let decided: BTreeSet<String> = listed().union(&refused).cloned().collect();
    let open: Vec<_> = registered().difference(&decided).cloned().collect();
    assert!(open.is_empty(), "neither on a list nor refused: {open:?}");
    let gone: Vec<_> = decided.difference(&registered()).cloned().collect();
    assert!(gone.is_empty(), "the planner no longer knows: {gone:?}");
    // As an aggregate `nth_value` is refused, with OVER it is listed.
    let both: Vec<_> = listed().intersection(&refused).cloned().collect();
    assert_eq!(both, ["nth_value"]);
}

#[test]
fn names_of_other_systems_are_not_names_of_the_planner() {
    let mut known = registered();
    let aliases = SessionStateDefaults::default_scalar_functions();
    known.extend(aliases.iter().flat_map(|f| f.aliases().to_vec()));
    for group in refused::REFUSED {
        for name in group.elsewhere {
            assert!(!known.contains(*name), "`{name}` is known to the planner");
        }
    }
}

#[test]
fn a_refused_function_says_why_by_any_of_its_names() {
    for function in SessionStateDefaults::default_scalar_functions() {
        for name in function.aliases().iter().map(String::as_str).chain([function.name()]) {
            let told = check_name(name).is_ok() || refused::refuse(name).is_some();
            assert!(told, "`{name}` has no reason");
        }
    }
}

#[test]
fn patterns_are_short_and_compile() {
    assert!(patterns::compile("^I21|I22$", true).is_some());
    for bad in ["(", "a{1000}{1000}{1000}", "[z-a]", "(?<x", "\\1"] {
        assert!(patterns::compile(bad, false).is_none(), "{bad}");
    }
    assert!(patterns::compile(&"a".repeat(257), false).is_none());
}

#[test]
fn date_formats_write_what_every_date_has() {
    for good in ["%Y-%m-%d", "%d.%m.%y", "week %V of %G", "100 %%", ""] {
        assert!(patterns::is_date_format(good), "{good}");
    }
    for bad in ["%H:%M", "%", "%Y %", "%s", "%+", "%-d", "%Q"] {
        assert!(!patterns::is_date_format(bad), "{bad}");
    }
}

/// ACRO's mapping, with lines apart from correlations: who changes a kind changes what a release is checked for.
#[test]
fn every_aggregate_has_its_kind() {
    let of = |kind: Kind| -> Vec<&str> {
        let names = aggregates().iter().map(|f| f.name());
        names.filter(|name| kind_of(name) == Some(kind)).collect()
    };
    let expected = [
        (Kind::Frequencies, vec!["count", "grouping", "regr_count"]),
        (Kind::Linear, vec!["avg", "regr_avgx", "regr_avgy", "sum"]),
        (Kind::Position, vec!["median", "percentile_cont"]),
        (Kind::Endpoints, vec!["bool_and", "bool_or", "first_value", "last_value", "max", "min"]),
        (Kind::Shape, vec!["regr_sxx", "regr_syy", "stddev", "stddev_pop", "var_pop", "var"]),
        (Kind::Correlation, vec!["corr", "covar_pop", "covar_samp", "regr_r2", "regr_sxy"]),
        (Kind::Regression, vec!["regr_intercept", "regr_slope"]),
    ];
    for (kind, names) in &expected {
        assert_eq!(of(*kind), *names, "{kind:?}");
    }
    let all: usize = expected.iter().map(|(_, names)| names.len()).sum();
    assert_eq!(all, aggregates().len(), "every aggregate has one kind");
}
