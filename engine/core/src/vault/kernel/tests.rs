use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, UInt32Array};
use tresor_disclosure::{Contribution, Distribution};

use super::*;
use crate::vault::cells::Cells;

const KEYS: [u64; 6] = [11, 13, 17, 19, 23, u64::MAX];

fn keys() -> Keys<'static> {
    Keys { first: 100, keys: &KEYS }
}

fn value(decimals: u32) -> Argument {
    Argument::Value { name: "sum:t".to_owned(), decimals }
}

type Batch = (Vec<u32>, Vec<usize>, Vec<ArrayRef>);

fn run(
    arguments: &[Argument],
    batches: &[Batch],
    cells: usize,
) -> Result<Vec<Vec<Contribution>>, Broken> {
    let cells = measure(arguments, batches, cells)?;
    let plain = |cell: Vec<Measured>| cell.into_iter().map(|measured| measured.contribution);
    Ok(cells.into_iter().map(|cell| plain(cell).collect()).collect())
}

fn measure(
    arguments: &[Argument],
    batches: &[Batch],
    cells: usize,
) -> Result<Vec<Vec<Measured>>, Broken> {
    let mut kernel = Kernel::new(arguments);
    for (persons, of_rows, arrays) in batches {
        kernel.update(&UInt32Array::from(persons.clone()), of_rows, cells, arrays, &keys())?;
    }
    Ok(kernel.finish(cells))
}

/// The slow, obvious twin: collects everything per cell and person, then looks.
fn twin(persons: &[u32], of_rows: &[usize], values: &[Option<i64>], cell: usize) -> Contribution {
    let mut totals: BTreeMap<u32, (u64, i128)> = BTreeMap::new();
    for ((person, of_row), value) in persons.iter().zip(of_rows).zip(values) {
        if let (true, Some(value)) = (*of_row == cell, value.filter(|v| *v != 0)) {
            let entry = totals.entry(*person).or_default();
            entry.0 += 1;
            entry.1 += i128::from(value);
        }
    }
    totals
        .iter()
        .map(|(person, (rows, total))| {
            Contribution::of_person(KEYS[(*person - 100) as usize], *rows, *total)
        })
        .fold(Contribution::default(), Contribution::merge)
}

#[test]
fn agrees_with_the_obvious_twin_on_random_rows() {
    let mut state = 7_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % bound
    };
    for _ in 0..200 {
        let rows = next(60);
        let mut persons: Vec<u32> = (0..rows).map(|_| 100 + next(6) as u32).collect();
        persons.sort_unstable();
        let of_rows: Vec<usize> = persons.iter().map(|_| next(3) as usize).collect();
        let values: Vec<Option<i64>> =
            persons.iter().map(|_| (next(5) > 0).then(|| next(7) as i64 - 3)).collect();
        let cut = next(rows + 1) as usize;
        let part = |range: std::ops::Range<usize>| {
            let array: ArrayRef = Arc::new(Int64Array::from(values[range.clone()].to_vec()));
            (persons[range.clone()].to_vec(), of_rows[range].to_vec(), vec![array])
        };
        let batches = [part(0..cut), part(cut..persons.len())];
        let cells = run(&[value(0)], &batches, 3).unwrap_or_else(|broken| panic!("{}", broken.0));
        for (cell, measured) in cells.iter().enumerate() {
            let ones = vec![Some(1); persons.len()];
            assert!(measured[0] == twin(&persons, &of_rows, &ones, cell), "rows of cell {cell}");
            assert!(
                measured[1] == twin(&persons, &of_rows, &values, cell),
                "values of cell {cell}"
            );
        }
    }
}

/// The shards of a lane can hold no row of a number, and without groups its cell is there all the same. Were nobody sketched
/// there, the whole number would have no sketch or one, by which lane was faster, and no earlier answer would be found.
#[test]
fn a_lane_without_rows_takes_no_sketch_away() {
    let lane = |persons: &[u32]| {
        let mut kernel = Kernel::sketching(&[]);
        if !persons.is_empty() {
            let rows = vec![0; persons.len()];
            let persons = UInt32Array::from(persons.to_vec());
            kernel
                .update(&persons, &rows, 1, &[], &keys())
                .unwrap_or_else(|broken| panic!("{}", broken.0));
        }
        kernel.finish(1).remove(0)
    };
    let whole = lane(&[100, 101, 102]);
    for order in [[&[][..], &[100, 101, 102]], [&[100, 101, 102], &[]]] {
        let mut cells = Cells::default();
        for persons in order {
            cells.add(vec![], lane(persons)).unwrap();
        }
        let sketch = |cell: &[Measured]| {
            cell[0].sketches.as_ref().map(|sketches| sketches.persons.to_bytes())
        };
        assert!(sketch(&whole).is_some());
        assert_eq!(cells.get(&[]).and_then(sketch), sketch(&whole));
    }
}

