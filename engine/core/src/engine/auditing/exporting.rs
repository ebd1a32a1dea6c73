//! The log as it leaves: piece by piece, so that its length does not matter. Sealed texts are never in it.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use serde_json::json;

use super::walk::Walk;
use super::{Asked, Intents, number};
use crate::audit::{Filter, csv_header, csv_line};
use crate::engine::{Caller, Engine};
use crate::refusal::Refusal;
use crate::vault::unavailable;

/// Bytes of one piece, and a line more.
const PIECE: usize = 64 * 1024;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// JSON Lines: each line is the leaf of its entry, byte for byte.
    JsonLines,
    /// CSV, for spreadsheets.
    Csv,
}

/// The log could not be read to the end. What was sent before is no whole export.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the log could not be read to the end")]
pub struct Broken;

/// An export, piece by piece.
pub type Chunks = BoxStream<'static, Result<Vec<u8>, Broken>>;

struct Export {
    engine: Arc<Engine>,
    walk: Walk,
    filter: Filter,
    format: ExportFormat,
    intents: Intents,
    begun: bool,
}

impl Engine {
    /// Entries `from` to before `to`, as far as they fit. The reading is logged first, and a refusal as well.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Forbidden`] unless policy lets the caller read the log.
    pub async fn export_log(
        self: &Arc<Self>,
        caller: &Caller,
        format: ExportFormat,
        filter: Filter,
        (from, to): (u64, Option<u64>),
    ) -> Result<Chunks, Refusal> {
        let outcome = self.try_export(caller, format, filter, (from, to)).await;
        self.logged_act(caller, "audit_export", outcome).await
    }

    async fn try_export(
        self: &Arc<Self>,
        caller: &Caller,
        format: ExportFormat,
        filter: Filter,
        (from, to): (u64, Option<u64>),
    ) -> Result<Chunks, Refusal> {
        let mut asked = filter.logged();
        if let Some(asked) = asked.as_object_mut() {
            let form = match format {
                ExportFormat::JsonLines => "jsonl",
                ExportFormat::Csv => "csv",
            };
            asked.insert("format".to_owned(), json!(form));
            asked.insert("from".to_owned(), number(from));
            asked.insert("to".to_owned(), json!(to.map(number)));
        }
        let asked = Asked { tool: "export", asked, opens: false, text: None, query: None };
        let reading = self.reading(caller, asked).await?;
        let end = to.map_or(reading.seq, |to| to.min(reading.seq));
        let export = Export {
            engine: Arc::clone(self),
            walk: Walk::forwards(Some(from), end, u64::MAX),
            filter,
            format,
            intents: Intents::default(),
            begun: false,
        };
        let pieces = stream::unfold(Some(export), |export| async {
            let mut export = export?;
            match export.piece().await {
                Ok(piece) if piece.is_empty() => None,
                Ok(piece) => Some((Ok(piece), Some(export))),
                // The connection breaks off: a client must not take a part for the whole.
                Err(_) => Some((Err(Broken), None)),
            }
        });
        Ok(pieces.boxed())
    }
}

impl Export {
    /// The next piece; empty at the end.
    async fn piece(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut piece = String::new();
        if !std::mem::replace(&mut self.begun, true) && self.format == ExportFormat::Csv {
            piece += &csv_header();
        }
        while piece.len() < PIECE {
            let Some(entry) = self.walk.step(&self.engine.vault.ledger).await? else { break };
            let fits = self.filter.fits(&entry);
            if !fits || !self.intents.say(&self.engine, &self.filter, &entry).await? {
                continue;
            }
            match self.format {
                ExportFormat::JsonLines => {
                    piece += &entry.leaf_data().map_err(|error| unavailable(&error))?;
                    piece.push('\n');
                }
                ExportFormat::Csv => piece += &csv_line(&entry),
            }
        }
        Ok(piece.into_bytes())
    }
}
