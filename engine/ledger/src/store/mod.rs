//! The ledger in a database. All SQL of this crate is in this folder, and it is the same for SQLite and for PostgreSQL.
//!
//! | file | what it does |
//! |---|---|
//! | `database` | the two databases behind one set of statements |
//! | `sqlite`, `postgres` | what is not the same: connections and their settings, the lock, the version |
//! | `lock`, `pinned` | one process per file, and the file is still the one that was opened |
//! | `schema` | versions of the tables, forward only; the folder beside it has them for each database |
//! | `handle` | the one writer, the readers, and their health |
//! | `turn` | whose turn it is to write, and the commit that those who wait share |
//! | `append` | writes an audit entry |
//! | `reserve`, `settle`, `forfeit`, `record`, `tokens` | the writes, one transaction each |
//! | `review` | votes about answers that are held, and what one reader may see of them |
//! | `read` | the reads |
//! | `log` | the tree of the audit log: grows by what is committed, and is published |
//! | `receipt` | the entry that released an answer, with its proof |
//! | `inspect`, `backup` | the same checks without a server, and a copy while one runs |
//! | `verify`, `kept` | checks the log entry by entry, and the books against the log |
//! | `fault` | what an error of the database means |

mod append;
mod backup;
mod database;
mod erase;
mod fault;
mod forfeit;
mod handle;
mod inspect;
mod kept;
mod lock;
mod log;
mod pinned;
mod postgres;
mod read;
mod receipt;
mod record;
mod reserve;
mod review;
mod schema;
mod settle;
mod sqlite;
mod tokens;
mod turn;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use backup::{back_up, restore};
pub(crate) use erase::erase;
pub(crate) use handle::{Opened, Store};
pub(crate) use inspect::inspect;
pub(crate) use log::{checkpoint, consistency, cosigned, keep_publishing};
pub(crate) use read::{
    answer, balance, document, entries, entries_about, entries_of, find_token, latest_of, opening,
    query, remembered,
};
pub(crate) use receipt::{proof, receipt};
pub(crate) use record::record;
pub(crate) use reserve::reserve;
pub(crate) use review::{held_answer, released_answers, review, reviews, vote};
pub(crate) use settle::settle;
pub(crate) use tokens::{revoke_token, store_token};
