//! Attacks as they stand in a log. Ten pairs at most, each among ordinary questions of others.

use serde_json::{Value, json};

use super::ordinary::{Ordinary, PAGE};
use super::town::Column::{Code, Imd, Region, Sex, Smoker, Year};
use super::town::Condition::{Except, Form, From, Hash, In, Is, IsNot, OrAll, To};
use super::town::{Column, Condition, Dice, FORMS, Query, Town, kinds};

/// The kinds of alerts about these people, with texts closed and open.
fn found(queries: impl FnOnce(&Town) -> Vec<Query>, people: &Value) -> (Vec<String>, Vec<String>) {
    let mut dice = Dice(11);
    let mut town = Town::new(&mut dice);
    let mut attack = queries(&town).into_iter();
    let mut others = Ordinary::new(&mut dice).questions(PAGE / 10).into_iter().enumerate();
    for (at, other) in others.by_ref() {
        town.ask(&other);
        if at % 4 == 0 {
            attack.by_ref().take(1).for_each(|query| town.ask(&query));
        }
    }
    attack.for_each(|query| town.ask(&query));
    let told = |open| {
        let found = kinds(&town.watched(open)).into_iter();
        let of_them = found.filter(|(_, of)| of == people).map(|(kind, _)| kind);
        let mut kinds: Vec<String> = of_them.collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    (told(false), told(true))
}

fn eve(queries: Vec<Vec<Condition>>) -> Vec<Query> {
    let numbered = (0_i64..).zip(queries);
    numbered.map(|(at, conditions)| Query::count("eve", 600 + 3 * at, &conditions)).collect()
}

/// Ten people whom these columns together tell from everybody else.
fn targets(town: &Town, columns: &[Column]) -> Vec<Vec<(Column, u64)>> {
    let unique = town.unique(columns);
    let apart = unique.len() / 10;
    unique.into_iter().step_by(apart).take(10).collect()
}

/// A23: ten people, each left out of a group in turn.
#[test]
fn exclude_one() {
    let attack = |town: &Town| {
        let targets = targets(town, &[Year, Sex, Region, Imd]).into_iter();
        let pairs = targets.enumerate().flat_map(|(at, target)| {
            let base = vec![From(Year, 1930 + at as u64 % 3), Is(Sex, target[1].1)];
            let without = [base.clone(), vec![Except(target)]].concat();
            [base, without]
        });
        eve(pairs.collect())
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"near_duplicates".to_owned()), "{closed:?}");
    for kind in ["near_duplicates", "isolations", "removals"] {
        assert!(open.contains(&kind.to_owned()), "{kind}: {open:?}");
    }
}

/// A24: one person, left out of ten groups.
#[test]
fn exclude_one_from_many_groups() {
    let attack = |town: &Town| {
        let target = targets(town, &[Year, Sex, Region, Imd]).remove(3);
        let pairs = (0..10).flat_map(|at| {
            let base = vec![Is(Sex, target[1].1), IsNot(Code, at)];
            let without = [base.clone(), vec![Except(target.clone())]].concat();
            [base, without]
        });
        eve(pairs.collect())
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"near_duplicates".to_owned()), "{closed:?}");
    for kind in ["near_duplicates", "earlier_answers"] {
        assert!(open.contains(&kind.to_owned()), "{kind}: {open:?}");
    }
}

/// A25: the same through OR.
#[test]
fn include_one() {
    let attack = |town: &Town| {
        let targets = targets(town, &[Year, Region, Imd]).into_iter();
        let pairs = targets.flat_map(|target| {
            let base = vec![From(Year, 1940)];
            [base.clone(), [base, vec![OrAll(Sex, 0, target)]].concat()]
        });
        eve(pairs.collect())
    };
    let (closed, _) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"near_duplicates".to_owned()), "{closed:?}");
}

