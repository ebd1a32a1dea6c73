//! Whole postcodes of the United Kingdom, in the forms of BS 7666: `M1 1AA`, `M60 1NW`, `CR2 6XH`, `DN55 1PT`, `W1A 1HQ`,
//! `EC1A 1BB`.

/// Whether a text holds one, with or without blanks in the middle, in capitals or not.
pub(super) fn in_text(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let words: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_alphanumeric() && !sign.is_whitespace())
        .flat_map(|piece| piece.split_whitespace().chain(Some("")))
        .collect();
    let alone = words.iter().any(|word| in_one(word));
    let parted = words.windows(2).any(|pair| match pair {
        [outward, inward] => is_outward(outward.as_bytes()) && is_inward(inward.as_bytes()),
        _ => false,
    });
    alone || parted
}

fn in_one(word: &str) -> bool {
    let bytes = word.as_bytes();
    let Some(cut) = bytes.len().checked_sub(3) else { return false };
    let (outward, inward) = bytes.split_at(cut);
    is_outward(outward) && is_inward(inward)
}

/// A digit and two letters; six letters are not used here.
fn is_inward(part: &[u8]) -> bool {
    let letter = |byte: &u8| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte);
    matches!(part, [digit, one, two] if digit.is_ascii_digit() && letter(one) && letter(two))
}

/// One or two letters, a digit, and perhaps one more digit or letter.
fn is_outward(part: &[u8]) -> bool {
    let first = |byte: &u8| byte.is_ascii_uppercase() && !b"QVX".contains(byte);
    let second = |byte: &u8| byte.is_ascii_uppercase() && !b"IJZ".contains(byte);
    match part {
        [one, digit] => first(one) && digit.is_ascii_digit(),
        [one, two, last] if two.is_ascii_digit() => {
            first(one) && (last.is_ascii_digit() || b"ABCDEFGHJKPSTUW".contains(last))
        }
        [one, two, digit] => first(one) && second(two) && digit.is_ascii_digit(),
        [one, two, digit, last] => {
            first(one)
                && second(two)
                && digit.is_ascii_digit()
                && (last.is_ascii_digit() || b"ABEHMNPRVWXY".contains(last))
        }
        _ => false,
    }
}
