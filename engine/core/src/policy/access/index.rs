//! What casbin answered, kept: every question that the rules tell apart, with its answer and the rules behind it.
//!
//! Rules name columns or speak about all columns of a table, so the questions are finite: each named column, and for
//! each table "any other column". casbin is asked all of them when a revision is loaded. A query then looks up, an
//! unchanging table needs no lock, and a policy that casbin cannot answer never becomes active (FAIL-CLOSED).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::enforcer::Enforcer;
use super::rule::{Effect, GLOBAL_OBJECTS, Question, Role, Rule, RuleId, Target};
use crate::catalog::usage::Use;
use crate::ids::{ColumnId, DatasetId, ProjectId, TableName};
use crate::policy::projects::Project;

/// A yes or no, and the rules that decided: the denying ones, else the allowing ones. No rule at all is a no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The rules that decided, in the order of the file.
    pub rules: Vec<RuleId>,
}

/// Every decision of one revision.
#[derive(Debug)]
pub(in crate::policy) struct Access {
    projects: BTreeMap<ProjectId, Answers>,
    outside: Answers,
}

type Answers = HashMap<Question, Decision>;

/// casbin failed or contradicts the rules as they were read: for the people who run the service.
pub(in crate::policy) struct Unanswerable(pub(in crate::policy) String);

impl Access {
    /// Asks casbin everything.
    pub(in crate::policy) async fn build(
        rules: &[Rule],
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Self, Unanswerable> {
        let outside: Vec<&Rule> =
            rules.iter().filter(|rule| matches!(rule.target, Target::Global { .. })).collect();
        let outside = answers(None, &Role::GLOBAL, &outside, global_questions()).await?;
        let mut by_project = BTreeMap::new();
        for (id, project) in projects {
            let rules: Vec<&Rule> = rules.iter().filter(|rule| concerns(rule, project)).collect();
            let questions = column_questions(&rules);
            let answers = answers(Some(id), &Role::IN_PROJECTS, &rules, questions).await?;
            by_project.insert(id.clone(), answers);
        }
        Ok(Self { projects: by_project, outside })
    }

    /// The decision about one use of one column in a project.
    pub(in crate::policy) fn column(
        &self,
        project: &ProjectId,
        role: Role,
        column: &ColumnId,
        kind: Use,
    ) -> Decision {
        let Some(answers) = self.projects.get(project) else { return Decision::default() };
        let table = (&column.dataset, &column.table);
        answers
            .get(&Question::column(role, column, kind))
            .or_else(|| answers.get(&Question::other_columns(role, table, kind)))
            .cloned()
            .unwrap_or_default()
    }

    /// Whether a role may do this outside projects.
    pub(in crate::policy) fn outside(&self, role: Role, object: &str, action: &str) -> bool {
        self.outside.iter().any(|(question, decision)| {
            decision.allowed
                && question.role == role
                && question.object == object
                && question.action == action
        })
    }
}

/// Whether a rule has a say in a project: about all projects or this one, and a dataset the project lists.
fn concerns(rule: &Rule, project: &Project) -> bool {
    match &rule.target {
        Target::Columns { dataset, .. } => {
            rule.project.as_ref().is_none_or(|id| *id == project.id)
                && project.datasets.contains(dataset)
        }
        Target::Global { .. } => false,
    }
}

fn global_questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for role in Role::GLOBAL {
        for (object, actions) in GLOBAL_OBJECTS {
            questions.extend(actions.iter().map(|action| Question {
                role,
                object: object.to_owned(),
                action,
            }));
        }
    }
    questions
}

fn column_questions(rules: &[&Rule]) -> Vec<Question> {
    let mut named = BTreeSet::new();
    let mut tables: BTreeSet<(&DatasetId, &TableName)> = BTreeSet::new();
    for rule in rules {
        let Target::Columns { dataset, table, column, .. } = &rule.target else { continue };
        tables.insert((dataset, table));
        named.extend(column.iter().map(|column| ColumnId {
            dataset: dataset.clone(),
            table: table.clone(),
            column: column.clone(),
        }));
    }
    let mut questions = Vec::new();
    for role in Role::IN_PROJECTS {
        for kind in Use::ALL {
            questions.extend(named.iter().map(|column| Question::column(role, column, kind)));
            questions
                .extend(tables.iter().map(|table| Question::other_columns(role, *table, kind)));
        }
    }
    questions
}

/// casbin's answer to each question, held against the rules that speak of it.
async fn answers(
    project: Option<&ProjectId>,
    roles: &[Role],
    rules: &[&Rule],
    questions: Vec<Question>,
) -> Result<Answers, Unanswerable> {
    // Without a single rule casbin asks its matcher about empty texts and takes a yes for an allow.
    if rules.is_empty() {
        return Ok(Answers::new());
    }
    let failed = |cause: casbin::Error| Unanswerable(format!("casbin failed: {cause}"));
    let enforcer = Enforcer::build(project, roles, rules).await.map_err(failed)?;
    let mut answers = Answers::with_capacity(questions.len());
    for question in questions {
        let allowed = enforcer.allows(&question).map_err(failed)?;
        let decision = reasons(rules, &question);
        if decision.allowed != allowed {
            return Err(Unanswerable(format!("casbin contradicts the rules about {question:?}")));
        }
        answers.insert(question, decision);
    }
    Ok(answers)
}

/// The decision by the rules themselves: deny overrides, and silence is a no.
fn reasons(rules: &[&Rule], question: &Question) -> Decision {
    let speaking = rules.iter().filter(|rule| rule.speaks_of(question));
    let (denying, allowing): (Vec<&&Rule>, Vec<&&Rule>) =
        speaking.partition(|rule| rule.effect == Effect::Deny);
    let allowed = denying.is_empty() && !allowing.is_empty();
    let deciding = if denying.is_empty() { allowing } else { denying };
    Decision { allowed, rules: deciding.into_iter().map(|rule| rule.id).collect() }
}
