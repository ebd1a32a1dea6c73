//! `Understood` to `Authorised`: casbin decides, column by column and use by use.

use std::collections::BTreeSet;

use datafusion::logical_expr::LogicalPlan;
use tresor_disclosure::Profile;

use super::crossed;
use super::{Decision, Membership, RowCondition};
use crate::catalog::usage::Use;
use crate::ids::{ColumnId, ProjectId, UserId};
use crate::refusal::{Code, Refusal};
use crate::sql::{Facts, QueryText, Understood};

/// What policy grants to one query.
#[derive(Clone)]
pub struct Grant {
    pub(crate) role: String,
    /// The number of the policy revision.
    pub(crate) policy_revision: u64,
    pub(crate) policy_digest: String,
    pub(crate) profile: Profile,
    /// Of the profile as its file has it.
    pub(crate) profile_digest: String,
    pub(crate) row_conditions: Vec<RowCondition>,
    pub(crate) budget_points: u64,
    /// Ids of the rules that allowed it, for the log.
    pub(crate) rules: Vec<String>,
    /// Every column and use.
    pub(crate) uses: Vec<(ColumnId, Use)>,
    /// The same, as `dataset.table.column:use`, for the log.
    pub(crate) reads: Vec<String>,
    /// The same, each with the lines of the rules that allow it.
    pub(crate) allowed_by: Vec<(String, Vec<String>)>,
}

/// A query that policy allows, with what it grants.
///
/// Has no `Debug` and no `Serialize`: plans hold the researcher's literals.
pub struct Authorised {
    user: UserId,
    project: ProjectId,
    text: QueryText,
    plan: LogicalPlan,
    facts: Facts,
    grant: Grant,
}

impl Authorised {
    pub(crate) fn into_parts(self) -> (UserId, ProjectId, QueryText, LogicalPlan, Facts, Grant) {
        (self.user, self.project, self.text, self.plan, self.facts, self.grant)
    }
}

/// Asks policy about everything a query reads.
///
/// # Errors
/// [`Code::UseNotAllowed`] with the first column and use that no rule allows, and its place in the SQL;
/// [`Code::ColumnsNotCrossed`] with two columns that the release profile keeps apart.
pub fn authorise(
    understood: Understood,
    membership: &Membership<'_>,
) -> Result<Authorised, Refusal> {
    if understood.user() != membership.user() || understood.project() != &membership.project().id {
        return Err(Refusal::internal("a query was brought to somebody else's membership"));
    }
    let mut rules = BTreeSet::new();
    let (mut uses, mut reads, mut allowed_by) = (vec![], vec![], vec![]);
    for (column, kind, at) in understood.reads().iter() {
        let decision = membership.decide(column, kind);
        if !decision.allowed {
            let of_view = match (at, understood.text().view_with(column.column.as_str())) {
                (None, Some(view)) => format!(", which the view `{view}` reads,"),
                _ => String::new(),
            };
            return Err(Refusal::new(
                Code::UseNotAllowed,
                format!(
                    "`{}`{of_view} may not be {} in this project",
                    column.column,
                    kind.participle()
                ),
                "leave it out or use it differently (GET /api/v1/datasets lists how each column may be used), \
                 or ask the governance officer of the project",
            )
            .under(format!("{}: {column} {}", lines(&decision), kind.as_str()))
            .at(at));
        }
        let read = format!("{column}:{}", kind.as_str());
        let lines: Vec<String> = decision.rules.iter().map(ToString::to_string).collect();
        rules.extend(lines.iter().cloned());
        allowed_by.push((read.clone(), lines));
        reads.push(read);
        uses.push((column.clone(), kind));
    }
    // One decision that casbin and the rules disagree about, and none of the others is worth anything.
    membership.revision().answerable()?;
    crossed::refuse(membership.profile(), understood.reads())?;
    let project = membership.project();
    let grant = Grant {
        role: membership.role().to_owned(),
        policy_revision: membership.revision().number(),
        policy_digest: membership.revision().digest().to_owned(),
        profile: membership.profile().clone(),
        profile_digest: membership.revision().profile_digest(&membership.profile().id).to_owned(),
        row_conditions: project.row_conditions.clone(),
        budget_points: project.budget_points,
        rules: rules.into_iter().collect(),
        uses,
        reads,
        allowed_by,
    };
    let user = understood.user().clone();
    let project = understood.project().clone();
    let (text, plan, facts) = understood.into_parts();
    Ok(Authorised { user, project, text, plan, facts, grant })
}

/// The lines behind a no, for researcher and officer to talk about.
fn lines(decision: &Decision) -> String {
    if decision.rules.is_empty() {
        return "no line of policies/access/rules.csv allows".to_owned();
    }
    let lines: Vec<String> = decision.rules.iter().map(ToString::to_string).collect();
    lines.join(", ")
}
