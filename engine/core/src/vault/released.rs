//! The one type that can be written to a client (ONLY-RELEASED).
//!
//! Made by the vault only, and only with a receipt that the answer is durable (CHARGE-FIRST), or recalled from
//! the ledger with the receipt it was stored under. Its rows cannot be read by other code, only written out.
//! What is stored is the JSON; every other form is made of these bytes and nothing else, so it is the same each time.

mod arrow;
mod columns;
mod csv;
mod form;
mod stored;
#[cfg(test)]
mod tests;

use serde_json::Value;
use tresor_ledger::{EntryReceipt, HeldAnswer, OutcomeReceipt, StoredAnswer};

pub use self::form::{Markers, ResultFormat};
use self::stored::{Answer, Forms};
use crate::refusal::Refusal;

/// A protected answer that may leave.
pub struct Released {
    body: Vec<u8>,
    _receipt: Receipt,
}

/// Why it may leave.
enum Receipt {
    /// It was released.
    Outcome(#[expect(dead_code, reason = "held as proof, not read")] OutcomeReceipt),
    /// It is held, and somebody who decides about it reads it: that they do is durable.
    Reading(#[expect(dead_code, reason = "held as proof, not read")] EntryReceipt),
}

impl Released {
    /// An answer that has just been settled: the receipt must be about exactly these bytes.
    pub(super) fn settled(body: Vec<u8>, receipt: OutcomeReceipt) -> Result<Self, Refusal> {
        let digest = tresor_ledger::digest_of(&body);
        if receipt.answer_digest() != Some(digest.as_str()) {
            return Err(Refusal::internal("the receipt is about another answer"));
        }
        Ok(Self { body, _receipt: Receipt::Outcome(receipt) })
    }

    /// An answer of an earlier query, as the ledger kept it.
    #[must_use]
    pub fn recall(stored: StoredAnswer) -> Self {
        Self { body: stored.bytes, _receipt: Receipt::Outcome(stored.receipt) }
    }

    /// An answer that is or was held, for an output checker and nobody else: whoever calls has asked policy.
    pub(crate) fn for_checker(held: HeldAnswer) -> Self {
        Self { body: held.bytes, _receipt: Receipt::Reading(held.reading) }
    }

    /// What the answer says of itself, without its rows: columns, summary, notes, and the record of the release.
    pub(crate) fn about(&self) -> Result<Value, Refusal> {
        stored::about(&self.body)
    }

    /// The answer in a form, the same bytes each time.
    ///
    /// # Errors
    /// When the profile that the answer was released under does not allow this form, or so many bytes of it. The
    /// answer stays stored and can be had in another form.
    pub fn write(self, form: ResultFormat) -> Result<Vec<u8>, Refusal> {
        let forms = Forms::of(&self.body)?;
        forms.allow(form)?;
        let bytes = in_form(self.body, form)?;
        forms.hold(form, bytes.len())?;
        Ok(bytes)
    }
}

fn in_form(body: Vec<u8>, form: ResultFormat) -> Result<Vec<u8>, Refusal> {
    match form {
        ResultFormat::Json => Ok(body),
        ResultFormat::Csv(markers) => Ok(csv::write(&Answer::of(&body)?, markers)),
        ResultFormat::Arrow => arrow::stream(&Answer::of(&body)?),
        ResultFormat::Parquet => arrow::parquet(&Answer::of(&body)?),
    }
}
