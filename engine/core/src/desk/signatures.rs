//! Who signed what became a revision: for whoever reads the log and trusts no server.

use super::act::Signed;
use super::statement::PublicKey;
use super::{Change, Desk};
use crate::ids::{ChangeId, UserId};

/// In which part somebody signs a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// They began it.
    Author,
    /// They agreed to it.
    Approver,
}

impl Part {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Approver => "approver",
        }
    }
}

/// A signature under a change that is put forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSignature {
    /// Who signed.
    pub by: UserId,
    /// As what.
    pub part: Part,
    /// The text that was signed.
    pub text: String,
    signed: Signed,
}

impl OfficerSignature {
    /// Whether it is one by this key.
    #[must_use]
    pub fn is_by(&self, key: &PublicKey) -> bool {
        self.signed.verifies(&self.text, key)
    }

    /// The key that it names, hexadecimal.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.signed.key
    }
}

impl Desk {
    /// The signatures under a change that is put forward, the author's first. Asked for before its activation is taken
    /// in: afterwards the desk knows only that it became a revision.
    #[must_use]
    pub fn signatures(&self, change: &ChangeId) -> Vec<OfficerSignature> {
        self.change(change).and_then(|change| self.signatures_under(change)).unwrap_or_default()
    }

    fn signatures_under(&self, change: &Change) -> Option<Vec<OfficerSignature>> {
        let proposal = change.proposal()?;
        let statement = self.statement(change, proposal.effective_at)?;
        let author = OfficerSignature {
            by: change.author.clone(),
            part: Part::Author,
            text: statement.of_author(&change.author),
            signed: proposal.signed.clone(),
        };
        let approvers = proposal.approvals.iter().map(|approval| OfficerSignature {
            by: approval.by.clone(),
            part: Part::Approver,
            text: statement.of_approver(&approval.by),
            signed: approval.signed.clone(),
        });
        Some(std::iter::once(author).chain(approvers).collect())
    }
}
