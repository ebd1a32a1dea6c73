//! Randomness as an argument: query ids and salts. Never used for noise, which is a function of the cell
//! (SAME-CELL-SAME-ANSWER).

/// Source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    ///
    /// # Errors
    /// When the operating system has no randomness to give; the caller then answers nothing (FAIL-CLOSED).
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()>;
}
