//! `tests/<id>.toml`: what the policies should answer to which query, written by officers beside the rules.
//!
//! Must never know: how a query is planned. It only says who asks what, and which answer is expected.

use time::Date;

use super::files::{PolicyFiles, Source, TESTS};
use super::report::{Place, Report};
use super::section::{Section, parse};
use super::values::{amount, day, name, text, word};
use crate::ids::{ProjectId, UserId};
use crate::refusal::Code;

/// One expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTest {
    /// What it shows.
    pub name: String,
    /// Who asks.
    pub user: UserId,
    /// In which project.
    pub project: ProjectId,
    /// The query.
    pub sql: String,
    /// The day on which it is asked (UTC); today where none is given.
    pub on: Option<Date>,
    /// What should become of it.
    pub expected: Expected,
    /// Where it stands.
    pub place: Place,
}

/// What should become of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is answered, and costs at most so many points where that is given.
    Allowed {
        /// Most points.
        cost_max: Option<u64>,
    },
    /// It is refused, with this code where one is given.
    Refused {
        /// The code.
        code: Option<Code>,
    },
}

#[derive(Clone, Copy)]
enum Verdict {
    Allowed,
    Refused,
}

impl Verdict {
    const ALL: [Self; 2] = [Self::Allowed, Self::Refused];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}

/// Reads every file of tests, in the order of their names.
pub(super) fn read_policy_tests(files: &PolicyFiles, report: &mut Report) -> Vec<PolicyTest> {
    files.in_folder(TESTS).flat_map(|(_, source)| read_file(source, report)).collect()
}

fn read_file(source: Source<'_>, report: &mut Report) -> Vec<PolicyTest> {
    let Some(table) = parse(source, report) else { return vec![] };
    let mut root = Section::root(source, &table);
    let sections = root.sections("tests", report);
    root.finish(report);
    sections.into_iter().filter_map(|section| read_test(section, report)).collect()
}

fn read_test(mut section: Section<'_>, report: &mut Report) -> Option<PolicyTest> {
    let place = section.place();
    let title = section.one("name", text, report);
    let user = section.one("user", name::<UserId>, report);
    let project = section.one("project", name::<ProjectId>, report);
    let sql = section.one("sql", text, report);
    let on = section.maybe("on", day, report);
    let verdict = section.one("expect", |it| word(it, &Verdict::ALL, Verdict::as_str), report);
    let code = section.maybe("code", |it| word(it, Code::ALL, Code::as_str), report);
    let cost_max = section.maybe("cost_max", amount, report);
    section.finish(report);
    let expected = match verdict?.value {
        Verdict::Allowed => {
            if let Some(code) = code {
                report.add(code.place, "what is allowed has no code", "leave `code` out");
            }
            Expected::Allowed { cost_max: cost_max.map(|cost| cost.value) }
        }
        Verdict::Refused => {
            if let Some(cost) = cost_max {
                report.add(cost.place, "what is refused costs nothing", "leave `cost_max` out");
            }
            Expected::Refused { code: code.map(|code| code.value) }
        }
    };
    Some(PolicyTest {
        name: title?.value,
        user: user?.value,
        project: project?.value,
        sql: sql?.value,
        on: on.map(|on| on.value),
        expected,
        place,
    })
}
