use std::time::Duration;

use tresor_ledger::Moment;

use super::{ClockGuard, Jump, Reading};

const NOON: i64 = 1_790_000_000;

/// Both clocks, set by hand.
struct Clocks {
    guard: ClockGuard,
    time: f64,
    counter: f64,
}

impl Clocks {
    fn new() -> Self {
        Self { guard: ClockGuard::new(at(0.0), Duration::ZERO, None), time: 0.0, counter: 0.0 }
    }

    /// So many seconds pass.
    fn pass(&mut self, seconds: f64) -> &mut Self {
        self.time += seconds;
        self.counter += seconds;
        self
    }

    /// Somebody sets the clock.
    fn set_by(&mut self, seconds: f64) -> &mut Self {
        self.time += seconds;
        self
    }

    fn read(&mut self) -> Reading {
        self.guard.read(at(self.time), Duration::from_secs_f64(self.counter))
    }
}

fn at(seconds: f64) -> Moment {
    let micros = Duration::from_secs_f64(seconds.abs()).as_micros();
    let micros = i64::try_from(micros).unwrap();
    Moment(NOON * 1_000_000 + if seconds < 0.0 { -micros } else { micros })
}

#[test]
fn time_that_passes_is_steady() {
    let mut clocks = Clocks::new();
    for seconds in [0.0, 0.001, 1.0, 59.0, 3_600.0, 30.0 * 86_400.0] {
        assert_eq!(clocks.pass(seconds).read(), Reading::Steady, "{seconds}");
    }
}

#[test]
fn a_jump_stops_work_until_the_clock_was_steady_for_a_minute() {
    for jump in [61.0, 86_400.0, -3.0, -86_400.0] {
        let mut clocks = Clocks::new();
        assert_eq!(clocks.pass(100.0).read(), Reading::Steady);
        assert_eq!(clocks.set_by(jump).read(), Reading::Jumped, "{jump}");
        assert_eq!(clocks.pass(59.0).read(), Reading::Jumped, "{jump}");
        let told = Jump { from: at(100.0), to: at(100.0 + jump) };
        assert_eq!(clocks.pass(1.0).read(), Reading::SteadyAgain(told), "{jump}");
        // As long as it is not recorded it is told again.
        assert_eq!(clocks.pass(1.0).read(), Reading::SteadyAgain(told), "{jump}");
        clocks.guard.go_on();
        assert_eq!(clocks.read(), Reading::Steady, "{jump}");
    }
}

#[test]
fn small_corrections_are_no_jump() {
    for correction in [59.0, 1.0, -1.9] {
        let mut clocks = Clocks::new();
        assert_eq!(clocks.pass(10.0).set_by(correction).read(), Reading::Steady, "{correction}");
    }
}

#[test]
fn many_small_steps_are_one_jump() {
    let mut clocks = Clocks::new();
    assert_eq!(clocks.pass(1.0).set_by(-1.5).read(), Reading::Steady);
    assert_eq!(clocks.pass(1.0).set_by(-1.5).read(), Reading::Jumped);
    let mut clocks = Clocks::new();
    assert_eq!(clocks.pass(1.0).set_by(40.0).read(), Reading::Steady);
    assert_eq!(clocks.pass(1.0).set_by(40.0).read(), Reading::Jumped);
}

#[test]
fn a_clock_that_is_turned_slowly_never_jumps() {
    let mut clocks = Clocks::new();
    for _ in 0..10_000 {
        assert_eq!(clocks.pass(60.0).set_by(-0.03).read(), Reading::Steady);
    }
}

#[test]
fn a_jump_back_is_a_jump_and_the_minute_begins_again() {
    let mut clocks = Clocks::new();
    assert_eq!(clocks.pass(100.0).set_by(7_200.0).read(), Reading::Jumped);
    assert_eq!(clocks.pass(50.0).set_by(-7_200.0).read(), Reading::Jumped);
    assert_eq!(clocks.pass(50.0).read(), Reading::Jumped);
    let told = Jump { from: at(100.0), to: at(150.0) };
    assert_eq!(clocks.pass(10.0).read(), Reading::SteadyAgain(told));
}

#[test]
fn a_log_from_the_future_is_a_jump_at_the_start() {
    let start = |last: f64| ClockGuard::new(at(0.0), Duration::ZERO, Some(at(last)));
    assert_eq!(start(-86_400.0).read(at(0.0), Duration::ZERO), Reading::Steady);
    assert_eq!(start(1.5).read(at(0.0), Duration::ZERO), Reading::Steady);
    let mut later = start(3_600.0);
    assert_eq!(later.read(at(0.0), Duration::ZERO), Reading::Jumped);
    let told = Jump { from: at(3_600.0), to: at(0.0) };
    assert_eq!(later.read(at(60.0), Duration::from_secs(60)), Reading::SteadyAgain(told));
}
