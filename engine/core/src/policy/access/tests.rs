use std::collections::BTreeMap;

use casbin::{CoreApi, DefaultModel, StringAdapter};

use super::answers::Access;
use super::enforcer::{Enforcer, Model};
use super::model;
use super::rule::{Question, Role, Rule, Target};
use super::uses::Uses;
use crate::catalog::usage::Use;
use crate::ids::{ColumnId, ColumnName, DatasetId, ProjectId, TableName};
use crate::policy::PolicyRevision;
use crate::policy::tests::{column, errors_of, files, user};

/// casbin with our model and lines of its own, as if nobody had checked them.
async fn unchecked(lines: &str) -> casbin::Enforcer {
    let model = DefaultModel::from_str(model::TEXT).await.unwrap();
    casbin::Enforcer::new(model, StringAdapter::new(lines)).await.unwrap()
}

fn ask(casbin: &casbin::Enforcer, object: &str) -> casbin::Result<bool> {
    casbin.enforce(("holder", "heart", object, "output"))
}

const HOLDER: &str = "g, holder, role, heart\n";

async fn check_refused(line: &str, expected: &str) {
    let errors = errors_of(files().with("access/rules.csv", line)).await;
    assert_eq!(errors, format!("policies/access/rules.csv:{expected}"), "{line}");
}

#[tokio::test]
async fn a_line_with_a_field_too_few_would_spoil_every_answer_and_is_refused() {
    let lines =
        format!("{HOLDER}p, role, heart, d/t/*, output, allow\np, role, heart, d/t/c, output");
    let casbin = unchecked(&lines).await;
    assert!(ask(&casbin, "d/u/c").is_err(), "casbin errs on questions about anything");
    let fix = "write `p, role, project or *, dataset/table/column or *, use or *, allow|deny`";
    check_refused(
        "p, researcher, heart, d/people/sex, output",
        &format!("1:1: a rule has 5 fields after `p`, and this line has 4; {fix}"),
    )
    .await;
    check_refused(
        "p, researcher, heart, d/people/sex, output, allow, always",
        &format!("1:1: a rule has 5 fields after `p`, and this line has 6; {fix}"),
    )
    .await;
}

#[tokio::test]
async fn a_line_of_an_unknown_kind_would_be_dropped_and_is_refused() {
    let lines = format!(
        "{HOLDER}p, role, heart, d/t/*, output, allow\nq, role, heart, d/t/c, output, deny"
    );
    assert!(ask(&unchecked(&lines).await, "d/t/c").unwrap(), "casbin never sees the deny");
    check_refused(
        "q, researcher, heart, d/people/sex, output, deny",
        "1:1: a rule does not start with `q`; write `p, role, project or *, dataset/table/column or *, use or *, allow|deny`",
    )
    .await;
    check_refused(
        "g, mallory, auditor, *",
        "1:1: roles are not given here; give them in `people.toml` or in the project's `members`",
    )
    .await;
}

#[tokio::test]
async fn an_effect_that_is_neither_allow_nor_deny_would_be_skipped_and_is_refused() {
    let lines = format!(
        "{HOLDER}p, role, heart, d/t/*, output, allow\np, role, heart, d/t/c, output, maybe"
    );
    assert!(ask(&unchecked(&lines).await, "d/t/c").unwrap(), "casbin reads `maybe` as silence");
    check_refused(
        "p, researcher, heart, d/people/sex, output, maybe",
        "1:45: unknown effect `maybe`; use one of `allow`, `deny`",
    )
    .await;
    check_refused(
        "p, researcher, heart, d/people/sex, output, Deny",
        "1:45: unknown effect `Deny`; did you mean `deny`?",
    )
    .await;
}

