//! `Submission` to `Understood`.

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::planner::ContextProvider;
use datafusion::logical_expr::{InvariantLevel, LogicalPlan};
use datafusion::optimizer::Analyzer;
use datafusion::sql::planner::{NullOrdering, ParserOptions, SqlToRel};
use datafusion::sql::sqlparser::ast::Statement;

use super::facts::Facts;
use super::names::Names;
use super::reads::{self, Reads};
use super::text::QueryText;
use super::views::Views;
use super::{
    comma_joins, conditions, denied, expanded, expressions, group_keys, planning_error, shape,
    subqueries, windows,
};
use crate::catalog::view::View;
use crate::ids::{ProjectId, UserId};
use crate::limits::Limits;
use crate::refusal::{Code, Refusal};

/// A query as it arrived: who, for which project, which text. Untrusted.
pub struct Submission {
    /// Who asks.
    pub user: UserId,
    /// On behalf of which project.
    pub project: ProjectId,
    /// The SQL text.
    pub sql: String,
    /// Whether the query is only explained and never run; then EXPLAIN may stand before it.
    pub explained: bool,
}

/// A query whose meaning is known: an analysed, unoptimised plan over visible tables, and everything it reads.
///
/// Has no `Debug` and no `Serialize`: plans hold the researcher's literals.
pub struct Understood {
    user: UserId,
    project: ProjectId,
    text: QueryText,
    plan: LogicalPlan,
    reads: Reads,
    facts: Facts,
}

impl Understood {
    /// Who asks.
    #[must_use]
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// On behalf of which project.
    #[must_use]
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    /// Everything the query reads, and how.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &QueryText {
        &self.text
    }

    /// The names of the columns of its result.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        let fields = self.plan.schema().fields().iter();
        fields.map(|field| field.name().as_str())
    }

    pub(crate) fn into_parts(self) -> (QueryText, LogicalPlan, Facts) {
        (self.text, self.plan, self.facts)
    }
}

/// Understands a submission.
///
/// # Errors
/// A refusal that points at the place in the SQL. Depends on the text, the view, the named queries and the limits only.
pub fn understand(
    submission: Submission,
    view: &View,
    views: &Views,
    limits: &Limits,
) -> Result<Understood, Refusal> {
    let Submission { user, project, sql, explained } = submission;
    let text = QueryText::read(&sql, limits)?;
    let mut query = shape::parse(&text, explained, limits)?;
    let used = views.expand(&mut query);
    shape::check(&query, limits)?;
    let text = text.using(views, used);

    let names = Names::new(view);
    // Withheld values are NULL. Sorted last they never crowd out the rows that `LIMIT 10` is asked for.
    let options = ParserOptions::new()
        .with_collect_spans(true)
        .with_default_null_ordering(NullOrdering::NullsLast);
    let plan = SqlToRel::new_with_options(&names, options)
        .sql_statement_to_plan(Statement::Query(Box::new(query)))
        .map_err(|error| planning_error::refuse(&error, &names, &text))?;
    check_names(&plan, &text)?;
    check_expressions(&plan, &text)?;
    denied::check_plan(&plan, &text, limits)?;
    let plan =
        analysed(plan, &names).map_err(|error| planning_error::refuse(&error, &names, &text))?;
    check_expressions(&plan, &text)?;
    let plan = group_keys::once(plan)?;
    let plan = subqueries::flatten(plan, &text, limits)?;
    plan.check_invariants(InvariantLevel::Executable)
        .map_err(|error| planning_error::refuse(&error, &names, &text))?;
    let plan = group_keys::once(comma_joins::given_conditions(plan)?)?;
    expanded::check(&plan, limits)?;
    let reads = reads::of_plan(&plan)?;
    let conditions = conditions::of_plan(&plan)?;
    let facts = Facts::of_text(&sql, Some(view), limits).with(conditions);
    Ok(Understood { user, project, text, plan, reads, facts })
}

/// The rules of the analyser, without its opinion on sub-queries: those are made joins or refused here.
fn analysed(plan: LogicalPlan, names: &Names<'_>) -> datafusion::common::Result<LogicalPlan> {
    plan.check_invariants(InvariantLevel::Always)?;
    let analyser = Analyzer::new();
    analyser.rules.iter().try_fold(plan, |plan, rule| rule.analyze(plan, names.options()))
}

/// What the names of columns begin with that the engine adds.
pub(crate) const RESERVED: &str = "tresor_";

/// No column or table may be named like those that the engine adds: it would be hidden, or taken for one of them.
fn check_names(plan: &LogicalPlan, text: &QueryText) -> Result<(), Refusal> {
    let mut found: Option<String> = None;
    let walked = plan.apply_with_subqueries(|node| {
        let mut names: Vec<&str> =
            node.schema().fields().iter().map(|f| f.name().as_str()).collect();
        // A view stands in the query under a name of ours.
        if let LogicalPlan::SubqueryAlias(node) = node
            && Views::shown(node.alias.table()).is_none()
        {
            names.push(node.alias.table());
        }
        found = names.into_iter().find(|name| name.starts_with(RESERVED)).map(str::to_owned);
        Ok(if found.is_none() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    walked.map_err(|error| Refusal::internal(error.to_string()))?;
    let Some(name) = found else { return Ok(()) };
    Err(Refusal::new(
        Code::UnsupportedSql,
        format!("the name `{name}` is kept for the engine"),
        "choose a name that does not begin with `tresor_`",
    )
    .at(text.find(&name)))
}

/// Checks every expression of every node, sub-queries included.
fn check_expressions(plan: &LogicalPlan, text: &QueryText) -> Result<(), Refusal> {
    let mut result = Ok(());
    let walked = plan.apply_with_subqueries(|node| {
        let windows = matches!(node, LogicalPlan::Window(_));
        node.apply_expressions(|expr| {
            result = expressions::check(expr, text);
            if result.is_ok() && !windows {
                result = windows::none_in(expr, text);
            }
            Ok(if result.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        })
    });
    match walked {
        Ok(_) => result,
        Err(error) => Err(Refusal::internal(error.to_string())),
    }
}
