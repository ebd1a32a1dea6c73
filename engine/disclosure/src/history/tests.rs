use std::ops::Range;

use super::*;
use crate::low_effect::LowEffect;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};

/// Fewer than ten persons are too few; beside odd keys one fewer.
struct Ten;

impl Nearness for Ten {
    fn surely(&self) -> u64 {
        11
    }

    fn is_near(&self, differing: u64, earlier_key: u64, _: u64) -> bool {
        differing < 10 - earlier_key % 2
    }

    fn is_near_few(&self, differing: u64, _: u64, _: u64) -> bool {
        differing < 5
    }
}

/// Strict rules remove more persons than a small cell holds.
struct Ninety;

impl Nearness for Ninety {
    fn surely(&self) -> u64 {
        90
    }

    fn is_near(&self, differing: u64, _: u64, _: u64) -> bool {
        differing < 90
    }

    fn is_near_few(&self, differing: u64, _: u64, _: u64) -> bool {
        differing < 5
    }
}

const SHOWN: Protected = Protected::Shown { value: 0, half_width: 0 };

/// A record key, as if drawn. Even, so that the sum of any is.
const fn key(person: u64) -> u64 {
    person.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xd6e8_feb8_6659_fd93)
        << 1
}

fn sketch(people: Range<u64>) -> Sketch {
    let mut sketch = Sketch::default();
    people.for_each(|person| sketch.add_person(key(person)));
    sketch
}

fn cell(query: &str, people: Range<u64>) -> Known {
    let key = people.clone().fold(0, |sum, person| key(person).wrapping_add(sum));
    let persons = people.end - people.start;
    let answer = Protected::Shown { value: persons.into(), half_width: 5 };
    let sketch = sketch(people);
    let (measure, query) = ("persons".into(), query.into());
    Known { measure, query, persons, key, sketch, answer, step: 1, along: vec![] }
}

/// Answers a cell as the engine does: the earlier answer, or its own, which is remembered.
fn ask(history: &mut History, cell: Known) -> (String, Protected) {
    let found = history.find(&cell.measure, cell.persons, &cell.sketch, cell.answer, &Ten);
    if let Some(earlier) = found {
        return (earlier.query.clone(), earlier.answer);
    }
    let own = (cell.query.clone(), cell.answer);
    history.insert(cell);
    own
}

#[test]
fn whichever_is_first_answers_both() {
    for (first, second) in [(0..100, 5..101), (5..101, 0..100)] {
        let mut history = History::default();
        let own = ask(&mut history, cell("first", first.clone()));
        assert_eq!(ask(&mut history, cell("second", second)), own);
        assert_eq!(ask(&mut history, cell("again", first)), own);
        assert_eq!(history.len(), 1);
    }
}

/// Nobody can tell from the answer whether the cells are equal.
#[test]
fn no_difference_and_a_small_one_look_the_same() {
    let mut history = History::default();
    let own = ask(&mut history, cell("first", 0..100));
    for less in 0..10 {
        assert_eq!(ask(&mut history, cell("next", less..100)), own, "{less}");
    }
    assert_ne!(ask(&mut history, cell("other", 20..100)), own);
}

#[test]
fn what_was_withheld_stays_withheld() {
    let mut history = History::default();
    let withheld = Protected::Withheld(Reason::TooFewPersons);
    history.insert(Known { answer: withheld, ..cell("first", 0..8) });
    assert_eq!(ask(&mut history, cell("second", 0..12)).1, withheld);
    assert_ne!(ask(&mut history, cell("third", 0..30)).1, withheld);
}

/// Fifteen people, known to the last. One person beside them makes no difference to whether they are shown; but one person
/// alone, of whom they are one, must not be near them, as nobody is not.
#[test]
fn few_people_are_near_a_few_and_no_more() {
    let withheld = Protected::Withheld(Reason::TooFewPersons);
    let mut history = History::default();
    let own = ask(&mut history, cell("first", 0..9));
    for people in [0..10, 0..8, 0..6] {
        let few = Known { answer: withheld, ..cell("few", people) };
        assert_eq!(ask(&mut history, few), own);
    }
    let one = Known { answer: withheld, ..cell("one", 0..1) };
    assert_eq!(ask(&mut history, one.clone()).1, withheld);
    assert!(
        history
            .find("persons", 1, &one.sketch, SHOWN, &Ten)
            .is_some_and(|known| known.query == "first")
    );
}

/// Each is near the one before it. The answers of the first reach only what is near the first.
#[test]
fn a_chain_does_not_hand_an_answer_on() {
    let mut history = History::default();
    let answers: Vec<String> = (0..30)
        .map(|step| ask(&mut history, cell(&step.to_string(), step * 4..step * 4 + 200)).0)
        .collect();
    let anchor = |step: u64| answers[step as usize].parse::<u64>().unwrap();
    for step in 0..30 {
        assert!(step - anchor(step) <= 1, "{step} has the answer of {}", anchor(step));
    }
    assert!((1..30).any(|step| anchor(step) != step));
    let again: Vec<String> =
        (0..30).map(|step| ask(&mut history, cell("again", step * 4..step * 4 + 200)).0).collect();
    assert_eq!(again, answers);
}

