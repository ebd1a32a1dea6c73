use super::*;

#[test]
fn nothing_explained_is_a_coin_and_everything_is_certain() {
    assert!((predicted_accuracy(0.0) - 0.5).abs() < 1e-6);
    assert_eq!(predicted_accuracy(1.0), 1.0);
    assert_eq!(predicted_accuracy(1.0 - f64::EPSILON), 1.0);
}

#[test]
fn published_quantiles() {
    for (z, below) in [(1.0, 0.841_344_7), (1.959_964, 0.975), (3.0, 0.998_650_1)] {
        let share = z * z / (1.0 + z * z);
        let accuracy = predicted_accuracy(share);
        assert!((accuracy - below).abs() < 1e-6, "{z}: {accuracy}");
    }
}

#[test]
fn the_limits_that_are_recommended() {
    for (share, accuracy) in [(0.10, 0.63), (0.25, 0.72)] {
        assert!((predicted_accuracy(share) - accuracy).abs() < 0.005);
    }
}

#[test]
fn no_input_gives_anything_but_a_share() {
    for share in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0, f64::MIN_POSITIVE] {
        assert!((0.5..=1.0).contains(&predicted_accuracy(share)), "{share}");
    }
}
