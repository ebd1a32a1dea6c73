//! The real clock and the real randomness. Made here and nowhere else; everything below takes them as arguments.

use time::OffsetDateTime;
use tresor_core::clock::Clock;
use tresor_core::entropy::Entropy;

/// The clock of the machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one real clock of the program")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// The randomness of the operating system.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        getrandom::fill(buffer).map_err(|error| std::io::Error::other(error.to_string()))
    }
}
