//! `people.toml`: who may sign in, what they are called, and the roles they hold outside projects.
//!
//! Must never know: projects, credentials.

use std::collections::BTreeMap;

use time::Date;

use super::access::Role;
use super::files::{PEOPLE, PolicyFiles};
use super::projects::report_reversed;
use super::report::{Place, Report};
use super::section::{Located, Section, parse};
use super::values::{day, name, public_key, text, word};
use crate::ids::UserId;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name they sign in with.
    pub user: UserId,
    /// What people call them.
    pub display_name: String,
    /// Roles outside projects.
    pub roles: Vec<GlobalRole>,
    /// The last day (UTC) on which they may sign in at all, if there is one.
    pub until: Option<Date>,
    signing_key: Option<[u8; 32]>,
}

/// A role outside projects, until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalRole {
    /// The role.
    pub role: Role,
    /// The first day (UTC) on which it is held; the first of all days where the file names none.
    pub from: Date,
    /// The last day (UTC) on which it is held.
    pub until: Date,
    pub(super) at: Place,
}

impl GlobalRole {
    fn is_held_on(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

impl Person {
    /// Whether the person may still sign in on this day.
    #[must_use]
    pub fn may_sign_in(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }

    /// The roles outside projects that the person holds on this day.
    pub fn roles_on(&self, day: Date) -> impl Iterator<Item = Role> {
        let held = self.roles.iter().filter(move |held| held.is_held_on(day));
        held.filter(move |_| self.may_sign_in(day)).map(|held| held.role)
    }

    /// The public Ed25519 key with which the person signs changes of the policy, if there is one.
    #[must_use]
    pub const fn signing_key(&self) -> Option<[u8; 32]> {
        self.signing_key
    }
}

/// Everybody who could be read, and the names that stand in the file, even of entries with other mistakes.
pub(super) struct People {
    pub(super) by_user: BTreeMap<UserId, Person>,
    pub(super) named: Vec<UserId>,
    keys: Vec<([u8; 32], UserId)>,
}

/// Reads everybody; none when the file is missing or not TOML.
pub(super) fn read_people(files: &PolicyFiles, report: &mut Report) -> Option<People> {
    let source = files.required(PEOPLE, report)?;
    let table = parse(source, report)?;
    let mut people = People { by_user: BTreeMap::new(), named: vec![], keys: vec![] };
    let mut root = Section::root(source, &table);
    for section in root.sections("people", report) {
        read_person(section, &mut people, report);
    }
    root.finish(report);
    Some(people)
}

fn read_person(mut section: Section<'_>, people: &mut People, report: &mut Report) {
    let user = section.one("user", name::<UserId>, report);
    let display_name = section.one("name", text, report);
    let roles = section.sections("roles", report);
    let until = section.maybe("until", day, report);
    let signing_key = section.maybe("signing_key", public_key, report);
    section.finish(report);
    let roles = roles.into_iter().filter_map(|role| read_role(role, report)).collect();
    let Some(Located { value: user, place }) = user else { return };
    if people.named.contains(&user) {
        let wrong = format!("`{user}` stands here twice");
        report.add(place, wrong, "keep one entry for each person");
    }
    people.named.push(user.clone());
    if let Some(key) = &signing_key {
        report_shared_key(&user, key, people, report);
        people.keys.push((key.value, user.clone()));
    }
    if let Some(display_name) = display_name {
        let person = Person {
            user: user.clone(),
            display_name: display_name.value,
            roles,
            until: until.map(|until| until.value),
            signing_key: signing_key.map(|key| key.value),
        };
        people.by_user.insert(user, person);
    }
}

/// A signature must say who signed.
fn report_shared_key(user: &UserId, key: &Located<[u8; 32]>, people: &People, report: &mut Report) {
    if let Some((_, other)) = people.keys.iter().find(|(known, _)| *known == key.value) {
        let wrong = format!("`{user}` has the signing key of `{other}`");
        report.add(key.place.clone(), wrong, "let each of them make a key of their own");
    }
}

fn read_role(mut section: Section<'_>, report: &mut Report) -> Option<GlobalRole> {
    let at = section.place();
    let role = section.one("role", |it| word(it, &Role::GLOBAL, Role::as_str), report);
    let from = section.maybe("from", day, report);
    let until = section.one("until", day, report);
    section.finish(report);
    report_reversed(from.as_ref(), until.as_ref(), report);
    let from = from.map_or(Date::MIN, |from| from.value);
    Some(GlobalRole { role: role?.value, from, until: until?.value, at })
}
