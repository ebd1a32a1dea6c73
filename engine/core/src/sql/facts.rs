//! What the log says of a text beside the text itself: its constants, its conditions, and what looks like an identifier.

use std::collections::BTreeSet;

use serde_json::json;

use super::conditions::Conditions;
use super::identifiers::{Flag, birth_columns, flags};
use super::text::QueryText;
use crate::catalog::view::View;
use crate::limits::Limits;

/// Facts about one text. Has no `Debug`: it holds the researcher's constants.
#[derive(Clone, Default)]
pub struct Facts {
    /// Its constants as they are written; none where the text cannot be cut into words.
    literals: Option<Vec<String>>,
    flags: BTreeSet<Flag>,
    /// Its conditions; none of a text that was not understood.
    pub(crate) conditions: Conditions,
}

impl Facts {
    /// What can be said of any text, understood or not. Who is in no project sees no columns.
    #[must_use]
    pub fn of_text(sql: &str, view: Option<&View>, limits: &Limits) -> Self {
        let literals = QueryText::read(sql, limits).ok().map(|text| text.literals());
        let births = view.map(birth_columns).unwrap_or_default();
        Self { literals, flags: flags(sql, &births, limits), conditions: Conditions::default() }
    }

    /// The same of a text that was understood.
    pub(super) fn with(self, conditions: Conditions) -> Self {
        Self { conditions, ..self }
    }

    /// The flags, as the log names them.
    #[must_use]
    pub fn flag_names(&self) -> Vec<&'static str> {
        self.flags.iter().map(|flag| flag.as_str()).collect()
    }

    /// What enters the log as commitments, by name: `literals`, and `conditions` with their constants in the order of
    /// their shapes. Both are JSON lists.
    pub fn to_seal(&self) -> impl Iterator<Item = (&'static str, String)> {
        let literals = self.literals.iter().filter(|literals| !literals.is_empty());
        let literals = literals.map(|literals| ("literals", json!(literals).to_string()));
        let conditions: Vec<&str> = self.conditions.texts().collect();
        let any = !conditions.is_empty();
        literals.chain(any.then(|| ("conditions", json!(conditions).to_string())))
    }
}
