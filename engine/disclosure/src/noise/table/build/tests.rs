use super::*;

const PUBLISHED: Wishes =
    Wishes { furthest: 5, variance: 3.0, never_shown: 2, stay: Some(0.5), monotone: false };

fn mean(row: &[(i64, f64)]) -> f64 {
    row.iter().map(|&(noise, chance)| noise as f64 * chance).sum()
}

fn entropy(row: &[(i64, f64)]) -> f64 {
    row.iter().filter(|of| of.1 > 0.0).map(|&(_, chance)| -chance * chance.ln()).sum()
}

/// The example of the package's manual: 66 entries, the last row for 8.
#[test]
fn a_published_example_has_its_published_size() {
    let rows = PUBLISHED.rows().unwrap();
    assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), 66);
    assert_eq!((rows.len(), PUBLISHED.largest()), (9, 8));
    assert_eq!(rows[0], [(0, 1.0)]);
    let last: Vec<i64> = rows[8].iter().map(|of| of.0).collect();
    assert_eq!(last, (-5..=5).collect::<Vec<_>>());
}

#[test]
fn every_row_keeps_every_wish() {
    for wishes in [
        PUBLISHED,
        Wishes { stay: None, ..PUBLISHED },
        Wishes { furthest: 2, variance: 1.05, never_shown: 1, stay: None, monotone: false },
        Wishes { furthest: 3, variance: 1.0, never_shown: 0, stay: None, monotone: false },
        Wishes { monotone: true, ..PUBLISHED },
        Wishes { furthest: 8, variance: 10.0, never_shown: 3, stay: Some(0.3), monotone: true },
    ] {
        for (count, row) in (0_i64..).zip(wishes.rows().unwrap()).skip(1) {
            let all: f64 = row.iter().map(|of| of.1).sum();
            assert!((all - 1.0).abs() < 1e-8, "{wishes:?} {count}: {all}");
            assert!(mean(&row).abs() < 1e-8, "{wishes:?} {count}: {}", mean(&row));
            for &(noise, chance) in &row {
                let result = count + noise;
                assert!((0.0..=1.0).contains(&chance));
                assert!(noise.unsigned_abs() <= wishes.furthest);
                assert!(result == 0 || result > wishes.never_shown as i64, "{count} {noise}");
            }
            let stays = row.iter().find(|of| of.0 == 0);
            if let (Some(stay), Some((_, chance))) = (wishes.stay, stays) {
                assert!((stay - chance).abs() < 1e-12);
            }
        }
        let last = wishes.rows().unwrap().pop().unwrap();
        assert!((spread(&last) - wishes.variance).abs() < 1e-6, "{wishes:?}: {}", spread(&last));
    }
}

/// In the set D = 2, V = 1.05, js = 1 the row for 1 has three unknowns and three conditions, so paper and pencil do.
#[test]
fn a_row_that_can_be_solved_by_hand() {
    let wishes =
        Wishes { furthest: 2, variance: 1.05, never_shown: 1, stay: None, monotone: false };
    let row = &wishes.rows().unwrap()[1];
    let expected = [(-1, 0.508_333_333), (1, 0.475), (2, 0.016_666_667)];
    for (found, expected) in row.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert!((found.1 - expected.1).abs() < 1e-8, "{found:?}");
    }
    // And the last one by its symmetry: p(2) = p(-2) = t, p(1) = p(-1) = 0.525 - 4 t, largest entropy.
    let last = &wishes.rows().unwrap()[4];
    let by_symmetry = |t: f64| {
        let one = 0.525 - 4.0 * t;
        vec![(-2, t), (-1, one), (0, 1.0 - 2.0 * (t + one)), (1, one), (2, t)]
    };
    let best = (1..131_000)
        .map(|millionths| by_symmetry(f64::from(millionths) * 1e-6))
        .filter(|row| row.iter().all(|of| of.1 >= 0.0))
        .max_by(|one, other| entropy(one).total_cmp(&entropy(other)))
        .unwrap();
    for (found, expected) in last.iter().zip(best) {
        assert!((found.1 - expected.1).abs() < 1e-5, "{found:?} {expected:?}");
    }
}

