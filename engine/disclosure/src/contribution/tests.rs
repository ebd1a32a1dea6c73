use super::*;

/// One person per total, with keys 1, 2, 3, ... and one row each.
fn people(totals: &[i128]) -> Contribution {
    (1..)
        .zip(totals)
        .map(|(key, &total)| Contribution::of_person(key, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

#[test]
fn merging_adds_sums_and_keeps_the_largest() {
    let c = people(&[5, -9, 7, 1, -2]);
    assert_eq!((c.persons, c.key, c.rows, c.total, c.absolute), (5, 15, 5, 2, 24));
    assert_eq!(c.top, [7, 5, 1, 0, 0]);
    assert_eq!((c.below.persons, c.below.absolute, c.below.top), (2, 11, [9, 2, 0, 0, 0]));
    assert_eq!((c.largest(), c.second()), (9, 7), "without sign");
    let c = people(&[4, 4, 1, 1]).merge(people(&[4, 6, 2]));
    assert_eq!(c.top, [6, 4, 4, 4, 2]);
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
        assert!(people(&totals.repeat(7)).is_consistent(), "seven times {totals:?}");
    }
}

fn has_top(c: Contribution, top: Top) -> bool {
    Contribution { top, ..c }.is_consistent()
}

fn has_persons(c: Contribution, persons: u64) -> bool {
    Contribution { persons, ..c }.is_consistent()
}

#[test]
fn contradictions_are_noticed() {
    let c = people(&[9, 5, 2, 2, 2, 1]);
    assert!(has_top(c, [9, 5, 2, 2, 2]));
    assert!(!has_top(c, [5, 9, 2, 2, 2]), "the second above the largest");
    assert!(!has_top(c, [9, 5, 2, 1, 1]), "what is left is more than the sixth can have");
    assert!(!has_top(c, [9, 5, 2, 2, 0]), "nobody is left for what is left");
    assert!(!has_top(c, [9, 9, 9, 9, 9]), "more than there is");
    assert!(!has_persons(c, 0) && !has_persons(c, 1) && !has_persons(c, 4), "too few for it");
    assert!(!Contribution { total: 20, ..c }.is_consistent(), "total without its part");
    assert!(!Contribution { total: -21, ..c }.is_consistent(), "below zero without saying so");
    assert!(!Contribution { absolute: 30, total: 30, ..c }.is_consistent());
    let brim = Contribution::of_person(1, 1, i128::MAX);
    assert!(!brim.merge(brim).merge(brim).is_consistent(), "sums that left their range");
}

fn has_below(c: Contribution, below: Below) -> bool {
    Contribution { below, ..c }.is_consistent()
}

#[test]
fn contradictions_below_zero_are_noticed() {
    let c = people(&[9, -5, 2, -1]);
    let below = c.below;
    assert!(has_below(c, below));
    assert!(!has_below(c, Below { persons: 5, ..below }), "more than there are");
    assert!(!has_below(c, Below { persons: 7, absolute: 6, ..below }));
    assert!(!has_below(c, Below { absolute: 7, ..below }), "more than they have");
    assert!(!has_below(c, Below { absolute: 18, ..below }), "more than all have");
    assert!(!has_below(c, Below { top: [5, 2, 0, 0, 0], ..below }));
    assert!(!has_below(c, Below::default()), "the total says otherwise");
    let nothing = Below { persons: 3, ..below };
    assert!(!has_below(c, nothing), "one of three has nothing below zero");
}
