use super::*;

/// The factor of the covariances of three numbers.
fn factor() -> Factor {
    let mut factor = Factor::default();
    for (covariances, whole) in [(&[][..], 4.0), (&[2.0], 5.0), (&[1.0, 3.0], 6.0)] {
        let residual = factor.residual(covariances, whole, 0.5).unwrap();
        factor.push(residual);
    }
    factor
}

#[test]
fn its_square_is_what_went_in() {
    let factor = factor();
    let square = |j: usize, k: usize| -> f64 {
        factor.rows[j].iter().zip(&factor.rows[k]).map(|(one, two)| one * two).sum()
    };
    let wanted = [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]];
    for (j, row) in wanted.into_iter().enumerate() {
        for (k, value) in row.into_iter().enumerate() {
            assert!((square(j, k) - value).abs() < 1e-12, "{j}, {k}");
        }
    }
}

#[test]
fn the_weights_are_the_best_guess() {
    let factor = factor();
    let covariances = [2.0, 4.0, 4.0];
    let residual = factor.residual(&covariances, 10.0, 0.5).unwrap();
    let matrix = [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]];
    for (row, wanted) in matrix.into_iter().zip(covariances) {
        let got: f64 = row.into_iter().zip(&residual.weights).map(|(entry, x)| entry * x).sum();
        assert!((got - wanted).abs() < 1e-12);
    }
    let explained: f64 = covariances.into_iter().zip(&residual.weights).map(|(b, x)| b * x).sum();
    assert!((residual.variance - (10.0 - explained)).abs() < 1e-12);
}

#[test]
fn a_number_that_follows_from_others_is_not_taken_in() {
    let mut factor = Factor::default();
    let first = factor.residual(&[], 4.0, 0.0).unwrap();
    factor.push(first);
    assert!(factor.residual(&[4.0], 4.0, 0.0).is_none());
    assert!(factor.residual(&[4.0], 4.0 + 1e-3, 1e-3).is_some());
    assert!(Factor::default().residual(&[], 0.0, 0.0).is_none());
}
