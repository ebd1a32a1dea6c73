//! Tokens while the server runs: listed, issued and withdrawn. Withdrawn is refused at the next request.
//!
//! Everybody sees and withdraws their own; the tokens of others are for whom policy gives `issue` or `revoke` on `tokens`,
//! and are not there for anybody else (NOT-YOURS-IS-NOT-THERE).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, Moment};

use super::policies::forbidden;
use super::{Caller, Engine};
use crate::clock::{moment, rfc3339};
use crate::ids::{TokenId, UserId};
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// Entries read at a time.
const PAGE: u32 = 500;
const KINDS: [Kind; 2] = [Kind::TokenIssued, Kind::TokenRevoked];
/// Longest time for which a token can be valid.
const LONGEST: Duration = Duration::from_hours(90 * 24);

/// A token, as the log tells it.
struct Told {
    user: String,
    issued_at: Moment,
    issued_by: String,
    expires_at: Option<i64>,
    revoked_at: Option<Moment>,
    revoked_by: Option<String>,
}

impl Engine {
    /// Every token, for the command line on the machine of the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list_tokens(&self) -> Result<Value, Refusal> {
        Ok(self.tell_tokens(&self.told_tokens().await?, |_| true))
    }

    /// Withdraws a token, for the command line on the machine of the ledger.
    ///
    /// # Errors
    /// [`Code::UnknownToken`], or the ledger cannot be written.
    pub async fn revoke_token(&self, id: &TokenId) -> Result<Value, Refusal> {
        self.end_token(id, "command line", |_| true).await
    }

    pub(super) async fn tokens(&self, caller: &Caller) -> Result<Value, Refusal> {
        let everybody =
            self.may_with_tokens(caller, "issue")? || self.may_with_tokens(caller, "revoke")?;
        let theirs = |token: &Told| everybody || token.user == caller.user.as_str();
        Ok(self.tell_tokens(&self.told_tokens().await?, theirs))
    }

    /// Those of them that are to be seen, newest first.
    fn tell_tokens(&self, all: &BTreeMap<String, Told>, seen: impl Fn(&Told) -> bool) -> Value {
        let mut seen: Vec<(&String, &Told)> = all.iter().filter(|(_, told)| seen(told)).collect();
        seen.sort_by_key(|(id, told)| (std::cmp::Reverse(told.issued_at.0), *id));
        let now = moment(self.clock.as_ref());
        let tokens: Vec<Value> = seen.into_iter().map(|(id, token)| token.tell(id, now)).collect();
        json!({ "tokens": tokens })
    }

    pub(super) async fn issue_token_for(
        &self,
        caller: &Caller,
        user: &UserId,
        valid_for: Duration,
    ) -> Result<Value, Refusal> {
        if !self.may_with_tokens(caller, "issue")? {
            return Err(forbidden("tokens", "issue"));
        }
        let valid_for = valid_for.min(LONGEST);
        let made = self.make_token(user, valid_for, caller.user.as_str()).await?;
        Ok(json!({
            "id": made.id,
            "user": user.as_str(),
            "token": made.text,
            "expires_at": rfc3339(made.expires_at),
        }))
    }

    pub(super) async fn revoke_token_of(
        &self,
        caller: &Caller,
        id: &TokenId,
    ) -> Result<Value, Refusal> {
        let everybody = self.may_with_tokens(caller, "revoke")?;
        let user = caller.user.as_str();
        self.end_token(id, user, |owner| everybody || owner == user).await
    }

    async fn end_token(
        &self,
        id: &TokenId,
        by: &str,
        may_end: impl Fn(&str) -> bool,
    ) -> Result<Value, Refusal> {
        let (ledger, id) = (&self.vault.ledger, id.as_str());
        let found = ledger.find_token(id).await.map_err(|error| unavailable(&error))?;
        if !found.is_some_and(|token| may_end(&token.user)) {
            return Err(unknown_token());
        }
        let now = moment(self.clock.as_ref());
        let revoked = ledger.revoke_token(id, by, self.revision_number(), now).await;
        // A token that was withdrawn before stays withdrawn.
        revoked.map_err(|error| unavailable(&error))?;
        let all = self.told_tokens().await?;
        let told = all.get(id).map(|token| token.tell(id, now));
        told.ok_or_else(|| Refusal::internal("a token is not in the log"))
    }

    fn may_with_tokens(&self, caller: &Caller, action: &str) -> Result<bool, Refusal> {
        Ok(self.in_force()?.allows(&caller.user, "tokens", action))
    }

    /// Every token by id, as issued and withdrawn.
    async fn told_tokens(&self) -> Result<BTreeMap<String, Told>, Refusal> {
        let (mut all, mut from) = (BTreeMap::new(), 0);
        loop {
            let entries = self.vault.ledger.entries_of(&KINDS, from, PAGE).await;
            let entries = entries.map_err(|error| unavailable(&error))?;
            let Some(last) = entries.last() else { return Ok(all) };
            from = last.seq.saturating_add(1);
            for entry in entries {
                take_in(&mut all, entry);
            }
        }
    }
}

fn take_in(all: &mut BTreeMap<String, Told>, entry: AuditEntry) {
    let text = |field: &str| entry.body.get(field).and_then(Value::as_str).unwrap_or_default();
    let id = text("token_id").to_owned();
    if entry.kind == Kind::TokenRevoked {
        if let Some(token) = all.get_mut(&id) {
            token.revoked_at = Some(entry.at);
            token.revoked_by = Some(entry.actor);
        }
        return;
    }
    let token = Told {
        user: text("user").to_owned(),
        issued_at: entry.at,
        expires_at: entry.body.get("expires_at").and_then(Value::as_i64),
        issued_by: entry.actor,
        revoked_at: None,
        revoked_by: None,
    };
    all.insert(id, token);
}

impl Told {
    fn tell(&self, id: &str, now: Moment) -> Value {
        let expires_at = self.expires_at.map(Moment);
        let valid = self.revoked_at.is_none() && expires_at.is_some_and(|end| now < end);
        json!({
            "id": id,
            "user": self.user,
            "valid": valid,
            "issued_at": rfc3339(self.issued_at),
            "issued_by": self.issued_by,
            "expires_at": expires_at.map(rfc3339),
            "revoked_at": self.revoked_at.map(rfc3339),
            "revoked_by": self.revoked_by,
        })
    }
}

fn unknown_token() -> Refusal {
    Refusal::new(
        Code::UnknownToken,
        "there is no token of this id that you may withdraw",
        "GET /api/v1/tokens lists those there are; an id is what stands between `trs_` and the next `_`",
    )
}