/// Nothing close by, with the same mean and variance, has a larger entropy.
#[test]
fn no_neighbour_says_less() {
    for row in PUBLISHED.rows().unwrap().iter().skip(1) {
        let moved: Vec<usize> = (0..row.len()).filter(|&at| row[at].0 != 0).collect();
        for window in moved.windows(4) {
            // The direction that keeps sum, mean and variance: divided differences over four points.
            let at: Vec<f64> = window.iter().map(|&at| row[at].0 as f64).collect();
            let direction: Vec<f64> = (0..4)
                .map(|i| 1.0 / (0..4).filter(|&j| j != i).map(|j| at[i] - at[j]).product::<f64>())
                .collect();
            for size in [1e-5, -1e-5] {
                let mut other = row.clone();
                for (&at, step) in window.iter().zip(&direction) {
                    other[at].1 += size * step;
                }
                if other.iter().all(|of| of.1 >= 0.0) {
                    assert!((spread(&other) - spread(row)).abs() < 1e-9);
                    assert!(entropy(&other) < entropy(row) + 1e-12);
                }
            }
        }
    }
}

#[test]
fn monotone_tails_do_not_rise() {
    // So much variance that the ends would be likelier than what is between.
    let wishes =
        Wishes { furthest: 5, variance: 12.0, never_shown: 0, stay: None, monotone: false };
    let last = |wishes: Wishes| wishes.rows().unwrap().pop().unwrap();
    let free = last(wishes);
    assert!(free[10].1 > free[8].1 && (spread(&free) - 12.0).abs() < 1e-6);
    let held = last(Wishes { monotone: true, ..wishes });
    for at in 6..10 {
        assert!(held[at + 1].1 <= held[at].1 + 1e-9, "{held:?}");
        assert!(held[10 - at - 1].1 <= held[10 - at].1 + 1e-9, "{held:?}");
    }
    assert!(
        (spread(&held) - 10.0).abs() < 1e-6,
        "flat from -5 to 5 is the most: {}",
        spread(&held)
    );
}

#[test]
fn a_variance_that_cannot_be_had_is_relaxed() {
    let row = |variance, count: usize| {
        let wishes = Wishes { furthest: 2, variance, never_shown: 1, stay: None, monotone: false };
        wishes.rows().unwrap()[count].clone()
    };
    assert_eq!(row(0.5, 1), [(-1, 0.5), (1, 0.5), (2, 0.0)], "1 at least");
    assert_eq!(row(9.0, 4), [(-2, 0.5), (-1, 0.0), (0, 0.0), (1, 0.0), (2, 0.5)], "4 at most");
}

#[test]
fn wishes_that_contradict_each_other_have_no_rows() {
    for wishes in [
        Wishes { furthest: 0, ..PUBLISHED },
        Wishes { variance: 0.0, ..PUBLISHED },
        Wishes { variance: f64::NAN, ..PUBLISHED },
        Wishes { never_shown: 6, ..PUBLISHED },
        Wishes { stay: Some(1.0), ..PUBLISHED },
        Wishes { stay: Some(-0.1), ..PUBLISHED },
    ] {
        assert!(wishes.rows().is_none(), "{wishes:?}");
    }
}

#[test]
fn a_table_has_eight_digits() {
    let table = PUBLISHED.table("built", false).unwrap();
    let rows = PUBLISHED.rows().unwrap();
    for (row, built) in
        rows.iter().zip([0, 1, 2, 3, 4, 5, 6, 7, 8].map(|n| table.own_row(n).unwrap()))
    {
        for (&(noise, chance), (found, in_table)) in row.iter().zip(built.chances()) {
            assert_eq!(noise, found);
            assert!((chance - in_table).abs() < 1e-7, "{chance} {in_table}");
        }
    }
}

#[test]
fn columns_add_up_and_keep_the_mean() {
    for wishes in [PUBLISHED, Wishes { stay: None, monotone: true, ..PUBLISHED }] {
        for (row, columns) in wishes.rows().unwrap().iter().zip(wishes.columns(256).unwrap()) {
            assert_eq!(columns.iter().map(|of| of.1).sum::<u64>(), 256);
            assert_eq!(columns.iter().map(|of| of.0 * of.1 as i64).sum::<i64>(), 0, "{columns:?}");
            for (&(_, chance), (_, columns)) in row.iter().zip(columns) {
                assert!((chance * 256.0 - columns as f64).abs() < 3.0);
            }
        }
    }
}
