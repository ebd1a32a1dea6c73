//! Every profile against the numbers of the rule it stands for.
//!
//! `tests/conformance/<id>.toml` (below the root of the repository) holds, for one profile of `policies/profiles`, what
//! goes in and what must come out: published vectors, and vectors worked out from the published rule. This runs the
//! engine's own functions under the profile as it is shipped. A profile without a file fails, and a file without a profile.
//!
//! The page `docs/profiles.md` is made from the profiles; a stale one fails. `TRESOR_PROFILES=rewrite` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot read its files must fail"
)]

#[path = "conformance/check.rs"]
mod check;
#[path = "conformance/expected.rs"]
mod expected;
#[path = "conformance/input.rs"]
mod input;
#[path = "conformance/page.rs"]
mod page;
#[path = "conformance/shelf.rs"]
mod shelf;
#[path = "conformance/vectors.rs"]
mod vectors;

use check::differences;
use shelf::Shelf;
use tresor_disclosure::Profile;
use tresor_disclosure::profile::{Noise, OnSmall, SecondaryMethod};
use vectors::Vectors;

#[test]
fn every_profile_is_usable() {
    let shelf = Shelf::read();
    assert!(shelf.profiles.len() >= 19, "{} profiles", shelf.profiles.len());
    for (id, profile) in &shelf.profiles {
        assert_eq!(profile.validate(), Ok(()), "{id}");
        assert_eq!(profile.national().validate(), Ok(()), "{id}, nationally");
        assert_eq!(*id, profile.id);
    }
}

/// An officer may switch it off; what we ship must have something else where it is.
#[test]
fn secondary_suppression_is_off_only_where_something_stands_in() {
    let shelf = Shelf::read();
    let lacks: Vec<&String> = shelf
        .profiles
        .iter()
        .filter(|(_, profile)| !leaves_nothing_to_subtract(profile))
        .map(|(id, _)| id)
        .collect();
    assert!(lacks.is_empty(), "a withheld number can be worked out under {lacks:?}");

    let cms = &shelf.texts["cms"];
    let off = cms.replace("method = \"gauss\"", "method = \"off\"");
    assert!(
        !leaves_nothing_to_subtract(&shelf::profile(&off, &shelf.ptables)),
        "the check can fail"
    );
}

/// Noise stands in, because every difference has noise of its own: of one person at least. So does refusing a table for a
/// small cell. Rounding of counts does not: sums are not rounded.
fn leaves_nothing_to_subtract(profile: &Profile) -> bool {
    match profile.secondary.method {
        SecondaryMethod::Gauss => return true,
        SecondaryMethod::Off => {}
    }
    let noisy = match profile.noise {
        Noise::None {} => false,
        Noise::CellKeyTable { .. } => true,
        Noise::CellKeyGeometric { count_sd, .. } => count_sd >= 1.0,
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => count_sd.min(breakdown_sd) >= 1.0,
    };
    noisy || profile.on_small == OnSmall::RefuseResult
}

#[test]
fn every_profile_has_vectors_and_all_vectors_a_profile() {
    let shelf = Shelf::read();
    let profiles: Vec<&String> = shelf.profiles.keys().collect();
    let vectors: Vec<&String> = shelf.vectors.keys().collect();
    assert_eq!(profiles, vectors, "policies/profiles and tests/conformance");
}

#[test]
fn profiles_do_what_their_rules_publish() {
    let shelf = Shelf::read();
    let all: Vec<String> = shelf
        .vectors
        .iter()
        .flat_map(|(id, vectors)| differences(vectors, &shelf.texts[id], &shelf.ptables))
        .collect();
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
}

