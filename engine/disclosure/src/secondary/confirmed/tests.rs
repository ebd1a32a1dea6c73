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
    assert_eq!(gauss::<Residue<1>>(&cells, &offers).unwrap().unwrap(), exact);
    assert_eq!(decide(&cells, &offers).unwrap(), exact);
    assert_eq!(fast(&cells, &offers).unwrap().unwrap(), exact);
}

#[test]
fn a_wrong_decision_is_not_confirmed() {
    let columns = doubling(70);
    let cells = Cells::of(&columns, Options::default());
    let all: Vec<bool> = cells.cells.iter().map(|cell| cell.secret.is_none()).collect();
    assert_eq!(holds::<BigInt>(&cells, &all), Ok(false));
    assert_eq!(holds::<Residue<31>>(&cells, &all), Ok(false));
    assert_eq!(holds::<Residue<45>>(&cells, &all), Ok(false));
    assert_ne!(holds::<i64>(&cells, &all), Ok(true));
}
