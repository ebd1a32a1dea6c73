//! One line of `access/rules.csv`, checked and typed; roles, and what there is outside projects.

use std::fmt;

use crate::catalog::usage::Use;
use crate::ids::{ColumnName, DatasetId, ProjectId, TableName};
use crate::policy::files::RULES;
use crate::policy::report::Place;

/// A role that rules speak about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Asks questions in a project.
    Researcher,
    /// Owns the policies.
    Officer,
    /// Looks at answers that a person has to see before they leave.
    Checker,
    /// Reads what was asked, decided and released.
    Auditor,
    /// Keeps the service running, and sees no answer.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Researcher, Self::Officer, Self::Checker, Self::Auditor, Self::Administrator];
    /// The roles of members of projects.
    pub const IN_PROJECTS: [Self; 1] = [Self::Researcher];
    /// The roles outside projects.
    pub const GLOBAL: [Self; 4] =
        [Self::Officer, Self::Checker, Self::Auditor, Self::Administrator];

    /// The role as officers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Researcher => "researcher",
            Self::Officer => "officer",
            Self::Checker => "checker",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }
}

/// What there is outside projects, and the actions on it. What is not listed cannot be given to anybody.
pub const GLOBAL_OBJECTS: [(&str, &[&str]); 6] = [
    ("policies", &["read", "draft", "propose", "approve", "activate"]),
    ("freezes", &["read", "set", "lift"]),
    ("reviews", &["read", "decide"]),
    // To open: to read the texts of queries, which are kept sealed beside the log.
    // Flags: which queries seem to hold identifiers. To erase: sealed texts, with a reason.
    ("audit-log", &["read", "open", "flags", "erase"]),
    ("status", &["read"]),
    ("tokens", &["issue", "revoke"]),
];

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
    pub(in crate::policy) role: Role,
    /// The project it speaks about; all projects where there is none.
    pub(super) project: Option<ProjectId>,
    pub(in crate::policy) target: Target,
    pub(in crate::policy) effect: Effect,
}

/// What a rule speaks about, or a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Target {
    /// A column, and one use. A rule without a column speaks about every column of the table, a question about any
    /// column that no rule names; a rule without a use speaks about every use.
    Columns { dataset: DatasetId, table: TableName, column: Option<ColumnName>, kind: Option<Use> },
    /// Something outside projects, and one action on it.
    Global { object: &'static str, action: &'static str },
}

/// Whether a rule gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Effect {
    Allow,
    Deny,
}

/// A question that rules answer: may somebody with this role do that, in a project or outside.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) project: Option<&'a ProjectId>,
    pub(super) role: Role,
    pub(super) target: Target,
}

impl Target {
    /// The object as casbin sees it: three names joined by `/`, the last of which may be `*`; or a global object.
    pub(super) fn object(&self) -> String {
        match self {
            Self::Columns { dataset, table, column, .. } => object(dataset, table, column.as_ref()),
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

/// A column, or all columns of a table, as casbin sees them.
pub(super) fn object(
    dataset: &DatasetId,
    table: &TableName,
    column: Option<&ColumnName>,
) -> String {
    format!("{dataset}/{table}/{}", column.map_or("*", ColumnName::as_str))
}

impl Rule {
    /// Whether the rule speaks of the question. Written without casbin and without texts, to name the rules behind
    /// its answers and to catch a difference.
    pub(super) fn speaks_of(&self, question: &Question<'_>) -> bool {
        let project = self.project.is_none() || self.project.as_ref() == question.project;
        self.role == question.role && project && self.target.covers(&question.target)
    }
}

impl Target {
    fn covers(&self, asked: &Self) -> bool {
        match (self, asked) {
            (
                Self::Columns { dataset, table, column, kind },
                Self::Columns { dataset: of, table: from, column: one, kind: way },
            ) => {
                let column = column.is_none() || column == one;
                dataset == of && table == from && column && (kind.is_none() || kind == way)
            }
            (Self::Global { .. }, Self::Global { .. }) => self == asked,
            (Self::Columns { .. }, Self::Global { .. })
            | (Self::Global { .. }, Self::Columns { .. }) => false,
        }
    }
}
