//! Separation of duties: nobody judges their own work, and who keeps the service running reads no answers.
//!
//! Two things are checked when a bundle is read: what no line of the access rules can give, and what nobody can be on
//! the same day. Both are mistakes of the bundle, told with place and fix, and not decided again when somebody asks.
//! Must never know: what day it is.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use time::Date;

use super::access::{Effect, Role, Rule, Target};
use super::people::Person;
use super::projects::Project;
use super::report::{Place, Report};
use crate::ids::{ProjectId, UserId};

/// Pairs of roles that nobody has on the same day, and why. A researcher is a member of a project.
const APART: [(Role, Role, &str); 8] = [
    (Role::Auditor, Role::Officer, "an auditor judges what officers decide"),
    (Role::Auditor, Role::Checker, "an auditor judges what checkers let out"),
    (Role::Auditor, Role::Administrator, "an auditor judges how the service is run"),
    (Role::Auditor, Role::Researcher, "an auditor judges what projects ask"),
    (Role::Administrator, Role::Officer, "an administrator could put a policy in force alone"),
    (Role::Administrator, Role::Checker, "an administrator sees no answers"),
    (Role::Administrator, Role::Researcher, "an administrator sees no answers"),
    (Role::Officer, Role::Researcher, "an officer would decide about their own project"),
];

/// Reports every rule that gives a role what is not for it. To deny it is harmless.
pub(super) fn check_rules(rules: &[Rule], report: &mut Report) {
    for rule in rules.iter().filter(|rule| rule.effect == Effect::Allow) {
        let Target::Global { object, action } = rule.target else { continue };
        if let Some(why) = forbidden(rule.role, object, action) {
            let wrong = format!("{why}, and this line gives `{action}` on `{object}`");
            report.add(rule.id.place(), wrong, "remove the line, or name another role");
        }
    }
}

/// Why no rule can give this.
fn forbidden(role: Role, object: &str, action: &str) -> Option<&'static str> {
    match (role, object, action) {
        (Role::Auditor, _, "read" | "open") => None,
        (Role::Auditor, ..) => Some("an auditor reads and opens, and changes nothing"),
        (Role::Administrator, "reviews", _) => Some("an administrator sees no answers"),
        (Role::Administrator, "audit-log", "open") => {
            Some("an administrator reads no texts of queries")
        }
        (Role::Researcher | Role::Officer | Role::Checker | Role::Administrator, ..) => None,
    }
}

/// A role from one day to another, both included.
struct Held<'a> {
    role: Role,
    project: Option<&'a ProjectId>,
    first: Date,
    last: Date,
    place: &'a Place,
}

/// Reports everybody who has two roles on the same day that must be apart.
pub(super) fn check_people(
    people: &BTreeMap<UserId, Person>,
    projects: &BTreeMap<ProjectId, Project>,
    report: &mut Report,
) {
    let mut held: BTreeMap<&UserId, Vec<Held<'_>>> =
        people.iter().map(|(user, person)| (user, outside(person))).collect();
    for (user, membership) in projects.values().flat_map(memberships) {
        held.entry(user).or_default().push(membership);
    }
    for (user, held) in held {
        for (later, second) in held.iter().enumerate() {
            for first in held.iter().take(later) {
                compare(user, first, second, report);
            }
        }
    }
}

fn outside(person: &Person) -> Vec<Held<'_>> {
    let roles = person.roles.iter();
    roles
        .map(|held| Held {
            role: held.role,
            project: None,
            first: held.from,
            last: person.until.map_or(held.until, |until| until.min(held.until)),
            place: &held.at,
        })
        .collect()
}

/// Whether training is valid does not count here: it can be renewed on any day.
fn memberships(project: &Project) -> impl Iterator<Item = (&UserId, Held<'_>)> {
    project.members.iter().map(|member| {
        let held = Held {
            role: member.role,
            project: Some(&project.id),
            first: member.from.max(project.start),
            last: member.until.min(project.end),
            place: &member.at,
        };
        (&member.user, held)
    })
}

fn compare(user: &UserId, first: &Held<'_>, second: &Held<'_>, report: &mut Report) {
    let (one, other) = (first.role, second.role);
    let pair = APART.iter().find(|(a, b, _)| (one, other) == (*a, *b) || (other, one) == (*a, *b));
    let (from, until) = (first.first.max(second.first), first.last.min(second.last));
    let Some((.., why)) = pair.filter(|_| from <= until) else { return };
    let days = if from == Date::MIN {
        format!("until {until}")
    } else {
        format!("from {from} to {until}")
    };
    report.add(
        second.place.clone(),
        format!("`{user}` is {} and {} {days}, and {why}", first.words(), second.words()),
        "let one end before the other begins, with `until` and `from`, or give one to somebody else",
    );
}

impl Held<'_> {
    fn words(&self) -> String {
        match self.project {
            Some(project) => format!("member of `{project}`"),
            None => self.role.as_str().to_owned(),
        }
    }
}
