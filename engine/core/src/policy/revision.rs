//! One revision of the policy: everything officers decided, checked together, never changed.

use std::collections::BTreeMap;
use std::path::Path;

use time::{OffsetDateTime, UtcOffset};
use tresor_disclosure::profile::Profile;

use super::access::{Access, Unanswerable, check_model, read_rules};
use super::duties;
use super::files::{MODEL, PROFILES, PolicyFiles};
use super::membership::{Membership, enter};
use super::people::{Person, read_people};
use super::policy_tests::{PolicyTest, read_policy_tests};
use super::profile_columns::{ProfileColumn, read_profile_columns};
use super::profiles::{profile_digests, read_profiles};
use super::projects::{Known, Project, read_projects};
use super::report::{Place, PolicyErrors, Report};
use crate::ids::{ProjectId, UserId};
use crate::refusal::Refusal;

/// One revision of the policy. Immutable; a change makes a new one, which replaces this one whole.
#[derive(Debug)]
pub struct PolicyRevision {
    number: u64,
    digest: String,
    pub(super) people: BTreeMap<UserId, Person>,
    pub(super) projects: BTreeMap<ProjectId, Project>,
    pub(super) profiles: BTreeMap<String, Profile>,
    pub(super) profile_columns: Vec<ProfileColumn>,
    profile_digests: BTreeMap<String, String>,
    pub(super) access: Access,
    tests: Vec<PolicyTest>,
}

impl PolicyRevision {
    /// Reads and checks the policy folder.
    ///
    /// # Errors
    /// Every problem of every file, with place and fix.
    pub async fn load(folder: &Path) -> Result<Self, PolicyErrors> {
        Self::from_files(&PolicyFiles::read(folder).await?).await
    }

    /// Checks policy files that were read before, for example a draft.
    ///
    /// # Errors
    /// Every problem of every file, with place and fix.
    pub async fn from_files(files: &PolicyFiles) -> Result<Self, PolicyErrors> {
        let mut report = Report::default();
        files.report_strangers(&mut report);
        let people = read_people(files, &mut report);
        let profiles = read_profiles(files, &mut report);
        let profile_columns = read_profile_columns(files, &mut report);
        let projects = read_projects(
            files,
            &Known {
                users: people
                    .as_ref()
                    .map(|people| people.named.iter().map(UserId::as_str).collect()),
                profiles: files.in_folder(PROFILES).map(|(id, _)| id).collect(),
            },
            &mut report,
        );
        check_model(files, &mut report);
        let rules = read_rules(files, &projects, &mut report);
        let tests = read_policy_tests(files, &mut report);
        duties::check_rules(&rules, &mut report);
        if let Some(people) = &people {
            duties::check_people(&people.by_user, &projects, &mut report);
        }
        report.into_result()?;

        let access = Access::build(rules, &projects).await.map_err(unanswerable)?;
        let people = people.map(|people| people.by_user).unwrap_or_default();
        Ok(Self {
            number: 0,
            digest: files.digest(),
            profile_digests: profile_digests(files),
            people,
            projects,
            profiles,
            profile_columns,
            access,
            tests,
        })
    }

    /// The revision with the number under which it was activated.
    #[must_use]
    pub fn numbered(mut self, number: u64) -> Self {
        self.number = number;
        self
    }

    /// The number under which it was activated, from 1; 0 for files that were not.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Everybody who may sign in, by id.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// SHA-256 over the sorted paths and contents of the files that decide, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// SHA-256 over one release profile in its canonical form, hexadecimal; empty if there is none of this id.
    #[must_use]
    pub fn profile_digest(&self, id: &str) -> &str {
        self.profile_digests.get(id).map_or("", String::as_str)
    }

    /// A release profile.
    pub(crate) fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id)
    }

    /// What officers expect of it, in the order of the files.
    #[must_use]
    pub fn tests(&self) -> &[PolicyTest] {
        &self.tests
    }

    /// The project of this id, for officers and auditors. Researchers come through [`Self::enter`].
    #[must_use]
    pub fn project(&self, id: &ProjectId) -> Option<&Project> {
        self.projects.get(id)
    }

    /// Every project, by id.
    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        self.projects.values()
    }

    /// The projects in which this person is a member, whether or not it has ended.
    #[must_use]
    pub fn projects_of(&self, user: &UserId) -> Vec<&Project> {
        self.projects.values().filter(|project| project.member(user).is_some()).collect()
    }

    /// What is known of this person.
    #[must_use]
    pub fn person(&self, user: &UserId) -> Option<&Person> {
        self.people.get(user)
    }

    /// Lets a person work in a project today.
    ///
    /// # Errors
    /// [`crate::refusal::Code::UnknownProject`] when the project does not exist or the person is not in it, in the
    /// same words (NOT-YOURS-IS-NOT-THERE); [`crate::refusal::Code::Expired`] when project, membership or training has
    /// ended or not yet begun.
    pub fn enter(
        &self,
        user: &UserId,
        project: &ProjectId,
        now: OffsetDateTime,
    ) -> Result<Membership<'_>, Refusal> {
        enter(self, user, project, now)
    }

    /// Asks every question about access that there is: which use of which column, in which project. A query asks only
    /// what it needs; this is for a revision that is to come into force.
    ///
    /// # Errors
    /// When casbin fails or contradicts the rules; then the revision must not come into force (FAIL-CLOSED).
    pub fn ask_everything(&self) -> Result<(), PolicyErrors> {
        self.access.ask_everything().map_err(unanswerable)
    }

    /// Whether the revision may still answer: an access rule that casbin reads otherwise ends it (FAIL-CLOSED).
    pub(super) fn answerable(&self) -> Result<(), Refusal> {
        self.access.broken().map_or(Ok(()), |cause| Err(Refusal::unavailable(cause.0.clone())))
    }

    /// Whether a person may do this outside projects today, for example `audit-log`, `read`.
    #[must_use]
    pub fn has_global(
        &self,
        user: &UserId,
        object: &str,
        action: &str,
        now: OffsetDateTime,
    ) -> bool {
        let today = now.to_offset(UtcOffset::UTC).date();
        self.person(user).is_some_and(|person| {
            person.roles_on(today).any(|role| self.access.outside(role, object, action))
        })
    }
}

fn unanswerable(cause: Unanswerable) -> PolicyErrors {
    let place = Place { file: format!("policies/{MODEL}"), line: 1, column: 1 };
    PolicyErrors::one(place, cause.0, "this is a defect of the engine: report it")
}
