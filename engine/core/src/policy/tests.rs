//! A small policy without mistakes, of which tests change what they are about.

mod conditions;
mod contracts;
mod entering;
mod folder;
mod limits;
mod mistakes;
mod people;
mod projects;
mod ptables;
mod register;
mod shipped;
mod views;

use std::path::Path;

use time::macros::{date, datetime};

use super::*;
use crate::catalog::contract::{
    ColumnContract, ColumnType, Contract, Role as ColumnRole, TableContract, TableKind,
};
use crate::ids::{ColumnId, ColumnName, DatasetId, ProjectId, TableName, UserId};
use crate::refusal::Code;

const NOON: time::OffsetDateTime = datetime!(2026-06-15 12:00 UTC);

/// A small policy without mistakes; tests change what they are about.
pub(super) struct Files(Vec<(String, String)>);

pub(super) fn files() -> Files {
    let mut files = Files(Vec::new());
    for (path, text) in [
        ("access/model.conf", super::access::MODEL_TEXT),
        ("access/rules.csv", RULES),
        ("people.toml", PEOPLE),
        ("projects/heart.toml", HEART),
        ("profiles/plain.toml", PLAIN),
    ] {
        files = files.with(path, text);
    }
    files
}

impl Files {
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.retain(|(known, _)| known != path);
        self.0.push((path.to_owned(), text.to_owned()));
        self
    }

    fn changed(self, path: &str, from: &str, to: &str) -> Self {
        let text = self.text(path);
        assert!(text.contains(from), "`{from}` is not in {path}");
        self.with(path, &text.replacen(from, to, 1))
    }

    pub(super) fn text(&self, path: &str) -> String {
        self.0.iter().find(|(known, _)| known == path).unwrap().1.clone()
    }

    pub(super) async fn revision(self) -> PolicyRevision {
        PolicyRevision::from_files(&PolicyFiles::from_texts(self.0)).await.unwrap()
    }
}

pub(super) async fn errors_of(files: Files) -> String {
    PolicyRevision::from_files(&PolicyFiles::from_texts(files.0)).await.unwrap_err().to_string()
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(super) fn column(table: &str, column: &str) -> ColumnId {
    ColumnId {
        dataset: DatasetId::new("d").unwrap(),
        table: TableName::new(table).unwrap(),
        column: ColumnName::new(column).unwrap(),
    }
}

fn project(id: &str) -> ProjectId {
    ProjectId::new(id).unwrap()
}

const RULES: &str = "\
p, auditor, *, audit-log, read, allow
p, researcher, heart, d/people/*, *, allow
p, researcher, heart, d/people/hiv, *, deny
p, researcher, heart, d/people/hiv, filter, allow
p, researcher, heart, d/people/practice, output, deny
p, researcher, heart, d/stays/cost, measure, allow
";

const PEOPLE: &str = r#"
[[people]]
user = "ada"
name = "Ada"

[[people]]
user = "ines"
name = "Ines"
roles = [{ role = "auditor", until = 2026-12-31 }]
"#;

const HEART: &str = r#"title = "Hearts"
lay_summary = "About hearts."
purpose = "Research."
public_benefit = "Better hearts."
organisation = { name = "A university" }
gdpr_article_6 = "Art. 6(1)(e)"
gdpr_article_9 = "Art. 9(2)(j)"
national_opt_out = "applied"
controller = "A hospital"
agreement = "A-1"
approval = { reference = "R-1", committee = "A committee", until = 2026-12-31 }
start = 2026-01-01
end = 2026-12-31
release_profile = "plain"
budget_points = 1_000
datasets = ["d"]

[[members]]
user = "ada"
role = "researcher"
from = 2026-02-01
until = 2026-11-30
training_until = 2026-10-31
"#;

const PLAIN: &str = r#"id = "plain"
title = "Plain"
source = "made for tests"
min_count = 10
min_count_measure = 10
zero = "show"
rounding = { method = "none", base = 5, half = "up", bands = [] }
noise = { method = "cell_key_geometric", count_sd = 2.0, magnitude_sd = 1.0 }
dominance = { nk = [], p = 10.0, compare = ">" }
negatives = "refuse"
dof_min = 10
min_max = { rule = "deny", percentiles = [5, 95] }
quantile = { min_n = 10, range = [1, 99] }
unit = "person"
check_on = "true"
on_small = "hide_cell"
scope = "all"
structural_zeros = []
class_disclosure = "warn"
hidden = { as = "null", text = "" }
derived_from = "protected"
totals = "from_true_then_protect"
max_param_ratio = 0.33
secondary = { method = "gauss", zeros = false }
complements = true
sparsity_max_small = 1.0
field_exclusions = []
suffixes = { value = "", derived = "" }
release = { max_rows = 5000, max_bytes = 16777216, formats = ["json", "csv"], review = false }
min_count_sd = 0
low_effect = { persons = 0, sd = 0, condition_sd = 0 }
flattening = { outliers = 0, top = 1 }
exposure = { warn = 0, review = 0, lock = 0 }
"#;

fn contract() -> Contract {
    let column = |name: &str, kind| ColumnContract {
        name: ColumnName::new(name).unwrap(),
        kind,
        unit: None,
        description: String::new(),
        role: ColumnRole::Category,
        nullable: true,
        values: None,
        bounds: None,
        decimals: 0,
        sensitive: false,
        area: false,
    };
    let table = |name: &str, columns: Vec<ColumnContract>| TableContract {
        name: TableName::new(name).unwrap(),
        description: String::new(),
        kind: TableKind::Personal { one_row_per_person: false },
        columns,
    };
    let text = ColumnType::Text;
    Contract {
        dataset: DatasetId::new("d").unwrap(),
        title: String::new(),
        description: String::new(),
        universe: "u".to_owned(),
        tables: vec![
            table(
                "people",
                vec![
                    column("sex", text),
                    column("hiv", ColumnType::Boolean),
                    column("practice", text),
                ],
            ),
            table("stays", vec![column("cost", ColumnType::Number), column("ward", text)]),
            table("incidents", vec![column("kind", text)]),
        ],
        joins: Vec::new(),
    }
}
