//! `[limits]` of a project: what it may not do although the engine offers it.
//!
//! Stricter only: a limit takes away, nothing here can add. Must never know: how a limit is kept.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::nearest::did_you_mean;
use super::report::Report;
use super::section::{Complaint, Section};
use super::values::{amount, text, truth};
use crate::limits::{Limits, Narrowed, ProjectLimits};
use crate::sql::functions::{self, known_names};

pub(super) fn read_limits(mut section: Section<'_>, report: &mut Report) -> ProjectLimits {
    let denied = section.many("functions_denied", function, report);
    let joins = section.maybe("joins_max", joins, report);
    let sets = section.maybe("set_operations", truth, report);
    section.finish(report);

    let mut functions: Vec<Narrowed<String>> = vec![];
    for name in denied {
        if functions.iter().any(|earlier| earlier.value == name.value) {
            report.add(name.place, format!("`{}` is denied twice", name.value), "keep one");
        } else {
            functions.push(Narrowed { value: name.value, rule: name.place.to_string() });
        }
    }
    ProjectLimits {
        functions,
        joins: joins.map(|it| Narrowed { value: it.value, rule: it.place.to_string() }),
        no_set_operations: sets.filter(|it| !it.value).map(|it| it.place.to_string()),
    }
}

/// A function that the engine has, by the first of its names.
fn function(value: &DeValue<'_>) -> Result<String, Complaint> {
    let name = text(value)?.to_lowercase();
    functions::first_name(&name).ok_or_else(|| {
        let known: BTreeSet<String> = known_names().collect();
        let near = did_you_mean(&name, known.iter().map(String::as_str));
        Complaint {
            wrong: format!("the engine has no function `{name}`, so nothing is denied"),
            fix: if near.starts_with("did") { near } else { "leave it out".to_owned() },
        }
    })
}

/// How many joins; not more than the engine plans.
fn joins(value: &DeValue<'_>) -> Result<usize, Complaint> {
    let most = Limits::default().joins;
    let joins = usize::try_from(amount(value)?).unwrap_or(usize::MAX);
    if joins <= most {
        return Ok(joins);
    }
    Err(Complaint {
        wrong: format!("no query may have more than {most} joins, so {joins} limits nothing"),
        fix: format!("write {most} or less, or leave it out"),
    })
}
