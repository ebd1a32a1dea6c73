//! Secrets that must never be printed.

/// 256 secret bits. Has neither `Debug` nor `Display` nor `Serialize`.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Wraps the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for keyed hashes only.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}
