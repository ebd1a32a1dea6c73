//! API tokens: only a keyed hash of the secret is kept, made by the caller.

use subtle::ConstantTimeEq;

use crate::moment::Moment;

/// A token to be issued.
#[derive(Clone)]
pub struct NewToken {
    /// Unused public id of the token.
    pub token_id: String,
    /// Who may sign in with it.
    pub user: String,
    /// Keyed hash of the secret (HMAC-SHA-256 with a pepper that is not in the ledger).
    pub secret_hash: [u8; 32],
    /// Now.
    pub issued_at: Moment,
    /// From then on it is not accepted; later than `issued_at`.
    pub expires_at: Moment,
    /// Who made it; enters the log.
    pub issued_by: String,
    /// The policy revision in force.
    pub policy_revision: Option<u64>,
}

/// A token as it is kept. Has no `Debug`.
#[derive(Clone)]
pub struct TokenRecord {
    /// Public id of the token.
    pub token_id: String,
    /// Who signs in with it.
    pub user: String,
    /// When it was made.
    pub issued_at: Moment,
    /// From then on it is not accepted.
    pub expires_at: Moment,
    /// When it was withdrawn.
    pub revoked_at: Option<Moment>,
    pub(crate) secret_hash: [u8; 32],
}

impl TokenRecord {
    /// Whether a secret with this hash signs in now. Compares in constant time.
    #[must_use]
    pub fn admits(&self, secret_hash: &[u8; 32], now: Moment) -> bool {
        let same: bool = self.secret_hash.ct_eq(secret_hash).into();
        same && self.revoked_at.is_none() && self.issued_at <= now && now < self.expires_at
    }
}
