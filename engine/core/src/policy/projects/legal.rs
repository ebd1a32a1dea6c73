//! Why a project may use the data: legal bases, opt-outs, agreement, approval.
//!
//! Must never know: whether what stands here is true. Officers answer for it, and the register tells it.

use time::Date;

use crate::policy::report::Report;
use crate::policy::section::{Located, Section};
use crate::policy::values::{day, text, word};

/// Why a project may use the data, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legal {
    /// The lawful basis of Article 6 of the GDPR.
    pub gdpr_article_6: String,
    /// The condition of Article 9 of the GDPR, for data about health and the like.
    pub gdpr_article_9: String,
    /// Why the duty of confidence is kept.
    pub confidentiality_basis: Option<String>,
    /// Whether people who opted out nationally are left out.
    pub national_opt_out: NationalOptOut,
    /// The organisation that answers for the data.
    pub controller: String,
    /// The reference of the agreement under which data are used.
    pub agreement: String,
    /// Who approved the project.
    pub approval: Approval,
}

/// Whether people who opted out nationally are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NationalOptOut {
    /// They are.
    Applied,
    /// They are not.
    NotApplied {
        /// Why not.
        reason: String,
    },
}

/// Who approved a project, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The reference of the decision.
    pub reference: String,
    /// Who decided.
    pub committee: String,
    /// The day of the latest decision.
    pub on: Option<Date>,
    /// The last day (UTC) on which it holds.
    pub until: Date,
}

/// The words of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OptOut {
    Applied,
    NotApplied,
}

impl OptOut {
    const ALL: [Self; 2] = [Self::Applied, Self::NotApplied];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NotApplied => "not_applied",
        }
    }
}

impl NationalOptOut {
    /// The word in files and in the register.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => OptOut::Applied.as_str(),
            Self::NotApplied { .. } => OptOut::NotApplied.as_str(),
        }
    }

    fn read(section: &mut Section<'_>, report: &mut Report) -> Option<Self> {
        let written =
            section.one("national_opt_out", |it| word(it, &OptOut::ALL, OptOut::as_str), report);
        let reason = section.maybe("national_opt_out_reason", text, report);
        let written = written?;
        match (written.value, reason) {
            (OptOut::Applied, None) => Some(Self::Applied),
            (OptOut::NotApplied, Some(reason)) => Some(Self::NotApplied { reason: reason.value }),
            (OptOut::Applied, Some(Located { place, .. })) => {
                let wrong = "there is a reason why opt-outs are not applied, but they are";
                report.add(
                    place,
                    wrong,
                    "leave it out, or write `national_opt_out = \"not_applied\"`",
                );
                None
            }
            (OptOut::NotApplied, None) => {
                let wrong = "opt-outs are not applied, and nothing says why";
                report.add(written.place, wrong, "add a line `national_opt_out_reason = \"..\"`");
                None
            }
        }
    }
}

impl Legal {
    pub(super) fn read(section: &mut Section<'_>, report: &mut Report) -> Option<Self> {
        let gdpr_article_6 = section.one("gdpr_article_6", text, report);
        let gdpr_article_9 = section.one("gdpr_article_9", text, report);
        let confidentiality_basis = section.maybe("confidentiality_basis", text, report);
        let national_opt_out = NationalOptOut::read(section, report);
        let controller = section.one("controller", text, report);
        let agreement = section.one("agreement", text, report);
        let approval = section.section("approval", report);
        let approval = approval.and_then(|it| Approval::read(it, report));
        Some(Self {
            gdpr_article_6: gdpr_article_6?.value,
            gdpr_article_9: gdpr_article_9?.value,
            confidentiality_basis: confidentiality_basis.map(|basis| basis.value),
            national_opt_out: national_opt_out?,
            controller: controller?.value,
            agreement: agreement?.value,
            approval: approval?,
        })
    }
}

impl Approval {
    fn read(mut section: Section<'_>, report: &mut Report) -> Option<Self> {
        let reference = section.one("reference", text, report);
        let committee = section.one("committee", text, report);
        let on = section.maybe("on", day, report);
        let until = section.one("until", day, report);
        section.finish(report);
        super::report_reversed(on.as_ref(), until.as_ref(), report);
        Some(Self {
            reference: reference?.value,
            committee: committee?.value,
            on: on.map(|on| on.value),
            until: until?.value,
        })
    }
}
