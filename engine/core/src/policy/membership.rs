//! A person working in a project today: the door through which every query comes.
//!
//! Must never know: what the query is.

use time::{Date, OffsetDateTime, UtcOffset};
use tresor_disclosure::profile::Profile;

use super::access::{Decision, Uses};
use super::people::Person;
use super::projects::{Member, Project};
use super::revision::PolicyRevision;
use super::row_conditions::RowCondition;
use super::visible::Visible;
use crate::catalog::contract::Contract;
use crate::catalog::usage::Use;
use crate::ids::{ColumnId, DatasetId, ProjectId, TableName, UserId};
use crate::refusal::{Code, Refusal};

/// A person who may work in a project today. Made by [`PolicyRevision::enter`] only.
#[derive(Debug, Clone, Copy)]
pub struct Membership<'a> {
    revision: &'a PolicyRevision,
    project: &'a Project,
    member: &'a Member,
    profile: &'a Profile,
}

/// Something that a member needs, and the days (UTC) on which it holds.
struct Needed {
    what: &'static str,
    first: Date,
    last: Date,
}

/// See [`PolicyRevision::enter`].
pub(super) fn enter<'a>(
    revision: &'a PolicyRevision,
    user: &UserId,
    project: &ProjectId,
    now: OffsetDateTime,
) -> Result<Membership<'a>, Refusal> {
    // One refusal for a project that is not there and one that is not theirs (NOT-YOURS-IS-NOT-THERE).
    let found = revision.project(project).and_then(|found| Some((found, found.member(user)?)));
    let Some((project, member)) = found else { return Err(no_such_project(project)) };
    let today = now.to_offset(UtcOffset::UTC).date();
    // Loading has checked that every member is a person; somebody who is not one has no access (FAIL-CLOSED).
    let person = revision
        .person(user)
        .ok_or_else(|| Refusal::unavailable("a member who is not in people.toml"))?;
    needed(person, project, member).iter().try_for_each(|needed| needed.check(today))?;
    revision.answerable()?;
    // Loading has checked that the profile exists; without it there is no answer (FAIL-CLOSED).
    let profile = revision
        .profiles
        .get(&project.release_profile)
        .ok_or_else(|| Refusal::unavailable("the release profile of the project is missing"))?;
    Ok(Membership { revision, project, member, profile })
}

impl<'a> Membership<'a> {
    /// The project.
    #[must_use]
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> &'a UserId {
        &self.member.user
    }

    /// Their role in the project.
    #[must_use]
    pub fn role(&self) -> &'static str {
        self.member.role.as_str()
    }

    /// The rules that protect the answers.
    #[must_use]
    pub fn profile(&self) -> &'a Profile {
        self.profile
    }

    /// The policy revision that let the person in.
    #[must_use]
    pub fn revision(&self) -> &'a PolicyRevision {
        self.revision
    }

    /// The last day (UTC) on which this holds: of everything that a member needs, the end that comes first.
    #[must_use]
    pub fn last_day(&self) -> Date {
        let person = self.revision.person(self.user());
        let needed = person.map(|person| needed(person, self.project, self.member));
        needed.into_iter().flatten().map(|needed| needed.last).min().unwrap_or(Date::MIN)
    }

    /// The conditions on the rows of a table; all of them hold together.
    pub fn row_conditions(
        &self,
        dataset: &DatasetId,
        table: &TableName,
    ) -> impl Iterator<Item = &'a RowCondition> {
        self.project.row_conditions.iter().filter(move |condition| {
            condition.column.dataset == *dataset && condition.column.table == *table
        })
    }

    /// Whether one column may be used in one way, and the rules that decided.
    #[must_use]
    pub fn decide(&self, column: &ColumnId, kind: Use) -> Decision {
        self.revision.access.column(&self.project.id, self.member.role, column, kind)
    }

    /// Every way in which one column may be used.
    #[must_use]
    pub fn uses(&self, column: &ColumnId) -> Uses {
        self.revision.access.uses(&self.project.id, self.member.role, column)
    }

    /// Everything of these datasets that the project may use.
    #[must_use]
    pub fn visible(&self, contracts: &[&Contract]) -> Visible {
        Visible::of(self, contracts)
    }
}

impl PolicyRevision {
    /// What the members of a project may use, whoever works in it today; nothing while it has none.
    #[must_use]
    pub fn visible_in(&self, project: &ProjectId, contracts: &[&Contract]) -> Visible {
        let found = self.project(project).and_then(|project| {
            let profile = self.profiles.get(&project.release_profile)?;
            let member = project.members.first()?;
            Some(Membership { revision: self, project, member, profile })
        });
        found.map(|membership| membership.visible(contracts)).unwrap_or_default()
    }
}

fn no_such_project(project: &ProjectId) -> Refusal {
    Refusal::new(
        Code::UnknownProject,
        format!("you are in no project called `{project}`"),
        "use the id of one of your projects, or ask a governance officer",
    )
}

/// Everything that must hold on the day on which somebody works in a project.
fn needed(person: &Person, project: &Project, member: &Member) -> Vec<Needed> {
    let until = |what, last| Needed { what, first: Date::MIN, last };
    let mut all = vec![
        Needed { what: "the project", first: project.start, last: project.end },
        until("the approval of the project", project.legal.approval.until),
        Needed { what: "your membership", first: member.from, last: member.until },
        until("your training", member.training_until),
    ];
    all.extend(person.until.map(|last| until("your account", last)));
    all.extend(member.accreditation.iter().map(|it| until("your accreditation", it.until)));
    all
}

impl Needed {
    fn check(&self, today: Date) -> Result<(), Refusal> {
        let Self { what, first, last } = self;
        let detail = if today < *first {
            format!("{what} begins on {first}")
        } else if today > *last {
            format!("{what} ended on {last}")
        } else {
            return Ok(());
        };
        Err(Refusal::new(Code::Expired, detail, "ask a governance officer"))
    }
}