#[tokio::test]
async fn a_wildcard_would_match_across_dots_and_slashes_so_objects_are_ids() {
    let lines = format!("{HOLDER}p, role, heart, d/t/*, output, allow");
    let casbin = unchecked(&lines).await;
    assert!(ask(&casbin, "d/t/../secret").unwrap(), "casbin takes a path for a name");
    assert!(ask(&casbin, "d/t/c/deeper").unwrap());
    let shape =
        "use lower case letters, digits and underscores, at most 63, starting with a letter";
    for (object, expected) in [
        ("d/people/..", format!("1:23: `..` is not a valid column name; {shape}")),
        ("d/../sex", format!("1:23: `..` is not a valid table name; {shape}")),
        ("d/*/sex", format!("1:23: `*` is not a valid table name; {shape}")),
        ("*/people/sex", format!("1:23: `*` is not a valid dataset name; {shape}")),
        ("d/people/se*", format!("1:23: `se*` is not a valid column name; {shape}")),
        ("d/people/", format!("1:23: `` is not a valid column name; {shape}")),
        (
            "d/people/../sex",
            "1:23: `d/people/../sex` has 4 parts; write `dataset/table/column` or `dataset/table/*`".to_owned(),
        ),
        ("*", "1:23: unknown object `*`; use one of `policies`, `freezes`, `reviews`, `audit-log`, `status`, `tokens`".to_owned()),
    ] {
        check_refused(&format!("p, researcher, heart, {object}, output, allow"), &expected).await;
    }
}

#[tokio::test]
async fn without_any_rule_nothing_is_allowed() {
    let revision = files().with("access/rules.csv", "# nothing yet\n").revision().await;
    let heart = revision.projects().next().unwrap();
    for kind in Use::ALL {
        let decision =
            revision.access.column(&heart.id, Role::Researcher, &column("people", "sex"), kind);
        assert!(!decision.allowed);
        assert!(decision.rules.is_empty());
    }
    assert!(!revision.access.outside(Role::Auditor, "audit-log", "read"));
}

#[tokio::test]
async fn mistakes_in_rules_have_their_place_and_a_fix() {
    for (line, expected) in [
        (
            "p, reseacher, heart, d/people/sex, output, allow",
            "1:4: unknown role `reseacher`; did you mean `researcher`?",
        ),
        (
            "p, researcher, hart, d/people/sex, output, allow",
            "1:16: unknown project `hart`; did you mean `heart`?",
        ),
        (
            "p, researcher, heart, d/people/sex, ouptut, allow",
            "1:37: unknown use `ouptut`; did you mean `output`?",
        ),
        (
            "p, researcher, heart, e/people/sex, output, allow",
            "1:23: the project `heart` does not list the dataset `e`; did you mean `d`?",
        ),
        (
            "p, auditor, *, d/people/sex, output, allow",
            "1:4: the role `auditor` is held outside projects, where no data are; use one of `researcher`",
        ),
        (
            "p, researcher, *, audit-log, read, allow",
            "1:4: the role `researcher` is held in projects only; use one of `officer`, `checker`, `auditor`, `administrator`",
        ),
        (
            "p, auditor, heart, audit-log, read, allow",
            "1:13: `audit-log` belongs to no project; write `*`",
        ),
        (
            "p, auditor, *, audit-log, *, allow",
            "1:27: unknown action `*`; use one of `read`, `open`, `flags`, `erase`",
        ),
        (
            "p, auditor, *, audit-log, read, allow\np,auditor,*,audit-log,read,deny",
            "2:1: line 1 already speaks about exactly this; keep one of the two",
        ),
        (
            "\"p\", auditor, *, audit-log, read, allow",
            "1:1: a rule does not start with `\"p\"`; write `p, role, project or *, dataset/table/column or *, use or *, allow|deny`",
        ),
    ] {
        check_refused(line, expected).await;
    }
}

#[tokio::test]
async fn all_mistakes_of_a_line_are_reported_together() {
    let line = "p, cook, nowhere, d/people, eat, perhaps";
    let errors = errors_of(files().with("access/rules.csv", line)).await;
    assert_eq!(errors.lines().count(), 4, "{errors}");
}

