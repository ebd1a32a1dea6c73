//! `profiles/<id>.toml`: the disclosure rules an organisation chose, one file each.
//!
//! The keys and their limits belong to the disclosure rules; here a problem gets the file and line it stands on.
//! Must never know: what a rule does to a number.

mod digest;

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use tresor_disclosure::profile::{Profile, ProfileProblem};

use super::files::{PROFILES, PolicyFiles, Source};
use super::nearest::did_you_mean;
use super::report::Report;
use super::section::parse;

/// Reads every release profile, by id.
pub(super) fn read_profiles(files: &PolicyFiles, report: &mut Report) -> BTreeMap<String, Profile> {
    files
        .in_folder(PROFILES)
        .filter_map(|(id, source)| Some((id.to_owned(), read_profile(id, source, report)?)))
        .collect()
}

/// The digest of every profile, by id.
pub(super) fn profile_digests(files: &PolicyFiles) -> BTreeMap<String, String> {
    let of = |(id, source): (&str, Source<'_>)| (id.to_owned(), digest::digest(source.text));
    files.in_folder(PROFILES).map(of).collect()
}

fn read_profile(id: &str, source: Source<'_>, report: &mut Report) -> Option<Profile> {
    let table = parse(source, report)?;
    let profile: Profile = match toml::from_str(source.text) {
        Ok(profile) => profile,
        Err(error) => {
            let (wrong, fix) = in_plain_words(error.message());
            report.add(source.place(error.span().map_or(0, |span| span.start)), wrong, fix);
            return None;
        }
    };
    if profile.id != id {
        report.add(
            source.place(byte_of(&table, "id")),
            format!("the id is `{}` and the file is `{id}.toml`", profile.id),
            format!("write `id = \"{id}\"` or rename the file"),
        );
    }
    for ProfileProblem { field, wrong, fix } in profile.validate().err().unwrap_or_default() {
        report.add(source.place(byte_of(&table, field)), format!("`{field}` {wrong}"), fix);
    }
    Some(profile)
}

/// The reader's message without its vocabulary, and a fix.
fn in_plain_words(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message, quoted.as_slice()) {
        (_, [key, known @ ..]) if message.starts_with("unknown field") => {
            (format!("unknown key `{key}`"), did_you_mean(key, known.iter().copied()))
        }
        (_, [word, known @ ..]) if message.starts_with("unknown variant") => {
            (format!("`{word}` is not known here"), did_you_mean(word, known.iter().copied()))
        }
        (_, [key]) if message.starts_with("missing field") => {
            (format!("`{key}` is missing"), format!("add a line `{key} = ..`"))
        }
        _ => (message.to_owned(), "write the kind of value that is expected here".to_owned()),
    }
}

/// Where the value of a key like `noise.count_sd` starts; the deepest part that is written.
fn byte_of(table: &Spanned<DeTable<'_>>, field: &str) -> usize {
    let mut byte = table.span().start;
    let mut inside = Some(table.get_ref());
    for part in field.split('.') {
        let found = inside
            .and_then(|table| table.iter().find(|(key, _)| key.get_ref().as_ref() == part))
            .map(|(_, value)| value);
        byte = found.map_or(byte, |value| value.span().start);
        inside = found.and_then(|value| match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
    }
    byte
}
