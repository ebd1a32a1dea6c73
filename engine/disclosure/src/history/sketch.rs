//! A sketch of who is in a cell, small enough to keep for every cell that was ever answered.
//!
//! Persons fall into 64 lanes by their record key. A lane adds up, modulo 2^64, one number for each of its persons: in
//! the low bits a 1, above it a mix of the key, above that a mix of the key and, for magnitudes, of the person's total.
//! So parts of a cell add up to the whole in any order, and two sketches tell in how many persons their cells differ at
//! least: in a lane that differs, by as many as the numbers of persons do; where those are equal, by two, one who went and
//! one who came, or by one whose total is another. Record keys are secret, so nobody can choose persons who cancel out.

#[cfg(test)]
mod tests;

use crate::packed::{Damaged, Reader, Writer};

/// How many lanes there are.
const LANES: usize = 64;

/// Low bits of a lane: how many persons it holds, modulo 2^16.
const COUNT_BITS: u32 = 16;

/// The next bits: who they are, whatever their totals.
const KEY_BITS: u32 = 24;

/// All bits of a mix of the key that stay below the total.
const KEY_MASK: u64 = (1 << KEY_BITS) - 1;

/// Who is in a cell, roughly. Has no `Debug`: with the record keys it would tell who is not.
#[derive(Clone, PartialEq, Eq)]
pub struct Sketch([u64; LANES]);

/// What one person adds to a sketch. Has no `Debug`, as the sketch has none.
#[derive(Clone, Copy)]
pub struct Share {
    lane: usize,
    added: u64,
}

impl Share {
    /// Of the person with this record key, with what the person adds to a magnitude; 1 where that is of no matter.
    #[must_use]
    #[inline]
    pub const fn of(key: u64, total: i128) -> Self {
        let who = mixed(!key) & KEY_MASK;
        let [low, high] = [total as u64, (total >> u64::BITS) as u64];
        let what = mixed(mixed(key ^ low) ^ high);
        let lane = (mixed(key) >> (u64::BITS - LANES.ilog2())) as usize;
        Self { lane, added: 1 | (who | what << KEY_BITS) << COUNT_BITS }
    }
}

impl Default for Sketch {
    /// Nobody.
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Sketch {
    /// Nobody.
    pub const EMPTY: Self = Self([0; LANES]);

    /// Counts a person in, once.
    pub fn add(&mut self, share: Share) {
        if let Some(sum) = self.0.get_mut(share.lane) {
            *sum = sum.wrapping_add(share.added);
        }
    }

    /// Counts a person in, whatever the person adds.
    pub fn add_person(&mut self, key: u64) {
        self.add(Share::of(key, 1));
    }

    /// Counts a person in with what this person adds to a magnitude: with another total it is a difference, too.
    pub fn add_total(&mut self, key: u64, total: i128) {
        self.add(Share::of(key, total));
    }

    /// Counts everybody of another part of the same cell in. No person is in both parts.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum = sum.wrapping_add(more);
        }
    }

    /// In how many persons the two cells differ at least; hardly fewer than they do, while that is few. Where the same persons
    /// have other totals in most lanes, so many are estimated as leave so few lanes alone: a lane says one of them at most.
    #[must_use]
    pub fn differing(&self, other: &Self) -> u32 {
        let lanes = self.lanes_with(other).map(|(one, two)| lane_differing(one, two));
        let all = lanes.fold(Differing::default(), Differing::and);
        u32::try_from(all.persons()).unwrap_or(u32::MAX)
    }

    /// Whether the two cells differ in so many persons at least: ends as soon as that is clear.
    #[must_use]
    pub fn differs_by(&self, other: &Self, persons: u64) -> bool {
        let mut differing = Differing::default();
        self.lanes_with(other).any(|(one, two)| {
            differing = differing.and(lane_differing(one, two));
            differing.persons() >= persons
        })
    }

    /// Whether some lane shows the same persons in both. Of two cells that share nobody, none does.
    #[must_use]
    pub fn shares_somebody(&self, other: &Self) -> bool {
        self.lanes_with(other).any(|(one, two)| one == two && one != 0)
    }

    fn lanes_with(&self, other: &Self) -> impl Iterator<Item = (u64, u64)> {
        self.0.into_iter().zip(other.0)
    }

    /// The lanes, for a state that others merge by wrapping addition.
    #[must_use]
    pub const fn lanes(&self) -> &[u64; LANES] {
        &self.0
    }

    /// The sketch of these lanes.
    #[must_use]
    pub const fn of_lanes(lanes: [u64; LANES]) -> Self {
        Self(lanes)
    }

    /// A compact form: which lanes hold somebody, then those.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.done()
    }

    /// The sketch of this form.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        let sketch = Self::read(&mut reader)?;
        reader.end()?;
        Ok(sketch)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let held = |mask: u64, (lane, sum): (usize, &u64)| mask | (u64::from(*sum != 0) << lane);
        let mask = self.0.iter().enumerate().fold(0, held);
        writer.bytes(&mask.to_le_bytes());
        for sum in self.0.iter().filter(|sum| **sum != 0) {
            writer.bytes(&sum.to_le_bytes());
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mask = reader.word()?;
        let mut lanes = [0; LANES];
        for (lane, sum) in lanes.iter_mut().enumerate() {
            if mask >> lane & 1 == 1 {
                *sum = reader.word()?;
            }
        }
        Ok(Self(lanes))
    }
}

/// How two cells differ, as far as lanes say.
#[derive(Clone, Copy, Default)]
struct Differing {
    /// Persons who are in one of them only.
    apart: u32,
    /// Lanes in which the same persons have another total.
    totals: u32,
}

impl Differing {
    const fn and(self, more: Self) -> Self {
        Self { apart: self.apart + more.apart, totals: self.totals + more.totals }
    }

    /// In how many persons.
    fn persons(self) -> u64 {
        let lanes = LANES as f64;
        let alone = lanes - f64::from(self.totals);
        let totals = match self.totals as usize > LANES / 2 {
            // So many persons leave so many of the lanes alone, on average; half a lane where none is left.
            true => lanes * (lanes / alone.max(0.5)).ln(),
            false => f64::from(self.totals),
        };
        u64::from(self.apart) + totals as u64
    }
}

/// At least so many persons of a lane are in one of two cells only, or have another total there.
fn lane_differing(one: u64, two: u64) -> Differing {
    let apart = one.wrapping_sub(two);
    let persons = (apart as u16).cast_signed().unsigned_abs();
    let same_people = apart >> COUNT_BITS & KEY_MASK == 0;
    match persons {
        0 if apart == 0 => Differing::default(),
        0 if same_people => Differing { apart: 0, totals: 1 },
        0 => Differing { apart: 2, totals: 0 },
        more => Differing { apart: more.into(), totals: 0 },
    }
}

/// Spreads 64 bits over 64 bits, one to one (the finalizer of splitmix64).
const fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
