//! From a text to a guarded query, for one member of one project: understood, authorised, guarded. Reads no row.

use std::sync::Arc;

use super::{seen_by, suggestions};
use crate::catalog::view::View;
use crate::extract::Snapshot;
use crate::guard::{Guarded, guard};
use crate::limits::Limits;
use crate::policy::{Membership, authorise};
use crate::refusal::{Class, Code, Refusal};
use crate::sql::{Submission, understand};

/// Everything that planning depends on.
pub(super) struct Planner<'a> {
    membership: Membership<'a>,
    view: View,
    /// Those of the engine, and what the project may do less.
    limits: Limits,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        membership: Membership<'a>,
        snapshots: &[Arc<Snapshot>],
        limits: &Limits,
    ) -> Self {
        let view = seen_by(&membership, snapshots);
        let limits = limits.within(&membership.project().limits);
        Self { membership, view, limits }
    }

    /// What the query would do, or why it gets no answer: a view that cannot be used is named as the reason, and where
    /// a text that can be answered is near, it is suggested.
    pub(super) fn plan(&self, sql: &str, explained: bool) -> Result<Guarded, Refusal> {
        self.try_plan(sql, explained).map_err(|refusal| {
            if !matches!(refusal.code().class(), Class::Sql | Class::Policy) {
                return refusal;
            }
            if let Some(broken) = self.broken_view(sql) {
                return broken;
            }
            suggestions::added(refusal, sql, &self.view, &self.limits, &|sql| {
                self.try_plan(sql, true).err()
            })
        })
    }

    pub(super) fn try_plan(&self, sql: &str, explained: bool) -> Result<Guarded, Refusal> {
        let submission = Submission {
            user: self.membership.user().clone(),
            project: self.membership.project().id.clone(),
            sql: sql.to_owned(),
            explained,
        };
        let queries = &self.membership.project().queries;
        let understood = understand(submission, &self.view, queries, &self.limits)?;
        guard(authorise(understood, &self.membership)?, &self.limits)
    }

    /// The refusal of a view that cannot even be counted. The cause is for officers: it may name what the project does
    /// not see (NOT-YOURS-IS-NOT-THERE).
    fn broken_view(&self, sql: &str) -> Option<Refusal> {
        let queries = &self.membership.project().queries;
        queries.used_by(sql, &self.limits).into_iter().find_map(|name| {
            let cause = self.try_plan(&format!("SELECT count(*) FROM {name}"), false).err()?;
            Some(cannot_be_used(name, &cause))
        })
    }
}

fn cannot_be_used(name: &str, why: &Refusal) -> Refusal {
    let sealed = why.cause().map_or("", |cause| cause.open_for_audit());
    Refusal::new(
        Code::UnsupportedSql,
        format!("the view `{name}` of your project cannot be used: {}", why.code().title()),
        "leave it out, and tell the governance officer of the project",
    )
    .because(format!("in the view `{name}`: {}; {} {sealed}", why.detail(), why.hint()))
}
