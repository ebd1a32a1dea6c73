//! Where a ledger is kept, and how its log is signed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::steps::{NoSteps, Steps};

/// What it takes to open a ledger. Has no `Debug`: it holds a signing key.
#[derive(Clone)]
pub struct LedgerConfig {
    /// Where the books are.
    pub place: LedgerPlace,
    /// How the log is signed and published.
    pub log: LogConfig,
    /// Told of every durable step; [`NoSteps`] outside tests.
    pub steps: Arc<dyn Steps>,
}

impl LedgerConfig {
    /// A ledger in a file, with nothing to observe.
    #[must_use]
    pub fn file(path: &Path, log: LogConfig) -> Self {
        Self { place: LedgerPlace::File(path.to_owned()), log, steps: Arc::new(NoSteps) }
    }
}

/// Where the books are. Has no `Debug`: the address of a server may hold a password.
#[derive(Clone)]
pub enum LedgerPlace {
    /// A file of SQLite, made when it is missing.
    File(PathBuf),
    /// A database of a PostgreSQL server, as `postgres://..`; it must exist and may be empty.
    Postgres(String),
}

/// How the log is signed and published, as the tiles and checkpoints of C2SP. Has no `Debug`: it holds a signing key.
#[derive(Clone)]
pub struct LogConfig {
    /// Name of the log, for example `tre.example.org/tresor`: first line of every checkpoint.
    pub origin: String,
    /// Seed of the Ed25519 key that signs checkpoints.
    pub seed: [u8; 32],
    /// The folder of tiles and checkpoint. Made when it is missing; rebuilt from the books where it is behind.
    pub folder: PathBuf,
    /// A copy of the last checkpoint on another disk: notices that books and folder were put back together.
    pub anchor: Option<PathBuf>,
}
