//! Profiles, their vectors and perturbation tables, as they lie in the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tresor_disclosure::Profile;
use tresor_disclosure::noise::PerturbationTable;
use tresor_disclosure::profile::Noise;

use crate::vectors::Vectors;

/// Perturbation tables by name.
pub(crate) type Tables = BTreeMap<String, String>;

/// Everything by id.
pub(crate) struct Shelf {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) profiles: BTreeMap<String, Profile>,
    pub(crate) vectors: BTreeMap<String, Vectors>,
    pub(crate) ptables: Tables,
}

impl Shelf {
    pub(crate) fn read() -> Self {
        let (texts, ptables) = (files("policies/profiles"), files("policies/ptables"));
        let profiles =
            texts.iter().map(|(id, text)| (id.clone(), profile(text, &ptables))).collect();
        let vectors = files("tests/conformance")
            .into_iter()
            .map(|(id, text)| {
                let vectors = toml::from_str(&text);
                (id.clone(), vectors.unwrap_or_else(|error| panic!("{id}.toml: {error}")))
            })
            .collect();
        Self { texts, profiles, vectors, ptables }
    }
}

/// A profile with its table, as the policy loader makes it.
pub(crate) fn profile(text: &str, tables: &Tables) -> Profile {
    let mut profile: Profile =
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    match &profile.noise {
        Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => {}
        Noise::CellKeyTable { ptable, .. } => {
            let table = PerturbationTable::parse(&tables[ptable]);
            let table = table.unwrap_or_else(|problem| panic!("{ptable}.toml: {problem}"));
            profile.table = Some(Arc::new(table));
        }
    }
    profile
}

/// Where the repository lies.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The texts of the TOML files of a folder, by name.
fn files(folder: &str) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}
