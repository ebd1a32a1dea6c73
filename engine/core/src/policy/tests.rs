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
legal_basis = "Art. 9(2)(j)"
agreement = "A-1"
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
release = { max_rows = 5000, max_bytes = 16777216, formats = ["json", "csv"] }
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

#[tokio::test]
async fn an_approved_member_gets_in_with_everything_the_officers_wrote() {
    let revision = files().revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    assert_eq!(membership.role(), "researcher");
    assert_eq!(membership.user(), &user("ada"));
    assert_eq!(membership.profile().min_count, 10);
    assert_eq!(membership.last_day(), date!(2026 - 10 - 31));
    assert_eq!(membership.revision().digest(), revision.digest());
    let heart = membership.project();
    assert_eq!((heart.title.as_str(), heart.budget_points), ("Hearts", 1000));
    assert_eq!(revision.projects_of(&user("ada")).len(), 1);
    assert!(revision.projects_of(&user("ines")).is_empty());
}

#[tokio::test]
async fn a_project_that_is_not_yours_looks_like_one_that_is_not_there() {
    let revision = files().revision().await;
    let not_yours = revision.enter(&user("ines"), &project("heart"), NOON).unwrap_err();
    let not_there = revision.enter(&user("ines"), &project("lungs"), NOON).unwrap_err();
    assert_eq!(not_yours.code(), Code::UnknownProject);
    assert_eq!(format!("{not_yours:?}").replace("heart", "lungs"), format!("{not_there:?}"));
    // Also long after everything has ended, and for somebody nobody has heard of.
    let later = datetime!(2100-01-01 0:00 UTC);
    let stranger = revision.enter(&user("mallory"), &project("heart"), later).unwrap_err();
    assert_eq!(format!("{stranger:?}"), format!("{not_yours:?}"));
}

#[tokio::test]
async fn access_ends_with_the_project_the_membership_or_the_training() {
    let all_year =
        files().changed("projects/heart.toml", "until = 2026-11-30", "until = 2027-12-31").changed(
            "projects/heart.toml",
            "training_until = 2026-10-31",
            "training_until = 2027-12-31",
        );
    for (files, now, expected) in [
        (files(), datetime!(2025-12-31 23:59 UTC), "the project begins on 2026-01-01"),
        (files(), datetime!(2026-01-31 23:59 UTC), "your membership begins on 2026-02-01"),
        (files(), datetime!(2026-02-01 0:00 UTC), ""),
        (files(), datetime!(2026-10-31 23:59 UTC), ""),
        (files(), datetime!(2026-10-31 22:00 -5), "your training ended on 2026-10-31"),
        (files(), datetime!(2026-12-01 0:00 UTC), "your membership ended on 2026-11-30"),
        (all_year, datetime!(2027-01-01 0:00 UTC), "the project ended on 2026-12-31"),
    ] {
        let revision = files.revision().await;
        let refusal = revision.enter(&user("ada"), &project("heart"), now).err();
        let detail = refusal.as_ref().map_or("", |refusal| refusal.detail());
        assert_eq!(detail, expected);
        assert!(refusal.is_none_or(|refusal| refusal.code() == Code::Expired));
    }
}

#[tokio::test]
async fn roles_outside_projects_hold_until_their_last_day() {
    let revision = files().revision().await;
    let reads = |name: &str, now| revision.has_global(&user(name), "audit-log", "read", now);
    assert!(reads("ines", datetime!(2026-12-31 23:59 UTC)));
    assert!(!reads("ines", datetime!(2027-01-01 0:00 UTC)));
    assert!(!reads("ada", NOON));
    assert!(!reads("nobody", NOON));
    assert!(!revision.has_global(&user("ines"), "audit-log", "write", NOON));
    assert!(!revision.has_global(&user("ines"), "policies", "read", NOON));
}

