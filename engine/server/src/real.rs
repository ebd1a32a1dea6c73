//! The real clock and the real randomness. Made here and nowhere else; everything below takes them as arguments.

use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tresor_core::clock::Clock;
use tresor_core::entropy::Entropy;

/// The clock of the machine, and one that only counts.
pub(crate) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one real clock of the program")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The randomness of the operating system.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        getrandom::fill(buffer).map_err(|error| std::io::Error::other(error.to_string()))
    }
}
