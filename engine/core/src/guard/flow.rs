//! How the person flows from tables to boundaries: a small tree in words, for the researcher.

use datafusion::logical_expr::Expr;

use super::facts::HIDDEN;
use super::result_columns::shown_name;

/// One step, and the steps it draws from. Says what a relation is, never what its rows hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    what: String,
    from: Vec<Flow>,
}

impl Flow {
    /// A table.
    pub(crate) fn start(what: impl Into<String>) -> Self {
        Self { what: what.into(), from: vec![] }
    }

    /// A step on top of this one.
    pub(crate) fn then(self, what: impl Into<String>) -> Self {
        Self { what: what.into(), from: vec![self] }
    }

    /// A step that brings several together.
    pub(crate) fn of(what: impl Into<String>, from: Vec<Self>) -> Self {
        Self { what: what.into(), from }
    }

    /// The tree as lines of text, the result first.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.what.clone()];
        self.branches("", &mut lines);
        lines
    }

    fn branches(&self, indent: &str, lines: &mut Vec<String>) {
        for (at, step) in self.from.iter().enumerate() {
            let last = at + 1 == self.from.len();
            let (branch, deeper) = if last { ("└ ", "  ") } else { ("├ ", "│ ") };
            lines.push(format!("{indent}{branch}{}", step.what));
            step.branches(&format!("{indent}{deeper}"), lines);
        }
    }
}

/// Columns by the names that the researcher knows, as in "`region`, `sex`".
pub(super) fn said<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> String {
    let names: Vec<String> = exprs.into_iter().map(|expr| format!("`{}`", name_of(expr))).collect();
    names.join(", ")
}

/// The name of a column; of something computed only where it is short and quotes nothing.
pub(super) fn name_of(expr: &Expr) -> String {
    match expr {
        Expr::Column(column) => column_name(&column.name),
        Expr::Alias(alias) => column_name(&alias.name),
        other => column_name(&other.schema_name().to_string()),
    }
}

/// The name of an output column.
pub(super) fn column_name(name: &str) -> String {
    // How the planner calls `count(*)` before it gets its name back.
    let name = if name == "count(Int64(1))" { "count(*)" } else { name };
    let own = !name.starts_with(HIDDEN);
    shown_name(name).filter(|_| own).unwrap_or_else(|| "a computed column".to_owned())
}
