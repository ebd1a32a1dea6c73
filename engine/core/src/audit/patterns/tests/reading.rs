//! Shapes and texts of conditions, read again.

use super::super::effects::are_of;
use super::super::formula::{fixed_together, of_aggregate};
use super::super::template::without_constants;
use super::super::values::Values;

#[test]
fn combinations_that_are_taken_out_or_added_are_seen() {
    for (shape, columns) in [
        ("a = ?", 0),
        ("not (a = ?)", 0),
        ("(a = ?) and (b = ?)", 0),
        ("not ((a = ?) and (b = ?))", 2),
        ("not ((a = ?) and (b = ?) and (c = ?) and (d > ?))", 3),
        ("not ((a = ?) and (a = ?))", 1),
        ("(a != ?) or (b != ?)", 2),
        ("(a <> ?) or (b <> ?) or (c > ?)", 2),
        ("(a = ?) or (b = ?)", 0),
        ("(a = ?) or ((b = ?) and (c = ?))", 2),
        ("(a = ?) or (not ((b != ?) or (c != ?)))", 2),
        ("((a = ?) and (b = ?)) is not true", 2),
        ("not (not ((a = ?) and (b = ?)))", 0),
        ("not (t.smoker and (b = ?))", 2),
        ("filter ((a = ?) and (b = ?))", 0),
        ("filter ((not ((a = ?) and (b = ?))))", 2),
        ("when (not ((a = ?) and (b = ?)))", 2),
        ("not exists (t where (a = ?) and (b = ?))", 0),
        ("a in (?)", 0),
        ("", 0),
        (")(", 0),
        ("not ", 0),
    ] {
        assert_eq!(fixed_together(shape), columns, "{shape}");
    }
    assert!(of_aggregate("filter ((a = ?))") && !of_aggregate("a = ?"));
}

/// The log writes a condition in one way, protection in another.
#[test]
fn a_condition_is_known_in_other_words() {
    let condition = "not ((clinic.people.birth_year = 1950) and (clinic.people.region = 'north'))";
    for (told, same) in [
        ("people.birth_year != Int64(1950) OR people.region != Utf8(\"north\")", true),
        ("p.birth_year = Int64(1950)", true),
        ("NOT (birth_year = 1950 AND region = 'north')", true),
        ("people.birth_year = Int64(1951)", false),
        ("people.region = Utf8(\"south\")", false),
        ("people.income > Float64(1950)", false),
        ("the group of region", false),
        ("", false),
        ("NOT", false),
    ] {
        assert_eq!(are_of(told, condition), same, "{told}");
    }
    let list = "clinic.people.region in ('north', 'south')";
    assert!(are_of("people.region IN ([Utf8View(\"south\"), Utf8View(\"north\")])", list));
    assert!(are_of("people.cost > Float64(1.5)", "clinic.people.cost > 1.5"));
}

#[test]
fn lists_of_any_length_are_one_template() {
    assert_eq!(without_constants("a in (?, ?, ?)"), "a in (?)");
    assert_eq!(without_constants("a in (?, ?, ?, ?)"), "a in (?)");
    assert_eq!(without_constants("f(?, b, ?)"), "f(?, b, ?)");
    let long = |many: usize, mark: &str| format!("a in ({}.. #{mark}", vec!["?"; many].join(", "));
    assert_eq!(without_constants(&long(60, "aa")), without_constants(&long(80, "bb")));
}

fn excluded(one: &[&str], other: &[&str]) -> bool {
    let values = |texts: &[&str]| {
        Values::of(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    };
    let (one, other) = (values(one), values(other));
    assert_eq!(one.exclude(&other), other.exclude(&one));
    one.exclude(&other)
}

#[test]
fn groups_that_share_nobody_are_told_from_those_that_may() {
    for (one, other, apart) in [
        (&["t.a = 1"][..], &["t.a = 2"][..], true),
        (&["t.a = 1"], &["t.a = 1"], false),
        (&["t.a = 1"], &["t.b = 2"], false),
        (&["t.a = 'x'"], &["t.a = 'y'", "t.b > 3"], true),
        (&["t.a = 'it''s, (or) not'"], &["t.a = 'it''s'"], true),
        (&["t.a in ('x', 'y')"], &["t.a in ('y', 'z')"], false),
        (&["t.a in ('x', 'y')"], &["t.a in ('z', 'w')"], true),
        (&["t.a in (1, 2)"], &["t.a > 2"], true),
        (&["t.a in (1, 2)"], &["t.a >= 2"], false),
        (&["t.a >= 10", "t.a < 20"], &["t.a >= 20", "t.a < 30"], true),
        (&["t.a >= 10", "t.a <= 20"], &["t.a >= 20", "t.a <= 30"], false),
        (&["t.a >= 1", "t.a >= 7", "t.a <= 9", "t.a >= 3"], &["t.a <= 6", "t.a <= 20"], true),
        (&["t.a = 1", "t.a in (1, 2)"], &["t.a = 2"], true),
        (&["t.a = 1", "t.a = 2"], &["t.a = 2"], true),
        (&["t.a >= 7", "t.a > 7"], &["t.a <= 7"], true),
        (&["t.a > 9.5"], &["t.a < 10"], false),
        (&["t.a > 10"], &["t.a < 9.5"], true),
        (&["t.d >= '2020-01-01'"], &["t.d < '2019-06-30'"], true),
        (&["t.a = 1"], &["t.a = '1'"], true),
        (&["t.a > 1"], &["t.a < '0'"], false),
        (&["date_part('year', t.d) = 2020"], &["date_part('year', t.d) = 2021"], true),
        (&["t.a != 1"], &["t.a = 1"], false),
        (&["t.a > t.b"], &["t.a < t.b"], false),
        (&["(t.a = 1) or (t.b = 2)"], &["t.a = 2"], false),
    ] {
        assert_eq!(excluded(one, other), apart, "{one:?} {other:?}");
    }
}
