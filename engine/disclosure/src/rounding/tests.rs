use super::*;

#[test]
fn halves_go_up_on_both_sides_of_zero() {
    let cases = [
        (0, 0),
        (4, 0),
        (5, 10),
        (14, 10),
        (15, 20),
        (25, 30),
        (-4, 0),
        (-5, 0),
        (-6, -10),
        (-15, -10),
    ];
    for (value, shown) in cases {
        assert_eq!(nearest(value, 10), shown, "{value}");
    }
}

#[test]
fn small_steps_change_nothing() {
    assert_eq!((nearest(-7, 0), nearest(-7, 1)), (-7, -7));
}

#[test]
fn rounding_stops_at_the_ends_of_the_range() {
    assert_eq!(nearest(i128::MAX, 10), i128::MAX);
    assert_eq!(nearest(i128::MIN, 10), i128::MIN);
    assert_eq!(nearest(3, u128::MAX), 0);
}

#[test]
fn it_never_moves_further_than_it_says() {
    for step in 1..13 {
        for value in -30..30 {
            let shown = nearest(value, step);
            assert_eq!(shown.rem_euclid(step as i128), 0);
            assert!(shown.abs_diff(value) <= furthest(step), "{value} by {step}");
        }
    }
}
