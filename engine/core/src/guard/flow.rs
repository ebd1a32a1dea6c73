//! How the person flows from tables to boundaries: a small tree in words, for the researcher.

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
