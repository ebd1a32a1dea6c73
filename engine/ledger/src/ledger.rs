//! The handle of a ledger.

use std::future::Future;
use std::sync::Arc;

use crate::config::LedgerConfig;
use crate::entry::{AuditEntry, EntryReceipt, Kind, NewEntry};
use crate::erasure::Erasure;
use crate::error::{LedgerError, Result};
use crate::intent::{Intent, IntentReceipt, Reservation};
use crate::moment::Moment;
use crate::outcome::{Answer, Outcome, OutcomeReceipt};
use crate::query::QueryRecord;
use crate::receipt::Receipt;
use crate::review::{HeldAnswer, NewVote, ReviewRecord, Voted};
use crate::seal::Opening;
use crate::store::{self, Opened, Store};
use crate::tlog::{Cosignature, Hash, Proof, SignedCheckpoint, Verifier};
use crate::token::{NewToken, TokenRecord};

/// An open ledger. Clones share it.
///
/// A write, once begun, is carried to its end even if the caller stops waiting: a client that hangs up must not leave
/// a charge half made.
#[derive(Clone)]
pub struct Ledger {
    store: Arc<Store>,
}

/// What was found when the ledger was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// The ledger was new or empty. Where there should be an old one, somebody removed it: do not start.
    pub created: bool,
    /// Queries that the last stop cut off; they keep their charge.
    pub forfeited: u64,
    /// Entries in the log, those of the forfeitures included.
    pub entries: u64,
}

impl Ledger {
    /// Opens the ledger, or creates it, readable for its owner only. Checks the file, every audit entry, and the books
    /// against the log; then forfeits every query that is still running.
    ///
    /// # Errors
    /// [`LedgerError::InUse`], [`LedgerError::NewerSchema`], [`LedgerError::NotALedger`], [`LedgerError::Damaged`], or
    /// the disk fails. Nothing is repaired silently.
    pub async fn open(config: LedgerConfig, now: Moment) -> Result<(Self, Recovery)> {
        let Opened { store, created, forfeited, entries } = Store::open(config, now).await?;
        let recovery = Recovery { created, forfeited, entries };
        let store = Arc::new(store);
        store::keep_publishing(&store);
        Ok((Self { store }, recovery))
    }

