//! Whether the clock of the machine can be believed.
//!
//! Memberships, tokens, freezes and the order of the log all hang on it. Two clocks are held against each other: the one
//! that tells the time, which somebody can set, and one that only counts. Where they part, nothing is released until they
//! have gone together for a while. A pure state machine: it is told what the clocks say.

use std::time::Duration;

use tresor_ledger::Moment;

/// How far the time may run ahead of what has passed: more is a jump.
const FORWARD_MAX: i64 = 60 * SECOND;
/// How far it may fall behind. Time that runs backward brings back what has ended.
const BACKWARD_MAX: i64 = 2 * SECOND;
/// How long both have to go together after a jump.
const STEADY_AFTER: Duration = Duration::from_mins(1);
/// Machines that keep time turn their clocks by less than one part in this many; that much is no jump however long it goes on.
const SLEWED_BY: i64 = 1_000;
/// Microseconds.
const SECOND: i64 = 1_000_000;

/// What both clocks said so far.
pub(super) struct ClockGuard {
    /// What the time is ahead of the counter, as it was last believed.
    ahead: i64,
    read_at: Duration,
    unsteady: Option<Unsteady>,
}

struct Unsteady {
    jump: Jump,
    since: Duration,
}

/// A jump of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jump {
    /// What the time should have been.
    pub(super) from: Moment,
    /// What it was.
    pub(super) to: Moment,
}

/// What a reading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The time can be believed.
    Steady,
    /// It jumped, not long ago.
    Jumped,
    /// It jumped and was steady for long enough since; once this is recorded, work goes on.
    SteadyAgain(Jump),
}

impl ClockGuard {
    /// Begins to watch. A log whose last entry is later than now was written by another clock.
    pub(super) fn new(time: Moment, counter: Duration, last_entry: Option<Moment>) -> Self {
        let back = last_entry.filter(|last| last.0.saturating_sub(time.0) > BACKWARD_MAX);
        let unsteady = back.map(|from| Unsteady { jump: Jump { from, to: time }, since: counter });
        Self { ahead: ahead(time, counter), read_at: counter, unsteady }
    }

    /// Reads both clocks.
    pub(super) fn read(&mut self, time: Moment, counter: Duration) -> Reading {
        let passed = micros(counter.saturating_sub(self.read_at));
        let found = ahead(time, counter);
        let parted = found.saturating_sub(self.ahead);
        self.read_at = counter;
        if !(-BACKWARD_MAX..=FORWARD_MAX).contains(&parted) {
            let from = Moment(self.ahead.saturating_add(micros(counter)));
            let first = self.unsteady.as_ref().map_or(from, |unsteady| unsteady.jump.from);
            self.unsteady = Some(Unsteady { jump: Jump { from: first, to: time }, since: counter });
            self.ahead = found;
            return Reading::Jumped;
        }
        let slewed = passed / SLEWED_BY;
        self.ahead = self.ahead.saturating_add(parted.clamp(-slewed, slewed));
        match &self.unsteady {
            None => Reading::Steady,
            Some(unsteady) if counter.saturating_sub(unsteady.since) >= STEADY_AFTER => {
                Reading::SteadyAgain(unsteady.jump)
            }
            Some(_) => Reading::Jumped,
        }
    }

    /// The jump stands in the log: work goes on.
    pub(super) fn go_on(&mut self) {
        self.unsteady = None;
    }
}

fn ahead(time: Moment, counter: Duration) -> i64 {
    time.0.saturating_sub(micros(counter))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
