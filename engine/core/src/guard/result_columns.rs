//! The columns of the result: what they are called, and which protected values they are computed from.

#[cfg(test)]
mod tests;

use tresor_disclosure::profile::Suffixes;

use super::facts::{Fact, HIDDEN, Relation};
use super::release::{Release, Statistic};

/// One column of the result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResultColumn {
    pub(crate) name: String,
    /// The protected values it is computed from: (scan, output). None for a dimension.
    pub(crate) made_of: Vec<(usize, usize)>,
    /// Whether each value is one protected value as it is, so that its interval applies.
    pub(crate) direct: bool,
}

/// The releases of a query, and which of them each scan of a protected table reads.
pub(super) struct Sources<'a> {
    pub(super) releases: &'a [Release],
    pub(super) scans: &'a [usize],
}

/// The visible columns of the result.
pub(super) fn result_columns(
    root: &Relation,
    sources: &Sources<'_>,
    suffixes: &Suffixes,
) -> Vec<ResultColumn> {
    let mut columns: Vec<ResultColumn> = vec![];
    for (at, fact) in root.columns.iter().enumerate() {
        let written = root.name(at);
        if written.starts_with(HIDDEN) {
            continue;
        }
        let number = columns.len() + 1;
        let name = shown_name(written).unwrap_or_else(|| format!("column_{number}"));
        let mut name = name + suffix(fact, sources, suffixes);
        if columns.iter().any(|known| known.name == name) {
            name = format!("{name}_{number}");
        }
        columns.push(ResultColumn { name, made_of: fact.made_of.clone(), direct: fact.direct });
    }
    columns
}

/// Names made by the planner quote whole expressions, literals included: those are replaced by a number.
pub(super) fn shown_name(written: &str) -> Option<String> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 63
            && text.chars().all(|c| c.is_alphanumeric() || "_ .*()%".contains(c))
            && text.chars().filter(|c| *c == '(').count() <= 1
    };
    plain(written).then(|| written.to_owned())
}

/// What the profile puts behind the name of this column, so that a reader of the numbers alone sees what was done to
/// them: one for counts as they are, one for what is computed from counts (OpenSAFELY).
fn suffix<'a>(fact: &Fact, sources: &Sources<'_>, suffixes: &'a Suffixes) -> &'a str {
    let of = |statistic: &Statistic| {
        if fact.direct && statistic.is_count() {
            return Some(suffixes.value.as_str());
        }
        statistic.uses_counts().then_some(suffixes.derived.as_str())
    };
    fact.made_of.iter().filter_map(|part| sources.statistic(*part)).find_map(of).unwrap_or_default()
}

impl Sources<'_> {
    fn statistic(&self, (scan, output): (usize, usize)) -> Option<&Statistic> {
        match self.releases.get(*self.scans.get(scan)?)? {
            Release::Personal(release) => release.outputs.get(output).map(|found| &found.statistic),
            Release::Public(_) | Release::Earlier(_) => None,
        }
    }
}