#[tokio::test]
async fn only_what_may_be_used_is_visible() {
    let revision = files().revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    let (contract, mut other) = (contract(), contract());
    other.dataset = DatasetId::new("other").unwrap();
    let visible = membership.visible(&[&other, &contract]);
    assert_eq!(visible.datasets.len(), 1, "a dataset the project does not list is not there");
    let uses = |table: &str, name: &str| visible.uses(&column(table, name)).to_string();
    assert_eq!(uses("people", "sex"), "output, group, filter, measure, join");
    assert_eq!(uses("people", "practice"), "group, filter, measure, join");
    assert_eq!(uses("people", "hiv"), "", "one deny outweighs every allow");
    assert_eq!(uses("stays", "cost"), "measure");
    let dataset = visible.dataset("d").unwrap();
    assert!(dataset.table("people").unwrap().column("hiv").is_none());
    assert!(dataset.table("stays").unwrap().column("ward").is_none());
    assert!(dataset.table("incidents").is_none(), "a table without a column is not there");
}

#[tokio::test]
async fn the_matrix_has_a_line_for_everything_that_could_be_asked() {
    let revision = files().revision().await;
    let expected = "\
officer | outside projects | policies | -
officer | outside projects | freezes | -
officer | outside projects | reviews | -
officer | outside projects | audit-log | -
officer | outside projects | status | -
officer | outside projects | tokens | -
checker | outside projects | policies | -
checker | outside projects | freezes | -
checker | outside projects | reviews | -
checker | outside projects | audit-log | -
checker | outside projects | status | -
checker | outside projects | tokens | -
auditor | outside projects | policies | -
auditor | outside projects | freezes | -
auditor | outside projects | reviews | -
auditor | outside projects | audit-log | read
auditor | outside projects | status | -
auditor | outside projects | tokens | -
administrator | outside projects | policies | -
administrator | outside projects | freezes | -
administrator | outside projects | reviews | -
administrator | outside projects | audit-log | -
administrator | outside projects | status | -
administrator | outside projects | tokens | -
researcher | heart | d.people.sex | output, group, filter, measure, join
researcher | heart | d.people.hiv | -
researcher | heart | d.people.practice | group, filter, measure, join
researcher | heart | d.stays.cost | measure
researcher | heart | d.stays.ward | -
researcher | heart | d.incidents.kind | -
";
    assert_eq!(access_matrix(&revision, &[&contract()]), expected);
}

