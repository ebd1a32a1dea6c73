//! Leaves: what is canonical is what the ledger writes, byte for byte.

use serde_json::{Value, json};

use super::*;
use crate::canonical::canonical;

/// A value that a body may hold.
fn value(dice: &mut Dice, depth: usize) -> Value {
    let pieces = [
        "a",
        "\u{e9}",
        "\u{20ac}",
        "\u{1f600}",
        "\u{fb33}",
        "\n",
        "\u{1}",
        "\"",
        "\\",
        "/",
        "\u{7f}",
        "\u{1f}",
        "b",
        "\u{8}",
    ];
    let text = |dice: &mut Dice| -> String {
        (0..dice.below(5)).map(|_| pieces[dice.index(pieces.len())]).collect()
    };
    match dice.below(if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(dice.below(1 << 53)),
        3 => json!(-i64::try_from(dice.below(1_000)).unwrap()),
        4 => json!(text(dice)),
        5 => (0..dice.below(4)).map(|_| value(dice, depth - 1)).collect(),
        _ => {
            let members = (0..dice.below(6)).map(|_| (text(dice), value(dice, depth - 1)));
            Value::Object(members.collect())
        }
    }
}

#[test]
fn canonical_is_what_the_ledger_writes_and_nothing_else() {
    let mut dice = Dice(4);
    let (mut same, mut changed) = (0, 0);
    for _ in 0..3_000 {
        let value = value(&mut dice, 4);
        let text = canonical(&value).unwrap();
        assert!(leaf::is_canonical(text.as_bytes()), "{text}");
        same += 1;
        // One byte is another, one too many or missing: canonical only if it is the text of what it then says.
        for _ in 0..8 {
            let mut bytes = text.clone().into_bytes();
            let place = dice.index(bytes.len());
            match dice.below(3) {
                0 => bytes[place] = b" \n{}[]\",:0123456789-+.eEtfnul\\/abAB\x01"[dice.index(36)],
                1 => bytes.insert(place, b" 0,\"\\-"[dice.index(6)]),
                _ => drop(bytes.remove(place)),
            }
            let expected = serde_json::from_slice::<Value>(&bytes)
                .is_ok_and(|value| canonical(&value).is_ok_and(|text| text.as_bytes() == bytes));
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(leaf::is_canonical(&bytes), expected, "{text}");
            changed += 1;
        }
    }
    assert_eq!((same, changed), (3_000, 24_000));
}

#[test]
fn what_is_not_canonical_is_seen() {
    for bad in [
        "",
        " 1",
        "1 ",
        "01",
        "-0",
        "-",
        "1.0",
        "1e3",
        "9007199254740992",
        "99999999999999999999",
        "[1, 2]",
        "[1,]",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,}",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000A\"",
        "\"\\u000a\"",
        "\"\\u001F\"",
        "\"\n\"",
        "\"",
        "nul",
        "tru",
        "{\"\u{1f600}\":1,\"\u{20ac}\":1}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    ] {
        assert!(!leaf::is_canonical(bad.as_bytes()), "{bad}");
    }
    assert!(leaf::is_canonical("{\"\u{20ac}\":1,\"\u{1f600}\":1}".as_bytes()));
    assert!(!leaf::is_canonical(b"\"\xff\""));
}

#[test]
fn a_leaf_has_the_members_of_an_entry_and_no_others() {
    let good = leaf_text(7, "ana");
    let read = leaf::read(good.as_bytes()).unwrap();
    assert_eq!((read.seq, read.at), (7, 1_790_000_000_000_007));
    assert_eq!(read.document.as_deref(), Some(crate::digest_of(document(7).as_bytes()).as_str()));
    for (from, to) in [
        (r#""account":null,"#, ""),
        (r#""v":1"#, r#""v":2"#),
        (r#","v":1"#, ""),
        (r#""v":1"#, r#""v":1,"w":1"#),
        (r#""seq":7"#, r#""seq":-7"#),
        (r#""seq":7"#, r#""seq":"7""#),
        (r#""actor":"ana""#, r#""actor":null"#),
        (r#""role":null"#, r#""role":1"#),
        (r#""kind":"#, r#""kinds":"#),
        (r#""body":{"#, r#""body":[{"#),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        assert!(leaf::read(bad.as_bytes()).is_err(), "{bad}");
    }
}
