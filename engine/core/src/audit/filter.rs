//! Which entries are looked for.
//!
//! Everything that is given must hold. What only an intent says of a query (columns, rules, flags, the policy) holds for
//! every entry about that query: whoever looks for released answers that used a column finds the outcomes.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_ledger::{AuditEntry, Kind};

use super::{Decision, Facts};
use crate::clock::moment_of;

/// What is looked for; nothing given, everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who acted, or whom it was about.
    pub person: Option<String>,
    /// The project.
    pub project: Option<String>,
    /// The query.
    pub query: Option<String>,
    /// A dataset that was used.
    pub dataset: Option<String>,
    /// A column that was used or refused, as `dataset.table.column`.
    pub column: Option<String>,
    /// One of these kinds; any where there are none.
    pub kinds: Vec<Kind>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// The code of a refusal, or the class of a failure.
    pub code: Option<String>,
    /// A part of the text of a rule.
    pub rule: Option<String>,
    /// What the text of a query looked like.
    pub flag: Option<String>,
    /// The policy revision.
    pub revision: Option<u64>,
    /// Not before this moment.
    pub since: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
}

impl Filter {
    /// Whether the entry fits as far as it says so itself.
    pub(crate) fn fits(&self, entry: &AuditEntry) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let facts = Facts::of(&entry.body);
        let code = facts.text("/code").or_else(|| facts.text("/class"));
        self.is_about_person(entry)
            && self.is_about_project(entry)
            && is(&self.query, entry.query_id.as_deref())
            && (self.kinds.is_empty() || self.kinds.contains(&entry.kind))
            && self.decision.is_none_or(|decision| Decision::of(entry) == Some(decision))
            && is(&self.code, code)
            && self.since.is_none_or(|since| entry.at >= moment_of(since))
            && self.until.is_none_or(|until| entry.at < moment_of(until))
    }

    /// Whether something is asked that an intent says for all entries about its query.
    pub(crate) const fn asks_of_intents(&self) -> bool {
        self.dataset.is_some()
            || self.column.is_some()
            || self.rule.is_some()
            || self.flag.is_some()
            || self.revision.is_some()
    }

    /// Whether these say all that is asked of intents: the body of an entry, and that of the intent of its query.
    pub(crate) fn says(&self, bodies: &[&Value]) -> bool {
        let any =
            |holds: &dyn Fn(Facts<'_>) -> bool| bodies.iter().any(|body| holds(Facts::of(body)));
        self.dataset.as_deref().is_none_or(|dataset| any(&|facts| uses(facts, dataset)))
            && self.column.as_deref().is_none_or(|column| any(&|facts| touches(facts, column)))
            && self
                .rule
                .as_deref()
                .is_none_or(|rule| any(&|facts| facts.rules().any(|found| found.contains(rule))))
            && self
                .flag
                .as_deref()
                .is_none_or(|flag| any(&|facts| facts.flags().any(|found| found == flag)))
            && self.revision.is_none_or(|revision| any(&|facts| facts.revision() == Some(revision)))
    }

    /// What was asked, for the log.
    pub(crate) fn logged(&self) -> Value {
        let mut asked = Map::new();
        let texts = [
            ("person", &self.person),
            ("project", &self.project),
            ("query", &self.query),
            ("dataset", &self.dataset),
            ("column", &self.column),
            ("code", &self.code),
            ("rule", &self.rule),
            ("flag", &self.flag),
        ];
        for (name, text) in texts {
            asked.extend(text.as_ref().map(|text| (name.to_owned(), json!(text))));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.as_str()).collect();
            asked.insert("kind".to_owned(), json!(kinds));
        }
        let more = [
            ("decision", self.decision.map(|decision| json!(decision.as_str()))),
            ("revision", self.revision.map(|it| json!(it.min(tresor_ledger::MAX_AMOUNT)))),
            ("since", self.since.and_then(|at| at.format(&Rfc3339).ok()).map(Value::from)),
            ("until", self.until.and_then(|at| at.format(&Rfc3339).ok()).map(Value::from)),
        ];
        asked.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(asked)
    }

    fn is_about_person(&self, entry: &AuditEntry) -> bool {
        let facts = Facts::of(&entry.body);
        let whom = [Some(entry.actor.as_str()), facts.text("/user"), facts.text("/scope/person")];
        self.person.as_deref().is_none_or(|person| whom.contains(&Some(person)))
    }

    fn is_about_project(&self, entry: &AuditEntry) -> bool {
        let facts = Facts::of(&entry.body);
        let which =
            [entry.account.as_deref(), facts.text("/project"), facts.text("/scope/project")];
        self.project.as_deref().is_none_or(|project| which.contains(&Some(project)))
    }
}

fn uses(facts: Facts<'_>, dataset: &str) -> bool {
    facts.text("/dataset") == Some(dataset)
        || facts.tables().iter().any(|table| table.split('.').next() == Some(dataset))
}

/// A refusal names the column in its rule.
fn touches(facts: Facts<'_>, column: &str) -> bool {
    let word = |text: &str| text.split([' ', ',', ':', '`']).any(|word| word == column);
    facts.columns().any(|(found, _)| found == column) || facts.text("/rule").is_some_and(word)
}
