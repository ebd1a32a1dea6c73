//! Stops releases while the clock cannot be believed, and records its jumps.

use std::time::Duration;

use serde_json::json;
use tokio::sync::Mutex;
use tresor_ledger::{Kind, Ledger, LedgerError, Moment, NewEntry, Recovery};

use super::Engine;
use super::clock_guard::{ClockGuard, Jump, Reading};
use crate::clock::{Clock, moment, rfc3339};
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// Longest time that may pass between the readings of the two clocks: a thread that was put aside in between would see
/// them part.
const READ_WITHIN: Duration = Duration::from_millis(200);
const TRIES: usize = 5;

/// The guard, one reading at a time.
pub(super) struct ClockWatch(Mutex<ClockGuard>);

impl ClockWatch {
    /// Begins to watch over a ledger that was opened just now.
    pub(super) async fn begin(
        clock: &dyn Clock,
        ledger: &Ledger,
        recovery: &Recovery,
    ) -> Result<Self, LedgerError> {
        // The last entry of the run before this one.
        let last = recovery.entries.checked_sub(recovery.forfeited.saturating_add(1));
        let last = match last {
            Some(seq) => ledger.entries(seq, 1).await?.first().map(|entry| entry.at),
            None => None,
        };
        let (time, counter) = both(clock);
        Ok(Self(Mutex::new(ClockGuard::new(time, counter, last))))
    }
}

impl Engine {
    /// Lets a release go on, if the clock can be believed (FAIL-CLOSED).
    pub(super) async fn steady_clock(&self) -> Result<(), Refusal> {
        let mut guard = self.clock_watch.0.lock().await;
        let (time, counter) = both(self.clock.as_ref());
        match guard.read(time, counter) {
            Reading::Steady => Ok(()),
            Reading::Jumped => Err(jumped()),
            Reading::SteadyAgain(jump) => {
                self.record_jump(jump).await?;
                guard.go_on();
                Ok(())
            }
        }
    }

    async fn record_jump(&self, Jump { from, to }: Jump) -> Result<(), Refusal> {
        let mut entry = NewEntry::new(Kind::ClockJump, "system", moment(self.clock.as_ref()));
        entry.body = json!({
            "from": from.0,
            "to": to.0,
            "policy_revision": self.revision_number(),
        });
        tracing::warn!(from = rfc3339(from), to = rfc3339(to), "the clock jumped; work goes on");
        self.vault.ledger.record(entry).await.map(|_| ()).map_err(|error| unavailable(&error))
    }
}

/// What both clocks say at one moment.
fn both(clock: &dyn Clock) -> (Moment, Duration) {
    let mut before = clock.monotonic();
    for _ in 0..TRIES {
        let time = moment(clock);
        let after = clock.monotonic();
        if after.saturating_sub(before) <= READ_WITHIN {
            return (time, after);
        }
        before = after;
    }
    (moment(clock), clock.monotonic())
}

fn jumped() -> Refusal {
    Refusal::new(
        Code::Unavailable,
        "the clock of this server jumped, so it answers nothing until its clock has been steady for a minute",
        "try again in a minute; if this stays, tell the people who run the service that its clock is set again and again",
    )
}
