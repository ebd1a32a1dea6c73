use super::*;

#[test]
fn up_and_down_meet_on_the_grid() {
    let cases = [
        (0, 1, 1),
        (1, 1, 1),
        (2, 2, 2),
        (3, 5, 2),
        (5, 5, 5),
        (6, 10, 5),
        (10, 10, 10),
        (11, 20, 10),
        (49, 50, 20),
        (99, 100, 50),
        (1_000_001, 2_000_000, 1_000_000),
    ];
    for (value, above, below) in cases {
        assert_eq!((up(value), down(value)), (above, below), "{value}");
    }
}

#[test]
fn the_grid_ends_inside_the_range() {
    let last = 2 * 10_u128.pow(38);
    assert_eq!((up(last), down(last)), (last, last));
    assert_eq!((up(u128::MAX), down(u128::MAX)), (u128::MAX, last));
}

#[test]
fn a_band_is_never_wider_than_two_and_a_half() {
    for value in 1..10_000 {
        assert!((value..value * 5 / 2 + 1).contains(&up(value)), "{value}");
        assert!((value * 2 / 5..=value).contains(&down(value)), "{value}");
    }
}
