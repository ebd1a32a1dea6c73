//! `Understood` to `Authorised`: casbin decides, column by column and use by use.

use std::collections::BTreeSet;

use datafusion::logical_expr::LogicalPlan;
use tresor_disclosure::Profile;

use super::{Membership, RowCondition};
use crate::ids::{ProjectId, UserId};
use crate::refusal::{Code, Refusal};
use crate::sql::{QueryText, Understood};

/// What policy grants to one query.
#[derive(Clone)]
pub struct Grant {
    pub(crate) role: String,
    pub(crate) policy_digest: String,
    pub(crate) profile: Profile,
    pub(crate) row_conditions: Vec<RowCondition>,
    pub(crate) budget_points: u64,
    /// Ids of the rules that allowed it, for the log.
    pub(crate) rules: Vec<String>,
    /// Every column and use, as `dataset.table.column:use`, for the log.
    pub(crate) reads: Vec<String>,
}

/// A query that policy allows, with what it grants.
///
/// Has no `Debug` and no `Serialize`: plans hold the researcher's literals.
pub struct Authorised {
    user: UserId,
    project: ProjectId,
    text: QueryText,
    plan: LogicalPlan,
    grant: Grant,
}

impl Authorised {
    pub(crate) fn into_parts(self) -> (UserId, ProjectId, QueryText, LogicalPlan, Grant) {
        (self.user, self.project, self.text, self.plan, self.grant)
    }
}

/// Asks policy about everything a query reads.
///
/// # Errors
/// [`Code::UseNotAllowed`] with the first column and use that no rule allows, and its place in the SQL.
pub fn authorise(
    understood: Understood,
    membership: &Membership<'_>,
) -> Result<Authorised, Refusal> {
    if understood.user() != membership.user() || understood.project() != &membership.project().id {
        return Err(Refusal::internal("a query was brought to somebody else's membership"));
    }
    let mut rules = BTreeSet::new();
    let mut reads = vec![];
    for (column, kind, at) in understood.reads().iter() {
        let decision = membership.decide(column, kind);
        if !decision.allowed {
            return Err(Refusal::new(
                Code::UseNotAllowed,
                format!("`{}` may not be {} in this project", column.column, kind.participle()),
                "leave it out or use it differently (GET /api/v1/datasets lists how each column may be used), \
                 or ask the governance officer of the project",
            )
            .under(format!("access: {column} {}", kind.as_str()))
            .at(at));
        }
        rules.extend(decision.rules.iter().map(ToString::to_string));
        reads.push(format!("{column}:{}", kind.as_str()));
    }
    let project = membership.project();
    let grant = Grant {
        role: membership.role().to_owned(),
        policy_digest: membership.revision().digest().to_owned(),
        profile: membership.profile().clone(),
        row_conditions: project.row_conditions.clone(),
        budget_points: project.budget_points,
        rules: rules.into_iter().collect(),
        reads,
    };
    let user = understood.user().clone();
    let project = understood.project().clone();
    let (text, plan) = understood.into_parts();
    Ok(Authorised { user, project, text, plan, grant })
}
