//! One line of `access/rules.csv` as five fields, each with its place.
//!
//! No quotes, no escapes: nothing that may stand in a rule needs them. Must never know: what the fields mean.

use crate::ids::BadName;
use crate::policy::files::Source;
use crate::policy::nearest::did_you_mean;
use crate::policy::report::{Place, Report};

const SHAPE: &str =
    "write `p, role, project or *, dataset/table/column or *, use or *, allow|deny`";

/// A line of five fields, each with its place.
pub(super) struct Line<'a> {
    pub(super) place: Place,
    pub(super) role: Field<'a>,
    pub(super) project: Field<'a>,
    pub(super) object: Field<'a>,
    pub(super) action: Field<'a>,
    pub(super) effect: Field<'a>,
}

pub(super) struct Field<'a> {
    pub(super) text: &'a str,
    pub(super) place: Place,
}

impl<'a> Line<'a> {
    /// The fields of a line; none for blank lines, comments and lines that are not rules, which are reported.
    pub(super) fn split(
        source: Source<'a>,
        number: usize,
        text: &'a str,
        report: &mut Report,
    ) -> Option<Self> {
        if text.trim().is_empty() || text.trim_start().starts_with('#') {
            return None;
        }
        // Counted here: to look for the line in the whole file, once for each field, takes seconds in a long file.
        let at = |column| Place { line: number, column, ..source.place(0) };
        let mut column = 1;
        let fields = text.split(',').map(|field| {
            let indent = field.chars().count() - field.trim_start().chars().count();
            let place = at(column + indent);
            column += field.chars().count() + 1;
            Field { text: field.trim(), place }
        });
        let mut fields = fields.collect::<Vec<_>>().into_iter();
        let kind = fields.next()?;
        match kind.text {
            "p" => {}
            "g" => {
                let wrong = "roles are not given here";
                let fix = "give them in `people.toml` or in the project's `members`";
                report.add(kind.place, wrong, fix);
                return None;
            }
            other => {
                report.add(kind.place, format!("a rule does not start with `{other}`"), SHAPE);
                return None;
            }
        }
        let count = fields.len();
        let five: Result<[Field<'a>; 5], _> = fields.collect::<Vec<_>>().try_into();
        let Ok([role, project, object, action, effect]) = five else {
            let wrong = format!("a rule has 5 fields after `p`, and this line has {count}");
            report.add(at(1), wrong, SHAPE);
            return None;
        };
        Some(Self { place: at(1), role, project, object, action, effect })
    }
}

impl Field<'_> {
    /// The meaning of a known word.
    pub(super) fn word<T: Copy>(
        &self,
        what: &str,
        known: &[(&str, T)],
        report: &mut Report,
    ) -> Option<T> {
        let found = known.iter().find(|(word, _)| *word == self.text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let fix = did_you_mean(self.text, known.iter().map(|(word, _)| *word));
            report.add(self.place.clone(), format!("unknown {what} `{}`", self.text), fix);
        }
        found
    }

    /// A checked name.
    pub(super) fn name<T: TryFrom<String, Error = BadName>>(
        &self,
        part: &str,
        report: &mut Report,
    ) -> Option<T> {
        T::try_from(part.to_owned())
            .map_err(|bad| {
                let wrong = format!("`{}` is not a valid {}", bad.text, bad.what);
                report.add(self.place.clone(), wrong, format!("use {}", bad.shape));
            })
            .ok()
    }
}