#[tokio::test]
async fn mistakes_have_their_place_and_a_fix() {
    const PROJECT: &str = "projects/heart.toml";
    const PROFILE: &str = "profiles/plain.toml";
    for (path, from, to, expected) in [
        (
            PROJECT,
            "agreement =",
            "agrement =",
            "1:1: `agreement` is missing; add a line `agreement = ..`\npolicies/projects/heart.toml:5:1: unknown key `agrement`; did you mean `agreement`?",
        ),
        (PROJECT, "\"Hearts\"", "\"  \"", "1:9: the text is empty; say it in a sentence"),
        (
            PROJECT,
            "\"Hearts\"",
            "7",
            "1:9: this is a whole number, not a text; write it between double quotes",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = \"2026-12-31\"",
            "7:7: this is a text, not a day; write year, month and day without quotes, as in 2026-03-31",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = 2025-12-31",
            "7:7: the last day, 2025-12-31, is before the first, 2026-01-01; write a later day",
        ),
        (
            PROJECT,
            "end = 2026-12-31",
            "end = 2026-12-31T10:00:00Z",
            "7:7: this is a date or time, not a day; write year, month and day without quotes, as in 2026-03-31",
        ),
        (
            PROJECT,
            "\"plain\"",
            "\"plan\"",
            "8:19: there is no release profile `plan`; did you mean `plain`?",
        ),
        (PROJECT, "1_000", "-5", "9:17: this is not a whole number of zero or more; write 1000"),
        (PROJECT, "1_000", "1.5", "9:17: this is not a whole number of zero or more; write 1000"),
        (PROJECT, "\"ada\"", "\"eda\"", "13:8: there is no person `eda`; did you mean `ada`?"),
        (
            PROJECT,
            "\"ada\"",
            "\"Ada!\"",
            "13:8: `Ada!` is not a valid user id; use lower case letters, digits, dots, hyphens and @, at most 127, starting with a letter",
        ),
        (
            PROJECT,
            "\"researcher\"",
            "\"auditor\"",
            "14:8: `auditor` is not known here; use one of `researcher`",
        ),
        (
            PROJECT,
            "[[members]]",
            "[members]",
            "12:1: `members` is a list, and this is a table; write `members = [..]`",
        ),
        (
            PROJECT,
            "training_until",
            "# training_until",
            "12:1: `training_until` is missing; add a line `training_until = ..`",
        ),
        (
            PROFILE,
            "min_count = 10",
            "min_cuont = 10",
            "4:1: unknown key `min_cuont`; did you mean `min_count`?",
        ),
        (PROFILE, "\"show\"", "\"shown\"", "6:8: `shown` is not known here; did you mean `show`?"),
        (
            PROFILE,
            "min_count = 10",
            "min_count = 1",
            "4:13: `min_count` is 1, which would show single persons; write 3 or more",
        ),
        (
            PROFILE,
            "method = \"gauss\"",
            "method = \"recompute_totals\"",
            "24:24: `recompute_totals` would leave withheld numbers to subtraction: whoever knows the true total has them; write `gauss`",
        ),
        (
            PROFILE,
            "complements = true",
            "lockout = { count = 7 }",
            "25:1: `lockout` would make an answer depend on whether earlier true numbers were equal; here repeats get the same answer; leave it out",
        ),
        (
            PROFILE,
            "count_sd = 2.0",
            "count_sd = -2.0",
            "8:53: `noise.count_sd` is -2, which is not a standard deviation; write a number from 0 to 1000000",
        ),
        (
            PROFILE,
            "id = \"plain\"",
            "id = \"plane\"",
            "1:6: the id is `plane` and the file is `plain.toml`; write `id = \"plain\"` or rename the file",
        ),
        (
            "people.toml",
            "\"auditor\"",
            "\"audtor\"",
            "9:19: `audtor` is not known here; did you mean `auditor`?",
        ),
    ] {
        let errors = errors_of(files().changed(path, from, to)).await;
        assert_eq!(errors, format!("policies/{path}:{expected}"), "{from} -> {to}");
    }
}

const BY_TABLE: &str = "{ method = \"cell_key_table\", ptable = \"ours\", index = \"ons\", keys = 256, ptable_size = 0, small_n = 0, magnitude = { top = 1, small = 0.25, large = 0.05, flex_point = 1000, exponent = 3 } }";

const OURS: &str = "id = \"ours\"\ntitle = \"Ours\"\nsource = \"tests\"\ninterval = \"told\"\nmodulo = { below = 10, noise = [0, -1, -2, 2, 1] }\n";

/// The plain profile with noise by the table `ours`, and that table.
fn with_table(table: &str) -> Files {
    let geometric = "{ method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 1.0 }";
    let profile = files().changed("profiles/plain.toml", geometric, BY_TABLE);
    if table.is_empty() { profile } else { profile.with("ptables/ours.toml", table) }
}

#[tokio::test]
async fn a_profile_gets_the_table_that_its_noise_names() {
    let revision = with_table(OURS).revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    assert_eq!(membership.profile().table.as_ref().unwrap().id(), "ours");
    assert_ne!(revision.digest(), with_table(&format!("{OURS}# x\n")).revision().await.digest());
}

