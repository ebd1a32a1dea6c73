use super::*;
use crate::secondary::{Column, Kind, Options, order};

/// Sums of which a difference doubles at every step: the first atom is told, with coefficients beyond 64 bits.
fn doubling(steps: u32) -> Vec<Column> {
    let sum = |atoms: Vec<u32>, kind| Column { atoms, size: 1_000_000, kind };
    let mut columns = vec![sum(vec![0], Kind::Hidden { single: false, needs: 0 })];
    for step in 0..steps {
        // Atoms 2s and 2s + 1 are equal, and atom 2(s + 1) is their sum: each is shown against the rest.
        let (a, b, rest) = (2 * step, 2 * step + 1, 1000 + step);
        columns.push(sum(vec![a, rest], Kind::Candidate));
        columns.push(sum(vec![b, rest], Kind::Candidate));
        columns.push(sum(vec![a, b, 2000 + step], Kind::Candidate));
        columns.push(sum(vec![2 * (step + 1), 2000 + step], Kind::Candidate));
    }
    columns.push(sum(vec![2 * steps], Kind::Candidate));
    columns
}

#[test]
fn every_kind_of_integer_decides_alike() {
    let columns = doubling(70);
    let cells = Cells::of(&columns, Options::default());
    let offers = order::offers(&cells);
    assert!(matches!(gauss::<i64>(&cells, &offers), Err(Overflow)), "64 bits must not suffice");
    let exact = gauss::<BigInt>(&cells, &offers).unwrap().unwrap();
    assert_eq!(exact.iter().filter(|shown| !**shown).count(), 2, "the hidden cell and one more");
    assert_eq!(decide(&cells, &offers).unwrap(), exact);
    for small in [true, false] {
        assert_eq!(fast(&cells, &offers, small).unwrap(), exact);
    }
    let (decided, left) = modular::decide::<1>(&cells, &offers);
    assert_eq!(decided.unwrap(), exact);
    assert!(!certificate::proves(&cells, &exact, &left), "no table of small numbers can prove it");
    assert_eq!(modular::decide::<31>(&cells, &offers).0.unwrap(), exact);
}

#[test]
fn small_numbers_are_proven() {
    let columns = doubling(8);
    let cells = Cells::of(&columns, Options::default());
    let (decided, left) = modular::decide::<1>(&cells, &order::offers(&cells));
    assert!(certificate::proves(&cells, &decided.unwrap(), &left));
}

#[test]
fn a_wrong_decision_is_not_confirmed() {
    for steps in [8, 70] {
        let columns = doubling(steps);
        let cells = Cells::of(&columns, Options::default());
        let offers = order::offers(&cells);
        let all: Vec<bool> = cells.cells.iter().map(|cell| cell.secret.is_none()).collect();
        assert!(!modular::holds::<1>(&cells, &all));
        assert!(!modular::holds::<31>(&cells, &all));
        assert!(!modular::holds::<45>(&cells, &all));
        let (_, left) = modular::decide::<1>(&cells, &offers);
        assert!(
            !certificate::proves(&cells, &all, &left),
            "its tables are not zero in all of them"
        );
    }
}
