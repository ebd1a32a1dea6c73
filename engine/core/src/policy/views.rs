//! Views of a project: queries that officers name, for researchers to use like tables.
//!
//! Their SQL is checked as far as it can be without the data: one SELECT within the limits, and no circles. Must never
//! know: what a view means, or whether its answers can be protected.

use super::report::{Place, Report};
use super::section::{Located, Section};
use super::values::text;
use crate::ids::TableName;
use crate::limits::Limits;
use crate::sql::Views;

/// A view, as officers describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectView {
    /// Its name.
    pub name: TableName,
    /// What it holds, for researchers.
    pub description: String,
    /// Where its SQL is written.
    pub place: Place,
    pub(super) name_at: Place,
}

/// What the names of views may not begin with.
const RESERVED: &str = "tresor_";

/// Reads `[views.<name>]`, in the order of the file.
pub(super) fn read_views(
    mut sections: Vec<(Located<String>, Section<'_>)>,
    report: &mut Report,
) -> (Vec<ProjectView>, Views) {
    sections.sort_by(|(one, _), (other, _)| one.place.cmp(&other.place));
    let (mut views, mut sqls) = (vec![], vec![]);
    for (name, section) in sections {
        if let Some((view, sql)) = read_view(name, section, report) {
            views.push(view);
            sqls.push(sql);
        }
    }
    let written: Vec<(&str, &str)> =
        views.iter().map(|view| view.name.as_str()).zip(sqls.iter().map(String::as_str)).collect();
    match Views::read(&written, &Limits::default()) {
        Ok(queries) => (views, queries),
        Err(mistakes) => {
            for mistake in mistakes {
                if let Some(view) = views.get(mistake.view) {
                    report.add(view.place.clone(), mistake.wrong, mistake.fix);
                }
            }
            (views, Views::default())
        }
    }
}

fn read_view(
    name: Located<String>,
    mut section: Section<'_>,
    report: &mut Report,
) -> Option<(ProjectView, String)> {
    let description = section.one("description", text, report);
    let sql = section.one("sql", text, report);
    section.finish(report);
    let Located { value, place: name_at } = name;
    let name = match TableName::new(value) {
        Ok(name) => Some(name),
        Err(bad) => {
            let wrong = format!("`{}` is not a valid name of a view", bad.text);
            report.add(name_at.clone(), wrong, format!("use {}", bad.shape));
            None
        }
    };
    if let Some(name) = &name
        && name.as_str().starts_with(RESERVED)
    {
        let wrong = format!("the name `{name}` is kept for the engine");
        report.add(name_at.clone(), wrong, "choose a name that does not begin with `tresor_`");
    }
    let sql = sql?;
    let view =
        ProjectView { name: name?, description: description?.value, place: sql.place, name_at };
    Some((view, sql.value))
}