#[tokio::test]
async fn a_missing_or_broken_table_is_told_once() {
    assert_eq!(
        errors_of(with_table("").with("ptables/our.toml", &OURS.replace("ours", "our"))).await,
        "policies/profiles/plain.toml:8:47: `noise.ptable` is `ours`, and there is no such table; did you mean `our`?"
    );
    let broken = errors_of(with_table(&OURS.replace("below = 10", "below = \"ten\""))).await;
    assert!(broken.starts_with("policies/ptables/ours.toml:5:"), "{broken}");
    assert_eq!(broken.lines().count(), 1, "{broken}");
    let named = errors_of(with_table(&OURS.replace("\"ours\"", "\"theirs\""))).await;
    assert_eq!(
        named,
        "policies/ptables/ours.toml:1:1: the id is `theirs` and the file is `ours.toml`; write `id = \"ours\"` or rename the file"
    );
    let misfit = with_table(OURS).changed("profiles/plain.toml", "\"ons\"", "\"destatis\"");
    let misfit = errors_of(misfit).await;
    assert!(misfit.contains("profiles/plain.toml:8:"), "{misfit}");
}

#[tokio::test]
async fn mistakes_of_all_files_come_together_and_in_order() {
    let errors = errors_of(
        files()
            .changed("people.toml", "name = \"Ada\"", "")
            .changed("projects/heart.toml", "\"plain\"", "\"fancy\"")
            .changed("projects/heart.toml", "= 1_000", "= \"much\"")
            .changed("access/rules.csv", "hiv, filter, allow", "hiv, filter, alow")
            .changed("profiles/plain.toml", "max_rows = 5000", "max_rows = 0"),
    )
    .await;
    let places: Vec<&str> = errors.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "policies/access/rules.csv:4:45",
            "policies/people.toml:2:1",
            "policies/profiles/plain.toml:29:24",
            "policies/projects/heart.toml:8:19",
            "policies/projects/heart.toml:9:17",
        ]
    );
}

#[tokio::test]
async fn nothing_is_read_from_a_file_that_is_not_toml() {
    let errors = errors_of(files().changed("projects/heart.toml", "\"Hearts\"", "\"Hearts")).await;
    assert!(errors.starts_with("policies/projects/heart.toml:1:"), "{errors}");
    let twice = files().changed("projects/heart.toml", "end =", "start =");
    let errors = errors_of(twice).await;
    assert!(errors.starts_with("policies/projects/heart.toml:7:1: duplicate key"), "{errors}");
}

#[tokio::test]
async fn files_that_nobody_would_read_are_mistakes() {
    for (path, expected) in [
        ("project/lungs.toml", "did you mean `projects/<id>.toml`?"),
        ("projects/lungs.tml", "did you mean `projects/<id>.toml`?"),
        ("acess/rules.csv", "did you mean `access/rules.csv`?"),
        (
            "projects/Lungs.toml",
            "rename the file: lower case letters, digits and hyphens, at most 63, starting with a letter",
        ),
    ] {
        let errors = errors_of(files().with(path, "")).await;
        assert!(errors.starts_with(&format!("policies/{path}:1:1: ")), "{errors}");
        assert!(errors.ends_with(expected), "{errors}");
    }
    let mut missing = files();
    missing.0.retain(|(path, _)| path != "access/rules.csv");
    assert_eq!(
        errors_of(missing).await,
        "policies/access/rules.csv:1:1: the file is missing; add it, see policies/README.md"
    );
}

#[tokio::test]
async fn nobody_is_listed_twice() {
    let member = "[[members]]\nuser = \"ada\"\nrole = \"researcher\"\nfrom = 2026-02-01\nuntil = 2026-03-01\ntraining_until = 2026-03-01\n";
    let errors = errors_of(files().with("projects/heart.toml", &format!("{HEART}{member}"))).await;
    assert!(
        errors.starts_with("policies/projects/heart.toml:18:1: `ada` is a member twice"),
        "{errors}"
    );
    let errors = errors_of(files().with("people.toml", &format!("{PEOPLE}{PEOPLE}"))).await;
    assert!(errors.starts_with("policies/people.toml:12:8: `ada` stands here twice"), "{errors}");
    let twice = files().changed("projects/heart.toml", "[\"d\"]", "[\"d\", \"d\"]");
    assert_eq!(
        errors_of(twice).await,
        "policies/projects/heart.toml:10:18: `d` is listed twice; keep one"
    );
}

