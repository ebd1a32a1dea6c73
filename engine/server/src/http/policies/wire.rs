//! What requests to the desk carry, checked once.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_core::desk::{Scope, Signed};
use tresor_core::engine::Edit;
use tresor_core::ids::{BundleDigest, ChangeId, FreezeId, ProjectId, UserId};
use tresor_core::refusal::{Code, Refusal};
use utoipa::{IntoParams, ToSchema};

use super::super::json::Shape;
use super::super::params::InAddress;

const FILES_TOO_LARGE: (&str, &str) = (
    "the body has more than 12 MiB",
    "send only the files that change; rules with `*` say more than one line for each column",
);

/// A new change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChange {
    /// What it is called: 1 to 200 characters.
    #[schema(example = "stroke-study may group by age band")]
    pub(super) title: String,
    /// Why it is wanted: 1 to 4000 characters.
    pub(super) reason: String,
    /// New texts of files, by path below `policies/`. Other files stay as they are in the latest revision, or in the one
    /// that `reverts` names.
    #[serde(default)]
    pub(super) set: BTreeMap<String, String>,
    /// Files that go.
    #[serde(default)]
    pub(super) remove: Vec<String>,
    /// Number of the revision whose files the change brings back.
    #[serde(default)]
    pub(super) reverts: Option<u64>,
}

impl Shape for NewChange {
    const EXAMPLE: &'static str = r#"send `{"title": "..", "reason": "..", "set": {"people.toml": ".."}}`; `"remove": [".."]` and `"reverts": 3` may be added"#;
    const TOO_LARGE: (&'static str, &'static str) = FILES_TOO_LARGE;
}

/// How the files of a change change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTexts {
    /// New texts of files, by path below `policies/`.
    #[serde(default)]
    pub(super) set: BTreeMap<String, String>,
    /// Files that go.
    #[serde(default)]
    pub(super) remove: Vec<String>,
}

impl Shape for NewTexts {
    const EXAMPLE: &'static str = r#"send `{"set": {"people.toml": ".."}, "remove": []}`"#;
    const TOO_LARGE: (&'static str, &'static str) = FILES_TOO_LARGE;
}

impl From<NewTexts> for Edit {
    fn from(NewTexts { set, remove }: NewTexts) -> Self {
        Self { set, remove }
    }
}

/// Which queries to plan again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Past {
    /// How many, from the last one back.
    #[schema(minimum = 1, maximum = 1000)]
    pub(super) last: u32,
}

impl Shape for Past {
    const EXAMPLE: &'static str = r#"send `{"last": 100}`"#;
}

/// A change put forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposal {
    /// Digest of the files that were signed.
    #[schema(value_type = String)]
    pub(super) bundle: BundleDigest,
    /// From when on it is to hold, RFC 3339; from its activation where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) effective_at: Option<At>,
    /// The author's signature of the statement.
    pub(super) signed: Signature,
}

impl Shape for Proposal {
    const EXAMPLE: &'static str = r#"send `{"bundle": "..", "signed": {"key": "ed25519:..", "signature": ".."}}`; `"effective_at": "2030-01-01T00:00:00Z"` may be added"#;
}

/// Consent to a change that another officer put forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    /// Digest of the files that were signed.
    #[schema(value_type = String)]
    pub(super) bundle: BundleDigest,
    /// The signature of the statement.
    pub(super) signed: Signature,
}

impl Shape for Consent {
    const EXAMPLE: &'static str =
        r#"send `{"bundle": "..", "signed": {"key": "ed25519:..", "signature": ".."}}`"#;
}

/// An Ed25519 signature of a statement, over its bytes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Signature {
    /// The public key, as it stands in `policies/people.toml`: `ed25519:` and 64 hexadecimal digits.
    #[schema(value_type = String, example = "ed25519:..")]
    key: Key,
    /// 128 hexadecimal digits.
    #[schema(value_type = String)]
    signature: Digits,
}

impl From<Signature> for Signed {
    fn from(Signature { key, signature }: Signature) -> Self {
        Self { key: key.0, signature: signature.0 }
    }
}

/// A public key, without the name of its kind.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Key(String);

impl TryFrom<String> for Key {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.strip_prefix("ed25519:") {
            Some(digits) if is_hexadecimal(digits, 64) => Ok(Self(digits.to_owned())),
            _ => Err("a key is `ed25519:` and 64 hexadecimal digits"),
        }
    }
}

/// The digits of a signature.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Digits(String);

impl TryFrom<String> for Digits {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = is_hexadecimal(&text, 128);
        if fits { Ok(Self(text)) } else { Err("a signature has 128 hexadecimal digits") }
    }
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// A moment, RFC 3339.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct At(pub(super) OffsetDateTime);

impl TryFrom<String> for At {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        OffsetDateTime::parse(&text, &Rfc3339)
            .map(Self)
            .map_err(|_| "a moment is written as `2030-01-01T00:00:00Z`")
    }
}

/// From when on a change is to hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Effective {
    /// From when on it is to hold, RFC 3339; asked of its author only.
    #[param(value_type = Option<String>, example = "2030-01-01T00:00:00Z")]
    pub(super) effective_at: Option<At>,
}

/// A new freeze.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFreeze {
    /// What is frozen.
    pub(super) scope: Frozen,
    /// Why: 1 to 1000 characters.
    pub(super) reason: String,
}

impl Shape for NewFreeze {
    const EXAMPLE: &'static str = r#"send `{"scope": {"project": ".."}, "reason": ".."}`; a scope is `{"project": ".."}`, `{"person": ".."}` or `"everything"`"#;
}

/// What is frozen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Frozen {
    /// All queries and answers.
    Everything,
    /// Those of a project.
    #[schema(value_type = String)]
    Project(ProjectId),
    /// All that a person does.
    #[schema(value_type = String)]
    Person(UserId),
}

impl From<Frozen> for Scope {
    fn from(frozen: Frozen) -> Self {
        match frozen {
            Frozen::Everything => Self::Everything,
            Frozen::Project(project) => Self::Project(project),
            Frozen::Person(person) => Self::Person(person),
        }
    }
}

impl InAddress for ChangeId {
    fn read(text: String) -> Option<Self> {
        Self::new(text).ok()
    }

    fn absent() -> Refusal {
        unknown("there is no policy change of this id", "the list of changes has their ids")
    }
}

impl InAddress for FreezeId {
    fn read(text: String) -> Option<Self> {
        Self::new(text).ok()
    }

    fn absent() -> Refusal {
        unknown("there is no freeze of this id", "the list of freezes has their ids")
    }
}

/// The number of a revision.
pub(super) struct Number(pub(super) u64);

impl InAddress for Number {
    fn read(text: String) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    fn absent() -> Refusal {
        unknown("there is no such revision", "the history has the numbers of all revisions")
    }
}

fn unknown(detail: &str, hint: &str) -> Refusal {
    Refusal::new(Code::UnknownChange, detail, hint)
}
