//! Direct identifiers that must not hide in text: NHS numbers, full UK postcodes, e-mail addresses.
//!
//! A safety net under de-identification, not a substitute for it: it recognises forms, and prefers refusing a code
//! that only looks like an identifier to letting one in. Must never know: where the text came from.

/// A kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identifier {
    NhsNumber,
    Postcode,
    Email,
}

impl Identifier {
    /// What a data steward should read.
    pub(super) fn problem(self) -> &'static str {
        match self {
            Self::NhsNumber => "looks like an NHS number; remove it at the source",
            Self::Postcode => "looks like a full postcode; keep only an area at the source",
            Self::Email => "looks like an e-mail address; remove it at the source",
        }
    }
}

/// The first kind of identifier that the text contains.
pub(super) fn find(text: &str) -> Option<Identifier> {
    let bytes = text.as_bytes();
    if bytes.len() < 5 {
        return None;
    }
    if has_nhs_number(bytes) {
        return Some(Identifier::NhsNumber);
    }
    if has_postcode(bytes) {
        return Some(Identifier::Postcode);
    }
    has_email(bytes).then_some(Identifier::Email)
}

/// Ten digits, together or as 3-3-4 with spaces or hyphens, with a valid check digit.
fn has_nhs_number(bytes: &[u8]) -> bool {
    if bytes.iter().filter(|byte| byte.is_ascii_digit()).count() < 10 {
        return false;
    }
    (0..bytes.len()).any(|start| {
        starts_word(bytes, start)
            && nhs_number_at(bytes, start).is_some_and(|end| ends_word(bytes, end))
    })
}

/// The end of an NHS number that starts here.
fn nhs_number_at(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits = [0_u32; 10];
    let mut at = start;
    for (index, digit) in digits.iter_mut().enumerate() {
        if (index == 3 || index == 6) && matches!(bytes.get(at), Some(b' ' | b'-')) {
            at += 1;
        }
        *digit = bytes.get(at).filter(|byte| byte.is_ascii_digit()).map(|b| u32::from(b - b'0'))?;
        at += 1;
    }
    // Modulus 11 with weights 10 to 2; a remainder that would need the digit 10 is never issued, nor is one
    // digit ten times.
    let weighted: u32 =
        digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = (11 - weighted % 11) % 11;
    let first = digits.first().copied();
    let repeated = digits.iter().all(|digit| Some(*digit) == first);
    (!repeated && digits.last() == Some(&check)).then_some(at)
}

/// Outward and inward code, with or without the space between.
fn has_postcode(bytes: &[u8]) -> bool {
    // The inward code is the rare part: a digit and two letters at the end of a word.
    bytes.windows(3).enumerate().any(|(inward, window)| {
        is_inward(window) && ends_word(bytes, inward + 3) && {
            let spaced = inward > 0 && bytes.get(inward - 1) == Some(&b' ');
            let end = if spaced { inward - 1 } else { inward };
            (2..=4).any(|length| {
                end.checked_sub(length).is_some_and(|start| {
                    starts_word(bytes, start) && bytes.get(start..end).is_some_and(is_outward)
                })
            })
        }
    })
}

/// A digit and two letters; the letters C, I, K, M, O and V are never used.
fn is_inward(window: &[u8]) -> bool {
    let letter =
        |byte: &u8| byte.is_ascii_alphabetic() && !b"CIKMOV".contains(&byte.to_ascii_uppercase());
    matches!(window, [digit, first, second]
        if digit.is_ascii_digit() && letter(first) && letter(second))
}

/// A9, A99, AA9, AA99, A9A or AA9A; Q, V and X never come first, I, J and Z never second.
fn is_outward(code: &[u8]) -> bool {
    let letters = code.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let first = code.first().is_some_and(|byte| !b"QVX".contains(&byte.to_ascii_uppercase()));
    let second =
        letters < 2 || code.get(1).is_some_and(|byte| !b"IJZ".contains(&byte.to_ascii_uppercase()));
    let rest = match code.get(letters..) {
        Some([digit]) => digit.is_ascii_digit(),
        Some([digit, last]) => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
        _ => false,
    };
    (1..=2).contains(&letters) && first && second && rest
}

/// Something before an @, and a domain with a dot after it.
fn has_email(bytes: &[u8]) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'@').any(|(at, _)| {
        let before = at > 0 && bytes.get(at - 1).is_some_and(part);
        let domain: Vec<u8> = bytes
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .copied()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
            .collect();
        let dotted = domain.windows(3).any(|window| {
            matches!(window, [before, b'.', after]
                if before.is_ascii_alphanumeric() && after.is_ascii_alphabetic())
        });
        before && dotted
    })
}

fn starts_word(bytes: &[u8], start: usize) -> bool {
    start == 0 || bytes.get(start - 1).is_some_and(|byte| !byte.is_ascii_alphanumeric())
}

fn ends_word(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric())
}
