//! The steps, as they stand in the log.

use serde::{Deserialize, Serialize};
use tresor_ledger::Kind;

use crate::ids::{BundleDigest, ChangeId, FreezeId, ProjectId, UserId};

/// One step in the life of a policy change, or of a freeze. Moments are microseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Act {
    /// A change is begun, or its text replaced.
    Draft(Draft),
    /// Its author puts it forward.
    Propose(Propose),
    /// Another officer agrees.
    Approve(Approve),
    /// It becomes a revision.
    Activate(Activate),
    /// It is given up.
    Withdraw {
        /// The change.
        change: ChangeId,
    },
    /// A person, a project or everything is frozen.
    Freeze {
        /// The freeze.
        freeze: FreezeId,
        /// What is frozen.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// An officer agrees to lift a freeze.
    Thaw {
        /// The freeze.
        freeze: FreezeId,
    },
}

/// A change is begun, or its text replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The change.
    pub change: ChangeId,
    /// What it is called.
    pub title: String,
    /// Why it is wanted.
    pub reason: String,
    /// Number of the revision it was made on.
    pub base: u64,
    /// The bundle it would put in force.
    #[serde(rename = "document")]
    pub bundle: BundleDigest,
    /// Number of the revision that it brings back.
    pub reverts: Option<u64>,
}

/// An author puts a change forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Propose {
    /// The change.
    pub change: ChangeId,
    /// The bundle that was signed.
    #[serde(rename = "document")]
    pub bundle: BundleDigest,
    /// Number of the revision it was made on.
    pub base: u64,
    /// From when on it is to hold; from its activation where there is none.
    pub effective_at: Option<i64>,
    /// The author's signature.
    pub signed: Signed,
}

/// Another officer agrees to what was put forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approve {
    /// The change.
    pub change: ChangeId,
    /// The bundle that was signed.
    #[serde(rename = "document")]
    pub bundle: BundleDigest,
    /// The officer's signature.
    pub signed: Signed,
}

/// A bundle becomes a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activate {
    /// The change; none for the first revision, which comes with the installation.
    pub change: Option<ChangeId>,
    /// Number of the revision, from 1, without gaps.
    pub revision: u64,
    /// The bundle.
    #[serde(rename = "document")]
    pub bundle: BundleDigest,
    /// From when on it is in force.
    pub effective_at: i64,
}

/// An Ed25519 signature and the public key that it was made for, hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Public key, 32 bytes.
    pub key: String,
    /// Signature, 64 bytes.
    pub signature: String,
}

/// What is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// All queries and answers.
    Everything,
    /// Those of a project.
    Project(ProjectId),
    /// All that a person does.
    Person(UserId),
}

impl Act {
    /// The kind of its entry in the log.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Draft(_) => Kind::PolicyDraft,
            Self::Propose(_) => Kind::PolicyProposal,
            Self::Approve(_) => Kind::PolicyApproval,
            Self::Activate(_) => Kind::PolicyActivation,
            Self::Withdraw { .. } => Kind::PolicyWithdrawal,
            Self::Freeze { .. } => Kind::Freeze,
            Self::Thaw { .. } => Kind::Thaw,
        }
    }

    /// The kinds of all entries that are acts.
    pub const KINDS: [Kind; 7] = [
        Kind::PolicyDraft,
        Kind::PolicyProposal,
        Kind::PolicyApproval,
        Kind::PolicyActivation,
        Kind::PolicyWithdrawal,
        Kind::Freeze,
        Kind::Thaw,
    ];

    /// Reads the body of an entry of this kind; nothing when it is not an act or does not fit.
    #[must_use]
    pub fn of_entry(kind: Kind, body: &serde_json::Value) -> Option<Self> {
        let body = body.clone();
        match kind {
            Kind::PolicyDraft => serde_json::from_value(body).ok().map(Self::Draft),
            Kind::PolicyProposal => serde_json::from_value(body).ok().map(Self::Propose),
            Kind::PolicyApproval => serde_json::from_value(body).ok().map(Self::Approve),
            Kind::PolicyActivation => serde_json::from_value(body).ok().map(Self::Activate),
            Kind::PolicyWithdrawal | Kind::Freeze | Kind::Thaw => {
                serde_json::from_value(body).ok().filter(|act: &Self| act.kind() == kind)
            }
            _ => None,
        }
    }
}
