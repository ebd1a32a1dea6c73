//! What officers sign.
//!
//! A text that a person can read: which change, which bundle, on which revision, from when on, and in which part they
//! sign. Nothing in it can be moved to another change, another base or the other part.

use std::fmt::Write;

use ed25519_dalek::{Signature, VerifyingKey};
use tresor_ledger::Moment;

use super::act::Signed;
use crate::clock::rfc3339;
use crate::ids::{BundleDigest, ChangeId, UserId};

/// The public key of an officer.
pub type PublicKey = [u8; 32];

/// What is signed, before it is said by whom and in which part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The change.
    pub change: ChangeId,
    /// The bundle.
    pub bundle: BundleDigest,
    /// Number and bundle of the revision that it was made on.
    pub base: (u64, BundleDigest),
    /// From when on it is to hold; from its activation where there is none.
    pub effective_at: Option<Moment>,
}

impl Statement {
    /// The text that the author signs.
    #[must_use]
    pub fn of_author(&self, user: &UserId) -> String {
        self.text(user, "author")
    }

    /// The text that another officer signs.
    #[must_use]
    pub fn of_approver(&self, user: &UserId) -> String {
        self.text(user, "approver")
    }

    fn text(&self, user: &UserId, part: &str) -> String {
        let mut text = String::from("tresor policy change v1\n");
        let Self { change, bundle, base: (number, base), effective_at } = self;
        let from = effective_at.map_or_else(|| "activation".to_owned(), rfc3339);
        let _ = writeln!(text, "change: {change}");
        let _ = writeln!(text, "bundle: {bundle}");
        let _ = writeln!(text, "base: {number} {base}");
        let _ = writeln!(text, "effective: {from}");
        let _ = writeln!(text, "{part}: {user}");
        text
    }
}

impl Signed {
    /// Whether it is a signature of this text for this key. Strict: no malleable or small-order forms.
    pub(super) fn verifies(&self, text: &str, key: &PublicKey) -> bool {
        let mut signature = [0; 64];
        if parse_key(&self.key).as_ref() != Some(key)
            || hex::decode_to_slice(&self.signature, &mut signature).is_err()
        {
            return false;
        }
        VerifyingKey::from_bytes(key).is_ok_and(|key| {
            key.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature)).is_ok()
        })
    }
}

/// Reads a public key of 64 hexadecimal digits.
#[must_use]
pub fn parse_key(text: &str) -> Option<PublicKey> {
    let mut key = [0; 32];
    hex::decode_to_slice(text, &mut key).ok().map(|()| key)
}
