//! A perturbation table as officers write it: TOML, a few lines for a rule, one line a row for the rest.
//!
//! ```toml
//! id = "example"
//! title = "An example"
//! source = "made up"
//! interval = "confidential"        # or "told": may answers bring the intervals that follow from the table?
//! keys = 4                         # columns; only where rows are given by columns
//! rows = [
//!     { count = 0, noise = [0], keys = [4] },
//!     { count = 1, noise = [-1, 1], keys = [2, 2] },          # by how many of the columns have it
//!     { count = 2, noise = [-1, 0, 1], chance = [0.25, 0.5, 0.25] },  # by chance, in the order of the keys
//!     { count = 3, by_key = [0, -1, 1, 0] },                  # column by column
//! ]
//! # or, instead of rows, a rule: less than 10 becomes 0; else by the remainder of division by the length of `noise`
//! # modulo = { below = 10, noise = [0, -1, -2, 2, 1] }
//! ```

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::row::{Row, WHOLE};
use super::{Entries, LARGEST_NOISE, PerturbationTable};

/// What is wrong with the text of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {wrong}; {fix}")]
pub struct TableProblem {
    /// The line, from 1.
    pub line: usize,
    /// The byte at which it starts to be wrong.
    pub byte: usize,
    /// What is wrong.
    pub wrong: String,
    /// What to write instead.
    pub fix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    id: Spanned<String>,
    title: Spanned<String>,
    source: Spanned<String>,
    interval: Interval,
    keys: Option<Spanned<u64>>,
    modulo: Option<Spanned<Modulo>>,
    rows: Option<Spanned<Vec<Spanned<RowText>>>>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Interval {
    Told,
    Confidential,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Modulo {
    below: u64,
    noise: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowText {
    count: u64,
    noise: Option<Vec<i64>>,
    chance: Option<Vec<f64>>,
    keys: Option<Vec<u64>>,
    by_key: Option<Vec<i64>>,
}

/// What is wrong, where, and what to write.
struct Wrong(Range<usize>, String, String);

fn wrong<T>(
    at: Range<usize>,
    wrong: impl Into<String>,
    fix: impl Into<String>,
) -> Result<T, Wrong> {
    Err(Wrong(at, wrong.into(), fix.into()))
}

impl PerturbationTable {
    /// Reads a table.
    ///
    /// # Errors
    /// The first problem, with its line.
    pub fn parse(text: &str) -> Result<Self, TableProblem> {
        let read: Result<Text, toml::de::Error> = toml::from_str(text);
        let table = match read {
            Ok(read) => checked(read),
            Err(error) => wrong(
                error.span().unwrap_or(0..0),
                error.message().replace('\n', " "),
                "write `id`, `title`, `source`, `interval`, and either `rows` or `modulo`",
            ),
        };
        table.map_err(|Wrong(at, wrong, fix)| {
            let before = text.bytes().take(at.start).filter(|&byte| byte == b'\n').count();
            TableProblem { line: before + 1, byte: at.start, wrong, fix }
        })
    }
}

fn checked(text: Text) -> Result<PerturbationTable, Wrong> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.id.get_ref().is_empty() || !text.id.get_ref().chars().all(plain) {
        let fix = "use small letters, digits and hyphens, such as `ons-10-5`";
        return wrong(text.id.span(), "`id` is not a plain name", fix);
    }
    for (name, told) in [("title", &text.title), ("source", &text.source)] {
        if told.get_ref().trim().is_empty() {
            return wrong(told.span(), format!("`{name}` is empty"), "say what the table is");
        }
    }
    let keys = text.keys.map(|keys| (*keys.get_ref(), keys.span()));
    if let Some((0, at)) = keys {
        return wrong(at, "`keys` is 0", "write how many columns the table has");
    }
    let keys = keys.map(|(keys, _)| keys);
    let entries = match (text.modulo, text.rows) {
        (Some(modulo), None) => rule(&modulo)?,
        (None, Some(rows)) => Entries::Rows(all_rows(&rows, keys)?),
        (Some(modulo), Some(_)) => {
            return wrong(modulo.span(), "there are `modulo` and `rows`", "write one of them");
        }
        (None, None) => {
            return wrong(0..0, "there is no entry", "write `rows` or `modulo`");
        }
    };
    let tells_intervals = text.interval == Interval::Told;
    Ok(PerturbationTable { id: text.id.into_inner(), tells_intervals, keys, entries })
}

fn rule(modulo: &Spanned<Modulo>) -> Result<Entries, Wrong> {
    let Modulo { below, noise } = modulo.get_ref();
    if noise.is_empty() {
        let fix = "write one number for each remainder, such as `[0, -1, -2, 2, 1]`";
        return wrong(modulo.span(), "`noise` is empty", fix);
    }
    // Every remainder occurs among the counts from `below` on; the smallest of each decides.
    for (remainder, &noise_of) in (0_u64..).zip(noise) {
        let length = noise.len() as u64;
        let over = (remainder + length - below % length) % length;
        in_range(noise_of, below.saturating_add(over), modulo.span())?;
    }
    if *below > LARGEST_NOISE {
        return wrong(
            modulo.span(),
            "`below` is too large",
            format!("write at most {LARGEST_NOISE}"),
        );
    }
    Ok(Entries::Modulo { below: *below, noise: noise.clone() })
}

fn all_rows(
    rows: &Spanned<Vec<Spanned<RowText>>>,
    keys: Option<u64>,
) -> Result<BTreeMap<u64, Row>, Wrong> {
    let mut read = BTreeMap::new();
    for (expected, row) in (0_u64..).zip(rows.get_ref()) {
        let count = row.get_ref().count;
        if count != expected {
            let fix = "write the rows in order, one for each count from 0 on";
            return wrong(row.span(), format!("this row is for {count}, not {expected}"), fix);
        }
        read.insert(count, one_row(row, keys)?);
    }
    if read.len() < 2 {
        let fix = "write rows for 0, 1 and so on; the last one is for all larger counts";
        return wrong(rows.span(), "there is no row for anybody", fix);
    }
    Ok(read)
}

fn one_row(row: &Spanned<RowText>, keys: Option<u64>) -> Result<Row, Wrong> {
    let at = row.span();
    let RowText { count, noise, chance, keys: columns, by_key } = row.get_ref();
    let (entries, whole) = match (noise, chance, columns, by_key) {
        (Some(noise), Some(chance), None, None) => (by_chance(noise, chance, &at)?, WHOLE),
        (Some(noise), None, Some(columns), None) => {
            let entries = paired(noise, columns, &at)?;
            let found = columns.iter().fold(0, |sum: u64, &more| sum.saturating_add(more));
            (entries, all_columns(found, keys, &at)?)
        }
        (None, None, None, Some(by_key)) => {
            let entries = by_key.iter().map(|&noise| (noise, 1)).collect();
            (entries, all_columns(by_key.len() as u64, keys, &at)?)
        }
        _ => {
            let fix = "write `noise` with `chance`, `noise` with `keys`, or `by_key` alone";
            return wrong(at, "this row does not say how likely its noise is", fix);
        }
    };
    for &(noise, _) in &entries {
        in_range(noise, *count, at.clone())?;
        if *count == 0 && noise != 0 {
            return wrong(
                at,
                "something is added to nobody",
                "write `noise = [0]` for a count of 0",
            );
        }
    }
    let row = Row::new(&entries, whole);
    row.ok_or_else(|| Wrong(at, "this row has no entry".to_owned(), "write `noise`".to_owned()))
}

fn in_range(noise: i64, count: u64, at: Range<usize>) -> Result<(), Wrong> {
    if noise.unsigned_abs() > LARGEST_NOISE {
        let fix = format!("write numbers from -{LARGEST_NOISE} to {LARGEST_NOISE}");
        return wrong(at, format!("noise of {noise} is too much"), fix);
    }
    if noise < 0 && noise.unsigned_abs() > count {
        let fix = format!("take at most {count} from it");
        return wrong(at, format!("noise of {noise} makes less than nobody of {count}"), fix);
    }
    Ok(())
}

fn by_chance(noise: &[i64], chance: &[f64], at: &Range<usize>) -> Result<Vec<(i64, u64)>, Wrong> {
    let all: f64 = chance.iter().sum();
    if !chance.iter().all(|chance| (0.0..=1.0).contains(chance)) || (all - 1.0).abs() > 1e-6 {
        let fix = "write chances from 0 to 1 that add up to 1";
        return wrong(at.clone(), format!("the chances add up to {all}"), fix);
    }
    let parts: Vec<u64> = chance.iter().map(|chance| parts(*chance)).collect();
    paired(noise, &parts, at)
}

/// A chance in parts of [`WHOLE`].
pub(super) fn parts(chance: f64) -> u64 {
    (chance * WHOLE as f64).round() as u64
}

fn paired(noise: &[i64], parts: &[u64], at: &Range<usize>) -> Result<Vec<(i64, u64)>, Wrong> {
    if noise.len() != parts.len() {
        let wrong_text = format!("{} numbers have {} chances", noise.len(), parts.len());
        return wrong(at.clone(), wrong_text, "write one chance for each number");
    }
    Ok(noise.iter().copied().zip(parts.iter().copied()).collect())
}

fn all_columns(found: u64, keys: Option<u64>, at: &Range<usize>) -> Result<u64, Wrong> {
    match keys {
        None => {
            let fix = "write `keys = ..`, how many columns the table has, above the rows";
            wrong(at.clone(), "the table does not say how many columns it has", fix)
        }
        Some(keys) if keys != found => {
            let fix = format!("write entries for {keys} columns");
            wrong(at.clone(), format!("the row has {found} columns and the table {keys}"), fix)
        }
        Some(keys) => Ok(keys),
    }
}
