//! No profile that validates tells a person who is alone in a cell, whatever its text.
//!
//! Profiles are drawn at random, key by key, from values on both sides of every floor. Of those that validate, the answer for one
//! person (shown or withheld) must also be the answer for another number of persons, over the draws of many cells; and
//! no sum, no number of rows and no mean of one person is ever shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, PerturbationTable};
use crate::outcome::Protected;
use crate::profile::Profile;
use crate::profile::tests::SAMPLE;
use crate::protect::{persons, rows, sum};

const SECRET: NoiseSecret = NoiseSecret::new([3; 32]);

const BY_TABLE: &str = "{ method = \"cell_key_table\", ptable = \"site\", index = \"abs\", keys = 256, ptable_size = 30, small_n = 10, magnitude = { top = 1, small = 0.25, large = 0.05, flex_point = 1000, exponent = 3 } }";

/// Values to draw from, for each key that could show somebody.
const CHOICES: &[(&str, &[&str])] = &[
    ("min_count", &["0", "1", "2", "3", "4", "10"]),
    ("min_count_measure", &["0", "1", "2", "3", "8", "10"]),
    ("check_on", &["\"true\"", "\"noisy\"", "\"mean_cell_size\""]),
    ("on_small", &["\"hide_cell\"", "\"refuse_result\""]),
    ("scope", &["\"all\"", "\"below_national\""]),
    ("zero", &["\"show\"", "\"treat_as_small\""]),
    ("derived_from", &["\"protected\"", "\"true_if_min_count\""]),
    ("quantile", &["{ min_n = 3, range = [5, 95] }", "{ min_n = 10, range = [5, 95] }"]),
    (
        "secondary",
        &["{ method = \"gauss\", zeros = false }", "{ method = \"off\", zeros = false }"],
    ),
    (
        "noise",
        &[
            "{ method = \"none\" }",
            "{ method = \"none\" }",
            BY_TABLE,
            "{ method = \"cell_key_geometric\", count_sd = 0.1, magnitude_sd = 0.1 }",
            "{ method = \"cell_key_gaussian\", count_sd = 0.1, breakdown_sd = 0.1, magnitude_sd = 0.1 }",
        ],
    ),
    (
        "rounding",
        &[
            "{ method = \"none\", base = 5, half = \"up\", bands = [] }",
            "{ method = \"nearest\", base = 2, half = \"up\", bands = [] }",
            "{ method = \"nearest\", base = 3, half = \"even\", bands = [] }",
            "{ method = \"midpoint\", base = 2, half = \"up\", bands = [] }",
            "{ method = \"midpoint\", base = 3, half = \"up\", bands = [] }",
            "{ method = \"midpoint\", base = 6, half = \"up\", bands = [] }",
            "{ method = \"random_fixed\", base = 2, half = \"up\", bands = [] }",
            "{ method = \"random_fixed\", base = 3, half = \"up\", bands = [] }",
            "{ method = \"ceil\", base = 2, half = \"up\", bands = [] }",
            "{ method = \"bands\", base = 10, half = \"up\", bands = [[1, 1, 1], [2, 9, 5]] }",
            "{ method = \"bands\", base = 10, half = \"up\", bands = [[1, 2, 2], [3, 7, 5]] }",
            "{ method = \"bands\", base = 10, half = \"up\", bands = [[1, 7, 5]] }",
            "{ method = \"bands\", base = 10, half = \"up\", bands = [[2, 7, 5]] }",
        ],
    ),
];

#[test]
fn no_text_that_validates_tells_one_person() {
    let mut generator = ChaCha20Rng::seed_from_u64(1);
    let (mut usable, mut without_minimum) = (0, 0);
    for _ in 0..20_000 {
        let mut profile: Profile = toml::from_str(&random_text(&mut generator)).unwrap();
        // Shipped, or another of the same shape that changes nothing.
        let table = if generator.random() { SITE.to_owned() } else { changes_nothing() };
        profile.table = Some(Arc::new(PerturbationTable::parse(&table).unwrap()));
        if profile.validate().is_err() {
            continue;
        }
        usable += 1;
        without_minimum += usize::from(profile.min_count < 2);
        check(&profile);
        assert_eq!(profile.national().validate(), Ok(()), "{profile:?}");
        check(&profile.national());
    }
    assert!(
        usable > 500 && without_minimum > 20,
        "{usable} usable, {without_minimum} without minimum"
    );
}

const SITE: &str = include_str!("../../../../../../policies/ptables/site.toml");

fn changes_nothing() -> String {
    let rows: Vec<String> =
        (0..5).map(|n| format!("{{ count = {n}, noise = [0], keys = [256] }}")).collect();
    let rows = rows.join(", ");
    format!(
        "id = \"site\"\ntitle = \"t\"\nsource = \"t\"\ninterval = \"told\"\nkeys = 256\nrows = [{rows}]"
    )
}

fn random_text(generator: &mut ChaCha20Rng) -> String {
    let mut text = SAMPLE.to_owned();
    for (key, values) in CHOICES {
        let old = SAMPLE.lines().find(|line| line.split(" = ").next() == Some(key)).unwrap();
        let value = values[generator.random_range(0..values.len())];
        text = text.replace(old, &format!("{key} = {value}"));
    }
    text
}

fn check(profile: &Profile) {
    let alone = answers(profile, 1);
    let others: BTreeSet<String> =
        [0, 2, 3, 4, 5].into_iter().flat_map(|persons| answers(profile, persons)).collect();
    for answer in alone {
        assert!(others.contains(&answer), "`{answer}` is told of one person only, by {profile:?}");
    }
    let one = Contribution::of_person(7, 3, 3);
    for told in [sum(profile, &SECRET, "sum", &one), rows(profile, &SECRET, "rows", &one)] {
        assert!(matches!(told, Protected::Withheld(_)), "{profile:?}");
    }
}

/// What is told of cells with so many persons.
fn answers(profile: &Profile, number: u64) -> BTreeSet<String> {
    let cells = (0..60).map(|key| Contribution {
        persons: number,
        key: key * 5,
        ..Contribution::default()
    });
    cells
        .map(|cell| match persons(profile, &SECRET, &cell) {
            Protected::Shown { value, .. } => value.to_string(),
            Protected::Withheld(reason) => reason.sentence(profile),
        })
        .collect()
}
