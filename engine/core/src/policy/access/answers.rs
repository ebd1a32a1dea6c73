//! What casbin answered, asked when somebody first wants to know, and kept.
//!
//! Rules name columns or speak about all columns of a table, so there are few things to ask: each named column, and for
//! each table "any other column"; what is kept does not grow with what people ask for. An answer never changes. What
//! is outside projects is asked when a revision is read. casbin runs under no lock.
//!
//! Each answer is held against the rules as they were read. casbin that fails or contradicts them has decided nothing,
//! and the revision answers nothing from then on (FAIL-CLOSED).

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::decision::{Decision, Decisions};
use super::enforcer::{Enforcer, Model, Unanswerable};
use super::index::{Index, Spot};
use super::model;
use super::rule::{GLOBAL_OBJECTS, Question, Role, Rule, Target};
use super::uses::Uses;
use crate::catalog::usage::Use;
use crate::ids::{ColumnId, DatasetId, ProjectId, TableName};
use crate::policy::projects::Project;

/// Every decision of one revision.
pub(in crate::policy) struct Access {
    model: Model,
    index: Index,
    projects: BTreeMap<ProjectId, Kept>,
    outside: HashMap<(Role, &'static str, &'static str), Decision>,
    broken: OnceLock<Unanswerable>,
}

/// The datasets of a project, and what was decided in it, by role and number of the spot.
struct Kept {
    datasets: Vec<DatasetId>,
    decided: RwLock<HashMap<(Role, usize), Arc<Decisions>>>,
}

/// A spot, with the names on the way to it.
type Located<'a> = (&'a DatasetId, &'a TableName, &'a Spot);

impl Access {
    /// Takes rules, and asks casbin about everything outside projects.
    pub(in crate::policy) async fn build(
        rules: Vec<Rule>,
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Self, Unanswerable> {
        Self::with_model(model::TEXT, rules, projects).await
    }

    /// The same with another model, for tests of what happens when casbin is wrong.
    pub(super) async fn with_model(
        text: &str,
        rules: Vec<Rule>,
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Self, Unanswerable> {
        let index = Index::build(rules);
        let model = Model::read(text).await?;
        let outside = outside(&model, &index)?;
        let kept = |project: &Project| Kept {
            datasets: project.datasets.clone(),
            decided: RwLock::default(),
        };
        let projects = projects.iter().map(|(id, project)| (id.clone(), kept(project))).collect();
        Ok(Self { model, index, projects, outside, broken: OnceLock::new() })
    }

    /// Every rule, in the order of the file.
    pub(in crate::policy) fn rules(&self) -> &[Rule] {
        self.index.rules()
    }

    /// The decision about one use of one column in a project.
    pub(in crate::policy) fn column(
        &self,
        project: &ProjectId,
        role: Role,
        column: &ColumnId,
        kind: Use,
    ) -> Decision {
        self.decisions(project, role, column).map(|found| found.of(kind)).unwrap_or_default()
    }

    /// Every use of a column that is allowed in a project.
    pub(in crate::policy) fn uses(
        &self,
        project: &ProjectId,
        role: Role,
        column: &ColumnId,
    ) -> Uses {
        self.decisions(project, role, column).map_or(Uses::NONE, |found| found.allowed())
    }

    /// Whether a role may do this outside projects.
    pub(in crate::policy) fn outside(&self, role: Role, object: &str, action: &str) -> bool {
        self.outside.get(&(role, object, action)).is_some_and(|decision| decision.allowed)
    }

    /// Asks everything that can be asked, so that a revision that casbin cannot answer is found before it is in force.
    pub(in crate::policy) fn ask_everything(&self) -> Result<(), Unanswerable> {
        for (id, kept) in &self.projects {
            let listed = |(dataset, ..): &Located<'_>| kept.datasets.contains(dataset);
            for located in self.index.spots().filter(listed) {
                for role in Role::IN_PROJECTS {
                    self.decided(id, kept, role, located);
                }
            }
        }
        self.broken().map_or(Ok(()), |cause| Err(cause.clone()))
    }

    /// Why this revision answers nothing any more, if so.
    pub(in crate::policy) fn broken(&self) -> Option<&Unanswerable> {
        self.broken.get()
    }

    /// None where no rule can have a say: an unknown project, a dataset it does not list, a table in no rule.
    fn decisions(
        &self,
        project: &ProjectId,
        role: Role,
        column: &ColumnId,
    ) -> Option<Arc<Decisions>> {
        let kept = self.projects.get(project)?;
        if !kept.datasets.contains(&column.dataset) || self.broken().is_some() {
            return None;
        }
        let spot = self.index.spot(&column.dataset, &column.table, &column.column)?;
        self.decided(project, kept, role, (&column.dataset, &column.table, spot))
    }

    /// What was decided before, or what casbin says now. Two who ask at once get the same answer.
    fn decided(
        &self,
        project: &ProjectId,
        kept: &Kept,
        role: Role,
        located: Located<'_>,
    ) -> Option<Arc<Decisions>> {
        let key = (role, located.2.number);
        let known = kept.decided.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if known.is_some() {
            return known;
        }
        match self.ask(project, role, located) {
            Ok(decisions) => {
                let decisions = Arc::new(decisions);
                let mut decided = kept.decided.write().unwrap_or_else(PoisonError::into_inner);
                decided.insert(key, Arc::clone(&decisions));
                Some(decisions)
            }
            Err(cause) => {
                let _ = self.broken.set(cause);
                None
            }
        }
    }

    fn ask(
        &self,
        project: &ProjectId,
        role: Role,
        (dataset, table, spot): Located<'_>,
    ) -> Result<Decisions, Unanswerable> {
        let lines = self.index.lines(project, dataset, table, spot.column.as_ref());
        let speaking = self.index.speaking(dataset, table, spot);
        let mut casbin = Enforcer::build(&self.model, Some(project), &[role])?;
        let mut decide = |kind: Use| {
            let target = Target::Columns {
                dataset: dataset.clone(),
                table: table.clone(),
                column: spot.column.clone(),
                kind: Some(kind),
            };
            let question = Question { project: Some(project), role, target };
            Ok((kind, agreed(&mut casbin, &lines, &speaking, &question)?))
        };
        Use::ALL.into_iter().map(&mut decide).collect()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("rules", &self.rules().len()).finish_non_exhaustive()
    }
}

/// Everything outside projects.
fn outside(
    model: &Model,
    index: &Index,
) -> Result<HashMap<(Role, &'static str, &'static str), Decision>, Unanswerable> {
    let speaking = index.speaking_outside();
    let mut casbin = Enforcer::build(model, None, &Role::GLOBAL)?;
    let mut decided = HashMap::new();
    for (object, actions) in GLOBAL_OBJECTS {
        let lines = index.lines_outside(object);
        for role in Role::GLOBAL {
            for action in actions {
                let target = Target::Global { object, action };
                let question = Question { project: None, role, target };
                let decision = agreed(&mut casbin, &lines, &speaking, &question)?;
                decided.insert((role, object, *action), decision);
            }
        }
    }
    Ok(decided)
}

/// casbin's answer, if the rules as they were read say the same.
fn agreed(
    casbin: &mut Enforcer,
    lines: &[&Rule],
    speaking: &[&Rule],
    question: &Question<'_>,
) -> Result<Decision, Unanswerable> {
    let allowed = casbin.allows(question, lines)?;
    let decision = Decision::by_rules(speaking, question);
    if decision.allowed == allowed {
        return Ok(decision);
    }
    Err(Unanswerable(format!("casbin contradicts the rules about {question:?}")))
}
