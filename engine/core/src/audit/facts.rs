//! What the body of an entry says of a query, without a literal.

use std::collections::BTreeSet;

use serde_json::Value;

/// The public facts in a body: those of an intent, and of a refusal as far as it has them.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a>(&'a Value);

impl<'a> Facts<'a> {
    pub(crate) const fn of(body: &'a Value) -> Self {
        Self(body)
    }

    /// Columns as `dataset.table.column`, each with how it was used.
    pub(crate) fn columns(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.list("columns").filter_map(|read| read.rsplit_once(':'))
    }

    /// Tables as `dataset.table`: those that it names, and those of the columns.
    pub(crate) fn tables(self) -> BTreeSet<&'a str> {
        let of_columns = self.columns().filter_map(|(column, _)| column.rsplit_once('.'));
        self.list("tables").chain(of_columns.map(|(table, _)| table)).collect()
    }

    /// The shapes of the conditions, where the intent has them.
    pub(crate) fn conditions(self) -> Option<Vec<&'a str>> {
        self.0.pointer("/details/conditions")?.as_array()?;
        Some(self.list("conditions").collect())
    }

    /// Rules that allowed it, or the one that refused it.
    pub(crate) fn rules(self) -> impl Iterator<Item = &'a str> {
        self.list("rules").chain(self.text("/rule"))
    }

    /// What its text looked like: an NHS number, a postcode, a date of birth.
    pub(crate) fn flags(self) -> impl Iterator<Item = &'a str> {
        self.list("flags")
    }

    /// The policy revision that it was about or under.
    pub(crate) fn revision(self) -> Option<u64> {
        let paths = ["/policy_revision", "/details/policy_revision", "/revision"];
        paths.into_iter().find_map(|path| self.0.pointer(path)?.as_u64())
    }

    /// The SQL with `?` for every constant.
    pub(crate) fn fingerprint(self) -> Option<&'a str> {
        self.text("/sql_fingerprint")
    }

    /// A single text.
    pub(crate) fn text(self, path: &str) -> Option<&'a str> {
        self.0.pointer(path)?.as_str()
    }

    /// A list of texts, in `details` or, where there are none, in the body itself.
    fn list(self, name: &str) -> impl Iterator<Item = &'a str> {
        let in_details = self.0.get("details").and_then(|details| details.get(name));
        let list = in_details.or_else(|| self.0.get(name)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }
}
