//! casbin, asked about one domain: one project, or everything outside projects.
//!
//! Subjects are roles and objects are ids; no user id and no text of a request reaches casbin, so a user called
//! `auditor` is nobody. The one who asks is a nameless holder of the role in this domain.

use std::fmt::Write;

use casbin::{CoreApi, DefaultModel, StringAdapter};

use super::model;
use super::rule::{Effect, Question, Role, Rule};
use crate::ids::ProjectId;

/// The domain of everything outside projects. No project can be called that.
const OUTSIDE: &str = "*";

/// casbin with the rules of one domain.
pub(super) struct Enforcer {
    casbin: casbin::Enforcer,
    domain: String,
}

impl Enforcer {
    /// Builds casbin from rules that all speak about this domain.
    pub(super) async fn build(
        project: Option<&ProjectId>,
        roles: &[Role],
        rules: &[&Rule],
    ) -> casbin::Result<Self> {
        let domain = project.map_or(OUTSIDE, ProjectId::as_str).to_owned();
        let model = DefaultModel::from_str(model::TEXT).await?;
        let lines = StringAdapter::new(lines(&domain, roles, rules));
        let casbin = casbin::Enforcer::new(model, lines).await?;
        Ok(Self { casbin, domain })
    }

    /// Whether the rules allow it.
    pub(super) fn allows(&self, question: &Question) -> casbin::Result<bool> {
        let holder = format!("holder:{}", question.role.as_str());
        self.casbin.enforce((holder, &self.domain, &question.object, question.action))
    }
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
