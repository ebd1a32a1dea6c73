use serde_json::json;

use super::*;

#[test]
fn members_are_sorted_and_nothing_is_spaced() {
    let value = json!({ "b": [1, -2, true], "a": { "z": null, "y": "x" } });
    assert_eq!(canonical(&value).unwrap(), r#"{"a":{"y":"x","z":null},"b":[1,-2,true]}"#);
}

/// The sorting example of RFC 8785, section 3.2.3: by UTF-16 code unit, not by code point.
#[test]
fn members_are_sorted_as_the_rfc_sorts_them() {
    let value = json!({
        "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7
    });
    let text = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
    assert_eq!(canonical(&value).unwrap(), text);
}

/// The string example of RFC 8785, section 3.2.2.
#[test]
fn strings_are_escaped_as_the_rfc_escapes_them() {
    let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/");
    assert_eq!(canonical(&value).unwrap(), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
}

#[test]
fn numbers_are_whole_and_exact_everywhere() {
    let largest = 9_007_199_254_740_991_i64;
    assert_eq!(
        canonical(&json!([largest, -largest])).unwrap(),
        format!("[{largest},{}]", -largest)
    );
    for value in [json!(largest + 1), json!(-largest - 1), json!(u64::MAX), json!(0.5), json!(1.0)]
    {
        assert!(canonical(&value).is_err(), "{value}");
    }
}
