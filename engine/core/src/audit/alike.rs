//! Questions that were asked again and again: with other constants, or in other words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::question::{Conditions, Question, in_short};

/// Clusters that are told of each kind; the others are counted.
const TOLD_MAX: usize = 200;

/// Clusters of at least `minimum` questions, the largest first: of one shape, and by one person about the same people in
/// different words.
pub(crate) fn alike(questions: &[Question], minimum: usize) -> Value {
    let (shapes, more_shapes) = largest(of_one_shape(questions), minimum);
    let (cohorts, more_cohorts) = largest(of_one_cohort(questions), minimum);
    json!({
        "same_shape": shapes.iter().map(|cluster| same_shape(cluster)).collect::<Vec<_>>(),
        "more_same_shape": more_shapes,
        "same_cohort": cohorts.iter().map(|cluster| same_cohort(cluster)).collect::<Vec<_>>(),
        "more_same_cohort": more_cohorts,
        "compared": questions.len(),
    })
}

type Cluster<'a> = Vec<&'a Question>;

fn of_one_shape(questions: &[Question]) -> Vec<Cluster<'_>> {
    let mut found: BTreeMap<&str, Cluster<'_>> = BTreeMap::new();
    for question in questions.iter().filter(|question| !question.fingerprint.is_empty()) {
        found.entry(&question.fingerprint).or_default().push(question);
    }
    // Where the constants were opened, the same question with the same constants is no attempt at another answer.
    found.into_values().filter(|cluster| constants(cluster) != Some(1)).collect()
}

fn of_one_cohort(questions: &[Question]) -> Vec<Cluster<'_>> {
    let mut found: BTreeMap<(&str, &BTreeSet<String>, &Conditions), Cluster<'_>> = BTreeMap::new();
    let known = questions.iter().filter(|question| question.conditions != Conditions::Unknown);
    for question in known {
        let key = (question.person.as_str(), &question.tables, &question.conditions);
        found.entry(key).or_default().push(question);
    }
    found.into_values().filter(|cluster| wordings(cluster) > 1).collect()
}

fn largest(mut clusters: Vec<Cluster<'_>>, minimum: usize) -> (Vec<Cluster<'_>>, usize) {
    clusters.retain(|cluster| cluster.len() >= minimum);
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.len()));
    let more = clusters.len().saturating_sub(TOLD_MAX);
    clusters.truncate(TOLD_MAX);
    (clusters, more)
}

/// In how many ways the `?` were filled; `None` where a text stays closed.
fn constants(cluster: &Cluster<'_>) -> Option<usize> {
    let opened: Option<BTreeSet<&str>> =
        cluster.iter().map(|question| question.literals.as_deref()).collect();
    opened.map(|opened| opened.len())
}

fn wordings(cluster: &Cluster<'_>) -> usize {
    cluster.iter().map(|question| question.fingerprint.as_str()).collect::<BTreeSet<_>>().len()
}

fn same_shape(cluster: &Cluster<'_>) -> Value {
    json!({
        "sql_fingerprint": cluster.first().map(|question| question.fingerprint.as_str()),
        "different_constants": constants(cluster),
        "asked": in_short(cluster),
    })
}

fn same_cohort(cluster: &Cluster<'_>) -> Value {
    let first = cluster.first();
    let conditions = first.map(|question| match &question.conditions {
        Conditions::Shapes(all) | Conditions::Texts(all) => all.as_slice(),
        Conditions::Unknown => &[],
    });
    json!({
        "person": first.map(|question| question.person.as_str()),
        "tables": first.map(|question| &question.tables),
        "conditions": conditions,
        "wordings": wordings(cluster),
        "asked": in_short(cluster),
    })
}
