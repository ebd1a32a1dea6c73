use super::*;

const X: [f64; 12] = [3.0, 7.0, 7.0, 19.0, 24.0, 1.0, 2.5, 8.0, 11.0, 13.0, 17.0, 4.0];
const Y: [f64; 12] = [1.0, 9.0, 4.0, 22.0, 20.0, 3.0, 2.0, 9.5, 8.0, 14.0, 21.0, 6.0];

fn sure(value: f64) -> Estimate {
    Estimate { value, half_width: 0.0 }
}

fn total(of: impl Fn(usize) -> f64) -> Estimate {
    sure((0..X.len()).map(of).sum())
}

fn leg(values: &[f64; 12], scale: f64, offset: f64) -> Leg {
    Leg { sum: total(|at| values[at]), squares: total(|at| values[at] * values[at]), scale, offset }
}

fn value(found: Result<Estimate, Reason>) -> f64 {
    let found = found.unwrap();
    assert_eq!(found.half_width, 0.0);
    found.value
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} {b}");
}

/// Straight from the definitions, over the values themselves.
fn distances(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum()
}

#[test]
fn spreads_are_what_their_definitions_say() {
    let x: Vec<f64> = X.iter().map(|v| v * -3.0 + 5.0).collect();
    let expected = distances(&x, &x);
    let n = sure(12.0);
    for (kind, value_of) in [
        (Spread::Squares, expected),
        (Spread::VarSamp, expected / 11.0),
        (Spread::VarPop, expected / 12.0),
        (Spread::SdSamp, (expected / 11.0).sqrt()),
        (Spread::SdPop, (expected / 12.0).sqrt()),
    ] {
        near(value(spread(kind, n, &leg(&X, -3.0, 5.0))), value_of);
    }
}

#[test]
fn pairs_are_what_their_definitions_say() {
    let scaled = |values: &[f64; 12], a: f64, b: f64| values.map(|v| a * v + b);
    for (a, b, c, d) in [(1.0, 0.0, 1.0, 0.0), (-2.0, 3.0, 0.5, -7.0)] {
        let (x, y) = (scaled(&X, a, b), scaled(&Y, c, d));
        let (xy, xx, yy) = (distances(&x, &y), distances(&x, &x), distances(&y, &y));
        let mean = |values: [f64; 12]| values.iter().sum::<f64>() / 12.0;
        let r = xy / (xx * yy).sqrt();
        for (kind, expected) in [
            (Pair::CovarSamp, xy / 11.0),
            (Pair::CovarPop, xy / 12.0),
            (Pair::Products, xy),
            (Pair::Corr, r),
            (Pair::R2, r * r),
            (Pair::Slope, xy / xx),
            (Pair::Intercept, mean(y) - xy / xx * mean(x)),
        ] {
            let products = total(|at| X[at] * Y[at]);
            let found = pair(kind, sure(12.0), &leg(&X, a, b), &leg(&Y, c, d), products);
            near(value(found), expected);
        }
    }
}

#[test]
fn what_cannot_be_is_withheld_and_not_moved_to_a_bound() {
    let mut noisy = leg(&X, 1.0, 0.0);
    noisy.squares = Estimate { value: 100.0, half_width: 5.0 };
    for kind in [Spread::VarSamp, Spread::SdPop, Spread::Squares] {
        assert_eq!(spread(kind, sure(12.0), &noisy), Err(Reason::TooUncertain));
    }
    let products = total(|at| X[at] * Y[at]);
    let too_much = sure(products.value * 2.0);
    let (x, y) = (leg(&X, 1.0, 0.0), leg(&Y, 1.0, 0.0));
    for kind in [Pair::Corr, Pair::R2] {
        assert_eq!(pair(kind, sure(12.0), &x, &y, too_much), Err(Reason::TooUncertain));
    }
    assert_eq!(spread(Spread::VarSamp, sure(1.0), &x), Err(Reason::TooUncertain));
    assert_eq!(spread(Spread::VarPop, sure(0.0), &x), Err(Reason::TooUncertain));
}

#[test]
fn a_line_needs_a_spread_that_the_noise_cannot_undo() {
    let mut x = leg(&X, 1.0, 0.0);
    let (y, products) = (leg(&Y, 1.0, 0.0), total(|at| X[at] * Y[at]));
    assert!(pair(Pair::Slope, sure(12.0), &x, &y, products).is_ok());
    x.squares.half_width = 1_000.0;
    assert_eq!(pair(Pair::Slope, sure(12.0), &x, &y, products), Err(Reason::TooUncertain));
    let flat = Leg { scale: 0.0, ..leg(&X, 1.0, 0.0) };
    assert_eq!(pair(Pair::Slope, sure(12.0), &flat, &y, products), Err(Reason::TooUncertain));
}

#[test]
fn values_that_are_all_alike_have_no_spread() {
    let alike = Leg { sum: sure(1.2), squares: sure(0.12), scale: 1.0, offset: 0.0 };
    assert_eq!(value(spread(Spread::SdSamp, sure(12.0), &alike)), 0.0);
    let products = sure(0.12);
    assert_eq!(pair(Pair::Corr, sure(12.0), &alike, &alike, products), Err(Reason::TooUncertain));
}

#[test]
fn half_widths_add_up_what_each_part_can_move() {
    let with = |n: f64, sum: f64, squares: f64| {
        let mut x = leg(&X, 1.0, 0.0);
        (x.sum.half_width, x.squares.half_width) = (sum, squares);
        let n = Estimate { value: 12.0, half_width: n };
        spread(Spread::VarPop, n, &x).unwrap().half_width
    };
    near(with(0.0, 0.0, 12.0), 1.0 + 0.1);
    assert!(with(1.0, 2.0, 12.0) > with(0.0, 2.0, 12.0));
    assert!(with(0.0, 2.0, 12.0) > with(0.0, 0.0, 12.0));
}

#[test]
fn a_perfect_line_is_one_and_not_a_little_more() {
    let (x, y) = (leg(&X, 1.0, 0.0), leg(&X, 0.1, 3.0));
    let products = total(|at| X[at] * X[at]);
    let r = value(pair(Pair::Corr, sure(12.0), &x, &y, products));
    assert!(r <= 1.0 && r > 0.999_999);
    let against = Leg { scale: -0.1, ..y };
    assert!(value(pair(Pair::Corr, sure(12.0), &x, &against, products)) < -0.999_999);
}
