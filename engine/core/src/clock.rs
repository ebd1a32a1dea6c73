//! Time as an argument: the real clock is made once, in the server.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_ledger::Moment;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;

    /// How much time has passed since some moment of this run. Nobody can set it: it tells when [`Self::now`] was set.
    fn monotonic(&self) -> Duration;
}

/// A clock that stands still, for tests and replays.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub OffsetDateTime);

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        self.0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Now, as the ledger keeps it.
pub(crate) fn moment(clock: &dyn Clock) -> Moment {
    moment_of(clock.now())
}

/// A time, as the ledger keeps it.
pub(crate) fn moment_of(at: OffsetDateTime) -> Moment {
    Moment(i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX))
}

/// A moment as people and programs read it.
#[must_use]
pub fn rfc3339(at: Moment) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
