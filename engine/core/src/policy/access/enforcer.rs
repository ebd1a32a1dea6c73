//! casbin, asked about one object: a column in one project, or something outside projects.
//!
//! casbin goes through its lines one by one for each question, so it gets only those that speak about the object, and
//! is thrown away when the object is decided. Subjects are roles and objects are ids; no user id and no text of a
//! request reaches casbin, so a user called `auditor` is nobody. The one who asks is a nameless holder of the role.

use std::fmt::Write;

use casbin::{CoreApi, DefaultModel, StringAdapter};
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

/// casbin with the rules about one object.
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
    /// casbin with these rules, for holders of these roles in a project or outside.
    pub(super) fn build(
        model: &Model,
        project: Option<&ProjectId>,
        roles: &[Role],
        rules: &[&Rule],
    ) -> Result<Self, Unanswerable> {
        let domain = project.map_or(OUTSIDE, ProjectId::as_str).to_owned();
        let lines = StringAdapter::new(lines(&domain, roles, rules));
        // Nothing here waits for anything: the model is read, and the lines are a text.
        let casbin = casbin::Enforcer::new(model.0.clone(), lines).now_or_never();
        let casbin =
            casbin.ok_or_else(|| Unanswerable("casbin waits".to_owned()))?.map_err(failed)?;
        Ok(Self { casbin, domain })
    }

    /// Whether the rules allow it.
    pub(super) fn allows(&self, question: &Question<'_>) -> Result<bool, Unanswerable> {
        let holder = format!("holder:{}", question.role.as_str());
        let target = &question.target;
        let asked = (holder, &self.domain, target.object(), target.action());
        self.casbin.enforce(asked).map_err(failed)
    }
}

fn failed(cause: casbin::Error) -> Unanswerable {
    Unanswerable(format!("casbin failed: {cause}"))
}

/// The lines that casbin sees: made of checked names, fixed words and nothing else.
fn lines(domain: &str, roles: &[Role], rules: &[&Rule]) -> String {
    let mut lines = String::new();
    for role in roles.iter().map(|role| role.as_str()) {
        let _ = writeln!(lines, "g, holder:{role}, role:{role}, {domain}");
    }
    for rule in rules {
        let effect = match rule.effect {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
        };
        let _ = writeln!(
            lines,
            "p, role:{}, {}, {}, {}, {effect}",
            rule.role.as_str(),
            rule.project.as_ref().map_or("*", ProjectId::as_str),
            rule.target.object(),
            rule.target.action(),
        );
    }
    lines
}
