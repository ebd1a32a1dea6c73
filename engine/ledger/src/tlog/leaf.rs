//! What an auditor must find in a leaf, without trusting whoever wrote it.
//!
//! A leaf is canonical JSON (RFC 8785): one value has one text, so two people who read the same words hash the same
//! bytes. The text is looked at once, byte by byte, and nothing is copied: a log of a million entries is checked in
//! seconds.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Deepest nesting, that of an entry as it is written.
const MAX_DEPTH: usize = 32;
/// Largest whole number that every reader of JSON keeps exactly.
const MAX_WHOLE: u64 = crate::intent::MAX_AMOUNT;
/// The members of a leaf, in their order.
const MEMBERS: [&str; 9] =
    ["account", "actor", "at", "body", "kind", "query_id", "role", "seq", "v"];

/// A leaf that has the form of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<'t> {
    /// Number of the entry, as it says itself.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// The digest of the document that its body names.
    pub document: Option<Cow<'t, str>>,
}

/// Reads a leaf.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(data: &[u8]) -> Result<Leaf<'_>, &'static str> {
    let text = std::str::from_utf8(data).map_err(|_| "is not text in UTF-8")?;
    let mut scan = Scan { text, at: 0 };
    let mut found = Leaf { seq: 0, at: 0, document: None };
    let mut names = MEMBERS.into_iter();
    scan.object(MAX_DEPTH, |scan, name, depth| {
        if Some(name) != names.next() {
            return Err("does not have the members of an entry");
        }
        match name {
            "actor" | "kind" => scan.string().map(drop),
            "account" | "query_id" | "role" => scan.string_or_null(),
            "at" => scan.whole().map(|number| found.at = number),
            "seq" => {
                found.seq = u64::try_from(scan.whole()?).map_err(|_| "has a negative number")?;
                Ok(())
            }
            "v" => match scan.whole()? {
                1 => Ok(()),
                _ => Err("is of a form that is not known here"),
            },
            _ => scan.object(depth, |scan, name, depth| {
                if name == "document" && scan.peek() == Some(b'"') {
                    found.document = Some(scan.string()?);
                    return Ok(());
                }
                scan.value(depth)
            }),
        }
    })?;
    if names.next().is_some() {
        return Err("does not have the members of an entry");
    }
    scan.end()?;
    Ok(found)
}

/// Whether the text is canonical JSON, and nothing else.
#[cfg(test)]
pub(super) fn is_canonical(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut scan = Scan { text, at: 0 };
    scan.value(MAX_DEPTH).and_then(|()| scan.end()).is_ok()
}

type Scanned<T> = Result<T, &'static str>;

const NOT_CANONICAL: &str = "is not canonical JSON";

/// A place in a text.
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, text: &str) -> Scanned<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(text.as_bytes()) {
            return Err(NOT_CANONICAL);
        }
        self.at += text.len();
        Ok(())
    }

    fn end(&self) -> Scanned<()> {
        if self.at == self.text.len() { Ok(()) } else { Err(NOT_CANONICAL) }
    }

    fn value(&mut self, depth: usize) -> Scanned<()> {
        let depth = depth.checked_sub(1).ok_or("is nested too deeply")?;
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(depth + 1, |scan, _, depth| scan.value(depth)),
            Some(b'[') => self.array(depth),
            Some(b't') => self.expect("true"),
            Some(b'f') => self.expect("false"),
            Some(b'n') => self.expect("null"),
            _ => self.whole().map(drop),
        }
    }

    fn array(&mut self, depth: usize) -> Scanned<()> {
        self.expect("[")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.take(b']') {
                return Ok(());
            }
            self.expect(",")?;
        }
    }

    /// An object; `member` reads the value of each member, which may be nested so much deeper.
    fn object(
        &mut self,
        depth: usize,
        mut member: impl FnMut(&mut Self, &str, usize) -> Scanned<()>,
    ) -> Scanned<()> {
        let depth = depth.checked_sub(1).ok_or("is nested too deeply")?;
        self.expect("{")?;
        if self.take(b'}') {
            return Ok(());
        }
        let mut before: Option<Cow<'t, str>> = None;
        loop {
            let name = self.string()?;
            if before.is_some_and(|before| in_order(&before, &name) != Ordering::Less) {
                return Err("has members that are not in order");
            }
            self.expect(":")?;
            member(self, &name, depth)?;
            before = Some(name);
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(",")?;
        }
    }

    fn string_or_null(&mut self) -> Scanned<()> {
        if self.peek() == Some(b'n') { self.expect("null") } else { self.string().map(drop) }
    }

    fn string(&mut self) -> Scanned<Cow<'t, str>> {
        self.expect("\"")?;
        let start = self.at;
        let mut plain = true;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    self.escape()?;
                }
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(NOT_CANONICAL),
            }
        }
        let inner = self.text.get(start..self.at).ok_or(NOT_CANONICAL)?;
        self.at += 1;
        if plain {
            return Ok(Cow::Borrowed(inner));
        }
        let quoted = self.text.get(start - 1..self.at).ok_or(NOT_CANONICAL)?;
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| NOT_CANONICAL)
    }

    /// Only what must be escaped is, and in the one way that the RFC allows.
    fn escape(&mut self) -> Scanned<()> {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        match rest {
            [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
            [b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => {
                let lower_hex = low.is_ascii_digit() || (b'a'..=b'f').contains(low);
                let has_own = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                if !lower_hex || has_own {
                    return Err(NOT_CANONICAL);
                }
                self.at += 6;
            }
            _ => return Err(NOT_CANONICAL),
        }
        Ok(())
    }

    fn whole(&mut self) -> Scanned<i64> {
        let start = self.at;
        self.take(b'-');
        let digits = self.at;
        let mut size = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            size = size.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let leading_zero = self.text.as_bytes().get(digits) == Some(&b'0');
        let wrong_zero = leading_zero && (self.at > digits + 1 || digits > start);
        if self.at == digits || wrong_zero || size > MAX_WHOLE {
            return Err(NOT_CANONICAL);
        }
        let number = i64::try_from(size).map_err(|_| NOT_CANONICAL)?;
        Ok(if digits > start { -number } else { number })
    }
}

/// By UTF-16 code unit, as the RFC sorts; for plain letters the bytes tell the same.
fn in_order(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}
