//! Writes an audit entry: number, seals, hash.

use sqlx::AnyConnection;

use crate::entry::{AuditEntry, EntryReceipt, NewEntry};
use crate::error::{LedgerError, Result};
use crate::leaf::LeafHash;
use crate::seal::{Opening, seal};

/// Appends the entry to the log, within the transaction of the caller.
pub(super) async fn append(conn: &mut AnyConnection, new: NewEntry) -> Result<EntryReceipt> {
    let seq = next_seq(conn).await?;
    let NewEntry { at, kind, actor, role, account, query_id, mut body, sealed } = new;
    let names = [Some(&actor), role.as_ref(), account.as_ref(), query_id.as_ref()];
    keepable(names.into_iter().flatten())?;
    keepable(sealed.iter().map(|sealed| &sealed.text))?;
    let openings = seal(seq, &mut body, sealed)?;
    let leaf_hash = LeafHash([0; 32]);
    let mut entry = AuditEntry { seq, at, kind, actor, role, account, query_id, body, leaf_hash };
    entry.leaf_hash = LeafHash::of(entry.leaf_data()?.as_bytes());
    insert(conn, &entry).await?;
    for opening in &openings {
        insert_opening(conn, opening).await?;
    }
    Ok(EntryReceipt { seq, leaf_hash: entry.leaf_hash })
}

/// No text holds the character of number 0: PostgreSQL keeps none, and a ledger means the same on both databases.
///
/// # Errors
/// [`LedgerError::Invalid`]; nothing was written.
pub(super) fn keepable<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<()> {
    if texts.into_iter().any(|text| text.as_ref().contains('\0')) {
        return Err(LedgerError::Invalid("a text holds the character of number 0".into()));
    }
    Ok(())
}

/// Numbers start at 0 and have no gaps; the schema checks it, too.
pub(super) async fn next_seq(conn: &mut AnyConnection) -> Result<u64> {
    let next: i64 =
        sqlx::query_scalar("SELECT coalesce(max(seq) + 1, 0) FROM entries").fetch_one(conn).await?;
    loaded(next)
}

async fn insert(conn: &mut AnyConnection, entry: &AuditEntry) -> Result<()> {
    sqlx::query(
        "INSERT INTO entries (seq, at, kind, actor, role, account, query_id, body, leaf_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(stored(entry.seq)?)
    .bind(entry.at.0)
    .bind(entry.kind.as_str())
    .bind(&entry.actor)
    .bind(&entry.role)
    .bind(&entry.account)
    .bind(&entry.query_id)
    .bind(crate::canonical::canonical(&entry.body)?)
    .bind(entry.leaf_hash.0.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_opening(conn: &mut AnyConnection, opening: &Opening) -> Result<()> {
    sqlx::query("INSERT INTO openings (seq, field, salt, text) VALUES ($1, $2, $3, $4)")
        .bind(stored(opening.seq)?)
        .bind(&opening.field)
        .bind(opening.salt.as_slice())
        .bind(&opening.text)
        .execute(conn)
        .await?;
    Ok(())
}

/// A number as the database keeps it.
pub(super) fn stored(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| LedgerError::Invalid(format!("{number} is too large")))
}

/// A number as the database kept it.
pub(super) fn loaded(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| LedgerError::Damaged(format!("{number} is negative")))
}
