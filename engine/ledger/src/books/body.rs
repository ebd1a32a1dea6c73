//! What an entry says, or what is missing in it.

use serde_json::Value;

use crate::canonical::canonical;
use crate::entry::AuditEntry;

/// An entry that is being read.
#[derive(Clone, Copy)]
pub(super) struct Said<'e>(pub(super) &'e AuditEntry);

impl<'e> Said<'e> {
    pub(super) const fn seq(self) -> u64 {
        self.0.seq
    }

    pub(super) const fn at(self) -> i64 {
        self.0.at.0
    }

    pub(super) fn actor(self) -> &'e str {
        &self.0.actor
    }

    pub(super) fn query(self) -> Result<&'e str, String> {
        self.0.query_id.as_deref().ok_or_else(|| "it names no query".to_owned())
    }

    pub(super) fn account(self) -> Result<&'e str, String> {
        self.0.account.as_deref().ok_or_else(|| "it names no account".to_owned())
    }

    pub(super) fn role(self) -> Result<&'e str, String> {
        self.0.role.as_deref().ok_or_else(|| "it names no role".to_owned())
    }

    /// The digest of the document that it speaks of.
    pub(super) fn document(self) -> Option<&'e str> {
        self.word_if_any("document")
    }

    pub(super) fn word(self, name: &str) -> Result<&'e str, String> {
        self.word_if_any(name).ok_or_else(|| missing(name))
    }

    pub(super) fn word_if_any(self, name: &str) -> Option<&'e str> {
        self.value(name)?.as_str()
    }

    pub(super) fn amount(self, name: &str) -> Result<u64, String> {
        self.value(name).and_then(Value::as_u64).ok_or_else(|| missing(name))
    }

    pub(super) fn moment(self, name: &str) -> Result<i64, String> {
        self.value(name).and_then(Value::as_i64).ok_or_else(|| missing(name))
    }

    pub(super) fn canonical(self, name: &str) -> Result<String, String> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        canonical(value).map_err(|error| error.to_string())
    }

    pub(super) fn value(self, name: &str) -> Option<&'e Value> {
        self.0.body.get(name)
    }
}

fn missing(name: &str) -> String {
    format!("it says nothing that is a `{name}`")
}
