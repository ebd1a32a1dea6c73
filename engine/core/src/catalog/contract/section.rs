//! One table of the file, read key by key: what is asked for must have the right type, and what nobody asks for
//! is an error.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::{listed, suggestion};
use super::report::Report;

/// A value, and where it stands in the text.
pub(super) type Value<'t> = &'t Spanned<DeValue<'t>>;

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    pub(super) key: &'t str,
    /// Byte at which the key starts.
    pub(super) at: usize,
    pub(super) value: Value<'t>,
}

/// A table of the file, its entries in the order of the file.
pub(super) struct Section<'t> {
    /// What it describes, for messages: "the column `sex`".
    pub(super) what: String,
    /// Byte at which it starts.
    pub(super) at: usize,
    pub(super) entries: Vec<Entry<'t>>,
}

impl<'t> Section<'t> {
    pub(super) fn new(what: impl Into<String>, at: usize, table: &'t DeTable<'t>) -> Self {
        let mut entries: Vec<Entry<'t>> = table
            .iter()
            .map(|(key, value)| Entry { key: key.get_ref(), at: key.span().start, value })
            .collect();
        entries.sort_by_key(|entry| entry.at);
        Self { what: what.into(), at, entries }
    }

    /// The value as a table, or an error.
    pub(super) fn of(
        what: impl Into<String>,
        at: usize,
        value: Value<'t>,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let what = what.into();
        let Some(table) = value.get_ref().as_table() else {
            wrong_type(report, value, &what, "a table", "`{ .. }` or a `[section]`");
            return None;
        };
        Some(Self::new(what, at, table))
    }

    /// Reports every key that is not known here.
    pub(super) fn only(&self, known: &[&str], report: &mut Report<'_>) {
        for entry in self.entries.iter().filter(|entry| !known.contains(&entry.key)) {
            let problem = format!("unknown key `{}` in {}", entry.key, self.what);
            report.add(entry.at, problem, suggestion(entry.key, known));
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Entry<'t>> {
        self.entries.iter().copied().find(|entry| entry.key == key)
    }

    /// The entry, or an error that says how to write it.
    pub(super) fn required(
        &self,
        key: &str,
        fix: &str,
        report: &mut Report<'_>,
    ) -> Option<Entry<'t>> {
        let entry = self.get(key);
        if entry.is_none() {
            report.add(self.at, format!("{} has no `{key}`", self.what), fix);
        }
        entry
    }

    /// A text that is there and not empty.
    pub(super) fn required_text(
        &self,
        key: &str,
        fix: &str,
        report: &mut Report<'_>,
    ) -> Option<&'t str> {
        let entry = self.required(key, fix, report)?;
        text(entry, report)
    }

    /// A text that may be left out but is not empty.
    pub(super) fn optional_text(&self, key: &str, report: &mut Report<'_>) -> Option<&'t str> {
        self.get(key).and_then(|entry| text(entry, report))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
        report: &mut Report<'_>,
    ) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let fix = format!("add `{key} = \"..\"` with {}", listed(&words));
        let entry = self.required(key, &fix, report)?;
        let word = text(entry, report)?;
        let chosen = choices.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
        if chosen.is_none() {
            let problem = format!("unknown {key} `{word}` in {}", self.what);
            report.add(entry.value.span().start, problem, suggestion(word, &words));
        }
        chosen
    }

    /// True or false; false when left out.
    pub(super) fn flag(&self, key: &str, report: &mut Report<'_>) -> bool {
        let Some(entry) = self.get(key) else { return false };
        entry.value.get_ref().as_bool().unwrap_or_else(|| {
            wrong_type(report, entry.value, key, "true or false", "`true` or `false`");
            false
        })
    }
}

/// A text that is not empty, or an error.
pub(super) fn text<'t>(entry: Entry<'t>, report: &mut Report<'_>) -> Option<&'t str> {
    let Some(text) = entry.value.get_ref().as_str() else {
        wrong_type(report, entry.value, entry.key, "text", "it in quotes");
        return None;
    };
    if text.trim().is_empty() {
        let problem = format!("`{}` is empty", entry.key);
        report.add(entry.value.span().start, problem, "say it in a few words");
        return None;
    }
    Some(text)
}

/// The elements of a list, or an error.
pub(super) fn list<'t>(
    entry: Entry<'t>,
    form: &str,
    report: &mut Report<'_>,
) -> Option<Vec<Value<'t>>> {
    let Some(list) = entry.value.get_ref().as_array() else {
        wrong_type(report, entry.value, entry.key, "a list", form);
        return None;
    };
    Some(list.iter().collect())
}

/// A whole number, or an error.
pub(super) fn integer(what: &str, value: Value<'_>, report: &mut Report<'_>) -> Option<i64> {
    let parsed = value
        .get_ref()
        .as_integer()
        .and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok());
    if parsed.is_none() {
        wrong_type(report, value, what, "a whole number", "digits without quotes");
    }
    parsed
}

/// A finite number, whole or not, or an error.
pub(super) fn number(what: &str, value: Value<'_>, report: &mut Report<'_>) -> Option<f64> {
    let parsed = match value.get_ref() {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    };
    let finite = parsed.filter(|number: &f64| number.is_finite());
    if finite.is_none() {
        wrong_type(report, value, what, "a number", "digits without quotes");
    }
    finite
}

/// Notes that a value has another type than the key takes.
pub(super) fn wrong_type(
    report: &mut Report<'_>,
    value: Value<'_>,
    what: &str,
    wanted: &str,
    form: &str,
) {
    let found = value.get_ref().type_str();
    let problem = format!("`{}` takes {wanted}, not a value of type {found}", what.trim());
    report.add(value.span().start, problem, format!("write {form}"));
}
