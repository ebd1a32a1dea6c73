//! `tresor token`: tokens with which people sign in, over the API of a server or, while none runs, on the home itself.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tresor_core::engine::Engine;
use tresor_core::ids::{TokenId, UserId};

use super::ledger::LedgerChoice;
use super::policy::client::{Connection, Desk};
use super::{runtime, visible};
use crate::program::Setup;
use crate::stop::Stop;

const HOURS_PER_DAY: u64 = 24;

/// `tresor token`
#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(flatten)]
    connection: Connection,
    /// Work on this home itself, while no server runs on it; without it a server is asked.
    #[arg(long, global = true)]
    home: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token and print it once; only its hash is kept.
    Issue {
        /// The person, as the policies name them.
        #[arg(long, value_parser = user)]
        user: UserId,
        /// For how many days it is valid.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=90))]
        days: u64,
    },
    /// Tokens, newest first: your own, or those of everybody for administrators.
    List,
    /// Withdraw a token; it is refused from the next request on.
    Revoke {
        /// The token: what stands between `trs_` and the next `_`.
        #[arg(value_parser = token_id)]
        id: TokenId,
    },
}

fn user(text: &str) -> Result<UserId, String> {
    UserId::new(text).map_err(|bad| bad.to_string())
}

fn token_id(text: &str) -> Result<TokenId, String> {
    TokenId::new(text).map_err(|bad| bad.to_string())
}

impl Token {
    pub(super) fn run(self) -> Result<(), Stop> {
        write!(io::stdout(), "{}", self.said()?)
            .map_err(|error| Stop::because(format!("cannot print what was said: {error}")))
    }

    fn said(self) -> Result<String, Stop> {
        let Self { connection, home, ledger, command } = self;
        match home {
            Some(home) => runtime::block_on(at_home(&home, &ledger, command)),
            None => over_the_api(&connection.open()?, command),
        }
    }
}

fn over_the_api(desk: &Desk, command: Command) -> Result<String, Stop> {
    let (answer, tell): (Value, fn(&Value) -> String) = match command {
        Command::Issue { user, days } => {
            let body = json!({ "user": user.as_str(), "days": days });
            (desk.send("tokens", &body)?, issued)
        }
        Command::List => (desk.get("tokens")?, listed),
        Command::Revoke { id } => (desk.delete(&format!("tokens/{id}"))?, line),
    };
    Ok(if desk.json { format!("{answer:#}\n") } else { tell(&answer) })
}

async fn at_home(home: &Path, ledger: &LedgerChoice, command: Command) -> Result<String, Stop> {
    let engine = opened(home, ledger).await?;
    match command {
        Command::Issue { user, days } => {
            let valid_for = Duration::from_hours(HOURS_PER_DAY.saturating_mul(days));
            Ok(format!("{}\n", engine.issue_token(&user, valid_for).await?))
        }
        Command::List => Ok(listed(&engine.list_tokens().await?)),
        Command::Revoke { id } => Ok(line(&engine.revoke_token(&id).await?)),
    }
}

async fn opened(home: &Path, ledger: &LedgerChoice) -> Result<Arc<Engine>, Stop> {
    let options = vec![("command", "token".to_owned()), ("home", home.display().to_string())];
    let setup = Setup { ledger: ledger.place()?, options };
    crate::open_with(home, setup).await.map_err(|stop| {
        Stop::because(format!(
            "{stop}\n(one process at a time writes the ledger: if a server is running on this home, ask it, with `--server` \
             or TRESOR_SERVER in place of `--home`)"
        ))
    })
}

fn issued(answer: &Value) -> String {
    format!("{}\n", word(answer, "token"))
}

fn listed(answer: &Value) -> String {
    let tokens = answer.get("tokens").and_then(Value::as_array);
    tokens.into_iter().flatten().map(line).collect()
}

/// One token as people read it.
fn line(token: &Value) -> String {
    let (id, user) = (word(token, "id"), word(token, "user"));
    let mut line = format!(
        "{id}  {user}  issued {} by {}",
        word(token, "issued_at"),
        word(token, "issued_by")
    );
    let end = match (token.get("revoked_at"), token.get("valid")) {
        (Some(Value::String(_)), _) => {
            format!(", withdrawn {} by {}", word(token, "revoked_at"), word(token, "revoked_by"))
        }
        (_, Some(Value::Bool(true))) => format!(", valid until {}", word(token, "expires_at")),
        _ => format!(", expired {}", word(token, "expires_at")),
    };
    let _never = writeln!(line, "{end}");
    visible(&line)
}

fn word<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
