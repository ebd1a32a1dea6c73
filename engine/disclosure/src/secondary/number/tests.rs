use num_bigint::BigInt;

use super::{Number, Overflow, Residue};

#[test]
fn what_does_not_fit_is_said_and_never_wrapped() {
    assert_eq!(i64::MAX.cross(&1, &1, &0), Ok(i64::MAX));
    assert_eq!(i64::MAX.cross(&2, &1, &0), Err(Overflow));
    assert_eq!(i64::MAX.cross(&2, &i64::MAX, &1), Ok(i64::MAX));
    let large = BigInt::from(i64::MAX);
    let one = BigInt::from(1);
    assert_eq!(large.cross(&large, &one, &one), Ok(&large * &large - 1));
}

fn agree<const BELOW: u64>() {
    let prime = i128::from(Residue::<BELOW>::PRIME);
    let numbers = [0, 1, 2, -1, 45, i64::MAX, -i64::MAX, 1 << 61, (1 << 61) - 1, 123_456_789_012];
    for a in numbers {
        for b in numbers {
            let product = (i128::from(a) * i128::from(b)).rem_euclid(prime);
            let (x, y): (Residue<BELOW>, Residue<BELOW>) = (a.residue(), b.residue());
            assert_eq!(i128::from(x.times(y).0), product, "{a} times {b}");
            let sum = (i128::from(a) + i128::from(b)).rem_euclid(prime);
            assert_eq!(i128::from(x.plus(y).0), sum, "{a} plus {b}");
            assert_eq!(x, BigInt::from(a).residue());
        }
        let x: Residue<BELOW> = a.residue();
        let one = u64::from(x.0 != 0);
        assert_eq!(x.times(x.inverse()).0, one, "{a}");
        assert_eq!(x.plus(x.negative()).0, 0, "{a}");
    }
}

#[test]
fn remainders_follow_the_integers() {
    agree::<1>();
    agree::<31>();
    agree::<45>();
}
