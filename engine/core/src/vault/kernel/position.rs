//! Where the values of one argument lie in one cell so far: rows per public bin, persons by their outermost bins.

use tresor_disclosure::bins::Bin;
use tresor_disclosure::{Contribution, Distribution};

use super::state::{Count, State};
use crate::vault::cells::Measured;

/// Counts rows in bins. Holds bins with a row only, so many cells of few rows stay small.
#[derive(Clone)]
pub(super) struct Position {
    count: Count,
    /// Record key and outermost bins of the person of the open run.
    open: Option<Run>,
    bins: Option<Box<Distribution>>,
}

#[derive(Clone, Copy)]
struct Run {
    key: u64,
    outermost: Option<(Bin, Bin)>,
}

impl Position {
    /// Closes the last run and hands everything out.
    pub(super) fn measured(mut self) -> Measured {
        let measured = Measured::of(self.finish());
        Measured { distribution: Some(self.bins.unwrap_or_default()), ..measured }
    }

    fn close(&mut self) {
        let Some(Run { key, outermost: Some((smallest, largest)) }) = self.open.take() else {
            return;
        };
        self.bins.get_or_insert_default().add_person(key, smallest, largest);
    }
}

impl State for Position {
    const EMPTY: Self = Self { count: Count::EMPTY, open: None, bins: None };

    fn is_open_for(&self, person: u32) -> bool {
        self.count.is_open_for(person)
    }

    fn open(&mut self, person: u32, key: u64) {
        self.close();
        self.count.open(person, key);
        self.open = Some(Run { key, outermost: None });
    }

    fn add(&mut self, bin: Bin) {
        self.count.add(1);
        self.bins.get_or_insert_default().add_row(bin);
        if let Some(run) = &mut self.open {
            let (smallest, largest) = run.outermost.unwrap_or((bin, bin));
            run.outermost = Some((smallest.min(bin), largest.max(bin)));
        }
    }

    fn finish(&mut self) -> Contribution {
        self.close();
        self.count.finish()
    }
}
