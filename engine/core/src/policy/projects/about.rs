//! What a project is for, in the words of the register of data uses.
//!
//! Must never know: who works in the project, the data.

use toml::de::DeValue;

use crate::policy::nearest::did_you_mean;
use crate::policy::report::Report;
use crate::policy::section::{Complaint, Located, Section};
use crate::policy::values::{text, truth, whole_number, word};

/// What a project is for, for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it does, in plain words.
    pub lay_summary: String,
    /// What the public gains by it.
    pub public_benefit: String,
    /// The purpose for which queries are asked.
    pub purpose: String,
    /// What it does, in the words of its field.
    pub technical_summary: Option<String>,
    /// What sort of request it is, for example research or service evaluation.
    pub category: Option<String>,
    /// What is to come of it.
    pub intended_outputs: Option<String>,
    /// Addresses of what came of it.
    pub outputs: Vec<String>,
    /// Who does it.
    pub organisation: Organisation,
    /// Who pays for it.
    pub funders: Vec<String>,
    /// How sensitive its data are.
    pub sensitivity: Option<Sensitivity>,
    /// What could go wrong, and how much of it is borne.
    pub risk_appetite: Option<RiskAppetite>,
    /// Whether the register names the people who work in it.
    pub public_applicants: bool,
}

/// Who does a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its id in a public list of organisations, for example ror.org.
    pub id: Option<String>,
    /// What sort of organisation it is.
    pub sector: Option<String>,
}

/// What could go wrong in a project, and how much of it is borne.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskAppetite {
    /// In words.
    pub text: String,
    /// The tier of sensitivity for which the environment was chosen, from 0 to 4.
    pub tier: Option<u8>,
}

/// How sensitive the data of a project are. Data that identify people are in no extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// About people, without what identifies them.
    DePersonalised,
    /// About nobody who could be found again.
    Anonymous,
}

impl Sensitivity {
    const ALL: [Self; 2] = [Self::DePersonalised, Self::Anonymous];

    /// The word in files and in the register.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DePersonalised => "de-personalised",
            Self::Anonymous => "anonymous",
        }
    }
}

impl About {
    pub(super) fn read(section: &mut Section<'_>, report: &mut Report) -> Option<Self> {
        let lay_summary = section.one("lay_summary", text, report);
        let public_benefit = section.one("public_benefit", text, report);
        let purpose = section.one("purpose", text, report);
        let technical_summary = section.maybe("technical_summary", text, report);
        let category = section.maybe("category", text, report);
        let outputs = section.many("outputs", text, report);
        let intended_outputs = section.maybe("intended_outputs", text, report);
        let organisation = section.section("organisation", report);
        let funders = section.many("funders", text, report);
        let sensitivity = section.maybe("sensitivity", sensitivity, report);
        let risk_appetite = section.maybe_section("risk_appetite", report);
        let public_applicants = section.maybe("public_applicants", truth, report);
        let organisation = organisation.map(|it| Organisation::read(it, report));
        Some(Self {
            risk_appetite: risk_appetite.and_then(|it| RiskAppetite::read(it, report)),
            lay_summary: lay_summary?.value,
            public_benefit: public_benefit?.value,
            purpose: purpose?.value,
            technical_summary: technical_summary.map(value),
            category: category.map(value),
            outputs: outputs.into_iter().map(value).collect(),
            intended_outputs: intended_outputs.map(value),
            organisation: organisation??,
            funders: funders.into_iter().map(value).collect(),
            sensitivity: sensitivity.map(value),
            public_applicants: public_applicants.is_some_and(value),
        })
    }
}

impl Organisation {
    fn read(mut section: Section<'_>, report: &mut Report) -> Option<Self> {
        let name = section.one("name", text, report);
        let id = section.maybe("id", text, report);
        let sector = section.maybe("sector", text, report);
        section.finish(report);
        Some(Self { name: name?.value, id: id.map(value), sector: sector.map(value) })
    }
}

impl RiskAppetite {
    fn read(mut section: Section<'_>, report: &mut Report) -> Option<Self> {
        let words = section.one("text", text, report);
        let tier = section.maybe("tier", tier, report);
        section.finish(report);
        Some(Self { text: words?.value, tier: tier.map(value) })
    }
}

fn value<T>(located: Located<T>) -> T {
    located.value
}

fn sensitivity(value: &DeValue<'_>) -> Result<Sensitivity, Complaint> {
    word(value, &Sensitivity::ALL, Sensitivity::as_str).map_err(|complaint| {
        match value.as_str().is_some_and(|text| text.contains("identif")) {
            true => Complaint {
                wrong: "data that identify people are not served here".to_owned(),
                fix: did_you_mean("", Sensitivity::ALL.map(Sensitivity::as_str)),
            },
            false => complaint,
        }
    })
}

fn tier(value: &DeValue<'_>) -> Result<u8, Complaint> {
    let tier = whole_number(value).and_then(|number| u8::try_from(number).ok());
    tier.filter(|tier| *tier <= 4).ok_or_else(|| Complaint {
        wrong: "this is not a tier".to_owned(),
        fix: "write a whole number from 0, public, to 4, most sensitive".to_owned(),
    })
}
