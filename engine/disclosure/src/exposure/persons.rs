//! How much of each person's secret is explained so far.
//!
//! Up to a number of persons, everybody is followed. In a larger universe it is one of every so many, chosen by person number
//! alone, and beside them whoever stood out: who is in a small cohort, or in one of two that hardly differ.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

/// Sums that are kept at the same time, and numbers at most: reading who is in a cohort takes longer than adding.
const ROOM: usize = 1 << 22;
const AT_ONCE: usize = 16;

/// Shares by person. Memory is bounded by the slots and by the watched.
pub(super) struct Persons {
    /// Out of so many consecutive persons one has a slot.
    stride: u32,
    slots: Vec<f64>,
    most_slots: usize,
    watched: BTreeMap<u32, f64>,
    most_watched: usize,
}

impl Persons {
    pub(super) fn new(persons: u32, most_slots: u32, most_watched: usize) -> Self {
        let stride = persons.div_ceil(most_slots.max(1)).max(1);
        let slots = vec![0.0; persons.div_ceil(stride) as usize];
        // A later extract of the same people has a few more.
        let most_slots = (most_slots as usize).saturating_mul(2);
        Self { stride, slots, most_slots, watched: BTreeMap::new(), most_watched }
    }

    /// Makes room for persons up to this number, who were in no cohort so far; tells whether there is any.
    pub(super) fn reach(&mut self, person: u32) -> bool {
        let slots = (person / self.stride) as usize + 1;
        let fits = slots <= self.most_slots;
        if fits && slots > self.slots.len() {
            self.slots.resize(slots, 0.0);
        }
        fits
    }

    /// Whether everybody has a slot.
    pub(super) const fn follows_everybody(&self) -> bool {
        self.stride == 1
    }

    /// The person of a slot: which of its persons that is, no data says.
    fn person_of(&self, slot: u32) -> Option<u32> {
        let within = (slot.wrapping_mul(0x9e37_79b9) >> 7) % self.stride;
        slot.checked_mul(self.stride)?.checked_add(within)
    }

    fn slot_of(&self, person: u32) -> Option<usize> {
        if self.follows_everybody() {
            return Some(person as usize);
        }
        let slot = person / self.stride;
        (self.person_of(slot) == Some(person)).then_some(slot as usize)
    }

    /// How many numbers can be told at once in the room that there is.
    pub(super) fn at_once(&self) -> usize {
        (ROOM / self.slots.len().max(1)).clamp(1, AT_ONCE)
    }

    /// Takes in new numbers: to each share comes, for each of them, its factor times the square of the sum of the weights of
    /// the cohorts that the person is in. Each cohort has one weight for each number.
    pub(super) fn tell<'a>(
        &mut self,
        factors: &[f64],
        cohorts: impl Iterator<Item = (Vec<f64>, &'a RoaringBitmap)>,
    ) {
        let cohorts: Vec<_> = cohorts.collect();
        let sums = self.sums(factors.len(), &cohorts);
        for (share, sums) in self.slots.iter_mut().zip(sums.chunks(factors.len().max(1))) {
            *share = grown(*share, squares(factors, sums));
        }
        for (person, share) in &mut self.watched {
            let mut sums = vec![0.0; factors.len()];
            for (weights, _) in cohorts.iter().filter(|(_, members)| members.contains(*person)) {
                add(&mut sums, weights);
            }
            *share = grown(*share, squares(factors, &sums));
        }
    }

    /// For each slot the sums of the weights of the cohorts that its person is in.
    fn sums(&self, width: usize, cohorts: &[(Vec<f64>, &RoaringBitmap)]) -> Vec<f64> {
        let mut sums = vec![0.0; self.slots.len().saturating_mul(width)];
        for (weights, members) in cohorts {
            for person in *members {
                let Some(slot) = self.slot_of(person) else { continue };
                let start = slot.saturating_mul(width);
                if let Some(sums) = sums.get_mut(start..start.saturating_add(width)) {
                    add(sums, weights);
                }
            }
        }
        sums
    }

    /// Whether this person's share is kept.
    pub(super) fn follows(&self, person: u32) -> bool {
        self.slot_of(person).is_some() || self.watched.contains_key(&person)
    }

    /// Watches one more; when there are too many, whoever has the least to fear is let go.
    pub(super) fn watch(&mut self, person: u32, share: f64) {
        self.watched.insert(person, grown(0.0, share));
        if self.watched.len() > self.most_watched {
            let least = self.watched.iter().min_by(|one, two| one.1.total_cmp(two.1));
            if let Some(least) = least.map(|(person, _)| *person) {
                self.watched.remove(&least);
            }
        }
    }

    /// Every person with a share that is kept.
    pub(super) fn shares(&self) -> impl Iterator<Item = (u32, f64)> {
        let slots = (0..).zip(&self.slots);
        let slots = slots.filter_map(|(slot, share)| Some((self.person_of(slot)?, *share)));
        slots.chain(self.watched.iter().map(|(person, share)| (*person, *share)))
    }
}

fn add(sums: &mut [f64], weights: &[f64]) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += weight;
    }
}

fn squares(factors: &[f64], sums: &[f64]) -> f64 {
    factors.iter().zip(sums).map(|(factor, sum)| factor * sum * sum).sum()
}

/// A share that grew; never beyond the whole.
fn grown(share: f64, by: f64) -> f64 {
    // What is no number is taken for the worst.
    if by.is_nan() { 1.0 } else { (share + by.max(0.0)).min(1.0) }
}
