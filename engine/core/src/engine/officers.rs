//! Who the officers of a bundle are, without an engine: to check their signatures again from a copied log.

use time::OffsetDateTime;
use tresor_ledger::Moment;

use crate::desk::{Officers, PublicKey};
use crate::ids::UserId;
use crate::policy::{PolicyFiles, PolicyRevision};

/// The officers of a bundle at a moment.
pub struct OfficersOf {
    revision: PolicyRevision,
    at: OffsetDateTime,
}

impl OfficersOf {
    /// Reads a bundle as it lies among the documents of a log.
    ///
    /// # Errors
    /// Why it is no bundle of policy files.
    pub async fn read(bundle: &[u8], at: Moment) -> Result<Self, String> {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1000);
        let at = at.map_err(|_| "the moment is out of range")?;
        let files = PolicyFiles::from_bundle(bundle).ok_or("it is no bundle of policy files")?;
        let revision = PolicyRevision::from_files(&files).await;
        Ok(Self { revision: revision.map_err(|errors| errors.to_string())?, at })
    }
}

impl Officers for OfficersOf {
    fn key(&self, user: &UserId) -> Option<PublicKey> {
        let may = |action| self.revision.has_global(user, "policies", action, self.at);
        (may("propose") && may("approve"))
            .then(|| self.revision.person(user)?.signing_key())
            .flatten()
    }
}
