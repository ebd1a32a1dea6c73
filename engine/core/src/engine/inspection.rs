//! What a bundle has to pass before it may decide anything: its files read without a mistake, everything it names exists
//! in the data, its views can be planned, and its own tests hold.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::time;

use super::planner::Planner;
use super::runtime::QueryRuntime;
use super::{StartError, views};
use crate::catalog::contract::Contract;
use crate::extract::Snapshot;
use crate::limits::Limits;
use crate::policy::{
    Expected, PolicyError, PolicyFiles, PolicyRevision, PolicyTest, access_matrix,
};
use crate::refusal::{Finding, Refusal};

/// Officers with a signing key that a bundle has to leave: with fewer, nobody could ever change it again.
const OFFICERS_MIN: usize = 2;

/// What a bundle is held against.
#[derive(Clone)]
pub(super) struct Inspection {
    pub(super) snapshots: Arc<[Arc<Snapshot>]>,
    pub(super) limits: Limits,
    pub(super) now: OffsetDateTime,
}

/// What became of one policy test.
#[derive(Debug, Clone, Serialize)]
pub struct TestOutcome {
    /// What the test shows.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// Whether it came out as expected.
    pub passed: bool,
    /// What came out.
    pub got: String,
}

impl Inspection {
    /// Everything in a revision that does not fit the data.
    pub(super) fn misfits(&self, revision: &PolicyRevision) -> Vec<PolicyError> {
        match revision.check_contracts(&self.contracts()) {
            Err(errors) => errors.problems().to_vec(),
            Ok(()) => views::misfits(revision, &self.snapshots, &self.limits),
        }
    }

    /// The outcome of every test in a revision.
    fn tests(&self, revision: &PolicyRevision) -> Vec<TestOutcome> {
        revision.tests().iter().map(|test| self.test(revision, test)).collect()
    }

    /// Everything that has to be mended in a revision, and the outcome of its tests.
    pub(super) fn all(&self, revision: &PolicyRevision) -> (Vec<Finding>, Vec<TestOutcome>) {
        let mut findings: Vec<Finding> = self.misfits(revision).iter().map(finding).collect();
        if let Err(unanswerable) = revision.ask_everything() {
            findings.extend(unanswerable.problems().iter().map(finding));
        }
        if !findings.is_empty() {
            return (findings, vec![]);
        }
        let tests = self.tests(revision);
        let failed = tests.iter().zip(revision.tests());
        findings.extend(failed.filter_map(|(outcome, test)| outcome.finding(test)));
        (findings, tests)
    }

    /// Who may use what under a revision.
    pub(super) fn matrix(&self, revision: &PolicyRevision) -> String {
        access_matrix(revision, &self.contracts())
    }

    fn contracts(&self) -> Vec<&Contract> {
        self.snapshots.iter().map(|snapshot| snapshot.contract()).collect()
    }

    fn test(&self, revision: &PolicyRevision, test: &PolicyTest) -> TestOutcome {
        let (passed, got) = match (self.cost(revision, test), test.expected) {
            (Ok(cost), Expected::Allowed { cost_max }) => {
                (cost_max.is_none_or(|most| cost <= most), format!("allowed, for {cost} points"))
            }
            (Ok(_), Expected::Refused { .. }) => (false, "allowed".to_owned()),
            (Err(why), expected) => {
                let right = match expected {
                    Expected::Allowed { .. } => false,
                    Expected::Refused { code } => code.is_none_or(|code| code == why.code()),
                };
                (right, format!("refused, {}: {}", why.code().as_str(), why.detail()))
            }
        };
        let (name, place) = (test.name.clone(), test.place.to_string());
        TestOutcome { name, place, passed, got }
    }