#[test]
fn one_person_with_many_rows_is_one_person() {
    let batches = [(vec![102; 40], vec![0; 40], vec![])];
    let cells = run(&[], &batches, 1).unwrap_or_else(|broken| panic!("{}", broken.0));
    assert_eq!((cells[0][0].persons, cells[0][0].rows, cells[0][0].key), (1, 40, 17));
    assert_eq!(cells[0][0].top, [40, 0, 0, 0, 0]);
}

#[test]
fn a_person_that_steps_back_is_an_error() {
    for batches in [
        vec![(vec![103, 102], vec![0, 0], vec![])],
        vec![(vec![103], vec![0], vec![]), (vec![102], vec![0], vec![])],
    ] {
        assert!(run(&[], &batches, 1).is_err());
    }
}

#[test]
fn a_person_of_another_shard_is_an_error() {
    assert!(run(&[], &[(vec![99], vec![0], vec![])], 1).is_err());
    assert!(run(&[], &[(vec![106], vec![0], vec![])], 1).is_err());
}

#[test]
fn numbers_go_to_fixed_point_and_odd_ones_contribute_nothing() {
    let array: ArrayRef = Arc::new(Float64Array::from(vec![
        Some(1.005),
        Some(f64::NAN),
        Some(f64::INFINITY),
        None,
        Some(0.0),
        Some(2.5),
    ]));
    let batches = [(vec![100, 101, 102, 103, 104, 105], vec![0; 6], vec![array])];
    let cells = run(&[value(2)], &batches, 1).unwrap_or_else(|broken| panic!("{}", broken.0));
    assert_eq!((cells[0][1].total, cells[0][1].persons), (350, 2));
}

#[test]
fn sums_stop_at_the_end_of_their_range_instead_of_wrapping() {
    let array: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX, i64::MAX, i64::MAX]));
    let batches = [(vec![100, 100, 101], vec![0; 3], vec![array])];
    let cells = run(&[value(0)], &batches, 1).unwrap_or_else(|broken| panic!("{}", broken.0));
    assert_eq!(cells[0][1].total, 2 * i128::from(i64::MAX));
}

#[test]
fn positions_agree_with_the_obvious_twin_and_zeros_have_one() {
    let bins = Bins::of(0, 60, true);
    let positions = Argument::Positions { name: "t".to_owned(), decimals: 0, bins };
    let mut state = 11_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % bound
    };
    for _ in 0..200 {
        let rows = next(60);
        let mut persons: Vec<u32> = (0..rows).map(|_| 100 + next(6) as u32).collect();
        persons.sort_unstable();
        let of_rows: Vec<usize> = persons.iter().map(|_| next(3) as usize).collect();
        let values: Vec<Option<i64>> =
            persons.iter().map(|_| (next(5) > 0).then(|| next(7) as i64 - 3)).collect();
        let array: ArrayRef = Arc::new(Int64Array::from(values.clone()));
        let batch = (persons.clone(), of_rows.clone(), vec![array]);
        let cells = measure(std::slice::from_ref(&positions), &[batch], 3)
            .unwrap_or_else(|broken| panic!("{}", broken.0));
        for (cell, measured) in cells.iter().enumerate() {
            let mut expected = Distribution::default();
            for person in 100..106 {
                let of_person = persons.iter().zip(&of_rows).zip(&values);
                let held: Vec<i64> = of_person
                    .filter(|((p, c), _)| **p == person && **c == cell)
                    .filter_map(|(_, value)| value.map(|value| bins.of_value(value)))
                    .collect();
                held.iter().for_each(|&bin| expected.add_row(bin));
                if let (Some(&low), Some(&high)) = (held.iter().min(), held.iter().max()) {
                    expected.add_person(KEYS[(person - 100) as usize], low, high);
                }
            }
            assert!(measured[1].distribution.as_deref() == Some(&expected), "cell {cell}");
            let ones: Vec<Option<i64>> = values.iter().map(|value| value.map(|_| 1)).collect();
            assert!(measured[1].contribution == twin(&persons, &of_rows, &ones, cell));
        }
    }
}
