//! Who was counted in one released number, and how uncertain that number is.
//!
//! Layout of the bytes, version 1: the version; then for each cohort its variance and its runs of consecutive person
//! numbers: how far from the end of the run before, doubled, plus 1 where the run is longer than one; then by how much.

#[cfg(test)]
mod tests;

use roaring::RoaringBitmap;

use crate::packed::{Damaged, Reader, Writer};

/// The persons of a released number. Has no `Debug`: it says who they are.
#[derive(Clone, PartialEq)]
pub struct Cohort {
    /// Person numbers. They mean nothing in another snapshot: see [`Self::renumbered`].
    pub members: RoaringBitmap,
    /// Variance of the noise of the number, in persons squared.
    pub variance: f64,
}

const VERSION: u8 = 1;

/// Fewest bytes of a cohort in this form: its variance and how many runs it has.
const LEAST: usize = 8 + 1;

impl Cohort {
    /// The same persons by the numbers of another snapshot. Whoever is not in that one needs a number that nobody has.
    #[must_use]
    pub fn renumbered(&self, number: impl Fn(u32) -> u32) -> Self {
        Self { members: self.members.iter().map(number).collect(), variance: self.variance }
    }

    /// A variance as the meter reckons with it: what is no number, or below zero, counts as no noise at all.
    pub(super) fn sound_variance(&self) -> f64 {
        if self.variance >= 0.0 { self.variance.min(LARGEST_VARIANCE) } else { 0.0 }
    }
}

/// Beyond it a number tells nothing of anybody.
const LARGEST_VARIANCE: f64 = 1e30;

/// The cohorts of one query, as bytes.
#[must_use]
pub fn to_bytes(cohorts: &[Cohort]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.byte(VERSION);
    writer.number(cohorts.len() as u128);
    for cohort in cohorts {
        writer.bytes(&cohort.variance.to_le_bytes());
        let runs = runs(&cohort.members);
        writer.number(runs.len() as u128);
        write_runs(&mut writer, &runs);
    }
    writer.done()
}

/// The cohorts of a query, from their bytes.
///
/// # Errors
/// [`Damaged`].
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Cohort>, Damaged> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(Damaged);
    }
    let mut cohorts = Vec::new();
    for _ in 0..reader.count(LEAST)? {
        let variance = f64::from_bits(reader.word()?);
        cohorts.push(Cohort { variance, members: read_runs(&mut reader)? });
    }
    reader.end()?;
    Ok(cohorts)
}

/// Runs of consecutive numbers: the first and the last of each.
fn runs(members: &RoaringBitmap) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for person in members {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(person) => *last = person,
            _ => runs.push((person, person)),
        }
    }
    runs
}

fn write_runs(writer: &mut Writer, runs: &[(u32, u32)]) {
    let mut end = 0;
    for (first, last) in runs {
        let (gap, more) = (u128::from(first - end), u128::from(last - first));
        writer.number(gap << 1 | u128::from(more > 0));
        if more > 0 {
            writer.number(more);
        }
        end = *last;
    }
}

fn read_runs(reader: &mut Reader<'_>) -> Result<RoaringBitmap, Damaged> {
    let mut members = RoaringBitmap::new();
    let mut end = 0;
    for _ in 0..reader.count(1)? {
        let gap = reader.small()?;
        let first = after(end, gap >> 1)?;
        end = if gap & 1 == 1 { after(first, reader.small()?)? } else { first };
        members.insert_range(first..=end);
    }
    Ok(members)
}

fn after(person: u32, further: u64) -> Result<u32, Damaged> {
    let further = u32::try_from(further).map_err(|_| Damaged)?;
    person.checked_add(further).ok_or(Damaged)
}