    fn cost(&self, revision: &PolicyRevision, test: &PolicyTest) -> Result<u64, Refusal> {
        let on = test.on.map_or(self.now, |day| day.with_time(time!(12:00)).assume_utc());
        let membership = revision.enter(&test.user, &test.project, on)?;
        let planner = Planner::new(membership, &self.snapshots, &self.limits);
        planner.try_plan(&test.sql, false).map(|guarded| guarded.cost())
    }
}

impl TestOutcome {
    /// A failed test as something to mend.
    fn finding(&self, test: &PolicyTest) -> Option<Finding> {
        (!self.passed).then(|| Finding {
            file: test.place.file.clone(),
            line: test.place.line,
            column: test.place.column,
            detail: format!("the test `{}` fails: {}", self.name, self.got),
            hint: "mend the rules, or the test if it expects the wrong thing".to_owned(),
        })
    }
}

/// What was found in a policy folder.
pub struct Inspected {
    /// Everything that has to be mended; nothing when the folder could be put in force.
    pub findings: Vec<Finding>,
    /// The outcome of every policy test; none while files have mistakes.
    pub tests: Vec<TestOutcome>,
    /// Who may use what; nothing while files have mistakes.
    pub matrix: Option<String>,
    /// That too few officers could sign: a first start may do with them, a change may not.
    pub too_few_officers: Option<Finding>,
    /// Digest of the bundle that the folder makes.
    pub digest: String,
}

/// Inspects a policy folder against the extracts of a home, as a change would be before it is put forward. Opens no ledger,
/// so a server may be running.
///
/// # Errors
/// When extracts or folder cannot be read at all.
pub async fn inspect_folder(
    home: &Path,
    policies: &Path,
    now: OffsetDateTime,
) -> Result<Inspected, StartError> {
    let say = |error: &dyn std::fmt::Display| StartError(error.to_string());
    let snapshots = Snapshot::current(home).map_err(|e| say(&e))?;
    let snapshots: Arc<[_]> = snapshots.into_iter().map(Arc::new).collect();
    let inspection = Inspection { snapshots, limits: Limits::default(), now };
    let files = PolicyFiles::read(policies).await;
    let digest = files.as_ref().map(PolicyFiles::digest).unwrap_or_default();
    let read = match &files {
        Ok(files) => PolicyRevision::from_files(files).await,
        Err(errors) => Err(errors.clone()),
    };
    let revision = match read {
        Ok(revision) => revision,
        Err(errors) => {
            let findings = errors.problems().iter().map(finding).collect();
            let (tests, matrix, too_few_officers) = (vec![], None, None);
            return Ok(Inspected { findings, tests, matrix, too_few_officers, digest });
        }
    };
    let runtime = QueryRuntime::new(1).map_err(|e| say(&e))?;
    let inspected = runtime.blocking(move || {
        let (findings, tests) = inspection.all(&revision);
        let matrix = findings.is_empty().then(|| inspection.matrix(&revision));
        let too_few_officers = too_few_officers(&revision, now);
        Inspected { findings, tests, matrix, too_few_officers, digest }
    });
    inspected.await.map_err(StartError)
}

/// Two officers who can sign have to be left.
pub(super) fn too_few_officers(revision: &PolicyRevision, now: OffsetDateTime) -> Option<Finding> {
    let able = revision.people().filter(|person| {
        let may = |action| revision.has_global(&person.user, "policies", action, now);
        person.signing_key().is_some() && may("propose") && may("approve")
    });
    let left = able.count();
    (left < OFFICERS_MIN).then(|| Finding {
        file: "policies/people.toml".to_owned(),
        line: 1,
        column: 1,
        detail: format!(
            "it leaves {left} officers with a signing key, and a change needs {OFFICERS_MIN}"
        ),
        hint: "keep two people with the role `officer` and a `signing_key`".to_owned(),
    })
}

/// A mistake in a policy file as something to mend.
pub(super) fn finding(error: &PolicyError) -> Finding {
    let PolicyError { place, wrong, fix } = error.clone();
    Finding { file: place.file, line: place.line, column: place.column, detail: wrong, hint: fix }
}
