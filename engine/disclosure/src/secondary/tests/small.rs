//! Each rule by itself, on tables that fit on a line.

use super::oracle::told;
use super::published::withheld;
use super::tables::{HIDDEN, column, hidden, shown};
use crate::secondary::{Column, Impossible, Kind, Options, suppress};

const ALONE: Kind = Kind::Hidden { single: true, needs: 0 };

fn known(atoms: &[u32], size: u128) -> Column {
    column(atoms, size, Kind::Known)
}

#[test]
fn nothing_hidden_means_nothing_withheld() {
    assert_eq!(withheld(&[]), []);
    assert_eq!(withheld(&[shown(&[0], 5), shown(&[0, 1], 9), shown(&[], 0)]), []);
}

#[test]
fn what_is_known_anyway_cannot_be_hidden() {
    let columns = [shown(&[5], 12), known(&[1, 2], 7), known(&[2], 4), hidden(&[1], 3)];
    assert_eq!(suppress(&columns, Options::default()), Err(Impossible { column: 3 }));
    let empty = [hidden(&[], 0)];
    assert_eq!(suppress(&empty, Options::default()), Err(Impossible { column: 0 }));
}

#[test]
fn a_known_sum_of_nobody_tells_each_part() {
    let columns = [known(&[1, 2], 0), hidden(&[1], 0)];
    assert_eq!(suppress(&columns, Options::default()), Err(Impossible { column: 1 }));
}

#[test]
fn equal_columns_are_treated_alike() {
    let columns = [
        hidden(&[0], 3),
        shown(&[1], 20),
        shown(&[2], 12),
        shown(&[2], 12),
        known(&[0, 1, 2], 35),
        shown(&[2, 2], 12),
        shown(&[0], 3),
    ];
    assert_eq!(withheld(&columns), [2, 3, 5, 6], "the last is hidden under another name");
}

#[test]
fn atoms_may_have_gaps_and_stand_alone() {
    let columns = [
        hidden(&[7_000_000], 3),
        shown(&[9, u32::MAX], 20),
        shown(&[4_000_000], 30),
        known(&[9, 7_000_000, u32::MAX], 23),
    ];
    assert_eq!(withheld(&columns), [1]);
}

#[test]
fn whoever_is_alone_in_a_cell_learns_no_other() {
    let mut columns = vec![
        column(&[0], 1, ALONE),
        hidden(&[1], 3),
        shown(&[2], 12),
        shown(&[3], 20),
        known(&[0, 1, 2, 3], 36),
    ];
    assert_eq!(told(&columns, &[false; 5]), (vec![], vec![(0, 1)]), "the attack");
    assert_eq!(withheld(&columns), [2]);
    columns[0].kind = HIDDEN;
    assert_eq!(withheld(&columns), [], "two cells of several persons protect each other");
    columns[1].kind = ALONE;
    assert_eq!(withheld(&columns), [2]);
}

#[test]
fn two_who_are_alone_learn_nothing_of_each_other() {
    let columns =
        [column(&[0], 1, ALONE), column(&[1], 1, ALONE), shown(&[2], 12), known(&[0, 1, 2], 14)];
    assert_eq!(told(&columns, &[false; 4]).1, [(0, 1), (1, 0)]);
    assert_eq!(withheld(&columns), [2]);
    let hopeless = [column(&[0], 1, ALONE), column(&[1], 1, ALONE), known(&[0, 1], 2)];
    assert!(suppress(&hopeless, Options::default()).is_err());
}

#[test]
fn a_margin_that_adds_empty_cells_is_the_same_cell() {
    let columns = [
        column(&[0], 1, ALONE),
        column(&[0, 1], 1, ALONE),
        column(&[1], 0, Kind::Zero),
        shown(&[2], 30),
        shown(&[3], 20),
        shown(&[0, 1, 2, 3], 51),
    ];
    assert_eq!(withheld(&columns), [4]);
}

#[test]
fn empty_cells_are_partners_only_where_the_profile_says_so() {
    let columns =
        [hidden(&[0], 3), column(&[1], 0, Kind::Zero), shown(&[2], 20), known(&[0, 1, 2], 23)];
    assert_eq!(withheld(&columns), [2]);
    let allowed = suppress(&columns, Options { zeros: true }).unwrap();
    assert_eq!(allowed, [false, true, false, false]);
}

#[test]
fn an_empty_sum_tells_each_of_its_parts() {
    let columns = [hidden(&[0], 0), column(&[0, 1], 0, Kind::Zero), shown(&[1, 2], 5)];
    assert_eq!(told(&columns, &[false; 3]).0, [0], "the attack");
    assert_eq!(withheld(&columns), [1]);
}
