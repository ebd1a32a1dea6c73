//! What is decided on true values: which rows a table has, and which cells are withheld for their own sake.

use std::collections::BTreeSet;

use datafusion::common::{HashMap, Result};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::profile::{CheckOn, ClassDisclosure, ZeroRule};
use tresor_disclosure::table::{Cell, Line, Standing, Table, lines, screen};
use tresor_disclosure::threshold::of_persons;
use tresor_disclosure::{Contribution, Protected, Reason};

use super::rows::Keys;
use super::{MeasuredTable, Rules, Settled, rows, told};
use crate::vault::cells::Measured;

/// The rows of a table that a reader will see.
pub(super) struct Decided<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// Cells whose row nobody sees: few persons, and a key that is not public.
    pub(super) unlisted: Vec<(&'a [ScalarValue], &'a [Measured])>,
    /// Whether small cells may be missing. Decided by plan.
    pub(super) may_omit: bool,
    pub(super) warnings: BTreeSet<&'static str>,
}

/// One row, and what was decided about it.
pub(super) struct Row<'a> {
    pub(super) keys: Keys<'a>,
    /// What was measured; nothing where nobody is in the cell.
    pub(super) measured: Option<&'a [Measured]>,
    pub(super) standing: Standing,
    /// Arguments that are withheld so that others cannot be worked out.
    pub(super) arguments: Vec<(usize, Reason)>,
}

impl Row<'_> {
    /// Why an argument is withheld, if another decided so.
    pub(super) fn argument(&self, at: usize) -> Option<Reason> {
        self.arguments.iter().find(|(known, _)| *known == at).map(|(_, reason)| *reason)
    }
}

/// Decides on the cells of one table.
pub(super) fn decide<'a>(table: &'a MeasuredTable<'_>, rules: &Rules<'_>) -> Result<Decided<'a>> {
    let (release, cells) = (table.release, &table.cells);
    // A key that is not public may be shown for a group that is large enough for a measure, whatever else holds.
    let least = rules.profile.min_count.max(rules.profile.min_count_measure);
    let people = |measured: &[Measured]| {
        measured.first().map(|measured| *measured.persons()).unwrap_or_default()
    };
    // Beside the past it is not the people alone that decide.
    let enough = |measured: &[Measured]| {
        let known = rules.beside.is_some() && rules.profile.check_on == CheckOn::True;
        let of = measured.first().filter(|measured| known && measured.persons().persons > 0)?;
        let told = told::persons(release, of, rules).protected;
        Some(matches!(told, Protected::Shown { .. }))
    };
    let large = |measured: &[Measured]| match enough(measured) {
        Some(enough) if least == rules.profile.min_count => enough,
        enough => {
            let people = people(measured);
            let least = of_persons(rules.profile, rules.secret, least, &people);
            enough != Some(false) && people.persons >= least
        }
    };
    let cell = |measured: Option<&[Measured]>| {
        let Contribution { persons, key, .. } = measured.map(people).unwrap_or_default();
        Cell { enough: measured.and_then(enough), ..Cell::listed(persons, key) }
    };
    let shown = rows::shown(release, cells, &large, rules.limits)?;
    let unlisted = shown.unlisted;
    let mut all: Vec<Cell> = shown
        .rows
        .iter()
        .map(|(keys, measured)| {
            let structural = release.cannot_be(rules.profile, keys);
            Cell { structural, ..cell(*measured) }
        })
        .collect();
    let hidden = unlisted.iter().map(|(_, measured)| cell(Some(measured)));
    all.extend(hidden.map(|cell| Cell { listed: false, ..cell }));
    let lines: Vec<Line> = if looks_at_lines(rules) {
        let keys = shown.rows.iter().map(|(keys, _)| keys.as_ref());
        let keys = keys.chain(unlisted.iter().map(|(keys, _)| *keys));
        let public = release.keys.iter().map(|key| key.domain.as_ref().map(|domain| domain.len()));
        lines(&all, &coded(keys), &public.collect::<Vec<_>>())
    } else {
        vec![]
    };
    let screening = screen(rules.profile, rules.secret, &Table { cells: &all, lines: &lines });
    let warnings = screening.warnings.iter().map(|warning| warning.sentence()).collect();
    let mut rows: Vec<Row<'_>> = shown
        .rows
        .into_iter()
        .zip(screening.cells)
        .map(|((keys, measured), standing)| Row { keys, measured, standing, arguments: vec![] })
        .collect();
    if let Some(Settled(known)) = &table.settled {
        for (row, (standing, arguments)) in rows.iter_mut().zip(known) {
            (row.standing, row.arguments) = (*standing, arguments.clone());
        }
    }
    Ok(Decided { rows, unlisted, may_omit: shown.may_omit, warnings })
}

/// Values of keys as numbers that stand for them.
fn coded<'a>(keys: impl Iterator<Item = &'a [ScalarValue]>) -> Vec<Vec<u32>> {
    let mut codes: HashMap<(usize, &ScalarValue), u32> = HashMap::new();
    let mut code = |key| {
        let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
        *codes.entry(key).or_insert(next)
    };
    keys.map(|keys| keys.iter().enumerate().map(&mut code).collect()).collect()
}

/// Zeros that are withheld say nothing about a row or column.
fn looks_at_lines(rules: &Rules<'_>) -> bool {
    rules.profile.class_disclosure != ClassDisclosure::Off && rules.profile.zero == ZeroRule::Show
}