    /// Charges a query and records its intent, or says why not. When this returns [`Reservation::Fresh`], both are
    /// durable (CHARGE-FIRST).
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for a cost of 0, amounts above [`crate::MAX_AMOUNT`] and details that have no canonical
    /// form; [`LedgerError::DuplicateQuery`]; or the disk fails. In the last case the charge may have been made.
    pub async fn reserve(&self, intent: Intent) -> Result<Reservation> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::reserve(&store, intent).await }).await
    }

    /// Ends a query. When this returns, outcome and answer are durable, and the answer may leave (CHARGE-FIRST).
    ///
    /// # Errors
    /// [`LedgerError::NotRunning`] when it was settled before; [`LedgerError::Invalid`] when the answer does not have
    /// its digest or the summary has no canonical form, and the query has then ended as failed; or the disk fails.
    pub async fn settle(
        &self,
        receipt: IntentReceipt,
        outcome: Outcome,
        at: Moment,
    ) -> Result<OutcomeReceipt> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::settle(&store, receipt, outcome, at).await }).await
    }

    /// Records an act that changes nothing else in the ledger: a refusal, a start, a reading of the log.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for kinds that belong to another operation and for bodies that have no canonical form;
    /// or the disk fails.
    pub async fn record(&self, entry: NewEntry) -> Result<EntryReceipt> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::record(&store, entry, None).await }).await
    }

    /// The same for an entry about a document, which becomes durable with it and is never deleted: `document` in the body
    /// is [`crate::digest_of`] its bytes.
    ///
    /// # Errors
    /// As [`Self::record`], and [`LedgerError::Invalid`] when the body holds another digest.
    pub async fn record_document(
        &self,
        entry: NewEntry,
        document: Vec<u8>,
    ) -> Result<EntryReceipt> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::record(&store, entry, Some(document)).await }).await
    }

    /// A document that an entry speaks of, by digest.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when its bytes are not those that were kept.
    pub async fn document(&self, digest: &str) -> Result<Option<Vec<u8>>> {
        store::document(&self.store, digest).await
    }

    /// The entries of these kinds from number `from_seq` on, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when an entry does not have its hash.
    pub async fn entries_of(
        &self,
        kinds: &[Kind],
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        store::entries_of(&self.store, kinds, from_seq, limit).await
    }

    /// The last entries of these kinds, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when an entry does not have its hash.
    pub async fn latest_of(&self, kinds: &[Kind], limit: u32) -> Result<Vec<AuditEntry>> {
        store::latest_of(&self.store, kinds, limit).await
    }

    /// The entries about a query from number `from_seq` on, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when an entry does not have its hash.
    pub async fn entries_about(
        &self,
        query_id: &str,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        store::entries_about(&self.store, query_id, from_seq, limit).await
    }

    /// What is known of a query.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn query(&self, id: &str) -> Result<Option<QueryRecord>> {
        store::query(&self.store, id).await
    }

    /// The answer of a query that was released, the same bytes each time; or that it is held or was refused.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the bytes are not those that were released, or the log does not say that they were;
    /// they are then not served.
    pub async fn answer(&self, id: &str) -> Result<Option<Answer>> {
        store::answer(&self.store, id).await
    }

    /// Decides about an answer that is held. The last decision ends the review: the answer is served from then on if all
    /// were to release it, and never if one was not. Everybody decides once, and nobody about a query of their own.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when what others decided is not what the log committed to; or the disk fails.
    pub async fn vote(&self, vote: NewVote) -> Result<Voted> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::vote(&store, vote).await }).await
    }

    /// The review of a query as this reader may see it: before the end with no vote but their own.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn review(&self, id: &str, reader: &str) -> Result<Option<ReviewRecord>> {
        store::review(&self.store, id, reader).await
    }

    /// The reviews that wait, oldest first, as this reader may see them; at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn held_reviews(&self, reader: &str, limit: u32) -> Result<Vec<ReviewRecord>> {
        store::reviews(&self.store, true, reader, limit).await
    }

    /// The reviews that have ended, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn ended_reviews(&self, limit: u32) -> Result<Vec<ReviewRecord>> {
        store::reviews(&self.store, false, "", limit).await
    }

    /// An answer that is or was held, for somebody who reviews it. The reading must be recorded first
    /// ([`Kind::ReviewRead`], about this query); without that, and where nothing was held, there is none.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the bytes are not those that were settled.
    pub async fn held_answer(&self, id: &str, reading: EntryReceipt) -> Result<Option<HeldAnswer>> {
        store::held_answer(&self.store, id, reading).await
    }

    /// The queries of an account whose answers were released, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn released_answers(&self, account: &str, limit: u32) -> Result<Vec<QueryRecord>> {
        store::released_answers(&self.store, account, limit).await
    }

    /// The audit log from entry `from_seq` on, oldest first, at most `limit` entries.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when an entry does not have its hash.
    pub async fn entries(&self, from_seq: u64, limit: u32) -> Result<Vec<AuditEntry>> {
        store::entries(&self.store, from_seq, limit).await
    }

    /// The sealed texts of an entry, those that were not erased. For auditors: record the reading first
    /// ([`crate::Kind::LogRead`]).
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when a text does not fit its commitment.
    pub async fn opening(&self, seq: u64) -> Result<Vec<Opening>> {
        store::opening(&self.store, seq).await
    }

    /// Erases sealed texts of an entry for good, and records that and why. `None` when one of them is not there: then
    /// nothing is erased. Copies of the ledger that were made before keep the texts.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for an erasure of nothing, and for the decisions of checkers; or the disk fails.
    pub async fn erase_openings(&self, erasure: Erasure) -> Result<Option<EntryReceipt>> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::erase(&store, erasure).await }).await
    }

    /// Spent by an account so far, in points; 0 for an account that never paid.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn balance(&self, account: &str) -> Result<u64> {
        store::balance(&self.store, account).await
    }

    /// What the queries of an account left to be remembered of a topic ([`crate::Remembered`]), in the order of writing,
    /// each with its query.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn remembered(&self, account: &str, topic: &str) -> Result<Vec<(String, Vec<u8>)>> {
        self.remembered_after(account, topic, 0).await
    }

    /// The same without the first `known`, for whoever has read those before: nothing is ever taken out of it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn remembered_after(
        &self,
        account: &str,
        topic: &str,
        known: u64,
    ) -> Result<Vec<(String, Vec<u8>)>> {
        store::remembered(&self.store, account, topic, known).await
    }

    /// Keeps a new API token.
    ///
    /// # Errors
    /// [`LedgerError::DuplicateToken`]; [`LedgerError::Invalid`] when it expires before it was issued; or the disk
    /// fails.
    pub async fn store_token(&self, token: NewToken) -> Result<EntryReceipt> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::store_token(&store, token).await }).await
    }

    /// The token of this id, valid or not: [`TokenRecord::admits`] tells.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn find_token(&self, token_id: &str) -> Result<Option<TokenRecord>> {
        store::find_token(&self.store, token_id).await
    }

    /// Withdraws a token from now on. `None` when there is no such token or it was withdrawn before.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn revoke_token(
        &self,
        token_id: &str,
        by: &str,
        policy_revision: Option<u64>,
        at: Moment,
    ) -> Result<Option<EntryReceipt>> {
        let store = Arc::clone(&self.store);
        let (token_id, by) = (token_id.to_owned(), by.to_owned());
        let write =
            async move { store::revoke_token(&store, &token_id, &by, policy_revision, at).await };
        self.carried(write).await
    }

    /// Size and root of the audit log as it is now, signed: for everybody who wants to hold us to it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint> {
        store::checkpoint(&self.store).await
    }

    /// What checks the signatures of the audit log.
    #[must_use]
    pub fn log_verifier(&self) -> &Verifier {
        self.store.log_verifier()
    }

    /// The hashes that show that the log of `new` entries began with that of `old` entries.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for sizes that the log does not have; when the ledger or the folder cannot be read.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        store::consistency(&self.store, old, new).await
    }

    /// Proof that the log contains the entry of this number; `None` where there is none.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the folder of the log does not lead to its root any more.
    pub async fn proof(&self, seq: u64) -> Result<Option<Proof>> {
        store::proof(&self.store, seq).await
    }

    /// Proof that the answer of a query was released and that the log contains it; `None` where nothing was released.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the folder of the log does not lead to its root any more.
    pub async fn receipt(&self, query_id: &str) -> Result<Option<Receipt>> {
        store::receipt(&self.store, query_id).await
    }

    /// Keeps the signature of a witness under a checkpoint of this log: published with it, and in receipts that it fits.
    ///
    /// # Errors
    /// When the folder of the log cannot be written.
    pub async fn keep_cosignature(
        &self,
        checkpoint: SignedCheckpoint,
        cosignature: Cosignature,
    ) -> Result<()> {
        let store = Arc::clone(&self.store);
        self.carried(async move { store::cosigned(&store, checkpoint, cosignature).await }).await
    }

    /// Waits for the write under way and gives the file back. Every later call fails.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Runs a write to its end in a task of its own.
    async fn carried<T: Send + 'static>(
        &self,
        write: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        tokio::spawn(write).await.unwrap_or_else(|error| {
            let cause = format!("a write ended by a defect: {error}");
            Err(self.store.judged(LedgerError::Unavailable(cause)))
        })
    }
}
