//! What one argument received in one cell so far: small, because there is one for each cell and argument.
//!
//! Rows come in person order, so a person's rows in a cell are one run: a new person closes the run before. The
//! kernel has checked the order for the whole lane.

use tresor_disclosure::Contribution;
use tresor_disclosure::contribution::{Below, TOP};

/// State of one cell that is fed run by run.
pub(in crate::vault) trait State: Clone {
    /// Nobody so far.
    const EMPTY: Self;

    /// Whether the open run is this person's.
    fn is_open_for(&self, person: u32) -> bool;

    /// Closes the open run and begins one of this person.
    fn open(&mut self, person: u32, key: u64);

    /// Adds to the open run.
    fn add(&mut self, value: i64);

    /// Closes the last run and hands out the statistics.
    fn finish(&mut self) -> Contribution;
}

/// Puts a number in its place among the largest, from large to small. Most numbers are smaller than all of them.
#[inline(always)]
fn push<T: Ord + Copy>(top: &mut [T; TOP], number: T) {
    if number > top[TOP - 1] {
        let mut falls = number;
        for place in top {
            if falls > *place {
                std::mem::swap(place, &mut falls);
            }
        }
    }
}

/// Counts rows. Nobody has more than 2^32 of them.
#[derive(Clone)]
pub(in crate::vault) struct Count {
    person: u32,
    persons: u32,
    running: u32,
    /// The largest runs so far.
    top: [u32; TOP],
    rows: u64,
    key: u64,
}

impl Count {
    #[inline(always)]
    fn close(&mut self) {
        self.rows += u64::from(self.running);
        push(&mut self.top, self.running);
        self.running = 0;
    }
}

impl State for Count {
    const EMPTY: Self = Self { person: 0, persons: 0, running: 0, top: [0; TOP], rows: 0, key: 0 };

    #[inline(always)]
    fn is_open_for(&self, person: u32) -> bool {
        person == self.person && self.persons > 0
    }

    #[inline(always)]
    fn open(&mut self, person: u32, key: u64) {
        self.close();
        self.person = person;
        self.persons += 1;
        self.key = self.key.wrapping_add(key);
    }

    #[inline(always)]
    fn add(&mut self, _one: i64) {
        self.running = self.running.saturating_add(1);
    }

    fn finish(&mut self) -> Contribution {
        self.close();
        Contribution {
            persons: u64::from(self.persons),
            key: self.key,
            rows: self.rows,
            total: i128::from(self.rows),
            absolute: u128::from(self.rows),
            top: self.top.map(u128::from),
            below: Below::default(),
        }
    }
}

/// Sums values in fixed point. Sums of fewer than 2^63 numbers of 64 bits stay within 128.
#[derive(Clone)]
pub(super) struct Sum {
    person: u32,
    persons: u32,
    running: i64,
    key: u64,
    rows: u64,
    /// Totals of the persons before, signs and all.
    total: i128,
    /// The largest totals so far.
    top: [u64; TOP],
    /// Persons with a total below zero, and how far below.
    persons_below: u32,
    absolute_below: u128,
    /// Furthest below zero so far.
    top_below: [u64; TOP],
}

impl Sum {
    #[inline(always)]
    fn close(&mut self) {
        let size = self.running.unsigned_abs();
        self.total = self.total.wrapping_add(i128::from(self.running));
        if self.running < 0 {
            self.persons_below += 1;
            self.absolute_below = self.absolute_below.wrapping_add(u128::from(size));
            push(&mut self.top_below, size);
        } else {
            push(&mut self.top, size);
        }
        self.running = 0;
    }
}

impl State for Sum {
    const EMPTY: Self = Self {
        person: 0,
        persons: 0,
        running: 0,
        key: 0,
        rows: 0,
        total: 0,
        top: [0; TOP],
        persons_below: 0,
        absolute_below: 0,
        top_below: [0; TOP],
    };

    #[inline(always)]
    fn is_open_for(&self, person: u32) -> bool {
        person == self.person && self.persons > 0
    }

    #[inline(always)]
    fn open(&mut self, person: u32, key: u64) {
        self.close();
        self.person = person;
        self.persons += 1;
        self.key = self.key.wrapping_add(key);
    }

    #[inline(always)]
    fn add(&mut self, value: i64) {
        self.running = self.running.saturating_add(value);
        self.rows += 1;
    }

    fn finish(&mut self) -> Contribution {
        self.close();
        let twice_below = self.absolute_below.saturating_mul(2);
        Contribution {
            persons: u64::from(self.persons),
            key: self.key,
            rows: self.rows,
            total: self.total,
            absolute: self.total.saturating_add_unsigned(twice_below).unsigned_abs(),
            top: self.top.map(u128::from),
            below: Below {
                persons: u64::from(self.persons_below),
                absolute: self.absolute_below,
                top: self.top_below.map(u128::from),
            },
        }
    }
}
