//! A line that is no rule is refused with its number, whatever is wrong with it: it never vanishes, and it never means
//! something else than it says.

use tresor_core::policy::{PolicyError, PolicyErrors, PolicyFiles, PolicyRevision};

use super::bundle::{Bundle, RULES, Request};
use super::reference::{Mutant, Reference};
use super::{engine, load};
use crate::model::chance::Chance;
use crate::model::runs::side_by_side;

/// Bundles with one line that is wrong in a known way.
const WRONG: u64 = 1_000;
/// Bundles with one line in which some characters were changed.
const CHANGED: u64 = 1_000;
/// Requests where a changed line still is a rule.
const REQUESTS: usize = 30;

/// The number of a line that is a rule, and its fields; none where the bundle has no rules.
fn a_rule(chance: &mut Chance, lines: &[String]) -> Option<(usize, Vec<String>)> {
    let rules: Vec<usize> =
        (0..lines.len()).filter(|at| lines[*at].trim().starts_with('p')).collect();
    if rules.is_empty() {
        return None;
    }
    let at = chance.one_of(&rules);
    Some((at, lines[at].split(',').map(|field| field.trim().to_owned()).collect()))
}

/// Ways in which fields of a rule are not a rule.
fn wrong(chance: &mut Chance, mut fields: Vec<String>) -> String {
    let kind = chance.below(16);
    let mut set = |at: usize, text: &str| fields[at] = text.to_owned();
    match kind {
        0 => drop(fields.remove(chance.below(6))),
        1 => fields.insert(chance.below(7), "allow".to_owned()),
        2 => set(0, "g"),
        3 => set(0, "p2"),
        4 => set(0, "P"),
        5 => set(1, "reseacher"),
        6 => set(1, "*"),
        7 => set(2, "no-such-project"),
        8 => set(2, "h*"),
        9 => set(3, "d/people/../sex"),
        10 => set(3, "*"),
        11 => set(3, "d/*/sex"),
        12 => set(3, "d/people/se*"),
        13 => set(4, "outputs"),
        14 => set(5, "maybe"),
        _ => set(5, ""),
    }
    fields.join(", ")
}

async fn refusal(bundle: &Bundle) -> Result<PolicyRevision, PolicyErrors> {
    PolicyRevision::from_files(&PolicyFiles::from_texts(bundle.texts.clone())).await
}

/// Whether every problem is one of this line, or of a later one that says the same.
fn all_about(errors: &PolicyErrors, line: usize) -> bool {
    let said = format!("line {line} already speaks about exactly this");
    let about = |problem: &PolicyError| problem.place.line == line || problem.wrong == said;
    errors.problems().iter().all(|problem| problem.place.file.ends_with(RULES) && about(problem))
}

fn names(errors: &PolicyErrors, line: usize) -> bool {
    errors.problems().iter().any(|problem| problem.place.line == line)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_no_rule_is_refused_with_its_number() {
    let refused = side_by_side(WRONG, |seed| async move {
        let mut chance = Chance::new(seed);
        let bundle = Bundle::of(&mut chance);
        let mut lines = bundle.lines();
        let Some((at, fields)) = a_rule(&mut chance, &lines) else { return 0 };
        // In the place of the line, or beside it.
        let line = wrong(&mut chance, fields);
        if chance.percent(50) {
            lines[at] = line;
        } else {
            lines.insert(at, line);
        }
        let bundle = bundle.with_lines(&lines);
        let Err(errors) = refusal(&bundle).await else {
            panic!("seed {seed}: `{}` was taken for a rule\n{bundle}", lines[at]);
        };
        assert!(
            all_about(&errors, at + 1) && names(&errors, at + 1),
            "seed {seed}: {errors}\n{bundle}"
        );
        1
    })
    .await;
    let refused: u64 = refused.into_iter().sum();
    assert!(refused * 10 > WRONG * 9, "only {refused} bundles had a rule");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_line_means_what_it_says_or_is_refused_with_its_number() {
    let outcomes = side_by_side(CHANGED, |seed| async move {
        let mut chance = Chance::new(seed + (1 << 32));
        let bundle = Bundle::of(&mut chance);
        let mut lines = bundle.lines();
        let Some((at, _)) = a_rule(&mut chance, &lines) else { return "no rule" };
        lines[at] = changed(&mut chance, &lines[at]);
        let bundle = bundle.with_lines(&lines);
        let Err(errors) = refusal(&bundle).await else {
            means_what_it_says(&mut chance, &bundle).await;
            return "accepted";
        };
        assert!(all_about(&errors, at + 1), "seed {seed}: {errors}\n{bundle}");
        "refused"
    })
    .await;
    for outcome in ["accepted", "refused"] {
        let count = outcomes.iter().filter(|found| **found == outcome).count();
        assert!(count > 50, "{outcome}: {count}");
    }
}

async fn means_what_it_says(chance: &mut Chance, bundle: &Bundle) {
    let revision = load(bundle).await;
    let reference = Reference::read(&bundle.texts, Mutant::None);
    for _ in 0..REQUESTS {
        let request = Request::of(chance);
        let (engine, reference) = (engine(&revision, &request), reference.answer(&request));
        assert_eq!(engine, reference, "{request:?}\n{bundle}");
    }
}

/// One to three characters removed, doubled, or put in.
fn changed(chance: &mut Chance, line: &str) -> String {
    let strange = [
        ',', '*', '/', '.', '#', '"', '\'', '\\', ' ', '\t', '\r', 'p', 'x', '_', '-', '\u{e9}',
        '\u{a0}', '\u{feff}', '\0', '(', '|',
    ];
    let mut characters: Vec<char> = line.chars().collect();
    for _ in 0..=chance.below(3) {
        let at = chance.below(characters.len());
        match chance.below(3) {
            0 if characters.len() > 1 => drop(characters.remove(at)),
            1 => characters.insert(at, characters[at]),
            _ => characters.insert(at, chance.one_of(&strange)),
        }
    }
    characters.into_iter().collect()
}
