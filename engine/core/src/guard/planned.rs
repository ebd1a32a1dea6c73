//! For tests: queries of an invented clinic, guarded under the default profile with some lines changed.

use crate::catalog::contract::Contract;
use crate::catalog::view::{View, ViewTable};
use crate::guard::{Guarded, guard};
use crate::ids::{ProjectId, SnapshotId, UserId};
use crate::limits::Limits;
use crate::policy::{PolicyFiles, PolicyRevision, authorise};
use crate::refusal::Refusal;
use crate::sql::{Submission, Views, understand};

const CONTRACT: &str = r#"
dataset = "clinic"
title = "A clinic"
description = "Invented."
universe = "clinic-tests"

[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["f", "m"], nullable = true, description = "Sex." }
region = { type = "text", role = "category", values = ["east", "west"], area = true, description = "Region." }
age = { type = "integer", role = "category", bounds = [0, 120], unit = "years", description = "Age." }
alive = { type = "boolean", role = "category", description = "Alive." }
income = { type = "number", role = "measure", bounds = [0, 100000], unit = "GBP", description = "Income." }

[tables.visits]
description = "One row per visit."
rows = "many-per-person"
[tables.visits.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
kind = { type = "text", role = "category", values = ["birth", "urgent"], description = "Kind." }
site = { type = "text", role = "code", area = true, description = "Site." }
ward = { type = "text", role = "code", description = "Ward." }
cost = { type = "number", role = "measure", bounds = [0, 10000], unit = "GBP", description = "Cost." }

[tables.sites]
description = "Sites."
rows = "no-persons"
key = ["site"]
[tables.sites.columns]
site = { type = "text", role = "key", area = true, description = "Code." }
kind = { type = "text", role = "category", values = ["birth", "urgent"], description = "Kind." }
"#;

const PROJECT: &str = r#"title = "Study"
lay_summary = "Tests."
public_benefit = "None."
purpose = "Tests."
organisation = { name = "A university" }
gdpr_article_6 = "not applicable"
gdpr_article_9 = "not applicable"
national_opt_out = "applied"
controller = "A hospital"
agreement = "none"
approval = { reference = "T-1", committee = "Testers", until = 2099-12-31 }
start = 2024-01-01
end = 2099-12-31
release_profile = "tresor-default"
budget_points = 1000
datasets = ["clinic"]
[[members]]
user = "ann"
role = "researcher"
from = 2024-01-01
until = 2099-12-31
training_until = 2099-12-31
"#;

const RULES: &str = "p, researcher, *, clinic/people/*, *, allow
p, researcher, *, clinic/visits/*, *, allow
p, researcher, *, clinic/sites/*, *, allow
";

const PROFILE: &str = include_str!("../../../../policies/profiles/tresor-default.toml");

/// What comes of a query under the default profile with these lines, in a project with more conditions.
pub(crate) async fn planned(
    lines: &[&str],
    conditions: &str,
    sql: &str,
) -> Result<Guarded, Refusal> {
    let files = PolicyFiles::from_texts([
        ("access/model.conf", include_str!("../../../../policies/access/model.conf").to_owned()),
        ("access/rules.csv", RULES.to_owned()),
        ("people.toml", "[[people]]\nuser = \"ann\"\nname = \"Ann\"\n".to_owned()),
        ("projects/study.toml", format!("{PROJECT}{conditions}")),
        ("profiles/tresor-default.toml", profile(lines)),
    ]);
    let revision = PolicyRevision::from_files(&files).await.unwrap();
    let contract = Contract::parse("contract.toml", CONTRACT).unwrap();
    revision.check_contracts(&[&contract]).unwrap();
    let (user, project) = (UserId::new("ann").unwrap(), ProjectId::new("study").unwrap());
    let now = time::OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
    let membership = revision.enter(&user, &project, now).unwrap();
    let limits = Limits::default();
    let (sql, explained) = (sql.to_owned(), false);
    let submission = Submission { user: user.clone(), project, sql, explained };
    let understood = understand(submission, &view(&contract), &Views::default(), &limits)?;
    guard(authorise(understood, &membership)?, &limits)
}

fn profile(lines: &[&str]) -> String {
    let mut text = PROFILE.to_owned();
    for line in lines {
        let key = line.split(" = ").next();
        let old = text.lines().find(|old| old.split(" = ").next() == key).unwrap().to_owned();
        text = text.replace(&old, line);
    }
    text
}

/// What the project sees: everything but the wards.
fn view(contract: &Contract) -> View {
    let id = SnapshotId::new("0".repeat(64)).unwrap();
    let seen = |table| {
        ViewTable::new(contract.dataset.clone(), id.clone(), table, |column| {
            column.name.as_str() != "ward"
        })
        .within(contract)
    };
    View::new(contract.tables.iter().map(seen).collect())
}
