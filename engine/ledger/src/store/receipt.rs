//! Receipts: the entry that released an answer, and why it is in the log.

use sqlx::AnyConnection;

use super::handle::Store;
use super::log::{blocking, tree_for, unprovable};
use super::read::{entry_at, page, reading};
use crate::error::Result;
use crate::receipt::Receipt;
use crate::tlog::{Hash, LogError, Proof, TileNodes, check_inclusion, prove_inclusion};

/// The receipt of a query whose answer was released.
pub(crate) async fn receipt(store: &Store, query_id: &str) -> Result<Option<Receipt>> {
    let Some((seq, entry, answer_digest)) = release(store, query_id).await? else {
        return Ok(None);
    };
    let proof = proof_of(store, seq, Hash::of_leaf(entry.as_bytes())).await?;
    let log = store.log.verifier().to_string();
    Ok(Some(Receipt::new(query_id, &answer_digest, entry, &proof, log)))
}

/// Why the log contains this entry; `None` where there is none of this number.
pub(crate) async fn proof(store: &Store, seq: u64) -> Result<Option<Proof>> {
    store.sound()?;
    let found = reading!(store, async |conn: &mut AnyConnection| page(conn, seq, 1).await)?;
    let Some(entry) = found.first().filter(|entry| entry.seq == seq) else { return Ok(None) };
    proof_of(store, seq, entry.leaf_hash.into()).await.map(Some)
}

async fn proof_of(store: &Store, seq: u64, leaf: Hash) -> Result<Proof> {
    let (tree, checkpoint) = tree_for(store, seq).await?;
    let proof = blocking(move || -> std::result::Result<Proof, LogError> {
        let nodes = TileNodes::new(&tree, tree.head().size);
        let hashes = prove_inclusion(&nodes, seq, checkpoint.head().size)?;
        // The files are read as they lie there; what does not lead to the root is not handed out.
        check_inclusion(&hashes, leaf, seq, checkpoint.head())?;
        Ok(Proof { index: seq, hashes, checkpoint: checkpoint.note().clone() })
    });
    proof.await?.map_err(unprovable)
}

/// The entry that released the answer: the outcome, or the end of its review where people decided.
async fn release(store: &Store, query_id: &str) -> Result<Option<(u64, String, String)>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let found: Option<(i64, String)> = sqlx::query_as(
            "SELECT coalesce(r.decided_seq, q.outcome_seq), a.digest FROM queries q
             JOIN answers a ON a.query_id = q.query_id LEFT JOIN reviews r ON r.query_id = q.query_id
             WHERE q.query_id = $1 AND q.state = 'released' AND coalesce(r.state, 'released') = 'released'",
        )
        .bind(query_id)
        .fetch_optional(&mut *conn)
        .await?;
        let Some((seq, digest)) = found else { return Ok(None) };
        let entry = entry_at(conn, seq).await?;
        Ok(Some((entry.seq, entry.leaf_data()?, digest)))
    })
}
