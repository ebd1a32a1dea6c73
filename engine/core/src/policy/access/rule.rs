//! One line of `access/rules.csv`, checked and typed.

use std::fmt;

use crate::catalog::usage::Use;
use crate::ids::{ColumnId, ColumnName, DatasetId, ProjectId, TableName};
use crate::policy::files::RULES;
use crate::policy::report::Place;

/// A role that rules speak about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Asks questions in a project.
    Researcher,
    /// Owns the policies.
    Officer,
    /// Reads what was asked, decided and released.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Researcher, Self::Officer, Self::Auditor];
    /// The roles of members of projects.
    pub const IN_PROJECTS: [Self; 1] = [Self::Researcher];
    /// The roles outside projects.
    pub const GLOBAL: [Self; 2] = [Self::Officer, Self::Auditor];

    /// The role as officers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Researcher => "researcher",
            Self::Officer => "officer",
            Self::Auditor => "auditor",
        }
    }
}

/// What can be opened outside projects, and the actions on it. What is not listed cannot be given to anybody.
pub const GLOBAL_OBJECTS: [(&str, &[&str]); 2] =
    [("audit-log", &["read"]), ("policies", &["read"])];

/// The name of a rule in records: where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    pub(super) line: usize,
}

impl RuleId {
    /// The place of the rule, for messages to officers.
    pub(in crate::policy) fn place(self) -> Place {
        Place { file: format!("policies/{RULES}"), line: self.line, column: 1 }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policies/{RULES}:{}", self.line)
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Rule {
    pub(in crate::policy) id: RuleId,
    pub(super) role: Role,
    /// The project it speaks about; all projects where there is none.
    pub(super) project: Option<ProjectId>,
    pub(in crate::policy) target: Target,
    pub(super) effect: Effect,
}

/// What a rule speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Target {
    /// A column, or every column of a table; one use, or every use.
    Columns { dataset: DatasetId, table: TableName, column: Option<ColumnName>, kind: Option<Use> },
    /// Something outside projects, and one action on it.
    Global { object: &'static str, action: &'static str },
}

/// Whether a rule gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// A question that rules answer, in the words in which casbin is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) role: Role,
    pub(super) object: String,
    pub(super) action: &'static str,
}

impl Question {
    /// About one column.
    pub(super) fn column(role: Role, column: &ColumnId, kind: Use) -> Self {
        let object = format!("{}/{}/{}", column.dataset, column.table, column.column);
        Self { role, object, action: kind.as_str() }
    }

    /// About any column of a table that no rule names.
    pub(super) fn other_columns(role: Role, table: (&DatasetId, &TableName), kind: Use) -> Self {
        Self { role, object: format!("{}/{}/*", table.0, table.1), action: kind.as_str() }
    }
}

impl Target {
    /// The object as casbin sees it: three names joined by `/`, the last of which may be `*`; or a global object.
    pub(super) fn object(&self) -> String {
        match self {
            Self::Columns { dataset, table, column, .. } => {
                format!("{dataset}/{table}/{}", column.as_ref().map_or("*", ColumnName::as_str))
            }
            Self::Global { object, .. } => (*object).to_owned(),
        }
    }

    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::Columns { kind, .. } => kind.map_or("*", Use::as_str),
            Self::Global { action, .. } => action,
        }
    }
}

impl Rule {
    /// Whether the rule speaks of the question, in a project it speaks about. Written without casbin, to name the
    /// rules behind its answers and to catch a difference.
    pub(super) fn speaks_of(&self, question: &Question) -> bool {
        let object = self.target.object();
        let covers = match object.strip_suffix('*') {
            Some(table) => question.object.starts_with(table),
            None => question.object == object,
        };
        let action = self.target.action();
        covers && self.role == question.role && (action == "*" || action == question.action)
    }
}
