//! Case files: who asks what, and what comes back. Each case is a named test.
//!
//! `TRESOR_CASES=complete` fills in the answers that are missing; `TRESOR_CASES=rewrite` replaces those that are there,
//! for the reader of the diff to judge. Both also write the pages `docs/sql.md` and `docs/disclosure-control.md` anew, which
//! are made from marked cases; otherwise a test fails when one is stale. A file of `budget/`, `audit/` or `study/` is a story
//! in which one step builds on the last, over a ledger of its own; all others share one engine. Those of `study/` are about
//! the sample of the repository: each number is held against what the study was told before.

mod answer;
mod asker;
mod example;
mod listing;
mod officers;
mod page;
mod story;
mod written;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use tests::clinic::Clinic;
use tests::home::Home;
use tests::town::Town;
use tokio::runtime::Runtime;
use tresor_core::vault::Optimizer;

use answer::INSTEAD;
use asker::Asker;
use page::PAGES;
use story::{Case, Outcome, Story};

/// Persons of the clinic that every case is about.
const PERSONS: usize = 1_000;
const SEED: u64 = 1;

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static OPTIMIZED: OnceLock<Asker> = OnceLock::new();
static PLAIN: OnceLock<Asker> = OnceLock::new();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let stories = stories();
    match mode().as_deref() {
        None => {}
        Some(mode @ ("complete" | "rewrite")) => {
            stories.iter().for_each(|story| fill_in(story, mode == "rewrite"));
            let stories = self::stories();
            PAGES.iter().for_each(|page| page.write(&stories));
            return ExitCode::SUCCESS;
        }
        Some(_) => panic!("TRESOR_CASES is `complete` or `rewrite`"),
    }
    let fresh = PAGES.map(|page| {
        let wanted = page.rendered(&stories);
        Trial::test(page.name(), move || Ok(page.compare(&wanted)?))
    });
    let trials = stories.into_iter().flat_map(trials).chain(fresh).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    [&OPTIMIZED, &PLAIN].into_iter().filter_map(OnceLock::get).for_each(Asker::remove_home);
    conclusion.exit_code()
}

fn optimized() -> &'static Asker {
    OPTIMIZED.get_or_init(|| asker(Optimizer::On))
}

fn plain() -> &'static Asker {
    PLAIN.get_or_init(|| asker(Optimizer::Off))
}

#[expect(clippy::disallowed_methods, reason = "how a developer asks for answers to be filled in")]
fn mode() -> Option<String> {
    std::env::var("TRESOR_CASES").ok()
}

fn asker(optimizer: Optimizer) -> Asker {
    let home = Home::of(&Clinic::new(PERSONS, SEED)).with_every_profile(&Town::default());
    Asker::new(home, optimizer)
}

/// Who tells a story that has a ledger of its own.
fn teller(story: &Story) -> Asker {
    if !story.is_about_sample() {
        return asker(Optimizer::On);
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets-sample");
    Asker::new(Home::of_sample(&sample), Optimizer::On)
}

/// Every case file, in order.
fn stories() -> Vec<Story> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut paths: Vec<PathBuf> =
        files(&folder).into_iter().flat_map(|path| files(&path)).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    paths.iter().map(|path| Story::read(&folder, path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn trials(story: Story) -> Vec<Trial> {
    if story.has_own_ledger() {
        return vec![Trial::test(story.name.clone(), move || told(&story))];
    }
    let mut trials = vec![];
    for case in story.cases {
        let name = format!("{}::{}", story.name, case.title);
        if matches!(case.outcome, Outcome::Released { .. }) {
            let case = case.clone();
            trials.push(Trial::test(format!("{name} (without optimizer)"), move || {
                same_without_optimizer(&case)
            }));
        }
        if let Some((_, sql)) = case.answer.as_deref().and_then(|it| it.split_once(INSTEAD)) {
            let (case, sql) = (case.clone(), sql.to_owned());
            trials.push(Trial::test(format!("{name} (instead)"), move || {
                Ok(optimized().instead(&case, &sql)?)
            }));
        }
        trials.push(Trial::test(name, move || compare(&case, &optimized().answer(&case))));
    }
    trials
}

/// Tells a story from its beginning, step by step.
fn told(story: &Story) -> Result<(), Failed> {
    let asker = teller(story);
    for case in &story.cases {
        compare(case, &asker.answer(case)).map_err(|failed| {
            let text = failed.message().unwrap_or_default();
            format!("step `{}`: {text}", case.title)
        })?;
    }
    Ok(())
}

fn compare(case: &Case, found: &answer::Answer) -> Result<(), Failed> {
    if found.kind != case.outcome.kind() {
        return Err(format!(
            "expected {}, got {}:\n{}",
            case.outcome.kind(),
            found.kind,
            found.text
        )
        .into());
    }
    match &case.answer {
        Some(expected) if *expected == found.text => Ok(()),
        Some(expected) => Err(format!("expected\n{expected}\n\ngot\n{}", found.text).into()),
        None => Err(format!("no answer is written yet; it would be\n{}", found.text).into()),
    }
}

/// What leaves must not depend on how a plan was optimised.
fn same_without_optimizer(case: &Case) -> Result<(), Failed> {
    let (with, without) = (optimized().body(case), plain().body(case));
    if with == without {
        return Ok(());
    }
    Err(format!("with the optimizer\n{with:?}\n\nwithout\n{without:?}").into())
}

fn fill_in(story: &Story, all: bool) {
    if story.cases.iter().all(|case| case.answer.is_some()) && !all {
        return;
    }
    let own = story.has_own_ledger().then(|| teller(story));
    let asker = own.as_ref().unwrap_or_else(|| optimized());
    let answers = story.cases.iter().map(|case| {
        let found = asker.answer(case);
        let fits = found.kind == case.outcome.kind();
        let fresh = fits && (all || case.answer.is_none());
        if fresh { Some(found.text) } else { case.answer.clone() }
    });
    story.write(&answers.collect::<Vec<_>>());
}