/// A cell between two earlier ones that are not near each other.
#[test]
fn the_first_of_several_answers() {
    let mut history = History::default();
    ask(&mut history, cell("a", 0..100));
    ask(&mut history, cell("b", 0..114));
    assert_eq!(ask(&mut history, cell("c", 0..107)).0, "a");
    assert_eq!(ask(&mut history, cell("b again", 0..114)).0, "b");
}

#[test]
fn the_limit_is_that_of_the_earlier_cell() {
    let odd = Known { key: 1, ..cell("odd", 0..100) };
    let mut history = History::default();
    history.insert(odd);
    assert_eq!(ask(&mut history, cell("eight", 8..100)).0, "odd");
    assert_eq!(ask(&mut history, cell("nine", 9..100)).0, "nine");
}

#[test]
fn other_measures_are_never_compared() {
    let mut history = History::default();
    ask(&mut history, cell("first", 0..100));
    let rows = Known { measure: "rows".into(), ..cell("second", 0..100) };
    assert_eq!(ask(&mut history, rows).0, "second");
}

/// Neighbouring cells of a fine table are small and differ in few persons, but they are about others.
#[test]
fn small_cells_that_share_nobody_are_never_confused() {
    for size in 10..=20 {
        let mut history = History::default();
        for place in 0..500 {
            let cell = cell(&place.to_string(), place * 40..place * 40 + size);
            assert!(
                history.find("persons", size, &cell.sketch, cell.answer, &Ninety).is_none(),
                "{size}, {place}"
            );
            history.insert(cell);
        }
    }
}

#[test]
fn nobody_is_like_nobody_and_like_no_one_else() {
    let mut history = History::default();
    ask(&mut history, cell("nobody", 0..0));
    assert_eq!(ask(&mut history, cell("again", 5..5)).0, "nobody");
    assert_eq!(ask(&mut history, cell("three", 0..3)).0, "three");
}

/// A hundred thousand cells, and a question compares with those of its size only.
#[test]
fn many_are_found_without_looking_at_all() {
    let mut history = History::default();
    for place in 0..100_000 {
        let start = place * 7;
        history.insert(cell("earlier", start..start + 10 + place % 5_000));
    }
    let compared = |persons| history.of_about("persons", persons, Ten.surely()).count();
    let most = (0..6_000).map(compared).max().unwrap();
    assert_eq!(most, 21 * 20);
    let found = history.find("persons", 2_011, &sketch(7 * 2_001..7 * 2_001 + 2_011), SHOWN, &Ten);
    assert!(found.is_some_and(|known| known.persons == 2_011));
    assert!(history.find("persons", 2_011, &sketch(9_000_000..9_002_011), SHOWN, &Ten).is_none());
}

/// Against the truth: sets of persons, without sketches.
#[test]
fn it_is_what_counting_says() {
    let mut history = History::default();
    let mut cells: Vec<Range<u64>> = Vec::new();
    let (mut found, mut missed) = (0, 0);
    for step in 0..2_000_u64 {
        let start = key(step) >> 8 & 0xff;
        let end = start + 20 + (key(step) >> 16 & 0x7f);
        let one = cell(&cells.len().to_string(), start..end);
        let apart = |other: &Range<u64>| other.start.abs_diff(start) + other.end.abs_diff(end);
        let true_first = cells.iter().position(|other| apart(other) < 10);
        let first = history.find("persons", one.persons, &one.sketch, one.answer, &Ten);
        let first = first.map(|known| known.query.parse::<usize>().unwrap());
        match (true_first, first) {
            // A sketch may see fewer that differ than there are, never more.
            (Some(truth), first) => assert!(first.is_some_and(|first| first <= truth)),
            (None, Some(_)) => missed += 1,
            (None, None) => {}
        }
        match first {
            Some(_) => found += 1,
            None => {
                history.insert(one);
                cells.push(start..end);
            }
        }
    }
    assert!(found > 500 && missed * 50 < found, "{found} found, {missed} of them too far");
}

/// What would be removed as a condition is near as a cell, and nothing else.
#[test]
fn the_rule_of_conditions_is_that_of_cells() {
    let secret = NoiseSecret::new([7; 32]);
    let mut profile = crate::profile::tests::sample();
    profile.low_effect.persons = 10;
    profile.low_effect.sd = 2.0;
    let rule = LowEffect::new(&profile, &secret).unwrap();
    let limits: Vec<u64> = (0..200)
        .map(|key| (0..40).find(|differing| !rule.is_near(*differing, key, 100)).unwrap())
        .collect();
    assert!(limits.iter().all(|limit| (2..=Nearness::surely(&rule)).contains(limit)));
    assert!(limits.iter().any(|limit| *limit < 10) && limits.iter().any(|limit| *limit > 11));
}
