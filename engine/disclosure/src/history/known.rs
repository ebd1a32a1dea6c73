//! An earlier number, and the bytes that it is remembered in.
//!
//! Layout, version 3: the version; the measures that occur, each once; then for each number its measure, persons, key,
//! sketch, answer, step, and what it is at other shares: how many, and for each the first share and the answer.

use super::Sketch;
use crate::outcome::{Protected, Reason};
use crate::packed::{Damaged, Reader, Writer};

/// A number that a project was answered. Has no `Debug`: it holds true numbers of persons.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// What was measured, with all that sets scale and rule: numbers of other measures are never compared.
    pub measure: String,
    /// The query that was answered.
    pub query: String,
    /// How many persons the sketch holds.
    pub persons: u64,
    /// Wrapping sum of their record keys.
    pub key: u64,
    /// Who they are.
    pub sketch: Sketch,
    /// The answer: shown or withheld.
    pub answer: Protected,
    /// What one person may have added to it, as far as that is told: the interval follows from it.
    pub step: u128,
    /// Of a quantile the answers at all shares that may be asked for, in millionths: each holds from its share to the next.
    /// Whoever asks near a share that was answered learns nothing beyond that answer. Empty for other numbers.
    pub along: Vec<(u32, Protected)>,
}

impl Known {
    /// The answer at a share in millionths, which is of no matter to numbers that are no quantiles.
    #[must_use]
    pub fn at(&self, share: u32) -> Protected {
        let after = self.along.partition_point(|(from, _)| *from <= share);
        let known = after.checked_sub(1).and_then(|at| self.along.get(at));
        known.map_or(self.answer, |(_, answer)| *answer)
    }
}

const VERSION: u8 = 3;

/// Tags of an answer. Those of a withheld one follow from the reason.
const SHOWN: u8 = 0;

/// Fewest bytes of a number in this form: measure, persons, an empty sketch, tag, step, shares; and the key.
const LEAST: usize = 1 + 1 + 8 + 8 + 1 + 1 + 1;

/// Fewest bytes of an answer at a share.
const LEAST_ALONG: usize = 1 + 1;

/// The numbers of one query, as bytes. The query itself is not in them.
#[must_use]
pub fn to_bytes(numbers: &[Known]) -> Vec<u8> {
    let mut measures: Vec<&str> = numbers.iter().map(|known| known.measure.as_str()).collect();
    measures.sort_unstable();
    measures.dedup();
    let mut writer = Writer::default();
    writer.byte(VERSION);
    writer.number(measures.len() as u128);
    for measure in &measures {
        writer.block(measure.as_bytes());
    }
    writer.number(numbers.len() as u128);
    for known in numbers {
        let measure = measures.partition_point(|measure| *measure < known.measure.as_str());
        writer.number(measure as u128);
        writer.number(known.persons.into());
        writer.bytes(&known.key.to_le_bytes());
        known.sketch.write(&mut writer);
        write_answer(&mut writer, known.answer);
        writer.number(known.step);
        writer.number(known.along.len() as u128);
        for (share, answer) in &known.along {
            writer.number((*share).into());
            write_answer(&mut writer, *answer);
        }
    }
    writer.done()
}

/// The numbers of a query, from their bytes.
///
/// # Errors
/// [`Damaged`].
pub fn from_bytes(query: &str, bytes: &[u8]) -> Result<Vec<Known>, Damaged> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(Damaged);
    }
    let mut measures = Vec::new();
    for _ in 0..reader.count(1)? {
        measures.push(reader.text()?);
    }
    let mut numbers = Vec::new();
    for _ in 0..reader.count(LEAST)? {
        numbers.push(read_known(&mut reader, query, &measures)?);
    }
    reader.end()?;
    Ok(numbers)
}

fn read_known(reader: &mut Reader<'_>, query: &str, measures: &[&str]) -> Result<Known, Damaged> {
    let measure = usize::try_from(reader.small()?).map_err(|_| Damaged)?;
    let measure = measures.get(measure).ok_or(Damaged)?;
    let mut known = Known {
        measure: (*measure).to_owned(),
        query: query.to_owned(),
        persons: reader.small()?,
        key: reader.word()?,
        sketch: Sketch::read(reader)?,
        answer: read_answer(reader)?,
        step: reader.number()?,
        along: vec![],
    };
    for _ in 0..reader.count(LEAST_ALONG)? {
        let share = u32::try_from(reader.small()?).map_err(|_| Damaged)?;
        known.along.push((share, read_answer(reader)?));
    }
    Ok(known)
}

fn write_answer(writer: &mut Writer, answer: Protected) {
    match answer {
        Protected::Shown { value, half_width } => {
            writer.byte(SHOWN);
            writer.signed(value);
            writer.number(half_width);
        }
        Protected::Withheld(reason) => writer.byte(tag(reason)),
    }
}

fn read_answer(reader: &mut Reader<'_>) -> Result<Protected, Damaged> {
    match reader.byte()? {
        SHOWN => Ok(Protected::Shown { value: reader.signed()?, half_width: reader.number()? }),
        tag => reason(tag).map(Protected::Withheld).ok_or(Damaged),
    }
}

/// The tag of a reason; never changed, never used again.
const fn tag(reason: Reason) -> u8 {
    match reason {
        Reason::TooFewPersons => 1,
        Reason::TooFewContributors => 2,
        Reason::TooFewOnASide => 3,
        Reason::Dominated => 4,
        Reason::TooFewDegrees => 5,
        Reason::TooManyEstimates => 6,
        Reason::NegativeValues => 7,
        Reason::TooUncertain => 8,
        Reason::AnotherCellTooSmall => 9,
        Reason::SparseTable => 10,
        Reason::ClassDisclosure => 11,
        Reason::Secondary => 12,
        Reason::SecondaryMeasure => 13,
        Reason::Unprotectable => 14,
    }
}

/// The reason of a tag.
const fn reason(tag: u8) -> Option<Reason> {
    Some(match tag {
        1 => Reason::TooFewPersons,
        2 => Reason::TooFewContributors,
        3 => Reason::TooFewOnASide,
        4 => Reason::Dominated,
        5 => Reason::TooFewDegrees,
        6 => Reason::TooManyEstimates,
        7 => Reason::NegativeValues,
        8 => Reason::TooUncertain,
        9 => Reason::AnotherCellTooSmall,
        10 => Reason::SparseTable,
        11 => Reason::ClassDisclosure,
        12 => Reason::Secondary,
        13 => Reason::SecondaryMeasure,
        14 => Reason::Unprotectable,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