#[tokio::test]
async fn the_model_is_kept_to_the_letter() {
    for (right, wrong, expected) in [
        (
            " && !some(where (p.eft == deny))",
            "",
            "8:1: this is not the access model that the engine keeps; write `e = some(where (p.eft == allow)) && !some(where (p.eft == deny))`",
        ),
        (
            "keyMatch(r.obj",
            "regexMatch(r.obj",
            "10:1: this is not the access model that the engine keeps; write `m = ",
        ),
        (
            "[matchers]",
            "[matchers]\nm2 = true",
            "10:1: this is not the access model that the engine keeps; write `m = ",
        ),
    ] {
        let errors = errors_of(
            files().with("access/model.conf", &model::TEXT.trim_start().replace(right, wrong)),
        )
        .await;
        assert!(errors.starts_with(&format!("policies/access/model.conf:{expected}")), "{errors}");
    }
    let longer = format!("{}\nm = true", model::TEXT);
    let errors = errors_of(files().with("access/model.conf", &longer)).await;
    assert!(errors.ends_with("the access model is complete before this line; remove the line"));
    let errors = errors_of(files().with("access/model.conf", "[request_definition]\n")).await;
    assert!(errors.ends_with("is not complete; add the line `r = sub, dom, obj, act`"), "{errors}");
    let spaced = model::TEXT.replace(" = ", "   =  ").replace("[matchers]", "# how\n\n[matchers]");
    files().with("access/model.conf", &spaced).revision().await;
}

#[tokio::test]
async fn a_user_named_like_a_role_has_no_role() {
    let people = "[[people]]\nuser = \"ada\"\nname = \"Ada\"\n[[people]]\nuser = \"auditor\"\nname = \"A\"\n";
    let revision = files().with("people.toml", people).revision().await;
    assert!(!revision.has_global(
        &user("auditor"),
        "audit-log",
        "read",
        time::OffsetDateTime::UNIX_EPOCH
    ));
}

#[tokio::test]
async fn a_decision_names_the_rules_behind_it() {
    let rules = "# first\n\
         p, researcher, *, d/people/*, *, allow\n\
         p, researcher, heart, d/people/sex, group, allow\n\
         p, researcher, heart, d/people/sex, output, deny\n";
    let revision = files().with("access/rules.csv", rules).revision().await;
    let heart = revision.projects().next().unwrap();
    for (kind, name, expected) in [
        (Use::Group, "sex", "true policies/access/rules.csv:2 policies/access/rules.csv:3"),
        (Use::Output, "sex", "false policies/access/rules.csv:4"),
        (Use::Output, "region", "true policies/access/rules.csv:2"),
    ] {
        let decision =
            revision.access.column(&heart.id, Role::Researcher, &column("people", name), kind);
        let rules: Vec<String> = decision.rules.iter().map(ToString::to_string).collect();
        assert_eq!(format!("{} {}", decision.allowed, rules.join(" ")), expected);
    }
}

#[test]
fn uses_are_a_set() {
    let uses: Uses = [Use::Join, Use::Group].into_iter().collect();
    assert!(uses.contains(Use::Group) && !uses.contains(Use::Output));
    assert_eq!(uses.to_string(), "group, join");
    assert!(Uses::NONE.is_empty() && !uses.is_empty());
}

fn about<'a>(project: Option<&'a ProjectId>, column: &ColumnId, kind: Use) -> Question<'a> {
    let target = Target::Columns {
        dataset: column.dataset.clone(),
        table: column.table.clone(),
        column: Some(column.column.clone()),
        kind: Some(kind),
    };
    Question { project, role: Role::Researcher, target }
}

/// The rules of the small policy, decided by a casbin with this model.
async fn with_model(from: &str, to: &str) -> (PolicyRevision, Access) {
    assert!(model::TEXT.contains(from));
    let revision = files().revision().await;
    let (rules, projects) = (revision.access.rules().to_vec(), &revision.projects);
    let access = Access::with_model(&model::TEXT.replace(from, to), rules, projects).await;
    (revision, access.unwrap())
}

