//! From pseudonyms to dense person numbers and record keys.
//!
//! Persons are numbered in the order of their record keys, a keyed hash, so that a number tells nothing about the
//! pseudonym or about the order in which rows arrived.

use std::collections::HashMap;

use arrow::array::StringArray;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::check::is_pseudonym;
use super::error::ExtractError;
use crate::secret::Secret;

/// Every pseudonym of the extract with a number; the number means nothing until [`Census::finish`].
#[derive(Default)]
pub(super) struct Census(HashMap<Box<str>, u32>);

impl Census {
    /// Adds the pseudonyms of a batch. Those that cannot be one are left for the check to report.
    pub(super) fn add(&mut self, pseudonyms: &StringArray) -> Result<(), ExtractError> {
        let mut last = None;
        for pseudonym in pseudonyms.iter().flatten().filter(|text| is_pseudonym(text)) {
            if last == Some(pseudonym) || self.0.contains_key(pseudonym) {
                last = Some(pseudonym);
                continue;
            }
            let number = u32::try_from(self.0.len()).ok().filter(|number| *number < u32::MAX);
            self.0.insert(pseudonym.into(), number.ok_or(ExtractError::TooManyPersons)?);
            last = Some(pseudonym);
        }
        Ok(())
    }

    /// Numbers the persons by record key.
    pub(super) fn finish(mut self, secret: &Secret, universe: &str) -> Persons {
        let mut order: Vec<([u8; 16], u32)> = self
            .0
            .iter()
            .map(|(pseudonym, provisional)| (keyed_hash(secret, universe, pseudonym), *provisional))
            .collect();
        order.sort_unstable_by_key(|(hash, _)| (record_key(hash), *hash));
        let mut numbers = vec![0_u32; order.len()];
        for (number, (_, provisional)) in (0_u32..).zip(&order) {
            if let Some(slot) = numbers.get_mut(*provisional as usize) {
                *slot = number;
            }
        }
        for number in self.0.values_mut() {
            *number = numbers.get(*number as usize).copied().unwrap_or(*number);
        }
        let record_keys = order.iter().map(|(hash, _)| record_key(hash)).collect();
        Persons { numbers: self.0, record_keys }
    }
}

/// All persons of the extract.
pub(super) struct Persons {
    numbers: HashMap<Box<str>, u32>,
    /// By person number.
    pub(super) record_keys: Vec<u64>,
}

impl Persons {
    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.record_keys.len()).unwrap_or(u32::MAX)
    }

    /// The number of a person, if the pseudonym is one.
    pub(super) fn number(&self, pseudonym: &str) -> Option<u32> {
        self.numbers.get(pseudonym).copied()
    }
}

/// A name for what makes record keys comparable: the same secret and the same universe. Tells nothing about the
/// secret.
pub(super) fn lineage(secret: &Secret, universe: &str) -> String {
    hex::encode(keyed_hash(secret, "tresor lineage", universe))
}

/// The first 16 bytes of HMAC-SHA256 over universe, a zero byte, and the pseudonym.
fn keyed_hash(secret: &Secret, universe: &str, pseudonym: &str) -> [u8; 16] {
    // HMAC itself fills short keys up to a block with zeros.
    let mut block = [0; 64];
    for (byte, from) in block.iter_mut().zip(secret.expose()) {
        *byte = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(universe.as_bytes());
    mac.update(&[0]);
    mac.update(pseudonym.as_bytes());
    let digest = mac.finalize().into_bytes();
    let mut first = [0; 16];
    for (byte, from) in first.iter_mut().zip(digest) {
        *byte = from;
    }
    first
}

/// The record key: the first 8 bytes, little endian.
fn record_key(hash: &[u8; 16]) -> u64 {
    hash.iter().take(8).rev().fold(0, |key, byte| (key << 8) | u64::from(*byte))
}
