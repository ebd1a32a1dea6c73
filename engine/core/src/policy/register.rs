//! The register of data uses: what the public may know of every project, past ones included.
//!
//! The columns are those of the data use register of Health Data Research UK (version 2 of its fields, by its five
//! safes), so that other registers can take it in; two of ours stand last. People are named only where their project
//! says so. Must never know: access rules, what was asked, what is in the data, the clock.

use serde_json::{Map, Value, json};

use super::projects::{Member, NationalOptOut, Project};
use super::revision::PolicyRevision;

/// A column of the register and what stands in it.
type Field = (&'static str, Option<String>);

/// Every project that there is or was, as the public may know it.
#[must_use]
pub fn register(policy: &PolicyRevision) -> Value {
    let projects = policy.projects().map(|project| {
        let fields = fields(policy, project).into_iter();
        let fields = fields.map(|(name, value)| (name.to_owned(), json!(value)));
        Value::Object(fields.collect::<Map<_, _>>())
    });
    json!({ "projects": projects.collect::<Vec<_>>() })
}

/// The same as CSV (RFC 4180): a line of names, then a line for each project.
#[must_use]
pub fn register_csv(policy: &PolicyRevision) -> String {
    let mut text = String::new();
    for (at, project) in policy.projects().enumerate() {
        let (names, values): (Vec<_>, Vec<_>) = fields(policy, project).into_iter().unzip();
        if at == 0 {
            text += &line(names.into_iter().map(str::to_owned));
        }
        text += &line(values.into_iter().map(Option::unwrap_or_default));
    }
    text
}

fn fields(policy: &PolicyRevision, project: &Project) -> Vec<Field> {
    let mut all = safe_people(policy, project);
    all.extend(safe_project(project));
    all.extend(safe_data(project));
    all.extend(safe_setting(policy, project));
    all
}

fn safe_people(policy: &PolicyRevision, project: &Project) -> Vec<Field> {
    let about = &project.about;
    let public = |_: &&Member| about.public_applicants;
    let name = |member: &Member| Some(policy.person(&member.user)?.display_name.clone());
    let names = project.members.iter().filter(public).filter_map(name);
    let ids = project.members.iter().filter(public).filter_map(|member| member.orcid.clone());
    vec![
        ("Lead applicant organisation name", some(&about.organisation.name)),
        ("Organisation ID", about.organisation.id.clone()),
        ("Organisation sector", about.organisation.sector.clone()),
        ("Applicant names", listed(names)),
        ("Applicant ID", listed(ids)),
        ("Funders/Sponsors", listed(about.funders.iter().cloned())),
    ]
}

fn safe_project(project: &Project) -> Vec<Field> {
    let (about, approval) = (&project.about, &project.legal.approval);
    vec![
        ("Project ID", some(project.id.as_str())),
        ("Project title", some(&project.title)),
        ("Lay summary", some(&about.lay_summary)),
        ("Public benefit statement", some(&about.public_benefit)),
        ("Request category type", about.category.clone()),
        ("Technical summary", about.technical_summary.clone()),
        ("Other approval committees", some(&approval.committee)),
        ("Project start date", Some(project.start.to_string())),
        ("Project end date", Some(project.end.to_string())),
        ("Latest approval date", approval.on.map(|day| day.to_string())),
    ]
}

fn safe_data(project: &Project) -> Vec<Field> {
    let legal = &project.legal;
    let opt_out = match &legal.national_opt_out {
        NationalOptOut::Applied => "Yes".to_owned(),
        NationalOptOut::NotApplied { reason } => format!("No: {reason}"),
    };
    vec![
        ("Dataset(s) name", listed(project.datasets.iter().map(ToString::to_string))),
        ("Data sensitivity level", project.about.sensitivity.map(|it| it.as_str().to_owned())),
        ("Legal basis for provision of data under Article 6", some(&legal.gdpr_article_6)),
        ("Lawful conditions for provision of data under Article 9", some(&legal.gdpr_article_9)),
        ("Common Law Duty of Confidentiality", legal.confidentiality_basis.clone()),
        ("National data opt-out applied?", Some(opt_out)),
    ]
}

fn safe_setting(policy: &PolicyRevision, project: &Project) -> Vec<Field> {
    let profile = policy.profiles.get(&project.release_profile).map(|profile| &profile.title);
    let privacy = profile.map(|title| {
        format!("Pseudonymised; only protected aggregates leave, under the rules of: {title}")
    });
    vec![
        ("Access type", some("TRE")),
        ("How has data been processed to enhance privacy?", privacy),
        ("Link to research outputs", listed(project.about.outputs.iter().cloned())),
        ("Data controller", some(&project.legal.controller)),
        ("Agreement", some(&project.legal.agreement)),
    ]
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Several names as the specification has them, apart by commas; none where there are none.
fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn line(values: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = values.map(quoted).collect();
    quoted.join(",") + "\r\n"
}

/// A value in quotes where it needs them. What a spreadsheet would take for a formula is kept a text.
fn quoted(value: String) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{value}") } else { value };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
