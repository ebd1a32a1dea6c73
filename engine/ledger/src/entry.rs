//! Entries of the audit log.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::canonical::canonical;
use crate::error::{LedgerError, Result};
use crate::leaf::LeafHash;
use crate::moment::Moment;
use crate::seal::Sealed;

/// Longest entry in bytes of canonical JSON: what a public log of tiles can carry in one leaf.
const MAX_ENTRY_BYTES: usize = 65_535;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A query was charged and may run.
    Intent,
    /// A query was settled.
    Outcome,
    /// A query was cut off by a stop of the server.
    Forfeited,
    /// A request was refused before it was charged.
    Refusal,
    /// A request repeated an earlier one and cost nothing.
    Replay,
    /// Somebody signed in: the first use of a credential, and the first after a while.
    SignIn,
    /// A credential was not accepted.
    SignInFailed,
    /// An API token was made.
    TokenIssued,
    /// An API token was withdrawn.
    TokenRevoked,
    /// An answer was handed out.
    Download,
    /// An extract can be queried from now on.
    ExtractRegistered,
    /// An extract can no longer be queried.
    ExtractWithdrawn,
    /// A policy revision changed what a project may spend in all.
    BudgetGrant,
    /// Somebody decided about an answer that is held.
    Review,
    /// A review ended with the vote before: the entry that its author reads in a receipt.
    ReviewEnded,
    /// Somebody read an answer that is or was held, in order to decide.
    ReviewRead,
    /// Somebody read the audit log.
    LogRead,
    /// Sealed texts of an entry were erased.
    OpeningErased,
    /// A policy change was begun, or its text was replaced.
    PolicyDraft,
    /// The author of a policy change put it forward, with a signature.
    PolicyProposal,
    /// Another officer agreed to a policy change, with a signature.
    PolicyApproval,
    /// A policy revision was activated.
    PolicyActivation,
    /// A policy change was given up.
    PolicyWithdrawal,
    /// A person, a project or everything was frozen.
    Freeze,
    /// An officer agreed to end a freeze.
    Thaw,
    /// The clock of the machine jumped; nothing was released until it was steady again.
    ClockJump,
    /// The server started.
    Start,
    /// The server stopped.
    Stop,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 28] = [
        Self::Intent,
        Self::Outcome,
        Self::Forfeited,
        Self::Refusal,
        Self::Replay,
        Self::SignIn,
        Self::SignInFailed,
        Self::TokenIssued,
        Self::TokenRevoked,
        Self::Download,
        Self::ExtractRegistered,
        Self::ExtractWithdrawn,
        Self::BudgetGrant,
        Self::Review,
        Self::ReviewEnded,
        Self::ReviewRead,
        Self::LogRead,
        Self::OpeningErased,
        Self::PolicyDraft,
        Self::PolicyProposal,
        Self::PolicyApproval,
        Self::PolicyActivation,
        Self::PolicyWithdrawal,
        Self::Freeze,
        Self::Thaw,
        Self::ClockJump,
        Self::Start,
        Self::Stop,
    ];

    /// The word that stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Forfeited => "forfeited",
            Self::Refusal => "refusal",
            Self::Replay => "replay",
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::TokenIssued => "token_issued",
            Self::TokenRevoked => "token_revoked",
            Self::Download => "download",
            Self::ExtractRegistered => "extract_registered",
            Self::ExtractWithdrawn => "extract_withdrawn",
            Self::BudgetGrant => "budget_grant",
            Self::Review => "review",
            Self::ReviewEnded => "review_ended",
            Self::ReviewRead => "review_read",
            Self::LogRead => "log_read",
            Self::OpeningErased => "opening_erased",
            Self::PolicyDraft => "policy_draft",
            Self::PolicyProposal => "policy_proposal",
            Self::PolicyApproval => "policy_approval",
            Self::PolicyActivation => "policy_activation",
            Self::PolicyWithdrawal => "policy_withdrawal",
            Self::Freeze => "freeze",
            Self::Thaw => "thaw",
            Self::ClockJump => "clock_jump",
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether the entry is a whole act. The others are written together with what they record, by the operation
    /// that does it.
    pub(crate) const fn stands_alone(self) -> bool {
        match self {
            Self::Refusal
            | Self::SignInFailed
            | Self::ReviewRead
            | Self::LogRead
            | Self::PolicyDraft
            | Self::PolicyProposal
            | Self::PolicyApproval
            | Self::PolicyActivation
            | Self::PolicyWithdrawal
            | Self::Freeze
            | Self::Thaw
            | Self::Start
            | Self::SignIn
            | Self::Download
            | Self::ExtractRegistered
            | Self::ExtractWithdrawn
            | Self::BudgetGrant
            | Self::ClockJump
            | Self::Stop => true,
            Self::Intent
            | Self::Outcome
            | Self::Forfeited
            | Self::Replay
            | Self::TokenIssued
            | Self::TokenRevoked
            | Self::OpeningErased
            | Self::Review
            | Self::ReviewEnded => false,
        }
    }
}

