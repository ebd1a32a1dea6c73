//! How an answer is written: signs for withheld values, names of columns, size and forms.

use super::Problems;
use crate::profile::{Hidden, HiddenAs, Profile, ReleaseRule, Suffixes};

/// Longest sign or suffix. Longer ones are texts, which belong beside a table.
const LONGEST: usize = 24;

/// What ends the names of companion columns, such as `n__status`.
const COMPANION: &str = "__";

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_hidden(&profile.hidden, problems);
    check_suffixes(&profile.suffixes, problems);
    check_release(&profile.release, problems);
}

fn check_hidden(hidden: &Hidden, problems: &mut Problems) {
    const FIELD: &str = "hidden.text";
    let text = hidden.text.as_str();
    match hidden.sign {
        HiddenAs::Null | HiddenAs::Zero if !text.is_empty() => {
            let wrong = format!("is `{text}`, but nothing is written for a withheld value");
            problems.add(FIELD, wrong, "write an empty text, or `as = \"text\"`");
        }
        HiddenAs::Null | HiddenAs::Zero => {}
        HiddenAs::Text => {
            if let Some(wrong) = misread(text) {
                let fix =
                    "write a sign that reads as nothing else, such as `[REDACTED]`, `*` or `c`";
                problems.add(FIELD, format!("is `{text}`, {wrong}"), fix);
            }
        }
    }
}

/// As what a reader, or a reader's program, could take a sign.
///
/// No digits: values are also withheld for another cell's sake or for dominance, so that `<11` could stand where 500
/// people are; and spreadsheets make dates of `1-10` and negative numbers of `(5)`. Texts that begin a formula are run
/// by spreadsheets.
fn misread(text: &str) -> Option<&'static str> {
    let separates = |c: char| c.is_control() || ['"', '\'', ',', ';'].contains(&c);
    if text.is_empty() {
        Some("which nobody would see")
    } else if text.chars().count() > LONGEST || text.trim() != text || text.contains(separates) {
        Some("which does not stay in one field of a file")
    } else if text.starts_with(['=', '+', '-', '@']) {
        Some("which a spreadsheet would take for a formula")
    } else if text.contains(char::is_numeric) {
        Some("which would be taken for a number, or for a bound that holds of every withheld value")
    } else if text.parse::<f64>().is_ok() {
        Some("which programs take for a number")
    } else {
        None
    }
}

fn check_suffixes(suffixes: &Suffixes, problems: &mut Problems) {
    for (field, suffix) in
        [("suffixes.value", &suffixes.value), ("suffixes.derived", &suffixes.derived)]
    {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let fits = suffix.starts_with('_')
            && suffix.chars().all(plain)
            && suffix.len() <= LONGEST
            && !suffix.contains(COMPANION);
        if !suffix.is_empty() && !fits {
            let wrong = format!("is `{suffix}`, which is no plain end of a name");
            let fix = "write nothing, or `_` and then small letters, digits and single `_`, as in `_midpoint6`";
            problems.add(field, wrong, fix);
        }
    }
}

fn check_release(release: &ReleaseRule, problems: &mut Problems) {
    for (field, most) in
        [("release.max_rows", release.max_rows), ("release.max_bytes", release.max_bytes)]
    {
        if most == 0 {
            problems.add(field, "is 0, so nothing could be released", "write 1 or more");
        }
    }
    let formats = &release.formats;
    if formats.is_empty() {
        let wrong = "is empty, so nothing could be written";
        problems.add("release.formats", wrong, "write one of `json`, `csv`, `arrow`, `parquet`");
    }
    if (1..).zip(formats).any(|(next, format)| formats.iter().skip(next).any(|it| it == format)) {
        problems.add("release.formats", "names one twice", "name each form once");
    }
}
