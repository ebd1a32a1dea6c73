//! `projects/<id>.toml`: what a project is for, who works in it, until when, on which data, under which release profile.
//!
//! The fields follow the data use register, so that the public register can be written from these files.
//! Must never know: which columns a project may use (that is `access/`), what its queries cost.

mod about;
mod legal;
mod members;

use std::collections::BTreeMap;

use time::Date;

pub use self::about::{About, Organisation, RiskAppetite, Sensitivity};
pub use self::legal::{Approval, Legal, NationalOptOut};
pub use self::members::{Accreditation, Member};

use self::members::read_members;
use super::files::{PROJECTS, PolicyFiles, Source};
use super::nearest::did_you_mean;
use super::project_limits::read_limits;
use super::report::{Place, Report};
use super::row_conditions::{RowCondition, read_row_condition};
use super::section::{Located, Section, parse};
use super::values::{amount, day, name, text};
use super::views::{ProjectView, read_views};
use crate::ids::{DatasetId, ProjectId, UserId};
use crate::limits::ProjectLimits;
use crate::sql::Views;

/// An approved project.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Its id; the name of its file.
    pub id: ProjectId,
    /// Its title.
    pub title: String,
    /// What it is for, as the register of data uses tells everybody.
    pub about: About,
    /// Why it may use the data, and who says so.
    pub legal: Legal,
    /// The first day (UTC).
    pub start: Date,
    /// The last day (UTC).
    pub end: Date,
    /// The release profile that protects its answers.
    pub release_profile: String,
    /// What its queries may cost altogether, in points.
    pub budget_points: u64,
    /// The datasets it works on. A dataset that is not listed is not there, whatever the access rules say.
    pub datasets: Vec<DatasetId>,
    /// Who works in it; each person once.
    pub members: Vec<Member>,
    /// Which rows it works on, where not all.
    pub row_conditions: Vec<RowCondition>,
    /// What it may not do although the engine offers it.
    pub limits: ProjectLimits,
    /// Queries that researchers use like tables, in the order of the file.
    pub views: Vec<ProjectView>,
    /// The same as queries.
    pub(crate) queries: Views,
    pub(super) datasets_at: Vec<Place>,
}

impl Project {
    /// The membership of this person, whether or not it has ended.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == *user)
    }
}

/// What projects may refer to.
pub(super) struct Known<'a> {
    /// Who stands in `people.toml`; none when that could not be read, and then nobody is unknown.
    pub(super) users: Option<Vec<&'a str>>,
    pub(super) profiles: Vec<&'a str>,
}

/// Reads every project, by id.
pub(super) fn read_projects(
    files: &PolicyFiles,
    known: &Known<'_>,
    report: &mut Report,
) -> BTreeMap<ProjectId, Project> {
    let mut projects = BTreeMap::new();
    for (id, source) in files.in_folder(PROJECTS) {
        match ProjectId::new(id) {
            Ok(id) => {
                if let Some(project) = read_project(&id, source, known, report) {
                    projects.insert(id, project);
                }
            }
            Err(bad) => report.add(
                source.place(0),
                format!("`{}.toml` does not name a project", bad.text),
                format!("rename the file: {}", bad.shape),
            ),
        }
    }
    projects
}

fn read_project(
    id: &ProjectId,
    source: Source<'_>,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Project> {
    let table = parse(source, report)?;
    let mut section = Section::root(source, &table);
    let title = section.one("title", text, report);
    let about = About::read(&mut section, report);
    let legal = Legal::read(&mut section, report);
    let start = section.one("start", day, report);
    let end = section.one("end", day, report);
    let release_profile = section.one("release_profile", text, report);
    let budget_points = section.one("budget_points", amount, report);
    let datasets = section.many("datasets", name::<DatasetId>, report);
    let members = section.sections("members", report);
    let conditions = section.sections("row_conditions", report);
    let limits = section.maybe_section("limits", report);
    let views = section.named("views", report);
    let whole = section.place();
    section.finish(report);

    report_reversed(start.as_ref(), end.as_ref(), report);
    report_datasets(&datasets, whole, report);
    if let Some(profile) = &release_profile {
        report_unknown("release profile", &profile.value, &profile.place, &known.profiles, report);
    }
    let (datasets, datasets_at): (Vec<_>, Vec<_>) =
        datasets.into_iter().map(|dataset| (dataset.value, dataset.place)).unzip();
    let row_conditions = conditions
        .into_iter()
        .filter_map(|condition| read_row_condition(condition, &datasets, report))
        .collect();
    let limits = limits.map(|limits| read_limits(limits, report)).unwrap_or_default();
    let (views, queries) = read_views(views, report);
    Some(Project {
        id: id.clone(),
        members: read_members(members, known, report),
        row_conditions,
        limits,
        views,
        queries,
        title: title?.value,
        about: about?,
        legal: legal?,
        start: start?.value,
        end: end?.value,
        release_profile: release_profile?.value,
        budget_points: budget_points?.value,
        datasets,
        datasets_at,
    })
}

pub(super) fn report_reversed(
    first: Option<&Located<Date>>,
    last: Option<&Located<Date>>,
    report: &mut Report,
) {
    let (Some(first), Some(last)) = (first, last) else { return };
    if last.value < first.value {
        let wrong = format!("the last day, {}, is before the first, {}", last.value, first.value);
        report.add(last.place.clone(), wrong, "write a later day");
    }
}

fn report_datasets(datasets: &[Located<DatasetId>], whole: Place, report: &mut Report) {
    if datasets.is_empty() {
        report.add(whole, "the project has no dataset", "add a line `datasets = [\"..\"]`");
    }
    for (position, dataset) in datasets.iter().enumerate() {
        if datasets.iter().take(position).any(|earlier| earlier.value == dataset.value) {
            let wrong = format!("`{}` is listed twice", dataset.value);
            report.add(dataset.place.clone(), wrong, "keep one");
        }
    }
}

fn report_unknown(what: &str, word: &str, place: &Place, known: &[&str], report: &mut Report) {
    if !known.contains(&word) {
        let fix = did_you_mean(word, known.iter().copied());
        report.add(place.clone(), format!("there is no {what} `{word}`"), fix);
    }
}