/// An entry to be written. Has no `Debug`: it may carry texts to be sealed.
#[derive(Clone)]
pub struct NewEntry {
    /// Now.
    pub at: Moment,
    /// What it is about.
    pub kind: Kind,
    /// Who acted: a user id, or `system`.
    pub actor: String,
    /// In which role.
    pub role: Option<String>,
    /// The account concerned.
    pub account: Option<String>,
    /// The query concerned.
    pub query_id: Option<String>,
    /// Public facts: a JSON object without `commitments`; numbers in it are whole, up to 2^53 - 1.
    pub body: Value,
    /// Texts that enter the body as commitments only.
    pub sealed: Vec<Sealed>,
}

impl NewEntry {
    /// An entry with an empty body about no account and no query; set the other fields as needed.
    #[must_use]
    pub fn new(kind: Kind, actor: impl Into<String>, at: Moment) -> Self {
        Self {
            at,
            kind,
            actor: actor.into(),
            role: None,
            account: None,
            query_id: None,
            body: json!({}),
            sealed: Vec::new(),
        }
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; the first is 0, and none is missing.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// What it is about.
    pub kind: Kind,
    /// Who acted.
    pub actor: String,
    /// In which role.
    pub role: Option<String>,
    /// The account concerned.
    pub account: Option<String>,
    /// The query concerned.
    pub query_id: Option<String>,
    /// Public facts, with `commitments` to sealed texts.
    pub body: Value,
    /// Hash of [`Self::leaf_data`], as it was stored when the entry was written.
    pub leaf_hash: LeafHash,
}

impl AuditEntry {
    /// The entry as canonical JSON: what the leaf hash covers and what an auditor needs to compute it again.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] when the body has no canonical form or the entry is too long.
    pub fn leaf_data(&self) -> Result<String> {
        if !self.body.is_object() {
            return Err(LedgerError::Invalid("the body of an entry must be an object".into()));
        }
        let text = canonical(&json!({
            "account": self.account,
            "actor": self.actor,
            "at": self.at.0,
            "body": self.body,
            "kind": self.kind.as_str(),
            "query_id": self.query_id,
            "role": self.role,
            "seq": self.seq,
            "v": 1,
        }))?;
        if text.len() > MAX_ENTRY_BYTES {
            return Err(LedgerError::Invalid(format!(
                "the entry has {} bytes, at most {MAX_ENTRY_BYTES} fit",
                text.len()
            )));
        }
        Ok(text)
    }

    /// The entry that a leaf of the log is, which must be written as [`Self::leaf_data`] writes it.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when it is no entry that this program knows, or not the one text of it.
    pub fn of_leaf(text: &str) -> Result<Self> {
        let damaged = |why: &str| LedgerError::Damaged(format!("an entry of the log {why}"));
        let leaf: Leaf = serde_json::from_str(text).map_err(|_| damaged("cannot be read"))?;
        let kind = Kind::parse(&leaf.kind).ok_or_else(|| damaged("is of an unknown kind"))?;
        let entry = Self {
            seq: leaf.seq,
            at: Moment(leaf.at),
            kind,
            actor: leaf.actor,
            role: leaf.role,
            account: leaf.account,
            query_id: leaf.query_id,
            body: leaf.body,
            leaf_hash: LeafHash::of(text.as_bytes()),
        };
        if entry.leaf_data().is_ok_and(|one| one == text) {
            return Ok(entry);
        }
        Err(damaged("is not written in its canonical form"))
    }
}

/// An entry as it lies in the log. Its version is held by writing it again.
#[derive(Deserialize)]
struct Leaf {
    account: Option<String>,
    actor: String,
    at: i64,
    body: Value,
    kind: String,
    query_id: Option<String>,
    role: Option<String>,
    seq: u64,
}

/// Proof that an entry is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryReceipt {
    pub(crate) seq: u64,
    pub(crate) leaf_hash: LeafHash,
}

impl EntryReceipt {
    /// Number of the entry.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Leaf hash of the entry.
    #[must_use]
    pub const fn leaf_hash(&self) -> LeafHash {
        self.leaf_hash
    }
}
