//! Who signed in, and who tried to: entries of the log, few enough that nobody can fill the disk with them.
//!
//! A credential is recorded when it is first used in a run of the server and again half a day later, before the request
//! goes on. What is not accepted is recorded once a minute at most, with how many there were; no part of a secret is
//! in it.

use std::collections::HashMap;
use std::sync::RwLock;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Mutex;
use tresor_ledger::{Kind, Moment, NewEntry, Sealed};

use super::{Caller, Engine};
use crate::clock::moment;
use crate::refusal::Refusal;
use crate::vault::unavailable;

/// After this time the use of a credential is recorded again, in microseconds.
const AGAIN_AFTER: i64 = 12 * 3_600 * 1_000_000;
/// Shortest time between two entries about what was not accepted.
const BETWEEN_FAILURES: Duration = Duration::from_mins(1);

/// What was recorded in this run.
#[derive(Default)]
pub(super) struct SignIns {
    /// When each credential was last recorded.
    recorded: RwLock<HashMap<String, Moment>>,
    /// Held while one is recorded: requests of one moment share an entry.
    recording: Mutex<()>,
    failures: Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    /// Since the last entry.
    count: u64,
    recorded_at: Option<Duration>,
}

/// Why a credential is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAccepted {
    /// It is no token at all.
    Malformed,
    /// There is no token of this id.
    Unknown,
    /// The secret is another one.
    WrongSecret,
    /// It was valid once.
    Expired,
    /// It was withdrawn.
    Revoked,
}

impl NotAccepted {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::WrongSecret => "wrong_secret",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl SignIns {
    fn is_recorded(&self, token_id: &str, now: Moment) -> bool {
        let recorded = self.recorded.read().ok();
        let at = recorded.and_then(|recorded| recorded.get(token_id).copied());
        at.is_some_and(|at| now.0.saturating_sub(at.0) < AGAIN_AFTER)
    }

    /// How many were not accepted since the last entry that says so.
    pub(super) async fn untold_failures(&self) -> u64 {
        self.failures.lock().await.count
    }
}

impl Engine {
    /// Makes it durable that somebody signed in, unless it is.
    pub(super) async fn signed_in(
        &self,
        caller: &Caller,
        token_id: &str,
        from: &str,
    ) -> Result<(), Refusal> {
        let now = moment(self.clock.as_ref());
        if self.sign_ins.is_recorded(token_id, now) {
            return Ok(());
        }
        let _one_at_a_time = self.sign_ins.recording.lock().await;
        if self.sign_ins.is_recorded(token_id, now) {
            return Ok(());
        }
        let mut entry = NewEntry::new(Kind::SignIn, caller.user.as_str(), now);
        entry.body = json!({
            "method": "api_token",
            "token_id": token_id,
            "policy_revision": self.revision_number(),
        });
        entry.role = self.in_force().ok().and_then(|in_force| in_force.role(&caller.user));
        entry.sealed.push(Sealed::new("client_address", from));
        self.vault.ledger.record(entry).await.map_err(|error| unavailable(&error))?;
        if let Ok(mut recorded) = self.sign_ins.recorded.write() {
            recorded.insert(token_id.to_owned(), now);
        }
        Ok(())
    }

    /// Counts a credential that was not accepted, and records it if nothing was recorded in the last minute. `known` is the
    /// id of a token that there is.
    pub(super) async fn not_accepted(
        &self,
        why: NotAccepted,
        known: Option<&str>,
        from: &str,
    ) -> Result<(), Refusal> {
        let mut failures = self.sign_ins.failures.lock().await;
        failures.count = failures.count.saturating_add(1);
        let now = self.clock.monotonic();
        let quiet = |at: Duration| now.saturating_sub(at) >= BETWEEN_FAILURES;
        if !failures.recorded_at.is_none_or(quiet) {
            return Ok(());
        }
        let mut entry = NewEntry::new(Kind::SignInFailed, "nobody", moment(self.clock.as_ref()));
        entry.body = json!({
            "failures": failures.count,
            "last_reason": why.as_str(),
            "last_token_id": known,
            "policy_revision": self.revision_number(),
        });
        entry.sealed.push(Sealed::new("client_address", from));
        self.vault.ledger.record(entry).await.map_err(|error| unavailable(&error))?;
        *failures = Failures { count: 0, recorded_at: Some(now) };
        Ok(())
    }

    /// The number of the policy revision in force, for entries.
    pub(super) fn revision_number(&self) -> Option<u64> {
        self.in_force().ok().map(|in_force| in_force.revision().number())
    }
}
