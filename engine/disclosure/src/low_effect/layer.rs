//! What a surviving condition is called in seeds: one column and the values of it that the condition leaves.
//!
//! Two ways to write a condition are one layer where the values of its column are public: whoever calls hands over those
//! that the condition leaves and not those that the text names. So `sex = 'F'` and `sex <> 'M'`, a range and the list of
//! what lies in it are one. Where values are not public the text of the condition stands for them: two texts, two layers.

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

/// Keeps these digests apart from all others.
const DOMAIN: &[u8] = b"tresor/disclosure/layer\0";

/// One surviving condition for static noise: digest of a column and the values it leaves, in canonical order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Layer(pub [u8; 32]);

impl Layer {
    /// The layer of a condition on `column` (or on several, named together) that leaves these values, each in a form
    /// that equal values share. Order and repetition make no difference.
    #[must_use]
    pub fn of<V: AsRef<[u8]>>(column: &str, values: impl IntoIterator<Item = V>) -> Self {
        let mut values: Vec<V> = values.into_iter().collect();
        values.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
        values.dedup_by(|a, b| a.as_ref() == b.as_ref());
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        // The length in front of each part keeps one from running into the next.
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        add(column.as_bytes());
        values.iter().for_each(|value| add(value.as_ref()));
        Self(hash.finalize().into())
    }

    /// One number that stands for these layers, whatever their order.
    #[must_use]
    pub fn name(layers: &[Self]) -> u64 {
        let mut layers = layers.to_vec();
        layers.sort_unstable();
        layers.dedup();
        let mut hash = Sha256::new_with_prefix(DOMAIN);
        layers.iter().for_each(|layer| hash.update(layer.0));
        let digest: [u8; 32] = hash.finalize().into();
        digest.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }
}
