//! Bounds: nothing is below zero, so sums bound their parts. A reader who solves for the least and the most that a
//! withheld number can be must not come too near to it.

use std::collections::BTreeSet;

use tests::clinic::{Clinic, Person, REGIONS};
use tests::home::Home;
use tests::profile;
use tresor_disclosure::Contribution;
use tresor_disclosure::dominance::{is_dominated, protection};
use tresor_disclosure::profile::{Compare, Dominance};

use super::World;
use super::reader::Reader;
use crate::attacks::subtraction::Question;
use crate::model::chance::Chance;
use crate::model::runs::queries;

const MINIMUM: u64 = 3;
const P: f64 = 10.0;
const OPEN: &str = "open";
const CLOSED: &str = "closed";

/// Few people of whom some earn much more than the others.
fn clinic(seed: u64) -> Clinic {
    let mut chance = Chance::new(seed);
    let mut clinic = Clinic::new(70, seed);
    for person in &mut clinic.persons {
        person.region = chance.one_of(&REGIONS);
        person.hiv = chance.percent(30);
        person.birth_year = if chance.percent(30) { 2000 } else { 1950 };
        let most = chance.one_of(&[100, 1_000, 20_000, 90_000]);
        person.income = chance.below(most) as f64;
        person.visits.clear();
        person.labs.clear();
    }
    clinic
}

async fn world(clinic: &Clinic) -> World {
    let home = Home::of(clinic);
    for (id, method) in [(OPEN, "off"), (CLOSED, "gauss")] {
        let text = profile::with(&[
            &format!("id = \"{id}\""),
            &format!("min_count = {MINIMUM}"),
            &format!("min_count_measure = {MINIMUM}"),
            "zero = \"show\"",
            &format!("dominance = {{ nk = [], p = {P:.1}, compare = \">\" }}"),
            &format!("secondary = {{ method = \"{method}\", zeros = false }}"),
            "complements = true",
        ]);
        home.add_project(id, &text, "clinic");
    }
    World::of(home).await
}

/// A number that an answer could show.
struct Number {
    place: (usize, String, usize),
    counts: Vec<i64>,
    people: Vec<Person>,
}

impl Number {
    fn count(&self) -> f64 {
        self.people.len() as f64
    }

    fn sum(&self) -> f64 {
        self.people.iter().map(|person| person.income).sum()
    }

    /// What the sum consists of, in hundredths as the contract has them.
    fn contribution(&self) -> Contribution {
        let earn = self.people.iter().map(|person| (person.income * 100.0).round() as i128);
        let one = |total| Contribution::of_person(0, 1, total);
        earn.filter(|total| *total > 0).map(one).fold(Contribution::default(), Contribution::merge)
    }
}

/// Every number that there is to tell.
fn numbers(question: &Question, clinic: &Clinic) -> Vec<Number> {
    let classes: BTreeSet<String> = clinic.persons.iter().map(|p| question.class(p)).collect();
    let numbers = question.numbers(clinic).into_iter();
    numbers
        .map(|(place, counted)| Number {
            place,
            counts: classes
                .iter()
                .map(|class| i64::from(counted.classes.contains(class)))
                .collect(),
            people: clinic
                .persons
                .iter()
                .filter(|person| counted.classes.contains(&question.class(person)))
                .cloned()
                .collect(),
        })
        .collect()
}

/// Withheld numbers that a reader comes too near to, and how many were withheld for their own sake.
fn too_near(
    question: &Question,
    numbers: &[Number],
    shown: &BTreeSet<(usize, String, usize)>,
    clinic: &Clinic,
) -> (Vec<String>, usize) {
    let rules = Dominance { nk: vec![], p: P, compare: Compare::MoreThan };
    let mut found = vec![];
    let mut hidden = 0;
    for sums in [false, true] {
        let value = |number: &Number| if sums { number.sum() } else { number.count() };
        let of_kind = |number: &&Number| (number.place.2 > question.filters.len()) == sums;
        let Some(width) = numbers.first().map(|number| number.counts.len()) else { continue };
        let mut total = Reader::new(width);
        let all: f64 = clinic.persons.iter().map(|p| if sums { p.income } else { 1.0 }).sum();
        total.read(vec![1; width], all);
        let mut reader = Reader::new(width);
        reader.read(vec![1; width], all);
        for number in numbers.iter().filter(of_kind).filter(|number| shown.contains(&number.place))
        {
            reader.read(number.counts.clone(), value(number));
        }
        for number in numbers.iter().filter(of_kind).filter(|number| !shown.contains(&number.place))
        {
            let c = number.contribution();
            let (low, high) = if sums {
                if !is_dominated(&rules, &c) {
                    continue;
                }
                let room = protection(&rules, &c) as f64 / 100.0;
                ((number.sum() - room).max(0.0), number.sum() + room)
            } else {
                if number.people.is_empty() || number.count() >= MINIMUM as f64 {
                    continue;
                }
                ((number.count() - 1.0).max(1.0), number.count() + 1.0)
            };
            let near = |reader: &Reader| {
                let (least, most) = reader.bounds(&number.counts);
                (least > low + 0.02 || most < high - 0.02).then_some((least, most))
            };
            // Nothing that one query withholds helps against the total.
            if near(&total).is_some() {
                continue;
            }
            hidden += 1;
            if let Some((least, most)) = near(&reader) {
                let truth = value(number);
                found.push(format!(
                    "{:?} {truth} not in {low} to {high}: {least} to {most}",
                    number.place
                ));
            }
        }
    }
    (found, hidden)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_withheld_number_is_bounded_too_narrowly() {
    let (mut attacked, mut hidden) = (0, 0);
    let mut world_of = None;
    for seed in 0..queries(60) {
        if seed % 20 == 0 {
            let clinic = clinic(seed);
            world_of = Some((world(&clinic).await, clinic));
        }
        let (world, clinic) = world_of.as_ref().unwrap();
        let mut chance = Chance::new(3000 + seed);
        let mut question = Question::of(&mut |bound| chance.below(bound));
        question.sums = true;
        let sql = question.sql();
        let numbers = numbers(&question, clinic);
        let open = question.shown(&world.answer(OPEN, &sql).await);
        let (found, _) = too_near(&question, &numbers, &open, clinic);
        attacked += found.len();
        let closed = question.shown(&world.answer(CLOSED, &sql).await);
        let (found, of) = too_near(&question, &numbers, &closed, clinic);
        assert!(found.is_empty(), "{seed}: {sql}\n{}", found.join("\n"));
        hidden += of;
    }
    assert!(attacked > 50, "{attacked} numbers found where nothing is withheld for others");
    assert!(hidden > 100, "{hidden} numbers withheld for their own sake");
}