fn with_condition(lines: &str) -> Files {
    files().with("projects/heart.toml", &format!("{HEART}[[row_conditions]]\n{lines}"))
}

#[tokio::test]
async fn row_conditions_are_a_closed_form() {
    let both = "dataset = \"d\"\ntable = \"stays\"\ncolumn = \"cost\"\noperator = \">=\"\nvalues = [10]\n\
         [[row_conditions]]\ndataset = \"d\"\ntable = \"people\"\ncolumn = \"sex\"\noperator = \"not in\"\nvalues = [\"x\", \"y\"]\n";
    let revision = with_condition(both).revision().await;
    revision.check_contracts(&[&contract()]).unwrap();
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    let people = column("people", "sex");
    let found: Vec<&RowCondition> =
        membership.row_conditions(&people.dataset, &people.table).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].operator, RowOperator::NotIn);
    assert_eq!(found[0].values, [RowValue::Text("x".into()), RowValue::Text("y".into())]);
    assert_eq!(found[0].place.to_string(), "policies/projects/heart.toml:24:1");
}

#[tokio::test]
async fn row_conditions_with_mistakes_are_refused() {
    let start = "dataset = \"d\"\ntable = \"stays\"\ncolumn = \"cost\"\n";
    for (lines, expected) in [
        (
            "operator = \"=\"",
            "22:12: `=` with 0 values; write one value, `values = [..]`, or use `in`",
        ),
        (
            "operator = \"=\"\nvalues = [1, 2]",
            "22:12: `=` with 2 values; write one value, `values = [..]`, or use `in`",
        ),
        ("operator = \"in\"", "22:12: `in` with 0 values; add a line `values = [..]`"),
        (
            "operator = \"is null\"\nvalues = [1]",
            "22:12: `is null` with 1 values; leave `values` out",
        ),
        ("operator = \"is nul\"", "22:12: `is nul` is not known here; did you mean `is null`?"),
        (
            "operator = \"=\"\nvalues = [[1]]",
            "22:12: `=` with 0 values; write one value, `values = [..]`, or use `in`\npolicies/projects/heart.toml:23:11: this is a list, not a single value; write a text, a number, true, false or a day",
        ),
        (
            "operator = \"=\"\nvalues = [nan]",
            "22:12: `=` with 0 values; write one value, `values = [..]`, or use `in`\npolicies/projects/heart.toml:23:11: this is not a number that rows can be compared with; write a text, a number, true, false or a day",
        ),
    ] {
        let errors = errors_of(with_condition(&format!("{start}{lines}"))).await;
        assert_eq!(errors, format!("policies/projects/heart.toml:{expected}"));
    }
    let elsewhere =
        "dataset = \"e\"\ntable = \"stays\"\ncolumn = \"cost\"\noperator = \"is not null\"";
    assert_eq!(
        errors_of(with_condition(elsewhere)).await,
        "policies/projects/heart.toml:19:11: the project does not list the dataset `e`; did you mean `d`?"
    );
}

fn with_views(lines: &str) -> Files {
    files().with("projects/heart.toml", &format!("{HEART}{lines}"))
}

fn named(name: &str, sql: &str) -> String {
    format!("[views.{name}]\ndescription = \"d\"\nsql = \"{sql}\"\n")
}

#[tokio::test]
async fn views_stand_in_the_order_of_the_file() {
    let both =
        named("young", "select * from people") + named("men", "select * from young").as_str();
    let revision = with_views(&both).revision().await;
    revision.check_contracts(&[&contract()]).unwrap();
    let project = revision.project(&project("heart")).unwrap();
    let names: Vec<&str> = project.views.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["young", "men"]);
}

