//! Names that were checked once, at the edge, and are trusted from then on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {what}: use {shape}")]
pub struct BadName {
    /// What the name was for, for example `project id`.
    pub what: &'static str,
    /// The text as given, cut to 80 characters.
    pub text: String,
    /// What a valid name looks like.
    pub shape: &'static str,
}

macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $shape:literal, $accept:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text and keeps it.
            ///
            /// # Errors
            /// [`BadName`] when the text does not have the required shape.
            pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
                let text = text.into();
                let accept: fn(&str) -> bool = $accept;
                if accept(&text) {
                    return Ok(Self(text));
                }
                Err(BadName { what: $what, text: text.chars().take(80).collect(), shape: $shape })
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_name!(
    /// A project of the data use register.
    ProjectId,
    "project id",
    "lower case letters, digits and hyphens, at most 63, starting with a letter",
    is_slug
);
checked_name!(
    /// A person who signs in: researcher, officer, auditor.
    UserId,
    "user id",
    "lower case letters, digits, dots, hyphens and @, at most 127, starting with a letter",
    |text| starts_with_letter(text)
        && text.len() <= 127
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._@".contains(c))
);
checked_name!(
    /// A dataset; the SQL schema of its tables.
    DatasetId,
    "dataset name",
    "lower case letters, digits and underscores, at most 63, starting with a letter",
    is_identifier
);
checked_name!(
    /// A table of a dataset, as it is written in SQL.
    TableName,
    "table name",
    "lower case letters, digits and underscores, at most 63, starting with a letter",
    is_identifier
);
checked_name!(
    /// A column of a table, as it is written in SQL.
    ColumnName,
    "column name",
    "lower case letters, digits and underscores, at most 63, starting with a letter",
    is_identifier
);
checked_name!(
    /// One submitted query.
    QueryId,
    "query id",
    "`q_` and 32 hexadecimal digits",
    |text| is_random_id(text, "q_")
);
checked_name!(
    /// The public part of an API token.
    TokenId,
    "token id",
    "16 hexadecimal digits",
    |text| text.len() == 16 && is_hexadecimal(text)
);
checked_name!(
    /// One policy change.
    ChangeId,
    "id of a policy change",
    "`c_` and 32 hexadecimal digits",
    |text| is_random_id(text, "c_")
);
checked_name!(
    /// One freeze.
    FreezeId,
    "id of a freeze",
    "`f_` and 32 hexadecimal digits",
    |text| is_random_id(text, "f_")
);
checked_name!(
    /// The content address of a snapshot: SHA-256 of its manifest, hexadecimal.
    SnapshotId,
    "snapshot id",
    "64 hexadecimal digits",
    |text| text.len() == 64 && is_hexadecimal(text)
);
checked_name!(
    /// A policy bundle: SHA-256 of its files, hexadecimal.
    BundleDigest,
    "digest of a policy bundle",
    "64 hexadecimal digits",
    |text| text.len() == 64 && is_hexadecimal(text)
);

fn is_random_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|hex| hex.len() == 32 && is_hexadecimal(hex))
}

fn is_hexadecimal(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_slug(text: &str) -> bool {
    starts_with_letter(text)
        && text.len() <= 63
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_identifier(text: &str) -> bool {
    starts_with_letter(text)
        && text.len() <= 63
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A column of a table of a dataset: the unit that access rules speak about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId {
    /// The dataset.
    pub dataset: DatasetId,
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: ColumnName,
}

impl fmt::Display for ColumnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.dataset, self.table, self.column)
    }
}
