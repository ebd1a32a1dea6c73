use super::*;

fn number(column: usize) -> Number {
    (0, Place { column, counts: Counts::Persons })
}

fn only(id: u8) -> Removed {
    Removed::default().with(id)
}

fn effect(persons: u64) -> Effect {
    Effect { persons, reduced_key: persons, reduced_persons: 100 }
}

/// Six numbers, six conditions, each of which is about the target in one of the numbers.
fn low(met: u64) -> Low {
    let of = |column: usize| {
        let each =
            (0..6).map(|id| (only(id), effect(if usize::from(id) == column { met } else { 0 })));
        (number(column), each.collect())
    };
    (0..6).map(of).collect()
}

/// Each set that is tried is a reading of the data: how many there are must not tell whether the target was met.
#[test]
fn who_meets_a_condition_does_not_decide_what_is_tried() {
    assert_eq!(together(&low(0)), together(&low(1)));
    assert_eq!(together(&low(1)).len(), 1);
}

#[test]
fn where_nothing_is_low_nothing_is_tried() {
    assert!(together(&HashMap::from([(number(0), vec![])])).is_empty());
}

#[test]
fn what_goes_at_once_is_told_one_by_one() {
    let mut known = Reduction::default();
    let each = [(only(3), effect(0)), (only(1), effect(4)), (only(5), effect(2))];
    known.leave_out((only(3).with(1), effect(5)), &each);
    assert_eq!(known.steps, [(3, 0), (1, 4)]);
    assert_eq!((known.removed, known.nothing), (only(1).with(3), only(3)));
    assert_eq!((known.changed, known.persons, known.key), (5, 100, 5));
    assert!(known.touched && !known.too_far);
}
