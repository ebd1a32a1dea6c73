use super::*;
use crate::packed::Damaged;

fn known(measure: &str, persons: u64, answer: Protected) -> Known {
    let mut sketch = Sketch::default();
    (0..persons).for_each(|key| sketch.add_person(key));
    let key = persons.wrapping_mul(u64::MAX / 3);
    let (measure, query) = (measure.into(), "q_1".into());
    Known { measure, query, persons, key, sketch, answer, step: 1, along: vec![] }
}

fn several() -> Vec<Known> {
    let shown = |value, half_width| Protected::Shown { value, half_width };
    let mut numbers = vec![
        known("persons", 100, shown(101, 5)),
        known("sum:cost/2", 100, shown(i128::MIN, u128::MAX)),
        known("persons", 0, shown(0, 0)),
        known("persons", 3, Protected::Withheld(Reason::TooFewPersons)),
    ];
    let along = vec![(10_000, shown(3, 1)), (500_000, Protected::Withheld(Reason::TooFewOnASide))];
    numbers.push(Known { along, ..known("quantile", 60, shown(3, 1)) });
    let reasons = (0..=u8::MAX).filter_map(reason);
    numbers.extend(reasons.map(|reason| known("rows", 7, Protected::Withheld(reason))));
    numbers
}

#[test]
fn numbers_come_back_from_their_bytes() {
    for numbers in [vec![], several()] {
        let back = from_bytes("q_1", &to_bytes(&numbers)).unwrap();
        assert!(back == numbers);
    }
    assert!(from_bytes("q_2", &to_bytes(&several())).unwrap().iter().all(|k| k.query == "q_2"));
}

#[test]
fn an_answer_holds_until_the_next_share() {
    let shown = |value| Protected::Shown { value, half_width: 1 };
    let along = vec![(10_000, shown(1)), (300_000, shown(2))];
    let known = Known { along, ..known("quantile", 60, shown(9)) };
    assert_eq!(
        [10_000, 299_999, 300_000, 990_000].map(|share| known.at(share)),
        [1, 1, 2, 2].map(shown)
    );
    assert_eq!(known.at(0), shown(9), "below all");
}

#[test]
fn every_reason_has_a_tag_of_its_own() {
    let reasons: Vec<Reason> = (0..=u8::MAX).filter_map(reason).collect();
    for one in &reasons {
        assert_eq!(reason(tag(*one)), Some(*one));
    }
    // The last one there is: a new reason makes `tag` fail to compile, and then belongs here.
    assert_eq!(reasons.len(), usize::from(tag(Reason::Unprotectable)));
    assert_eq!(reason(SHOWN), None);
}

#[test]
fn a_small_cell_takes_little_room() {
    let bytes = to_bytes(&[known("persons", 10, Protected::Shown { value: 12, half_width: 5 })]);
    assert!(bytes.len() < 130, "{}", bytes.len());
}

#[test]
fn damaged_bytes_are_an_error() {
    let bytes = to_bytes(&several());
    for length in 0..bytes.len() {
        assert!(from_bytes("q_1", &bytes[..length]) == Err(Damaged), "{length}");
    }
    assert!(from_bytes("q_1", &[bytes.as_slice(), &[0]].concat()) == Err(Damaged));
    for place in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[place] ^= flip;
            // Some changes give other numbers; none may panic or take more room than the bytes do.
            let read = from_bytes("q_1", &changed);
            assert!(read.is_err() || read.is_ok_and(|numbers| numbers.len() <= bytes.len()));
        }
    }
    let mut later = bytes;
    later[0] = VERSION + 1;
    assert!(from_bytes("q_1", &later) == Err(Damaged));
}
