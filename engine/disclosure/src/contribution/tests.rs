use super::*;

/// One person per total, with keys 1, 2, 3, ... and one row each.
fn people(totals: &[i128]) -> Contribution {
    (1..)
        .zip(totals)
        .map(|(key, &total)| Contribution::of_person(key, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

#[test]
fn merging_adds_sums_and_keeps_the_three_largest() {
    let c = people(&[5, -9, 7, 1]);
    assert_eq!((c.persons, c.key, c.rows, c.total), (4, 10, 4, 4));
    assert_eq!((c.absolute, c.negative), (22, true));
    assert_eq!((c.largest, c.second, c.third), (9, 7, 5));
    let c = people(&[4, 4]).merge(people(&[4, 6]));
    assert_eq!((c.largest, c.second, c.third), (6, 4, 4));
}

#[test]
fn the_split_into_lanes_does_not_matter() {
    let totals = [3, 8, 8, 0, 2, 9, 1];
    let whole = people(&totals);
    for cut in 0..=totals.len() {
        let (left, right) = totals.split_at(cut);
        let mut right = people(right);
        // The keys of the right lane go on counting where the left one stopped.
        right.key = right.key.wrapping_add(cut as u64 * right.persons);
        assert!(people(left).merge(right) == whole, "cut at {cut}");
        assert!(right.merge(people(left)) == whole, "cut at {cut}, lanes swapped");
    }
}

#[test]
fn keys_wrap_around() {
    let one = Contribution::of_person(u64::MAX, 1, 1);
    assert_eq!(one.merge(Contribution::of_person(3, 1, 1)).key, 2);
}

#[test]
fn what_people_contribute_is_consistent() {
    for totals in [&[][..], &[0], &[7], &[-7], &[7, 7], &[1, -1], &[0, 0, 0], &[9, 1, 1, 1]] {
        assert!(people(totals).is_consistent(), "{totals:?}");
    }
}

#[test]
fn contradictions_are_noticed() {
    let c = people(&[9, 5, 2]);
    assert!(!Contribution { third: 6, ..c }.is_consistent(), "third above second");
    assert!(!Contribution { third: 1, ..c }.is_consistent(), "a third person with 2 is not third");
    assert!(!Contribution { persons: 2, ..c }.is_consistent(), "two persons cannot be three");
    assert!(!Contribution { persons: 1, ..people(&[9, 5]) }.is_consistent());
    assert!(!Contribution { absolute: 21, total: 21, ..people(&[9, 5, 2, 2]) }.is_consistent());
    assert!(!Contribution { second: 10, ..c }.is_consistent(), "second above largest");
    assert!(!Contribution { persons: 0, ..c }.is_consistent(), "nobody contributed 16");
    assert!(!Contribution { persons: 1, ..c }.is_consistent(), "one person cannot be two");
    assert!(!Contribution { total: 15, ..c }.is_consistent(), "total without its part");
    assert!(!Contribution { total: -16, ..c }.is_consistent(), "negative without saying so");
    assert!(
        !Contribution { absolute: 30, total: 30, ..c }.is_consistent(),
        "a third above the second"
    );
    let brim = Contribution::of_person(1, 1, i128::MAX);
    assert!(!brim.merge(brim).merge(brim).is_consistent(), "sums that left their range");
}