/// Each sort of vector, once with what comes out and once with something else.
#[test]
fn a_wrong_expectation_is_a_difference() {
    let shelf = Shelf::read();
    let found = |text: &str| {
        let vectors: Vectors =
            toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        differences(&vectors, &shelf.texts["opensafely"], &shelf.ptables)
    };
    for (right, wrong, difference) in [
        (
            "persons = [[7, \"too_few_persons\"]]",
            "persons = [[7, 5]]",
            "7 persons -> expected 5, got too_few_persons",
        ),
        ("persons = [[12, 10]]", "persons = [[12, 12]]", "12 persons -> expected 12, got 10"),
        (
            "tables = [{ says = \"\", in = [[0, 8]], out = [[0, 10]], warns = true }]",
            "tables = [{ says = \"\", in = [[0, 8]], out = [[0, 10]] }]",
            "table [[0, 8]] -> expected no warning, got one",
        ),
        (
            "tables = [{ says = \"\", in = [[9, 8]], out = [[10, 10]] }]",
            "tables = [{ says = \"\", in = [[9, 8]], out = [[10, 5]] }]",
            "table [[9, 8]], row 1, column 2 -> expected 5, got 10",
        ),
        (
            "rows = [{ says = \"\", of = [\"9 x 2\"], out = 20 }]",
            "rows = [{ says = \"\", of = [\"9 x 2\"], out = 18 }]",
            "rows of 9 x 2 -> expected 18, got 20",
        ),
        (
            "sums = [{ says = \"\", of = [\"8 x 3\", \"1 x 6\"], out = 30 }]",
            "sums = [{ says = \"\", of = [\"8 x 3\", \"1 x 6\"], out = \"dominated\" }]",
            "sum of 8 x 3, 1 x 6 -> expected dominated, got 30",
        ),
        (
            "means = [{ says = \"\", of = [\"20 x 3\"], out = 3.0 }]",
            "means = [{ says = \"\", of = [\"20 x 3\"], out = 3.1 }]",
            "mean of 20 x 3 -> expected 3.1, got 3",
        ),
        (
            "quantiles = [{ says = \"\", of = [\"20 x 3\"], percent = 50, out = 3 }]",
            "quantiles = [{ says = \"\", of = [\"20 x 3\"], percent = 50, out = 4 }]",
            "50 % quantile of 20 x 3 -> expected 4, got 3",
        ),
        (
            "estimates = [[11, 1, \"enough\"]]",
            "estimates = [[10, 1, \"enough\"]]",
            "1 of 10 persons -> expected enough, got too_few_degrees",
        ),
        (
            "chances = [{ says = \"\", in = 12, keys = 100, shares = [[10, 1.0]] }]",
            "chances = [{ says = \"\", in = 12, keys = 100, shares = [[15, 0.5], [10, 0.5]] }]",
            "12 persons, 100 keys -> expected 15 in 50.0 %, got 0.0 %",
        ),
        (
            "noise = [{ says = \"\", in = 12, keys = 400, grouped = true, mean = 10, sd = 0 }]",
            "noise = [{ says = \"\", in = 12, keys = 400, grouped = true, mean = 10, sd = 1 }]",
            "12 persons, 400 keys -> expected a standard deviation of 1, got 0.000",
        ),
        (
            "changed = [{ says = \"\", with = { min_count = 12, min_count_measure = 12, quantile = { min_n = 12, range = [1, 99] } }, persons = [[11, \"too_few_persons\"]] }]",
            "changed = [{ says = \"\", with = { min_count = 11, min_count_measure = 12, quantile = { min_n = 12, range = [1, 99] } }, persons = [[11, \"too_few_persons\"]] }]",
            "11 persons -> expected too_few_persons, got 10",
        ),
    ] {
        let file = |line: &str| format!("source = \"tests\"\nsays = \"tests\"\n{line}\n");
        assert_eq!(found(&file(right)), Vec::<String>::new());
        let all = found(&file(wrong));
        let told = all.first().is_some_and(|first| first.contains(difference));
        assert!(told && all[0].starts_with("opensafely: "), "{wrong}: {all:?}");
    }
}

#[test]
fn the_page_of_profiles_is_fresh() {
    page::compare(&page::rendered(&Shelf::read().profiles));
}
