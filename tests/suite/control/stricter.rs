//! A rule more never shows more: what a profile withholds, one with a further or a stricter rule withholds too.
//!
//! Which cell is kept back for another's sake is a choice, and with more cells to protect the choice may fall on others.
//! So secondary suppression is a rule that may come on top, and none that others are added to.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::clinic::Clinic;
use tests::home::Home;
use tests::profile;

use super::World;
use super::question::Question;
use crate::model::chance::Chance;
use crate::model::runs::queries;

/// Rules from weak to strict. The strictest of the last two stand on top of all others.
const RULES: [&[&str]; 8] = [
    &["min_count = 5", "min_count = 8", "min_count = 14"],
    &["min_count_measure = 14", "min_count_measure = 17", "min_count_measure = 25"],
    &[
        "dominance = { nk = [], p = 0.0, compare = \">\" }",
        "dominance = { nk = [], p = 10.0, compare = \">\" }",
        "dominance = { nk = [[1, 10.0]], p = 20.0, compare = \">=\" }",
    ],
    &["class_disclosure = \"off\"", "class_disclosure = \"warn\"", "class_disclosure = \"refuse\""],
    &["sparsity_max_small = 1.0", "sparsity_max_small = 0.5", "sparsity_max_small = 0.2"],
    &["on_small = \"hide_cell\"", "on_small = \"refuse_result\""],
    &["zero = \"show\"", "zero = \"treat_as_small\""],
    &[
        "secondary = { method = \"off\", zeros = false }",
        "secondary = { method = \"gauss\", zeros = false }",
        "secondary = { method = \"gauss\", zeros = true }",
    ],
];
const CLASS: usize = 3;
const ZERO: usize = 6;
const SECONDARY: usize = 7;

/// How strict each rule is.
type Levels = [usize; RULES.len()];

fn text(id: &str, levels: &Levels, complements: bool) -> String {
    let id = format!("id = \"{id}\"");
    let complements = format!("complements = {complements}");
    let positions = "quantile = { min_n = 25, range = [1, 99] }";
    let mut lines = vec![id.as_str(), complements.as_str(), positions];
    lines.extend(RULES.iter().zip(levels).map(|(rule, level)| rule[*level]));
    profile::with(&lines)
}

/// Two profiles of which the second has a stricter rule.
fn pair(chance: &mut Chance) -> (Levels, Levels) {
    let mut weak: Levels = [0; RULES.len()];
    for (at, level) in weak.iter_mut().enumerate().take(SECONDARY) {
        if chance.percent(40) {
            *level = chance.below(RULES[at].len());
        }
    }
    // Where zeros are withheld, nothing is said of rows and columns.
    if weak[ZERO] > 0 {
        weak[CLASS] = 0;
    }
    let mut strict = weak;
    loop {
        let at = chance.below(RULES.len());
        let higher = RULES[at].len() - 1 - weak[at];
        let pointless = (at == CLASS && weak[ZERO] > 0) || (at == ZERO && weak[CLASS] > 0);
        if higher > 0 && !pointless {
            strict[at] += 1 + chance.below(higher);
            return (weak, strict);
        }
    }
}

fn shown(question: &Question, body: &Value) -> BTreeSet<(String, String)> {
    let told = question.plain().told(body);
    told.into_iter().filter(|(_, value)| !value[0].is_null()).map(|(place, _)| place).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_rule_withholds_what_was_withheld() {
    let home = Home::of(&Clinic::new(300, 33));
    let mut chance = Chance::new(5);
    let pairs: Vec<(Levels, Levels)> = (0..30).map(|_| pair(&mut chance)).collect();
    for (at, (weak, strict)) in pairs.iter().enumerate() {
        let complements = at % 2 == 0;
        home.add_project(&format!("w{at}"), &text(&format!("w{at}"), weak, complements), "clinic");
        home.add_project(
            &format!("s{at}"),
            &text(&format!("s{at}"), strict, complements),
            "clinic",
        );
    }
    let world = World::of(home).await;
    let mut fewer = 0;
    for seed in 0..queries(60) {
        let at = usize::try_from(seed).unwrap() % pairs.len();
        let question = Question::new(&mut Chance::new(2000 + seed));
        let sql = question.plain().sql;
        let weak = shown(&question, &world.answer(&format!("w{at}"), &sql).await);
        let strict = shown(&question, &world.answer(&format!("s{at}"), &sql).await);
        let more: Vec<_> = strict.difference(&weak).collect();
        assert!(more.is_empty(), "{seed}, {:?}: {sql}\nshown by the stricter: {more:?}", pairs[at]);
        fewer += usize::from(strict.len() < weak.len());
    }
    assert!(fewer > 10, "the stricter profile withheld more in {fewer} questions only");
}
