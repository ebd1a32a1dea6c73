//! What one argument received in one cell so far: small, because there is one for each cell and argument.
//!
//! Rows come in person order, so a person's rows in a cell are one run: a new person closes the run before. The
//! kernel has checked the order for the whole lane.

use tresor_disclosure::Contribution;

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

/// Puts a number in its place among the three largest, from large to small. Most numbers are smaller than all three.
#[inline(always)]
fn push<T: Ord + Copy>([largest, second, third]: &mut [T; 3], number: T) {
    if number > *third {
        *third = number.min(*second);
        *second = (*second).max(number.min(*largest));
        *largest = (*largest).max(number);
    }
}

/// Counts rows. Nobody has more than 2^32 of them.
#[derive(Clone)]
pub(in crate::vault) struct Count {
    person: u32,
    persons: u32,
    running: u32,
    /// The three largest runs so far.
    largest: [u32; 3],
    rows: u64,
    key: u64,
}

impl Count {
    #[inline(always)]
    fn close(&mut self) {
        self.rows += u64::from(self.running);
        push(&mut self.largest, self.running);
        self.running = 0;
    }
}

impl State for Count {
    const EMPTY: Self =
        Self { person: 0, persons: 0, running: 0, largest: [0; 3], rows: 0, key: 0 };

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
        let [largest, second, third] = self.largest.map(u128::from);
        Contribution {
            persons: u64::from(self.persons),
            key: self.key,
            rows: self.rows,
            total: i128::from(self.rows),
            absolute: u128::from(self.rows),
            largest,
            second,
            third,
            negative: false,
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
    /// Twice the totals below zero, as a positive number: with it `total` becomes the absolute one.
    twice_negative: u128,
    /// The three largest absolute totals so far.
    largest: [u64; 3],
}

impl Sum {
    #[inline(always)]
    fn close(&mut self) {
        let size = self.running.unsigned_abs();
        self.total = self.total.wrapping_add(i128::from(self.running));
        if self.running < 0 {
            self.twice_negative = self.twice_negative.wrapping_add(2 * u128::from(size));
        }
        push(&mut self.largest, size);
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
        twice_negative: 0,
        largest: [0; 3],
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
        let [largest, second, third] = self.largest.map(u128::from);
        Contribution {
            persons: u64::from(self.persons),
            key: self.key,
            rows: self.rows,
            total: self.total,
            absolute: self.total.saturating_add_unsigned(self.twice_negative).unsigned_abs(),
            largest,
            second,
            third,
            negative: self.twice_negative > 0,
        }
    }
}