#[tokio::test]
async fn views_with_mistakes_are_refused_with_their_place() {
    for (lines, expected) in [
        (
            "[views.a]\nsql = \"select 1\"\n".to_owned(),
            "18:8: `description` is missing; add a line `description = ..`",
        ),
        (named("a", "select 1") + "sq = 1\n", "21:1: unknown key `sq`; did you mean `sql`?"),
        (
            named("a", "select * from a"),
            "20:7: the view `a` uses itself; read from tables and from views that stand above it",
        ),
        (
            named("a", "select * from b") + named("b", "select 1").as_str(),
            "20:7: the view `a` uses `b`, which stands below it; move `[views.b]` above `[views.a]`",
        ),
        (
            named("tresor_x", "select 1"),
            "18:8: the name `tresor_x` is kept for the engine; choose a name that does not begin with `tresor_`",
        ),
        (
            "[[views]]\nsql = \"select 1\"\n".to_owned(),
            "`views` holds named tables, and this is a list; write `[views.<name>]` with keys below it",
        ),
    ] {
        let errors = errors_of(with_views(&lines)).await;
        assert!(errors.contains(expected), "{lines}{errors}");
    }
    for sql in ["select count( from people", "delete from people", "select 1; select 2"] {
        let errors = errors_of(with_views(&named("a", sql))).await;
        assert!(
            errors.starts_with("policies/projects/heart.toml:20:7: the view `a` cannot be read: "),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn a_view_is_not_called_like_a_table() {
    let revision = with_views(&named("people", "select 1")).revision().await;
    assert_eq!(
        revision.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/projects/heart.toml:18:8: `people` is a table of `d`; give the view another name"
    );
}

#[tokio::test]
async fn what_the_policy_names_must_exist_in_the_contracts() {
    let contract = contract();
    files().revision().await.check_contracts(&[&contract]).unwrap();
    let condition = "dataset = \"d\"\ntable = \"stays\"\ncolumn = \"cost\"\noperator = \">\"\nvalues = [\"ten\"]";
    let revision = with_condition(condition)
        .changed("access/rules.csv", "d/people/hiv, *", "d/people/hiw, *")
        .changed("access/rules.csv", "d/stays/cost", "d/stay/cost")
        .revision()
        .await;
    assert_eq!(
        revision.check_contracts(&[&contract]).unwrap_err().to_string(),
        "policies/access/rules.csv:3:1: `people` has no column `hiw`; did you mean `hiv`?\n\
         policies/access/rules.csv:6:1: `d` has no table `stay`; did you mean `stays`?\n\
         policies/projects/heart.toml:18:1: `cost` cannot be compared with such a value; write a number"
    );
    let errors = files().revision().await.check_contracts(&[]).unwrap_err().to_string();
    assert!(errors.contains("projects/heart.toml:10:13: there is no dataset `d`"), "{errors}");
}

#[tokio::test]
async fn the_digest_names_every_byte_that_decides() {
    let first = files().revision().await;
    assert_eq!(first.digest().len(), 64);
    assert_eq!(first.digest(), files().revision().await.digest());
    for path in ["access/rules.csv", "access/model.conf", "people.toml", "profiles/plain.toml"] {
        let text = files().text(path);
        let changed = files().with(path, &format!("{text}# a remark\n")).revision().await;
        assert_ne!(first.digest(), changed.digest(), "{path}");
    }
}

#[tokio::test]
async fn a_folder_is_read_as_it_lies_on_disk() {
    let folder = std::env::temp_dir().join(format!("tresor-policy-{}", std::process::id()));
    for (path, text) in files().0 {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(folder.join("README.md"), "for people").unwrap();
    std::fs::write(folder.join(".hidden"), "for editors").unwrap();
    let read = PolicyRevision::load(&folder).await.unwrap();
    assert_eq!(read.digest(), files().revision().await.digest());

    std::fs::create_dir(folder.join("projects/old")).unwrap();
    std::fs::write(folder.join("people.toml"), [0xff]).unwrap();
    let errors = PolicyRevision::load(&folder).await.unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        errors,
        "policies/people.toml:1:1: not UTF-8 text; save it as UTF-8\n\
         policies/projects/old:1:1: folders this deep are not read; move its files up"
    );
    assert!(
        PolicyRevision::load(&folder).await.unwrap_err().to_string().contains("cannot be read")
    );
}

#[tokio::test]
async fn the_policies_that_come_with_tresor_say_what_their_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let revision = PolicyRevision::load(&folder).await.unwrap();
    let membership = revision.enter(&user("ada"), &project("heart-study"), NOON).unwrap();
    let uses = |table: &str, name: &str| -> String {
        let mut id = column(table, name);
        id.dataset = DatasetId::new("sample").unwrap();
        let allowed = |kind: &Use| membership.decide(&id, *kind).allowed;
        Use::ALL.into_iter().filter(allowed).collect::<Uses>().to_string()
    };
    const EVERY: &str = "output, group, filter, measure, join";
    assert_eq!(uses("patients", "region"), EVERY);
    assert_eq!(uses("patients", "hiv_status"), "filter");
    assert_eq!(uses("patients", "practice_code"), "filter, join");
    assert_eq!(uses("practices", "practice_code"), "filter, join");
    assert_eq!(uses("practices", "region"), EVERY);
    assert_eq!(uses("practices", "name"), "");
    assert_eq!(uses("organisations", "name"), EVERY);
    assert_eq!(uses("safety_incidents", "severity"), "");
    assert_eq!(membership.profile().release.max_rows, 50_000);
    assert!(revision.has_global(&user("ines"), "audit-log", "read", NOON));
    assert!(revision.has_global(&user("grace"), "policies", "read", NOON));
    assert!(!revision.has_global(&user("grace"), "audit-log", "read", NOON));
    assert!(!revision.has_global(&user("ada"), "policies", "read", NOON));
}

#[tokio::test]
async fn the_shipped_rules_name_only_what_the_sample_dataset_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("datasets-sample/contract.toml")).unwrap();
    let contract = Contract::parse("contract.toml", &text).unwrap();
    let revision = PolicyRevision::load(&root.join("policies")).await.unwrap();
    revision.check_contracts(&[&contract]).unwrap();

    // The golden matrix: officers read what a change of the rules means as a difference of this file. To accept a
    // change, remove the file and run this test twice.
    let golden = root.join("policies/expected-access.txt");
    let matrix = access_matrix(&revision, &[&contract]);
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    if expected.is_empty() {
        std::fs::write(&golden, &matrix).unwrap();
    }
    assert!(matrix == expected, "who may use what has changed:\n{matrix}");
}

#[tokio::test]
async fn columns_that_a_profile_names_must_exist() {
    let with = |field: &str, list: &str| {
        files().changed(
            "profiles/plain.toml",
            &format!("{field} = []"),
            &format!("{field} = {list}"),
        )
    };
    let right = with("field_exclusions", r#"[["d.people.sex", "d.stays.cost"]]"#);
    right.revision().await.check_contracts(&[&contract()]).unwrap();
    let wrong = with("field_exclusions", r#"[["d.people.sex", "d.stays.cots"]]"#).revision().await;
    assert_eq!(
        wrong.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/profiles/plain.toml:27:38: `stays` has no column `cots`; use one of `cost`, `ward`"
    );
    let wrong = with("structural_zeros", r#"[{ "d.person.sex" = "f", "d.stays.cost" = "1" }]"#);
    assert_eq!(
        wrong.revision().await.check_contracts(&[&contract()]).unwrap_err().to_string(),
        "policies/profiles/plain.toml:18:23: `d` has no table `person`; use one of `people`, `stays`, `incidents`"
    );
}
