//! Where a ledger under test is: a folder, and for PostgreSQL a database beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tests::{On, postgres};
use crate::tlog::folder::verify;
use crate::{Ledger, LedgerConfig, LedgerError, LedgerPlace, Moment, NoSteps, Recovery, Steps};

/// A server of databases notices the end of a process when it next looks at the connection.
const ATTEMPTS: u32 = 5_000;

/// Where a ledger is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    /// `postgres://..`; without it the ledger is a file in the folder.
    pub(crate) address: Option<String>,
}

impl Place {
    pub(crate) fn file(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), address: None }
    }

    /// A new place in a folder.
    pub(crate) fn new(on: On, folder: &Path) -> Self {
        let address = match on {
            On::Sqlite => None,
            On::Postgres => postgres::database(),
        };
        Self { address, ..Self::file(folder) }
    }

    pub(crate) fn config(&self, steps: Arc<dyn Steps>) -> LedgerConfig {
        let place = match &self.address {
            None => LedgerPlace::File(self.folder.join("ledger.db")),
            Some(address) => LedgerPlace::Postgres(address.clone()),
        };
        crate::tests::config(place, &self.folder, steps)
    }

    /// Opens what is left of it.
    pub(crate) async fn open(&self, now: Moment) -> Result<(Ledger, Recovery), LedgerError> {
        self.open_with(Arc::new(NoSteps), now).await
    }

    /// Opens it; waits until a server has noticed that the last owner is dead.
    pub(crate) async fn open_with(
        &self,
        steps: Arc<dyn Steps>,
        now: Moment,
    ) -> Result<(Ledger, Recovery), LedgerError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Ledger::open(self.config(Arc::clone(&steps)), now).await {
                Err(LedgerError::InUse { .. }) if self.address.is_some() && attempts < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                opened => return opened,
            }
        }
    }

    /// Closes the ledger, and holds its published log against itself, as somebody who has nothing but the folder.
    pub(crate) async fn close(&self, ledger: Ledger) -> Vec<String> {
        let log = ledger.log_verifier().clone();
        let now = ledger.checkpoint().await.map(|signed| signed.checkpoint().clone());
        ledger.close().await;
        let folder = self.config(Arc::new(NoSteps)).log.folder;
        match (verify(&folder, &log), now) {
            // Nothing is published of a log without entries.
            (_, Ok(now)) if now.size == 0 => vec![],
            (Ok(verified), Ok(now)) if *verified.checkpoint.checkpoint() == now => vec![],
            (Ok(_), now) => vec![format!("what is published is not {now:?}")],
            (Err(findings), _) => findings.iter().map(ToString::to_string).collect(),
        }
    }
}
