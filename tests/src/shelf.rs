//! The release profiles of the repository, as they are now, and a few that differ from one of them in a line or two.

use std::path::{Path, PathBuf};

use crate::profile;

/// Profiles that no rule in force stands behind: another with other lines.
pub const VARIANTS: [Variant; 7] = [
    Variant {
        id: "opensafely-refuse",
        of: "opensafely",
        lines: &["class_disclosure = \"refuse\""],
    },
    Variant {
        id: "acro-structural",
        of: "acro-default",
        lines: &[
            "structural_zeros = [{ \"town.residents.sex\" = \"m\", \"town.residents.screening\" = \"cervix\" }]",
        ],
    },
    Variant { id: "opensafely-sparse", of: "opensafely", lines: &["sparsity_max_small = 0.15"] },
    Variant {
        id: "opensafely-apart",
        of: "opensafely",
        lines: &["field_exclusions = [[\"town.residents.village\", \"town.residents.illness\"]]"],
    },
    Variant {
        id: "abs-datalab-alone",
        of: "abs-datalab",
        lines: &["secondary = { method = \"off\", zeros = false }", "complements = false"],
    },
    Variant {
        id: "hdruk-up",
        of: "hdruk-cohort-discovery",
        lines: &["rounding = { method = \"ceil\", base = 10, half = \"up\", bands = [] }"],
    },
    Variant {
        id: "opensafely-true",
        of: "opensafely",
        lines: &["totals = \"from_true_then_protect\""],
    },
];

/// A profile with other lines.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    pub id: &'static str,
    pub of: &'static str,
    pub lines: &'static [&'static str],
}

impl Variant {
    /// The variant of this name.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        VARIANTS.into_iter().find(|variant| variant.id == id)
    }

    /// The text of its file.
    #[must_use]
    pub fn text(&self) -> String {
        let id = format!("id = \"{}\"", self.id);
        let lines = [&[id.as_str()], self.lines].concat();
        profile::changed(&without_sample(self.of), &lines)
    }
}

/// The ids of the profiles of the repository, in order.
#[must_use]
pub fn ids() -> Vec<String> {
    names("profiles")
}

/// The text of a profile of the repository.
#[must_use]
pub fn text(id: &str) -> String {
    std::fs::read_to_string(policies().join("profiles").join(format!("{id}.toml"))).unwrap()
}

/// The same for data that are not the sample (a pair of its columns that is kept apart names nothing there), and with
/// nobody who has to release the answers.
#[must_use]
pub fn without_sample(id: &str) -> String {
    // Cases are about what protects an answer, not about who lets it out.
    let text = text(id).replace("review = true", "review = false");
    if text.contains("\"sample.") {
        return profile::changed(&text, &["field_exclusions = []"]);
    }
    text
}

/// The perturbation tables of the repository: name of the file and text.
#[must_use]
pub fn perturbation_tables() -> Vec<(String, String)> {
    let read = |id: String| {
        let text = std::fs::read_to_string(policies().join("ptables").join(format!("{id}.toml")));
        (id, text.unwrap())
    };
    names("ptables").into_iter().map(read).collect()
}

fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(policies().join(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().path().with_extension(""))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies")
}
