//! Who is in one cell of one argument, roughly, and what each of them adds: beside what is counted.

use tresor_disclosure::Contribution;
use tresor_disclosure::history::Sketch;

use super::state::State;
use crate::vault::cells::Sketches;

/// Sketches of one cell in the making.
#[derive(Clone, Default)]
pub(super) struct Sketching {
    /// The person of the open run, with the record key and the total so far.
    open: Option<(u32, u64, i64)>,
    sketches: Sketches,
}

impl Sketching {
    fn close(&mut self) {
        let Some((_, key, total)) = self.open.take() else { return };
        self.sketches.add(key, total);
    }

    /// Closes the last run and hands the sketches out.
    pub(super) fn finished(mut self) -> Sketches {
        self.close();
        self.sketches
    }
}

impl State for Sketching {
    const EMPTY: Self =
        Self { open: None, sketches: Sketches { persons: Sketch::EMPTY, totals: Sketch::EMPTY } };

    #[inline(always)]
    fn is_open_for(&self, person: u32) -> bool {
        self.open.is_some_and(|(open, ..)| open == person)
    }

    #[inline(always)]
    fn open(&mut self, person: u32, key: u64) {
        self.close();
        self.open = Some((person, key, 0));
    }

    #[inline(always)]
    fn add(&mut self, value: i64) {
        if let Some((.., total)) = &mut self.open {
            *total = total.saturating_add(value);
        }
    }

    fn finish(&mut self) -> Contribution {
        self.close();
        Contribution::default()
    }
}
