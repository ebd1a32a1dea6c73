//! `tresor policy`: policy files on this machine, and the officers' desk of a server.
//!
//! What officers sign is put together here, from files that were downloaded and digests that were computed here: the
//! server is not trusted with it. Must never know: what policy files mean.
//!
//! - `offline` keys, checks, tests and the access matrix of a folder; needs no server
//! - `drafts` changes begun and edited from a folder; `looks` everything that is only read
//! - `decisions` signed, activated, withdrawn, frozen; `statement` what may be signed
//! - `client` the way to the server; `files` bundles; `told` answers as people read them

pub(super) mod client;
mod decisions;
mod drafts;
mod files;
mod looks;
mod offline;
mod statement;
#[cfg(test)]
mod tests;
mod told;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_core::desk::Scope;
use tresor_core::ids::{BundleDigest, ChangeId, FreezeId, ProjectId, UserId};

use super::visible;
use crate::stop::Stop;
use client::Connection;

/// `tresor policy`
#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a signing key and print its public half, the line for policies/people.toml.
    Key {
        /// The file to keep it in; must not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Check a policy folder as the server would: every mistake with its place. Needs no server.
    Check(Folder),
    /// Run the policy tests of a folder. Needs no server.
    Test(Folder),
    /// Who may use what, by a policy folder; fails when its expected-access.txt says something else. Needs no server.
    Matrix {
        #[command(flatten)]
        folder: Folder,
        /// Write expected-access.txt.
        #[arg(long)]
        write: bool,
    },
    /// What is in force, what will be, and what is frozen.
    Status,
    /// Every revision.
    History,
    /// Every change.
    List,
    /// One change, and what comes next.
    Show {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
    },
    /// Write the files of a change or a revision to a new folder.
    Files {
        /// The change, or the number of a revision.
        #[arg(value_parser = bundle)]
        of: Source,
        /// The folder to write to; must be new or empty.
        #[arg(long)]
        out: PathBuf,
    },
    /// What a change changes, in texts and in access.
    Diff {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
    },
    /// Check a change and run its policy tests.
    Validate {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
    },
    /// What would have become of the last queries under a change.
    WhatIf {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
        /// How many queries, from the last one back.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        last: u32,
    },
    /// Begin a change with the files of a folder.
    Draft {
        /// What it is called.
        #[arg(long)]
        title: String,
        /// Why it is wanted.
        #[arg(long)]
        reason: String,
        /// The policy folder as it is to be; what differs from the latest revision is sent.
        #[arg(long)]
        from: PathBuf,
    },
    /// Give a change the files of a folder.
    Edit {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
        /// The policy folder as it is to be.
        #[arg(long)]
        from: PathBuf,
    },
    /// Begin a change that brings an earlier revision back.
    Revert {
        /// The number of the revision.
        number: u64,
        /// Why it is wanted.
        #[arg(long)]
        reason: String,
    },
    /// Put a change on the latest revision.
    Rebase {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
        /// The policy folder as it is to be, where files were changed on both sides.
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Sign a change as its author and put it forward.
    Propose {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
        #[command(flatten)]
        signing: Signing,
        /// From when on it is to hold, for example 2030-01-01T00:00:00Z; from its activation without it.
        #[arg(long, value_parser = moment)]
        effective: Option<OffsetDateTime>,
    },
    /// Sign a change of another officer.
    Approve {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
        #[command(flatten)]
        signing: Signing,
    },
    /// Make a change a revision.
    Activate {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
    },
    /// Give a change up.
    Withdraw {
        /// The change.
        #[arg(value_parser = change)]
        id: ChangeId,
    },
    /// Stop a project, a person or everything at once.
    Freeze {
        #[command(flatten)]
        scope: Frozen,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Agree to lift a freeze; it takes two officers.
    Thaw {
        /// The freeze.
        #[arg(value_parser = freeze)]
        id: FreezeId,
    },
    /// Every freeze.
    Freezes,
    /// Queries whose text seems to hold the identifier of a person: who and when, never the text.
    Flags {
        /// Only from this entry of the audit log on.
        #[arg(long, default_value_t = 0)]
        from: u64,
    },
}

/// A policy folder, and the home with the extracts that it speaks of.
#[derive(Debug, Args)]
struct Folder {
    /// The home with the extracts.
    #[arg(long)]
    home: PathBuf,
    /// The policy folder; that of the home without it.
    #[arg(long)]
    policies: Option<PathBuf>,
}

/// With what an officer signs, and what.
#[derive(Debug, Args)]
struct Signing {
    /// The file with the signing key.
    #[arg(long)]
    key: PathBuf,
    /// Sign only if the files have this digest, for example as the author told it.
    #[arg(long, value_parser = digest)]
    bundle: Option<BundleDigest>,
}

/// What is frozen.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("scope").required(true))]
struct Frozen {
    /// The queries and answers of a project.
    #[arg(long, group = "scope", value_parser = project)]
    project: Option<ProjectId>,
    /// All that a person does.
    #[arg(long, group = "scope", value_parser = person)]
    person: Option<UserId>,
    /// All queries and answers.
    #[arg(long, group = "scope")]
    everything: bool,
}

/// A bundle by what it is.
#[derive(Debug, Clone)]
enum Source {
    /// That of a change.
    Change(ChangeId),
    /// That of a revision.
    Revision(u64),
}

/// What a command says. With a `fault` it ends as one that failed.
struct Said {
    text: String,
    fault: Option<String>,
}

impl Said {
    fn well(text: impl Into<String>) -> Self {
        Self { text: text.into(), fault: None }
    }

    fn unless(all_is_well: bool, text: String, fault: &str) -> Self {
        Self { text, fault: (!all_is_well).then(|| fault.to_owned()) }
    }
}

impl Policy {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Said { text, fault } = self.said()?;
        io::stdout()
            .write_all(visible(&text).as_bytes())
            .map_err(|error| Stop::because(format!("cannot print: {error}")))?;
        fault.map_or(Ok(()), |fault| Err(Stop::because(fault)))
    }

    fn said(self) -> Result<Said, Stop> {
        let Self { connection, command } = self;
        let desk = || connection.open();
        match command {
            Command::Key { out } => offline::key(&out),
            Command::Check(folder) => offline::check(&folder),
            Command::Test(folder) => offline::test(&folder),
            Command::Matrix { folder, write } => offline::matrix(&folder, write),
            Command::Status => looks::status(&desk()?),
            Command::History => looks::history(&desk()?),
            Command::List => looks::list(&desk()?),
            Command::Show { id } => looks::show(&desk()?, &id),
            Command::Files { of, out } => looks::files(&desk()?, &of, &out),
            Command::Diff { id } => looks::difference(&desk()?, &id),
            Command::Validate { id } => looks::validate(&desk()?, &id),
            Command::WhatIf { id, last } => looks::what_if(&desk()?, &id, last),
            Command::Freezes => looks::freezes(&desk()?),
            Command::Flags { from } => looks::flags(&desk()?, from),
            Command::Draft { title, reason, from } => {
                drafts::draft(&desk()?, &title, &reason, &from)
            }
            Command::Edit { id, from } => drafts::edit(&desk()?, &id, &from),
            Command::Revert { number, reason } => drafts::revert(&desk()?, number, &reason),
            Command::Rebase { id, from } => drafts::rebase(&desk()?, &id, from.as_deref()),
            Command::Propose { id, signing, effective } => {
                decisions::propose(&desk()?, &id, &signing, effective)
            }
            Command::Approve { id, signing } => decisions::approve(&desk()?, &id, &signing),
            Command::Activate { id } => decisions::activate(&desk()?, &id),
            Command::Withdraw { id } => decisions::withdraw(&desk()?, &id),
            Command::Freeze { scope, reason } => {
                decisions::freeze(&desk()?, &scope.into(), &reason)
            }
            Command::Thaw { id } => decisions::thaw(&desk()?, &id),
        }
    }
}

impl From<Frozen> for Scope {
    fn from(frozen: Frozen) -> Self {
        match frozen {
            Frozen { project: Some(project), .. } => Self::Project(project),
            Frozen { person: Some(person), .. } => Self::Person(person),
            // The command line lets nothing else through.
            Frozen { .. } => Self::Everything,
        }
    }
}

fn change(text: &str) -> Result<ChangeId, String> {
    ChangeId::new(text).map_err(|bad| bad.to_string())
}

fn freeze(text: &str) -> Result<FreezeId, String> {
    FreezeId::new(text).map_err(|bad| bad.to_string())
}

fn digest(text: &str) -> Result<BundleDigest, String> {
    BundleDigest::new(text).map_err(|bad| bad.to_string())
}

fn project(text: &str) -> Result<ProjectId, String> {
    ProjectId::new(text).map_err(|bad| bad.to_string())
}

fn person(text: &str) -> Result<UserId, String> {
    UserId::new(text).map_err(|bad| bad.to_string())
}

fn bundle(text: &str) -> Result<Source, String> {
    match text.parse() {
        Ok(number) => Ok(Source::Revision(number)),
        Err(_) => change(text).map(Source::Change),
    }
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "a moment is written as `2030-01-01T00:00:00Z`".to_owned())
}
