//! What decides now: the policy revision in force and what is frozen.
//!
//! Taken once for each request, whole: no decision mixes two revisions. Replaced whole when a change is activated or
//! something is frozen; a revision that takes effect later is loaded when it is activated and waits here.

use std::sync::{Arc, RwLock};

use time::OffsetDateTime;
use tresor_ledger::Moment;

use crate::clock::moment_of;
use crate::desk::{Desk, Officers, PublicKey, Scope};
use crate::ids::{ProjectId, UserId};
use crate::policy::{Membership, PolicyRevision, Role};
use crate::refusal::{Code, Refusal};

/// A revision and the moment from which on it is in force.
#[derive(Clone)]
pub(super) struct Scheduled {
    pub(super) effective_at: Moment,
    pub(super) revision: Arc<PolicyRevision>,
}

/// The revisions that are or will be in force, oldest first, and what is frozen.
#[derive(Clone, Default)]
struct Standing {
    revisions: Vec<Scheduled>,
    frozen: Vec<Scope>,
}

/// Where the standing hangs for everybody to see.
pub(super) struct Board(RwLock<Arc<Standing>>);

/// What decides one request.
#[derive(Clone)]
pub(super) struct InForce {
    standing: Arc<Standing>,
    revision: Arc<PolicyRevision>,
    now: OffsetDateTime,
}

impl Board {
    pub(super) fn new(revisions: Vec<Scheduled>, desk: &Desk) -> Self {
        Self(RwLock::new(Arc::new(Standing { revisions, frozen: frozen(desk) })))
    }

    /// What decides at this time.
    ///
    /// # Errors
    /// When no revision is in force (FAIL-CLOSED).
    pub(super) fn at(&self, now: OffsetDateTime) -> Result<InForce, Refusal> {
        let standing = self.standing()?;
        let moment = moment_of(now);
        let found = standing.revisions.iter().rev().find(|one| one.effective_at <= moment);
        let revision = found.map(|one| Arc::clone(&one.revision));
        let revision = revision.ok_or_else(|| Refusal::unavailable("no policy is in force"))?;
        Ok(InForce { standing, revision, now })
    }

    /// The latest revision, whether it is in force yet or not.
    pub(super) fn latest(&self) -> Option<Scheduled> {
        self.standing().ok()?.revisions.last().cloned()
    }

    /// Adds a revision that was activated.
    pub(super) fn activated(&self, added: Scheduled) -> Result<(), Refusal> {
        self.replace(|standing| standing.revisions.push(added))
    }

    /// Follows what the desk holds frozen.
    pub(super) fn follow_freezes(&self, desk: &Desk) -> Result<(), Refusal> {
        self.replace(|standing| standing.frozen = frozen(desk))
    }

    fn standing(&self) -> Result<Arc<Standing>, Refusal> {
        self.0.read().map(|standing| Arc::clone(&standing)).map_err(|_| broken())
    }

    fn replace(&self, change: impl FnOnce(&mut Standing)) -> Result<(), Refusal> {
        let mut place = self.0.write().map_err(|_| broken())?;
        let mut standing = Standing::clone(&place);
        change(&mut standing);
        *place = Arc::new(standing);
        Ok(())
    }
}

impl InForce {
    /// The revision.
    pub(super) fn revision(&self) -> &Arc<PolicyRevision> {
        &self.revision
    }

    /// The time for which this holds.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Whether another one would decide the same request in the same way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.standing, &other.standing) && Arc::ptr_eq(&self.revision, &other.revision)
    }

    /// Lets a person work in a project, unless one of them is frozen. Who is not in a project does not learn that it is.
    pub(super) fn enter(
        &self,
        user: &UserId,
        project: &ProjectId,
    ) -> Result<Membership<'_>, Refusal> {
        let membership = self.revision.enter(user, project, self.now)?;
        self.thawed(user, Some(project))?;
        Ok(membership)
    }

    /// Whether a person may do this outside projects. Officers and auditors go on while everything is frozen.
    pub(super) fn allows(&self, user: &UserId, object: &str, action: &str) -> bool {
        let frozen = self.standing.frozen.contains(&Scope::Person(user.clone()));
        !frozen && self.revision.has_global(user, object, action, self.now)
    }

    /// The roles outside projects that a person has, as the log names them.
    pub(super) fn role(&self, user: &UserId) -> Option<String> {
        let today = self.now.to_offset(time::UtcOffset::UTC).date();
        let roles = self.revision.person(user)?.roles_on(today).map(Role::as_str);
        Some(roles.collect::<Vec<_>>().join(", ")).filter(|roles| !roles.is_empty())
    }

    fn thawed(&self, user: &UserId, project: Option<&ProjectId>) -> Result<(), Refusal> {
        let covers = |scope: &&Scope| match scope {
            Scope::Everything => true,
            Scope::Project(frozen) => project == Some(frozen),
            Scope::Person(frozen) => user == frozen,
        };
        let what = match self.standing.frozen.iter().find(covers) {
            None => return Ok(()),
            Some(Scope::Everything) => "all queries and answers are frozen".to_owned(),
            Some(Scope::Project(project)) => format!("the project `{project}` is frozen"),
            Some(Scope::Person(_)) => "your access is frozen".to_owned(),
        };
        Err(Refusal::new(Code::Frozen, what, "ask a governance officer; nothing of yours is lost"))
    }
}

impl Officers for InForce {
    fn key(&self, user: &UserId) -> Option<PublicKey> {
        let officer =
            self.allows(user, "policies", "propose") && self.allows(user, "policies", "approve");
        officer.then(|| self.revision.person(user)?.signing_key()).flatten()
    }
}

fn frozen(desk: &Desk) -> Vec<Scope> {
    desk.freezes().filter(|freeze| freeze.holds()).map(|freeze| freeze.scope.clone()).collect()
}

fn broken() -> Refusal {
    Refusal::unavailable("the board of what is in force is broken")
}
