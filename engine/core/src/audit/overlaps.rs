//! Questions about nearly the same people: one condition more, or one that differs.
//!
//! Subtract the answers of such a pair and what is left is about the few people in between. Compares what was asked and
//! never whom it met: rows say nothing here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::question::{Conditions, Question, in_short};

/// Conditions that one question may have and the other not.
const FEW: usize = 2;
/// Pairs that are told; the others are counted.
const TOLD_MAX: usize = 200;

/// The people that one or more questions were about.
struct Population<'a> {
    tables: &'a BTreeSet<String>,
    conditions: Vec<&'a str>,
    questions: Vec<&'a Question>,
}

/// How two populations lie to each other: `first` has the conditions that narrow it down.
struct Pair<'a> {
    relation: Relation,
    first: &'a Population<'a>,
    second: &'a Population<'a>,
    only_first: Vec<&'a str>,
    only_second: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    OneLiteral,
    OneConditionMore,
    OneCondition,
    TwoConditionsMore,
    MoreThanOne,
}

impl Relation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::OneLiteral => "one_literal_differs",
            Self::OneConditionMore => "one_condition_more",
            Self::OneCondition => "one_condition_differs",
            Self::TwoConditionsMore => "two_conditions_more",
            Self::MoreThanOne => "up_to_two_conditions_differ",
        }
    }

    fn of(only_first: &[&str], only_second: &[&str]) -> Option<Self> {
        match (only_first, only_second) {
            ([], []) => None,
            ([_], []) => Some(Self::OneConditionMore),
            ([_, _], []) => Some(Self::TwoConditionsMore),
            ([a], [b]) if shape(a) == shape(b) => Some(Self::OneLiteral),
            ([_], [_]) => Some(Self::OneCondition),
            (a, b) if a.len() <= FEW && b.len() <= FEW => Some(Self::MoreThanOne),
            _ => None,
        }
    }
}

/// The pairs among these questions, the closest first, and what could not be compared.
pub(crate) fn overlaps(questions: &[Question]) -> Value {
    let populations = populations(questions);
    let mut pairs = vec![];
    for (at, first) in populations.iter().enumerate() {
        let later = populations.iter().skip(at + 1);
        pairs.extend(later.filter_map(|second| pair(first, second)));
    }
    told(pairs, &populations, questions)
}

/// The pairs of which one side is this query.
pub(crate) fn overlaps_of(query: &str, questions: &[Question]) -> Value {
    let populations = populations(questions);
    let has = |population: &&Population<'_>| {
        population.questions.iter().any(|question| question.query == query)
    };
    let Some(its) = populations.iter().find(has) else {
        return told(vec![], &[], questions);
    };
    let pairs = populations.iter().filter_map(|other| pair(its, other)).collect();
    told(pairs, std::slice::from_ref(its), questions)
}

/// Equal questions are one population.
fn populations(questions: &[Question]) -> Vec<Population<'_>> {
    let mut found: BTreeMap<(&BTreeSet<String>, &Conditions), Population<'_>> = BTreeMap::new();
    for question in questions {
        let conditions = match &question.conditions {
            Conditions::Shapes(all) | Conditions::Texts(all) => all,
            Conditions::Unknown => continue,
        };
        let population = || Population {
            tables: &question.tables,
            conditions: conditions.iter().map(String::as_str).collect(),
            questions: vec![],
        };
        let place = found.entry((&question.tables, &question.conditions));
        place.or_insert_with(population).questions.push(question);
    }
    found.into_values().collect()
}

/// The pair of two populations over the same tables, if few conditions lie between them.
fn pair<'a>(one: &'a Population<'a>, other: &'a Population<'a>) -> Option<Pair<'a>> {
    let far = one.conditions.len().abs_diff(other.conditions.len()) > FEW;
    if far || one.tables != other.tables {
        return None;
    }
    let (first, second) =
        if one.conditions.len() < other.conditions.len() { (other, one) } else { (one, other) };
    let (only_first, only_second) = differing(&first.conditions, &second.conditions);
    let relation = Relation::of(&only_first, &only_second)?;
    // Whoever has nothing in common does not overlap, however short the lists are.
    let shared = first.conditions.len().saturating_sub(only_first.len());
    if shared == 0 && relation > Relation::OneConditionMore {
        return None;
    }
    Some(Pair { relation, first, second, only_first, only_second })
}

/// What stands in only one of two sorted lists.
fn differing<'a>(first: &[&'a str], second: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut only_first, mut only_second) = (vec![], vec![]);
    let (mut first, mut second) = (first.iter().peekable(), second.iter().peekable());
    loop {
        match (first.peek(), second.peek()) {
            (Some(a), Some(b)) if a == b => {
                first.next();
                second.next();
            }
            (Some(a), Some(b)) if a > b => only_second.extend(second.next()),
            (Some(_), _) => only_first.extend(first.next()),
            (None, Some(_)) => only_second.extend(second.next()),
            (None, None) => return (only_first, only_second),
        }
    }
}

/// A condition with `?` for texts and numbers: tells whether two differ in a constant only.
pub(super) fn shape(condition: &str) -> String {
    let mut shape = String::new();
    let mut signs = condition.chars().peekable();
    while let Some(sign) = signs.next() {
        let in_name = shape.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        if sign == '\'' {
            while let Some(next) = signs.next() {
                if next == '\'' && signs.next_if_eq(&'\'').is_none() {
                    break;
                }
            }
            shape.push('?');
        } else if sign.is_ascii_digit() && !in_name {
            while signs.next_if(|next| next.is_ascii_digit() || *next == '.').is_some() {}
            shape.push('?');
        } else {
            shape.push(sign);
        }
    }
    shape
}

fn told(mut pairs: Vec<Pair<'_>>, populations: &[Population<'_>], questions: &[Question]) -> Value {
    pairs.sort_by_key(|pair| (pair.relation, !pair.of_one_person()));
    let again = populations.iter().filter(|population| population.questions.len() > 1);
    let again: Vec<Value> = again.map(|population| population.asked_again()).collect();
    let unknown = |question: &&Question| question.conditions == Conditions::Unknown;
    json!({
        "pairs": pairs.iter().take(TOLD_MAX).map(Pair::told).collect::<Vec<_>>(),
        "more_pairs": pairs.len().saturating_sub(TOLD_MAX),
        "asked_again": again.iter().take(TOLD_MAX).collect::<Vec<_>>(),
        "compared": questions.len() - questions.iter().filter(unknown).count(),
        "not_comparable": questions.iter().filter(unknown).count(),
    })
}

impl Pair<'_> {
    fn of_one_person(&self) -> bool {
        let of_first = |other: &&Question| {
            self.first.questions.iter().any(|question| question.person == other.person)
        };
        self.second.questions.iter().any(of_first)
    }

    fn told(&self) -> Value {
        json!({
            "relation": self.relation.as_str(),
            "tables": self.first.tables,
            "shared_conditions": self.first.conditions.len().saturating_sub(self.only_first.len()),
            "only_in_first": self.only_first,
            "only_in_second": self.only_second,
            "same_person": self.of_one_person(),
            "first": in_short(&self.first.questions),
            "second": in_short(&self.second.questions),
        })
    }
}

impl Population<'_> {
    fn asked_again(&self) -> Value {
        json!({
            "tables": self.tables,
            "conditions": self.conditions,
            "asked": in_short(&self.questions),
        })
    }
}
