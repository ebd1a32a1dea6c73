//! casbin, asked about one object: a column in one project, or something outside projects.
//!
//! casbin goes through all its lines for each question, so it gets only those that speak about the object and the use,
//! anew for each question. Subjects are roles and objects are ids; no user id and no text of a request reaches casbin, so
//! a user called `auditor` is nobody. The one who asks is a nameless holder of the role.

use casbin::{CoreApi, DefaultModel, NullAdapter};
use futures::FutureExt;

use super::rule::{Effect, Question, Role, Rule};
use crate::ids::ProjectId;

/// The domain of everything outside projects. No project can be called that.
const OUTSIDE: &str = "*";

/// casbin failed or contradicts the rules as they were read: for the people who run the service.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Unanswerable(pub(in crate::policy) String);

/// The model, read once.
pub(super) struct Model(DefaultModel);

/// casbin, for holders of roles in one project or outside.
pub(super) struct Enforcer {
    casbin: casbin::Enforcer,
    domain: String,
}

impl Model {
    /// Reads the text of a model.
    pub(super) async fn read(text: &str) -> Result<Self, Unanswerable> {
        DefaultModel::from_str(text).await.map(Self).map_err(failed)
    }
}

impl Enforcer {
    /// casbin without rules, for holders of these roles in a project or outside.
    pub(super) fn build(
        model: &Model,
        project: Option<&ProjectId>,
        roles: &[Role],
    ) -> Result<Self, Unanswerable> {
        let domain = project.map_or(OUTSIDE, ProjectId::as_str).to_owned();
        // Nothing here waits for anything: the model is read, and no line is loaded.
        let casbin = casbin::Enforcer::new_raw(model.0.clone(), NullAdapter).now_or_never();
        let waits = || Unanswerable("casbin waits for something".to_owned());
        let mut casbin = casbin.ok_or_else(waits)?.map_err(failed)?;
        for role in roles {
            let held = [holder(*role), subject(*role), domain.clone()];
            add(&mut casbin, "g", held.to_vec())?;
        }
        casbin.build_role_links().map_err(failed)?;
        Ok(Self { casbin, domain })
    }

    /// Whether these rules allow it, of which casbin sees those about the use that is asked for.
    pub(super) fn allows(
        &mut self,
        question: &Question<'_>,
        rules: &[&Rule],
    ) -> Result<bool, Unanswerable> {
        // The lines of the question before. Roles stay: they were linked when they came.
        self.casbin.get_mut_model().clear_policy();
        let action = question.target.action();
        let mut silent = true;
        for rule in rules.iter().filter(|rule| ["*", action].contains(&rule.target.action())) {
            add(&mut self.casbin, "p", line(rule))?;
            silent = false;
        }
        // Without a single line casbin asks its matcher about empty texts and takes a yes for an allow.
        if silent {
            return Ok(false);
        }
        let asked = (holder(question.role), &self.domain, question.target.object(), action);
        self.casbin.enforce(asked).map_err(failed)
    }
}

fn failed(cause: casbin::Error) -> Unanswerable {
    Unanswerable(format!("casbin failed: {cause}"))
}

fn holder(role: Role) -> String {
    format!("holder:{}", role.as_str())
}

fn subject(role: Role) -> String {
    format!("role:{}", role.as_str())
}

/// A line that casbin does not take is a rule that would be forgotten.
fn add(casbin: &mut casbin::Enforcer, kind: &str, line: Vec<String>) -> Result<(), Unanswerable> {
    if casbin.get_mut_model().add_policy(kind, kind, line) {
        return Ok(());
    }
    Err(Unanswerable("casbin does not take a line".to_owned()))
}

/// A rule as casbin sees it: checked names, fixed words and nothing else.
fn line(rule: &Rule) -> Vec<String> {
    let effect = match rule.effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    let project = rule.project.as_ref().map_or("*", ProjectId::as_str);
    let target = &rule.target;
    vec![
        subject(rule.role),
        project.to_owned(),
        target.object(),
        target.action().to_owned(),
        effect.to_owned(),
    ]
}
