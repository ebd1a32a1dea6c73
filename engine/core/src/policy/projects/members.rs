//! Who works in a project, until when, with which training and accreditation.
//!
//! Must never know: what a role may do (that is `access/`).

use time::Date;

use super::{Known, report_reversed, report_unknown};
use crate::ids::UserId;
use crate::policy::access::Role;
use crate::policy::report::{Place, Report};
use crate::policy::section::Section;
use crate::policy::values::{day, name, orcid, text, word};

/// A person in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: UserId,
    /// Their role in this project.
    pub role: Role,
    /// The first day (UTC).
    pub from: Date,
    /// The last day (UTC).
    pub until: Date,
    /// The last day (UTC) on which their training counts.
    pub training_until: Date,
    /// That they are accredited, where the data ask for it.
    pub accreditation: Option<Accreditation>,
    /// Their ORCID iD.
    pub orcid: Option<String>,
    pub(in crate::policy) at: Place,
}

/// That a person is an accredited researcher, for example under the Digital Economy Act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accreditation {
    /// Its number.
    pub number: String,
    /// The last day (UTC) on which it holds.
    pub until: Date,
}

pub(super) fn read_members(
    sections: Vec<Section<'_>>,
    known: &Known<'_>,
    report: &mut Report,
) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for section in sections {
        let place = section.place();
        let Some(member) = read_member(section, known, report) else { continue };
        if members.iter().any(|earlier| earlier.user == member.user) {
            let wrong = format!("`{}` is a member twice", member.user);
            report.add(
                place,
                wrong,
                "keep one entry for each person, with the last day in `until`",
            );
        }
        members.push(member);
    }
    members
}

fn read_member(mut section: Section<'_>, known: &Known<'_>, report: &mut Report) -> Option<Member> {
    let at = section.place();
    let user = section.one("user", name::<UserId>, report);
    let role = section.one("role", |it| word(it, &Role::IN_PROJECTS, Role::as_str), report);
    let from = section.one("from", day, report);
    let until = section.one("until", day, report);
    let training_until = section.one("training_until", day, report);
    let accreditation = section.maybe_section("accreditation", report);
    let orcid = section.maybe("orcid", orcid, report);
    section.finish(report);
    report_reversed(from.as_ref(), until.as_ref(), report);
    if let (Some(user), Some(known)) = (&user, &known.users) {
        report_unknown("person", user.value.as_str(), &user.place, known, report);
    }
    Some(Member {
        // One that cannot be read is reported, and then there is no revision at all.
        accreditation: accreditation.and_then(|it| read_accreditation(it, report)),
        user: user?.value,
        role: role?.value,
        from: from?.value,
        until: until?.value,
        training_until: training_until?.value,
        orcid: orcid.map(|orcid| orcid.value),
        at,
    })
}

fn read_accreditation(mut section: Section<'_>, report: &mut Report) -> Option<Accreditation> {
    let number = section.one("number", text, report);
    let until = section.one("until", day, report);
    section.finish(report);
    Some(Accreditation { number: number?.value, until: until?.value })
}