#[tokio::test]
async fn a_casbin_that_contradicts_the_rules_ends_the_revision() {
    for (what, from, to, harmless, contradicted) in [
        ("deny is ignored", " && !some(where (p.eft == deny))", "", "sex", "hiv"),
        ("a wildcard is a name", "keyMatch(r.obj, p.obj)", "r.obj == p.obj", "hiv", "practice"),
    ] {
        let (mut revision, broken) = with_model(from, to).await;
        let heart = revision.projects().next().unwrap();
        let allowed = |access: &Access, name: &str| {
            access.uses(&heart.id, Role::Researcher, &column("people", name))
        };
        let before = allowed(&revision.access, harmless);
        assert_eq!(allowed(&broken, harmless), before, "{what}");
        assert!(broken.broken().is_none(), "{what}");

        assert!(allowed(&broken, contradicted).is_empty(), "{what}");
        let cause = &broken.broken().unwrap().0;
        assert!(cause.starts_with("casbin contradicts the rules about"), "{cause}");
        assert!(allowed(&broken, harmless).is_empty(), "{what}: nothing is answered any more");
        assert!(broken.ask_everything().is_err());
        // The auditor must be able to find out.
        assert!(broken.outside(Role::Auditor, "audit-log", "read"));
        let id = heart.id.clone();
        let (ada, now) = (user("ada"), time::macros::datetime!(2026-06-15 12:00 UTC));
        revision.enter(&ada, &id, now).unwrap();
        revision.access = broken;
        let refusal = revision.enter(&ada, &id, now).unwrap_err();
        assert_eq!(refusal.code(), crate::refusal::Code::Unavailable);
        assert!(!refusal.detail().contains("casbin"), "the cause is sealed");
    }
}

#[tokio::test]
async fn a_casbin_that_is_wrong_outside_projects_makes_no_revision() {
    let revision = files().revision().await;
    for (from, to) in
        [("g(r.sub, p.sub, r.dom)", "r.sub == p.sub"), ("g(r.sub, p.sub, r.dom)", "true")]
    {
        let model = model::TEXT.replace(from, to);
        let rules = revision.access.rules().to_vec();
        let access = Access::with_model(&model, rules, &revision.projects).await;
        let cause = access.unwrap_err().0;
        assert!(cause.starts_with("casbin contradicts the rules about"), "{cause}");
    }
}

#[tokio::test]
async fn a_sound_revision_can_be_asked_everything() {
    let revision = files().revision().await;
    revision.ask_everything().unwrap();
}

