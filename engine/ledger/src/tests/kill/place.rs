//! Where a ledger under test is: a folder, and for PostgreSQL a database beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Ledger, LedgerConfig, LedgerError, Moment, NoSteps, Recovery, Steps};

/// Where a ledger is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
}

impl Place {
    pub(crate) fn file(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn config(&self, steps: Arc<dyn Steps>) -> LedgerConfig {
        crate::tests::config(&self.folder.join("ledger.db"), steps)
    }

    /// Opens what is left of it.
    pub(crate) async fn open(&self, now: Moment) -> Result<(Ledger, Recovery), LedgerError> {
        Ledger::open(self.config(Arc::new(NoSteps)), now).await
    }
}
