//! Who may do what: the engine's decisions against a plain evaluator that reads the texts itself.
//!
//! `TRESOR_DECISIONS=10000000` compares so many instead of the usual number.

mod bundle;
mod malformed;
mod reference;

use std::collections::BTreeMap;

use tresor_core::catalog::usage::Use;
use tresor_core::ids::{ColumnId, ColumnName, DatasetId, ProjectId, TableName, UserId};
use tresor_core::policy::{PolicyFiles, PolicyRevision};

use crate::model::chance::Chance;
use crate::model::runs::side_by_side;
use bundle::{Bundle, Request};
use reference::{Mutant, Reference};

/// Decisions in the ordinary run.
const DECISIONS: u64 = 100_000;
/// Requests of one bundle.
const REQUESTS: u64 = 50;
/// Bundles among which every mutant must be found.
const FOR_MUTANTS: u64 = 100;

#[expect(clippy::disallowed_methods, reason = "how a developer asks for a longer run")]
fn decisions() -> u64 {
    let asked = std::env::var("TRESOR_DECISIONS").ok();
    asked.map_or(DECISIONS, |number| number.parse().expect("TRESOR_DECISIONS is a number"))
}

/// What the engine says: nothing to somebody who may not enter, else yes or no with the lines that decided.
fn engine(revision: &PolicyRevision, request: &Request) -> String {
    let user = UserId::new(&*request.user).unwrap();
    let now = request.moment();
    match request.global {
        Some((object, action)) => yes_no(revision.has_global(&user, object, action, now)),
        None => {
            let project = ProjectId::new(request.project).unwrap();
            let column = ColumnId {
                dataset: DatasetId::new(request.column[0]).unwrap(),
                table: TableName::new(request.column[1]).unwrap(),
                column: ColumnName::new(request.column[2]).unwrap(),
            };
            let kind = Use::ALL.into_iter().find(|kind| kind.as_str() == request.kind).unwrap();
            let Ok(membership) = revision.enter(&user, &project, now) else {
                return "not a member".to_owned();
            };
            let decision = membership.decide(&column, kind);
            assert_eq!(decision.allowed, membership.uses(&column).contains(kind));
            let lines = decision.rules.iter().map(ToString::to_string);
            let lines = lines.map(|line| line.rsplit(':').next().unwrap().to_owned());
            let mut answer = yes_no(decision.allowed);
            lines.for_each(|line| answer.push_str(&format!(" {line}")));
            answer
        }
    }
}

fn yes_no(yes: bool) -> String {
    (if yes { "yes" } else { "no" }).to_owned()
}

async fn load(bundle: &Bundle) -> PolicyRevision {
    let loaded = PolicyRevision::from_files(&PolicyFiles::from_texts(bundle.texts.clone())).await;
    loaded.unwrap_or_else(|errors| panic!("{errors}\n{bundle}"))
}

/// One bundle and its requests: how often each answer came, and the first disagreement.
async fn compare(
    seed: u64,
    requests: u64,
    mutant: Mutant,
) -> (BTreeMap<String, u64>, Option<String>) {
    let mut chance = Chance::new(seed);
    let bundle = Bundle::of(&mut chance);
    let revision = load(&bundle).await;
    let reference = Reference::read(&bundle.texts, mutant);
    let mut answers = BTreeMap::new();
    let mut first = None;
    for _ in 0..requests {
        let request = Request::of(&mut chance);
        let (engine, reference) = (engine(&revision, &request), reference.answer(&request));
        if engine != reference {
            let what = format!("seed {seed}: {request:?}\n{engine} and not {reference}\n{bundle}");
            first.get_or_insert(what);
        }
        let kind = if request.global.is_some() { "outside: " } else { "" };
        let word = engine.split(char::is_numeric).next().unwrap().trim();
        let denied = word == "no" && engine != "no";
        let word = if denied { "denied by a line" } else { word };
        *answers.entry(format!("{kind}{word}")).or_default() += 1;
    }
    (answers, first)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_and_a_plain_evaluator_agree() {
    let bundles = decisions().div_ceil(REQUESTS);
    let compared = side_by_side(bundles, |seed| compare(seed, REQUESTS, Mutant::None)).await;
    let mut answers: BTreeMap<String, u64> = BTreeMap::new();
    for (counts, disagreement) in compared {
        if let Some(disagreement) = disagreement {
            panic!("{disagreement}");
        }
        counts.into_iter().for_each(|(word, count)| *answers.entry(word).or_default() += count);
    }
    // Agreement says little if nearly everything is refused for one reason.
    let total: u64 = answers.values().sum();
    for word in ["yes", "no", "denied by a line", "not a member", "outside: yes", "outside: no"] {
        let count = answers.get(word).copied().unwrap_or(0);
        assert!(count * 100 > total * 3, "`{word}` came {count} times of {total}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutant_of_the_evaluator_is_found() {
    for mutant in Mutant::ALL {
        let compared = side_by_side(FOR_MUTANTS, move |seed| compare(seed, REQUESTS, mutant)).await;
        let found = compared.iter().filter(|(_, disagreement)| disagreement.is_some()).count();
        assert!(found > 0, "{mutant:?} agrees with the engine in {FOR_MUTANTS} bundles");
    }
}