#[tokio::test]
async fn who_asks_at_the_same_time_gets_the_same_answer() {
    let revision = files().revision().await;
    let heart = revision.projects().next().unwrap();
    let ask = || revision.access.uses(&heart.id, Role::Researcher, &column("people", "practice"));
    let answers = std::thread::scope(|threads| {
        let asking: Vec<_> = (0..8).map(|_| threads.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(answers.iter().all(|uses| uses.to_string() == "group, filter, measure, join"));
}

#[tokio::test]
async fn casbin_sees_few_lines() {
    let other = files().text("projects/heart.toml");
    let mut rules = String::from("p, researcher, *, d/people/*, output, allow\n");
    for at in 0..50 {
        rules.push_str(&format!("p, researcher, *, d/people/c{at}, *, allow\n"));
        rules.push_str(&format!("p, researcher, lungs, d/people/c{at}, output, deny\n"));
        rules.push_str(&format!("p, researcher, heart, d/table{at}/*, *, allow\n"));
    }
    rules.push_str("p, researcher, heart, d/people/c7, join, deny\n");
    let files = files().with("projects/lungs.toml", &other);
    let revision = files.with("access/rules.csv", &rules).revision().await;
    let index = super::index::Index::build(revision.access.rules().to_vec());
    let c7 = column("people", "c7");
    let heart = revision.projects().next().unwrap();
    let lines = index.lines(&heart.id, &c7.dataset, &c7.table, Some(&c7.column));
    let mut lines: Vec<usize> = lines.iter().map(|rule| rule.id.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [1, 2 + 3 * 7, 152], "all projects and this one, the column and all columns");
}

// Three evaluators, one answer: what is kept, casbin with every line of the project, and a slow twin that only knows
// the text of the file.

/// The slow twin: reads the lines again, one question at a time.
fn reference(rules: &str, project: &str, datasets: &[&str], column: &ColumnId, kind: Use) -> bool {
    if !datasets.contains(&column.dataset.as_str()) {
        return false;
    }
    let mut allowed = false;
    for line in rules.lines() {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let object: Vec<&str> = fields[3].split('/').collect();
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        let speaks = fields[1] == "researcher"
            && fits(fields[2], project)
            && object[0] == column.dataset.as_str()
            && object[1] == column.table.as_str()
            && fits(object[2], column.column.as_str())
            && fits(fields[4], kind.as_str());
        if speaks && fields[5] == "deny" {
            return false;
        }
        allowed |= speaks;
    }
    allowed
}

/// Small random numbers that are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn pick<'a>(&mut self, faces: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        faces[((z ^ (z >> 31)) % faces.len() as u64) as usize]
    }

    fn rules(&mut self) -> String {
        let mut lines = BTreeMap::new();
        for _ in 0..12 {
            let question = format!(
                "p, researcher, {}, {}/{}/{}, {}",
                self.pick(&["*", "heart", "lungs"]),
                // One name begins like another: a match by prefix would show.
                self.pick(&["d", "d", "da"]),
                self.pick(&["people", "people_old"]),
                self.pick(&["*", "sex", "sex_at_birth", "region"]),
                self.pick(&["*", "output", "group", "filter", "measure", "join"]),
            );
            lines.insert(question, self.pick(&["allow", "allow", "deny"]));
        }
        lines.iter().map(|(question, effect)| format!("{question}, {effect}\n")).collect()
    }
}

async fn compare(rules: &str) {
    let both = "datasets = [\"d\", \"da\"]";
    let heart = files().text("projects/heart.toml").replace("datasets = [\"d\"]", both);
    let lungs = files().text("projects/heart.toml");
    // A rule about a dataset that `lungs` does not list is an error, so such rules are for all projects or none.
    let rules = rules.replace("lungs, da/", "lungs, d/");
    let mut seen = std::collections::BTreeSet::new();
    let unique: String = rules
        .lines()
        .filter(|line| seen.insert(line.rsplit_once(',').unwrap().0.to_owned()))
        .map(|line| format!("{line}\n"))
        .collect();
    let revision = files()
        .with("projects/heart.toml", &heart)
        .with("projects/lungs.toml", &lungs)
        .with("access/rules.csv", &unique)
        .revision()
        .await;
    for project in revision.projects() {
        compare_project(&revision, project.id.as_str(), &unique).await;
    }
}

async fn compare_project(revision: &PolicyRevision, id: &str, text: &str) {
    let project = revision.projects().find(|project| project.id.as_str() == id).unwrap();
    let datasets: Vec<&str> = project.datasets.iter().map(DatasetId::as_str).collect();
    let rules: Vec<&Rule> = revision
        .access
        .rules()
        .iter()
        .filter(|rule| matches!(&rule.target, Target::Columns { dataset, .. } if project.datasets.contains(dataset)))
        .collect();
    let model = Model::read(model::TEXT).await.unwrap();
    let mut casbin = Enforcer::build(&model, Some(&project.id), &Role::IN_PROJECTS).unwrap();
    for dataset in ["d", "da"] {
        for table in ["people", "people_old", "never_named"] {
            for name in ["sex", "sex_at_birth", "region", "never_named"] {
                let column = ColumnId {
                    dataset: DatasetId::new(dataset).unwrap(),
                    table: TableName::new(table).unwrap(),
                    column: ColumnName::new(name).unwrap(),
                };
                for kind in Use::ALL {
                    let index =
                        revision.access.column(&project.id, Role::Researcher, &column, kind);
                    let question = about(Some(&project.id), &column, kind);
                    let expected = reference(text, id, &datasets, &column, kind);
                    let what = format!("{id} {column} {kind:?}\n{text}");
                    assert_eq!(index.allowed, expected, "index: {what}");
                    assert_eq!(
                        casbin.allows(&question, &rules).unwrap(),
                        expected,
                        "casbin: {what}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn index_casbin_and_the_slow_twin_agree_on_random_policies() {
    let mut dice = Dice(7);
    for _ in 0..40 {
        compare(&dice.rules()).await;
    }
}
