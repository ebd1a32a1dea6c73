//! `profiles/<id>.toml`: the disclosure rules an organisation chose, one file each.
//!
//! The keys and their limits belong to the disclosure rules; here a problem gets the file and line it stands on.
//! Must never know: what a rule does to a number.

mod digest;

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use tresor_disclosure::profile::{Noise, Profile, ProfileProblem, not_offered};

use super::files::{PROFILES, PolicyFiles, Source};
use super::nearest::did_you_mean;
use super::ptables::{Named, Tables, read_tables};
use super::report::Report;
use super::section::parse;

/// Reads every release profile, by id.
pub(super) fn read_profiles(files: &PolicyFiles, report: &mut Report) -> BTreeMap<String, Profile> {
    let tables = read_tables(files, report);
    files
        .in_folder(PROFILES)
        .filter_map(|(id, source)| {
            Some((id.to_owned(), read_profile(id, source, &tables, report)?))
        })
        .collect()
}

/// The digest of every profile, by id.
pub(super) fn profile_digests(files: &PolicyFiles) -> BTreeMap<String, String> {
    let of = |(id, source): (&str, Source<'_>)| (id.to_owned(), digest::digest(source.text));
    files.in_folder(PROFILES).map(of).collect()
}

fn read_profile(
    id: &str,
    source: Source<'_>,
    tables: &Tables,
    report: &mut Report,
) -> Option<Profile> {
    let table = parse(source, report)?;
    let mut profile: Profile = match toml::from_str(source.text) {
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
    let unnamed = put_table(&mut profile, tables);
    for ProfileProblem { field, wrong, fix } in profile.validate().err().unwrap_or_default() {
        let (wrong, fix) = match &unnamed {
            // Said once, where the table itself is broken, or with what was perhaps meant.
            Some(Named::Broken) if field == PTABLE => continue,
            Some(Named::Missing(meant)) if field == PTABLE => (wrong, meant.clone()),
            Some(Named::Table(_) | Named::Broken | Named::Missing(_)) | None => (wrong, fix),
        };
        report.add(source.place(byte_of(&table, field)), format!("`{field}` {wrong}"), fix);
    }
    Some(profile)
}

/// The field that names a perturbation table.
const PTABLE: &str = "noise.ptable";

/// Puts the table into the profile that its noise names; gives back what there is in place of one.
fn put_table(profile: &mut Profile, tables: &Tables) -> Option<Named> {
    let name = match &profile.noise {
        Noise::CellKeyTable { ptable, .. } => ptable,
        Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => {
            return None;
        }
    };
    match tables.named(name) {
        Named::Table(table) => {
            profile.table = Some(table);
            None
        }
        other @ (Named::Broken | Named::Missing(_)) => Some(other),
    }
}

/// The reader's message without its vocabulary, and a fix.
fn in_plain_words(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let known = ["unknown field", "unknown variant"].iter().any(|said| message.starts_with(said));
    if let Some((word, (why, fix))) =
        quoted.first().filter(|_| known).and_then(|word| Some((word, not_offered(word)?)))
    {
        return (format!("`{word}` {why}"), fix.to_owned());
    }
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
