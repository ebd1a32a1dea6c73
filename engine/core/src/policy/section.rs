//! A strict reader for TOML: every key is asked for by name, what nobody asked for is an error, nothing stops at the
//! first mistake.
//!
//! Must never know: which keys there are.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::files::Source;
use super::nearest::did_you_mean;
use super::report::{Place, Report};

/// Something read, and where it stood.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// Why a value does not fit, and what to write instead.
pub(super) struct Complaint {
    pub(super) wrong: String,
    pub(super) fix: String,
}

/// One table of a TOML file, from which keys are taken one by one.
pub(super) struct Section<'a> {
    source: Source<'a>,
    place: Place,
    left: Vec<(&'a str, Place, &'a Spanned<DeValue<'a>>)>,
    asked: Vec<&'static str>,
}

/// Parses a file. Syntax errors are all reported; the rest waits until the syntax is right.
pub(super) fn parse<'a>(source: Source<'a>, report: &mut Report) -> Option<Spanned<DeTable<'a>>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    for error in &errors {
        report.add(
            source.place(error.span().map_or(0, |span| span.start)),
            error.message(),
            "correct the TOML here; the rest of the file is read after that",
        );
    }
    errors.is_empty().then_some(table)
}

impl<'a> Section<'a> {
    /// The whole file as a section.
    pub(super) fn root(source: Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, source.place(0), table.get_ref())
    }

    fn new(source: Source<'a>, place: Place, table: &'a DeTable<'a>) -> Self {
        let left = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), source.place(key.span().start), value))
            .collect();
        Self { source, place, left, asked: Vec::new() }
    }

    /// Where the section starts.
    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    /// A key that must be there.
    pub(super) fn one<T>(
        &mut self,
        key: &'static str,
        accept: impl Fn(&DeValue<'a>) -> Result<T, Complaint>,
        report: &mut Report,
    ) -> Option<Located<T>> {
        let Some(value) = self.take(key) else {
            self.report_missing(key, report);
            return None;
        };
        self.accepted(value, accept, report)
    }

    /// A key that may be left out.
    pub(super) fn maybe<T>(
        &mut self,
        key: &'static str,
        accept: impl Fn(&DeValue<'a>) -> Result<T, Complaint>,
        report: &mut Report,
    ) -> Option<Located<T>> {
        let value = self.take(key)?;
        self.accepted(value, accept, report)
    }

    /// A table (`[key]` or `key = { .. }`) that must be there.
    pub(super) fn section(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Option<Section<'a>> {
        if !self.has(key) {
            self.asked.push(key);
            let fix = format!("add a line `{key} = {{ .. }}`");
            report.add(self.place.clone(), format!("`{key}` is missing"), fix);
            return None;
        }
        self.maybe_section(key, report)
    }

    /// A table (`[key]` or `key = { .. }`) that may be left out.
    pub(super) fn maybe_section(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Option<Section<'a>> {
        let value = self.take(key)?;
        let place = self.source.place(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::new(self.source, place, table)),
            other => {
                let wrong = format!("`{key}` is a table, and this is {}", kind_of(other));
                report.add(place, wrong, format!("write `{key} = {{ .. }}`"));
                None
            }
        }
    }

    /// Whether a key is there that nobody has asked for yet.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.iter().any(|(name, ..)| *name == key)
    }

    /// A list; empty when the key is left out.
    pub(super) fn many<T>(
        &mut self,
        key: &'static str,
        accept: impl Fn(&DeValue<'a>) -> Result<T, Complaint>,
        report: &mut Report,
    ) -> Vec<Located<T>> {
        let items = self.items(key, report);
        items.into_iter().filter_map(|item| self.accepted(item, &accept, report)).collect()
    }

    /// A list of tables (`[[key]]` or `key = [{ .. }]`); empty when the key is left out.
    pub(super) fn sections(&mut self, key: &'static str, report: &mut Report) -> Vec<Section<'a>> {
        let mut sections = Vec::new();
        for item in self.items(key, report) {
            let place = self.source.place(item.span().start);
            match item.get_ref() {
                DeValue::Table(table) => sections.push(Self::new(self.source, place, table)),
                other => report.add(
                    place,
                    format!("`{key}` holds tables, and this is {}", kind_of(other)),
                    format!("write `[[{key}]]` with keys below it"),
                ),
            }
        }
        sections
    }

    /// Tables with names of their own (`[key.name]`); empty when the key is left out.
    pub(super) fn named(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Vec<(Located<String>, Section<'a>)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let place = self.source.place(value.span().start);
        let DeValue::Table(table) = value.get_ref() else {
            let wrong =
                format!("`{key}` holds named tables, and this is {}", kind_of(value.get_ref()));
            report.add(place, wrong, format!("write `[{key}.<name>]` with keys below it"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, value) in table.iter() {
            let place = self.source.place(name.span().start);
            match value.get_ref() {
                DeValue::Table(table) => {
                    let name = Located { value: name.get_ref().to_string(), place: place.clone() };
                    sections.push((name, Self::new(self.source, place, table)));
                }
                other => report.add(
                    place,
                    format!("`{key}` holds named tables, and this is {}", kind_of(other)),
                    format!("write `[{key}.{}]` with keys below it", name.get_ref()),
                ),
            }
        }
        sections
    }

    /// Ends the section: whatever nobody asked for is an error.
    pub(super) fn finish(self, report: &mut Report) {
        for (key, place, _) in self.left {
            let fix = did_you_mean(key, self.asked.iter().copied());
            report.add(place, format!("unknown key `{key}`"), fix);
        }
    }

    fn report_missing(&self, key: &str, report: &mut Report) {
        let fix = format!("add a line `{key} = ..`");
        report.add(self.place.clone(), format!("`{key}` is missing"), fix);
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        let position = self.left.iter().position(|(name, ..)| *name == key)?;
        Some(self.left.swap_remove(position).2)
    }

    fn items(&mut self, key: &'static str, report: &mut Report) -> Vec<&'a Spanned<DeValue<'a>>> {
        match self.take(key).map(|value| (value, value.get_ref())) {
            None => Vec::new(),
            Some((_, DeValue::Array(array))) => array.iter().collect(),
            Some((value, other)) => {
                report.add(
                    self.source.place(value.span().start),
                    format!("`{key}` is a list, and this is {}", kind_of(other)),
                    format!("write `{key} = [..]`"),
                );
                Vec::new()
            }
        }
    }

    fn accepted<T>(
        &self,
        value: &Spanned<DeValue<'a>>,
        accept: impl Fn(&DeValue<'a>) -> Result<T, Complaint>,
        report: &mut Report,
    ) -> Option<Located<T>> {
        let place = self.source.place(value.span().start);
        match accept(value.get_ref()) {
            Ok(value) => Some(Located { value, place }),
            Err(complaint) => {
                report.add(place, complaint.wrong, complaint.fix);
                None
            }
        }
    }
}

/// What a value is, for messages.
pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
