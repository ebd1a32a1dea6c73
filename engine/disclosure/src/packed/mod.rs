//! Numbers and texts in few bytes, for what is remembered from one query to the next.
//!
//! Whole numbers take seven bits to a byte, the last byte without its top bit, so that small ones are short. Reading
//! never trusts a length: what cannot be there is [`Damaged`], never a panic and never a large allocation.

#[cfg(test)]
mod tests;

/// What is remembered cannot be read: it was cut off, changed, or written by a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what the project was answered before cannot be read")]
pub struct Damaged;

/// Bytes that grow.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn number(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.byte((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// Numbers near zero are short, below and above it: 0, -1, 1, -2 are written as 0, 1, 2, 3.
    pub(crate) fn signed(&mut self, number: i128) {
        self.number(((number << 1) ^ (number >> 127)) as u128);
    }

    /// Bytes with their length in front.
    pub(crate) fn block(&mut self, block: &[u8]) {
        self.number(block.len() as u128);
        self.bytes(block);
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Bytes that are read from the front.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn number(&mut self) -> Result<u128, Damaged> {
        let mut number = 0_u128;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7f);
            if (part << shift) >> shift != part {
                return Err(Damaged);
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    pub(crate) fn small(&mut self) -> Result<u64, Damaged> {
        u64::try_from(self.number()?).map_err(|_| Damaged)
    }

    pub(crate) fn signed(&mut self) -> Result<i128, Damaged> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    /// How many parts follow, each of at least `each` bytes.
    pub(crate) fn count(&mut self, each: usize) -> Result<usize, Damaged> {
        let count = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        let fits = count.checked_mul(each).is_some_and(|bytes| bytes <= self.0.len());
        fits.then_some(count).ok_or(Damaged)
    }

    pub(crate) fn block(&mut self) -> Result<&'a [u8], Damaged> {
        let length = self.count(1)?;
        self.bytes(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        std::str::from_utf8(self.block()?).map_err(|_| Damaged)
    }

    pub(crate) fn word(&mut self) -> Result<u64, Damaged> {
        let bytes = self.bytes(8)?.try_into().map_err(|_| Damaged)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Nothing may be left.
    pub(crate) const fn end(self) -> Result<(), Damaged> {
        if self.0.is_empty() { Ok(()) } else { Err(Damaged) }
    }
}
