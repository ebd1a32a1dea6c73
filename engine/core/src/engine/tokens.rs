//! API tokens: `trs_<id>_<secret>`, shown once, kept as a keyed hash.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::UtcOffset;
use tresor_ledger::{Moment, NewToken, TokenRecord};

use super::sign_ins::NotAccepted;
use super::{Caller, Engine};
use crate::clock::moment;
use crate::ids::UserId;
use crate::refusal::{Code, Refusal};
use crate::secret::Secret;
use crate::vault::unavailable;

/// The key of token hashes, derived from the noise secret so that it is in no database.
pub(super) fn pepper(secret: &Secret) -> Option<[u8; 32]> {
    keyed(secret.expose(), b"tresor/core/token-pepper")
}

/// `None` only if the key cannot key the hash; nothing is then admitted and nothing issued.
fn keyed(key: &[u8; 32], text: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().into())
}

/// A token that was just made. Has no `Debug`: it holds the secret.
pub(super) struct MadeToken {
    pub(super) text: String,
    pub(super) id: String,
    pub(super) expires_at: Moment,
}

impl Engine {
    /// Checks an API token (`trs_<id>_<secret>`) against the ledger. `from` says where the request came from, for the
    /// log. That somebody signed in is durable before this returns.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Unavailable`] when the ledger cannot be read or written. An invalid token is `Ok(None)`.
    pub async fn caller_of_token(
        &self,
        token: &str,
        from: &str,
    ) -> Result<Option<Caller>, Refusal> {
        let Some((id, secret)) = token.strip_prefix("trs_").and_then(|rest| rest.split_once('_'))
        else {
            self.not_accepted(NotAccepted::Malformed, None, from).await?;
            return Ok(None);
        };
        let found = self.vault.ledger.find_token(id).await.map_err(|error| unavailable(&error))?;
        let Some(record) = found else {
            self.not_accepted(NotAccepted::Unknown, None, from).await?;
            return Ok(None);
        };
        let now = moment(self.clock.as_ref());
        let Some(hash) = keyed(&self.token_pepper, secret.as_bytes()) else { return Ok(None) };
        if !record.admits(&hash, now) {
            self.not_accepted(why_not(&record, now), Some(id), from).await?;
            return Ok(None);
        }
        let Ok(user) = UserId::new(record.user) else { return Ok(None) };
        let caller = Caller { user };
        self.signed_in(&caller, id, from).await?;
        Ok(Some(caller))
    }

    /// Makes a token for a person, valid for so long: for the command line on the machine of the ledger. The text is shown
    /// once and only its hash is kept.
    ///
    /// # Errors
    /// When policy does not know the person, or the ledger cannot be written.
    pub async fn issue_token(&self, user: &UserId, valid_for: Duration) -> Result<String, Refusal> {
        self.make_token(user, valid_for, "command line").await.map(|made| made.text)
    }

    pub(super) async fn make_token(
        &self,
        user: &UserId,
        valid_for: Duration,
        issued_by: &str,
    ) -> Result<MadeToken, Refusal> {
        let in_force = self.in_force()?;
        let today = in_force.now().to_offset(UtcOffset::UTC).date();
        let person = in_force.revision().person(user).ok_or_else(|| {
            let detail = format!("`{user}` is not in policies/people.toml");
            Refusal::new(Code::Forbidden, detail, "add the person there first")
        })?;
        if !person.may_sign_in(today) {
            return Err(Refusal::new(
                Code::Expired,
                format!("the last day of `{user}` in policies/people.toml is over"),
                "set another `until` there first",
            ));
        }
        let mut bytes = [0_u8; 40];
        self.entropy.fill(&mut bytes).map_err(|error| Refusal::unavailable(error.to_string()))?;
        let (id, secret) = bytes.split_at(8);
        let (id, secret) = (hex::encode(id), hex::encode(secret));
        let secret_hash = keyed(&self.token_pepper, secret.as_bytes())
            .ok_or_else(|| Refusal::unavailable("the token cannot be hashed"))?;
        let issued_at = moment(self.clock.as_ref());
        let micros = i64::try_from(valid_for.as_micros()).unwrap_or(i64::MAX);
        let token = NewToken {
            token_id: id.clone(),
            user: user.to_string(),
            secret_hash,
            issued_at,
            expires_at: Moment(issued_at.0.saturating_add(micros)),
            issued_by: issued_by.to_owned(),
            policy_revision: Some(in_force.revision().number()),
        };
        let expires_at = token.expires_at;
        self.vault.ledger.store_token(token).await.map_err(|error| unavailable(&error))?;
        Ok(MadeToken { text: format!("trs_{id}_{secret}"), id, expires_at })
    }
}

/// Why a token that there is does not sign in.
fn why_not(record: &TokenRecord, now: Moment) -> NotAccepted {
    if record.revoked_at.is_some() {
        return NotAccepted::Revoked;
    }
    if now >= record.expires_at { NotAccepted::Expired } else { NotAccepted::WrongSecret }
}
