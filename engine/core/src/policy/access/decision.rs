//! What came of a question, and the rules behind it.

use super::rule::{Effect, Question, Rule, RuleId};
use super::uses::Uses;
use crate::catalog::usage::Use;

/// A yes or no, and the rules that decided: the denying ones, else the allowing ones. No rule at all is a no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The rules that decided, in the order of the file.
    pub rules: Vec<RuleId>,
}

/// The decisions about one column, one for each use.
#[derive(Debug, Default)]
pub(super) struct Decisions(Vec<(Use, Decision)>);

impl Decision {
    /// By the rules themselves, without casbin: deny overrides, and silence is a no.
    pub(super) fn by_rules(rules: &[&Rule], question: &Question<'_>) -> Self {
        let speaking = rules.iter().filter(|rule| rule.speaks_of(question));
        let (denying, allowing): (Vec<&&Rule>, Vec<&&Rule>) =
            speaking.partition(|rule| rule.effect == Effect::Deny);
        let allowed = denying.is_empty() && !allowing.is_empty();
        let deciding = if denying.is_empty() { allowing } else { denying };
        Self { allowed, rules: deciding.into_iter().map(|rule| rule.id).collect() }
    }
}

impl Decisions {
    pub(super) fn of(&self, kind: Use) -> Decision {
        let found = self.0.iter().find(|(known, _)| *known == kind);
        found.map(|(_, decision)| decision.clone()).unwrap_or_default()
    }

    pub(super) fn allowed(&self) -> Uses {
        self.0.iter().filter(|(_, decision)| decision.allowed).map(|(kind, _)| *kind).collect()
    }
}

impl FromIterator<(Use, Decision)> for Decisions {
    fn from_iter<I: IntoIterator<Item = (Use, Decision)>>(decisions: I) -> Self {
        Self(decisions.into_iter().collect())
    }
}
