//! The way to the server: its address, the token, and its answers, good or bad.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use crate::stop::Stop;

/// Largest answer that is read, bytes: the files of a bundle, written as JSON, and much more.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;
/// A thousand queries planned again take a while.
const PATIENCE: Duration = Duration::from_mins(10);

/// Where the desk is, and who one is there.
#[derive(Debug, Args)]
#[command(next_help_heading = "A server")]
pub(in crate::cli) struct Connection {
    /// Address of the server; without it that in TRESOR_SERVER.
    #[arg(long, global = true)]
    server: Option<String>,
    /// File with your token; without it TRESOR_TOKEN holds the token itself.
    #[arg(long, global = true)]
    token_file: Option<PathBuf>,
    /// Print what the server says, for programs.
    #[arg(long, global = true)]
    json: bool,
}

/// A desk at the other end.
pub(in crate::cli) struct Desk {
    agent: Agent,
    base: String,
    token: String,
    /// Whether its answers are printed as they are.
    pub(in crate::cli) json: bool,
}

impl Connection {
    /// Gets ready to ask; asks nothing yet.
    pub(in crate::cli) fn open(&self) -> Result<Desk, Stop> {
        let given = self.server.clone().or_else(|| variable("TRESOR_SERVER"));
        let base = given.ok_or_else(|| {
            Stop::because("say where the server is, with `--server URL` or in TRESOR_SERVER")
        })?;
        let base = base.trim_end_matches('/').to_owned();
        let at_home = require_safe(&base)?;
        let mut config = Agent::config_builder()
            // A server that sends a token elsewhere is not asked to.
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        if at_home {
            config = config.proxy(None);
        }
        Ok(Desk { agent: config.build().into(), base, token: self.token()?, json: self.json })
    }

    fn token(&self) -> Result<String, Stop> {
        let text = match &self.token_file {
            Some(path) => fs::read_to_string(path)
                .map_err(|error| Stop::file("cannot read the token", path, &error))?,
            None => variable("TRESOR_TOKEN").ok_or_else(|| {
                Stop::because("say who you are, with `--token-file FILE` or in TRESOR_TOKEN")
            })?,
        };
        let token = text.trim();
        let is_token = !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
        if is_token { Ok(token.to_owned()) } else { Err(Stop::because("that is no token")) }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the command line")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A token must not cross a network in the clear. Says whether the server is on this machine.
fn require_safe(base: &str) -> Result<bool, Stop> {
    let uri: Option<Uri> = base.parse().ok();
    let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?)));
    let Some((scheme, host)) = parts else {
        return Err(Stop::because(format!(
            "`{base}` is not the address of a server; write it like `https://tresor.example.org`"
        )));
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let at_home =
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match scheme {
        "https" => Ok(at_home),
        "http" if at_home => Ok(true),
        _ => Err(Stop::because(format!(
            "your token would cross the network to `{host}` in the clear; use `https://`"
        ))),
    }
}

impl Desk {
    /// Reads.
    pub(in crate::cli) fn get(&self, path: &str) -> Result<Value, Stop> {
        let request = self.agent.get(self.address(path)).header("Authorization", self.bearer());
        self.answer(request.call())
    }

    /// Does something that needs no more words.
    pub(in crate::cli) fn post(&self, path: &str) -> Result<Value, Stop> {
        let request = self.agent.post(self.address(path)).header("Authorization", self.bearer());
        self.answer(request.send_empty())
    }

    /// Sends something.
    pub(in crate::cli) fn send(&self, path: &str, body: &Value) -> Result<Value, Stop> {
        let request = self.agent.post(self.address(path)).header("Authorization", self.bearer());
        self.answer(request.send_json(body))
    }

    /// Changes something that is there.
    pub(in crate::cli) fn patch(&self, path: &str, body: &Value) -> Result<Value, Stop> {
        let request = self.agent.patch(self.address(path)).header("Authorization", self.bearer());
        self.answer(request.send_json(body))
    }

    /// Ends something.
    pub(in crate::cli) fn delete(&self, path: &str) -> Result<Value, Stop> {
        let request = self.agent.delete(self.address(path)).header("Authorization", self.bearer());
        self.answer(request.call())
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn answer(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Value, Stop> {
        let unreachable = |error: ureq::Error| {
            Stop::because(format!("cannot talk to the server at {}: {error}", self.base))
        };
        let mut answer = answer.map_err(unreachable)?;
        let status = answer.status();
        let bytes =
            answer.body_mut().with_config().limit(ANSWER_MAX).read_to_vec().map_err(unreachable)?;
        let said: Option<Value> = serde_json::from_slice(&bytes).ok();
        match said {
            Some(said) if status.is_success() => Ok(said),
            Some(problem) if problem.get("code").is_some() => Err(Stop::because(told(&problem))),
            _ => Err(Stop::because(format!(
                "what answers at {} does not speak like Tresor (status {})",
                self.base,
                status.as_u16()
            ))),
        }
    }
}

/// A problem document in words.
fn told(problem: &Value) -> String {
    let text =
        |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = problem.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
    if errors.is_empty() {
        return format!("{}; {}", text(problem, "detail"), text(problem, "hint"));
    }
    let mut words = text(problem, "title");
    for error in &errors {
        let _never = write!(words, "\n{}", super::told::mistake(error));
    }
    words
}
