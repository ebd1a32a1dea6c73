//! What keeps the service in order without touching policies: tokens, flagged queries, erasures.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Caller, Engine};
use crate::ids::{TokenId, UserId};
use crate::refusal::Refusal;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub enum KeepingRequest {
    /// The tokens that the caller may see.
    Tokens,
    /// A token for somebody.
    IssueToken {
        /// Who is to sign in with it.
        user: UserId,
        /// For how long.
        valid_for: Duration,
    },
    /// The end of a token.
    RevokeToken(TokenId),
    /// Queries whose text seems to hold an identifier, from this entry on.
    Flagged {
        /// The first entry.
        from: u64,
    },
    /// The end of sealed texts.
    Erase {
        /// The entry that they belong to.
        entry: u64,
        /// Which, by name.
        fields: Vec<String>,
        /// Why, for the log.
        reason: String,
    },
}

impl KeepingRequest {
    /// What it is called in the log.
    const fn name(&self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::IssueToken { .. } => "token_issue",
            Self::RevokeToken(_) => "token_revoke",
            Self::Flagged { .. } => "audit_flags",
            Self::Erase { .. } => "audit_erasure",
        }
    }
}

impl Engine {
    /// Does what is asked, for whoever may. What is refused is logged.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Forbidden`] unless the caller's role allows it; and what is wrong with the request.
    pub async fn keep(
        self: &Arc<Self>,
        caller: &Caller,
        request: KeepingRequest,
    ) -> Result<Value, Refusal> {
        // In a task of its own: a client that hangs up must not part an entry in the log from its effect.
        let (engine, caller, name) = (Arc::clone(self), caller.clone(), request.name());
        let outcome = tokio::spawn(async move {
            let outcome = match request {
                KeepingRequest::Tokens => engine.tokens(&caller).await,
                KeepingRequest::IssueToken { user, valid_for } => {
                    engine.issue_token_for(&caller, &user, valid_for).await
                }
                KeepingRequest::RevokeToken(id) => engine.revoke_token_of(&caller, &id).await,
                KeepingRequest::Flagged { from } => engine.flagged(&caller, from).await,
                KeepingRequest::Erase { entry, fields, reason } => {
                    engine.erase(&caller, entry, fields, reason).await
                }
            };
            engine.logged_act(&caller, name, outcome).await
        });
        outcome.await.unwrap_or_else(|_| Err(Refusal::internal("an act of keeping panicked")))
    }
}