/// A23 in two halves: one person asks with the target, another without. Neither alone has a pair.
#[test]
fn two_people_of_one_project() {
    let attack = |town: &Town| {
        let targets = targets(town, &[Year, Sex, Region, Imd]).into_iter();
        let mut queries = vec![];
        for (at, target) in (0_i64..).zip(targets) {
            let base = vec![From(Year, 1930 + at as u64 % 3), Is(Sex, target[1].1)];
            let without = [base.clone(), vec![Except(target)]].concat();
            queries.push(Query::count("eve", 600 + 6 * at, &base));
            queries.push(Query::count("mallory", 603 + 6 * at, &without));
        }
        for query in &mut queries {
            query.project = "secret".to_owned();
        }
        queries
    };
    let (closed, _) = found(attack, &json!(["mallory"]));
    let (both, _) = found(attack, &json!(["eve", "mallory"]));
    let told = [closed, both].concat();
    assert!(told.contains(&"near_duplicates".to_owned()), "{told:?}");
}

/// A26: a tracker by one column. Shapes do not tell it; what protection did tells it.
#[test]
fn a_tracker_shows_only_in_sealed_texts() {
    let attack = |town: &Town| {
        let pairs = targets(town, &[Year, Sex, Region]).into_iter().flat_map(|target| {
            let base = vec![Is(Sex, target[1].1), Is(Region, target[2].1)];
            let without = [base.clone(), vec![IsNot(Year, target[0].1)]].concat();
            [base, without]
        });
        eve(pairs.collect())
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(!closed.contains(&"near_duplicates".to_owned()), "{closed:?}");
    assert!(open.contains(&"near_duplicates".to_owned()), "{open:?}");
}

/// A11: one condition in ten forms, each with two ways to count.
#[test]
fn rewrites() {
    let attack = |_: &Town| {
        let mut queries = vec![];
        for form in 0..2 * FORMS {
            let base = vec![Form(form % FORMS, Imd, 4)];
            let mut query = Query::count("eve", 600 + form as i64, &base);
            if form >= FORMS {
                query.select = "sum(1)".to_owned();
            }
            queries.push(query);
        }
        queries
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"rewrites".to_owned()), "{closed:?}");
    for kind in ["rewrites", "one_cohort"] {
        assert!(open.contains(&kind.to_owned()), "{kind}: {open:?}");
    }
}

/// A14: conditions that are true for everybody.
#[test]
fn chaff() {
    let attack =
        |_: &Town| eve((0..20).map(|at| vec![Is(Sex, 1), From(Year, 1801 + at)]).collect());
    let (_, open) = found(attack, &json!(["eve"]));
    assert!(open.contains(&"chaff".to_owned()), "{open:?}");
}

/// A46: random halves by a function of a column.
#[test]
fn a_sweep_of_hashes() {
    let attack = |_: &Town| {
        eve((0..20).map(|at| vec![Hash(Code, 3 + 2 * at), Is(Region, 2), Is(Smoker, 1)]).collect())
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"sweep".to_owned()), "{closed:?}");
    assert!(open.contains(&"sweep".to_owned()), "{open:?}");
}

/// A50: nothing but lists and ranges.
#[test]
fn a_sweep_of_plain_ranges() {
    let attack = |_: &Town| {
        let mut dice = Dice(5);
        let list = |dice: &mut Dice| (1..=10).filter(|_| dice.one_in(2)).chain([1, 2]).collect();
        let mut one = || {
            let low = 1930 + dice.below(40);
            let deciles = list(&mut dice);
            vec![In(Imd, deciles), From(Year, low), To(Year, low + 30), Is(Sex, 1), Is(Region, 4)]
        };
        eve((0..20).map(|_| one()).collect())
    };
    let (closed, open) = found(attack, &json!(["eve"]));
    assert!(closed.contains(&"sweep".to_owned()), "{closed:?}");
    assert!(open.contains(&"sweep".to_owned()), "{open:?}");
}
