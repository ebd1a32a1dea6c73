use super::{Bounds, ColumnType, Contract, Role, TableKind};

const SAMPLE: &str = include_str!("../../../../../datasets-sample/contract.toml");

const SMALL: &str = r#"dataset = "small"
title = "Small"
description = "A small one."
universe = "small-nhs"

[tables.patients]
description = "One row per patient."
rows = "one-per-person"

[tables.patients.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
cost = { type = "number", role = "measure", bounds = [0, 100], description = "Cost." }
site = { type = "text", role = "code", description = "Site." }

[tables.sites]
description = "One row per site."
rows = "no-persons"
key = ["site"]

[tables.sites.columns]
site = { type = "text", role = "key", description = "Site." }

[[joins]]
left = "patients.site"
right = "sites.site"
"#;

/// The errors of the small contract after replacing one text.
fn errors_after(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "nothing to replace: {from}");
    let text = SMALL.replacen(from, to, 1);
    match Contract::parse("c.toml", &text) {
        Ok(_) => "accepted".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn a_contract_keeps_the_order_of_the_file_and_fills_in_defaults() {
    let contract = Contract::parse("c.toml", SMALL).unwrap();
    assert_eq!(contract.dataset.as_str(), "small");
    assert_eq!(contract.universe, "small-nhs");
    let patients = contract.table("patients").unwrap();
    assert_eq!(patients.kind, TableKind::Personal { one_row_per_person: true });
    assert_eq!(patients.person_column(), Some(0));
    let (position, cost) = patients.column("cost").unwrap();
    assert_eq!(position, 1);
    assert_eq!((cost.kind, cost.role), (ColumnType::Number, Role::Measure));
    assert_eq!(cost.bounds, Some(Bounds { lower: 0.0, upper: 100.0 }));
    assert_eq!((cost.decimals, cost.nullable, cost.sensitive), (2, false, false));
    assert_eq!(contract.table("sites").unwrap().kind, TableKind::Public { key: vec![0] });
    let join = contract.joins.first().unwrap();
    assert_eq!((join.left.as_str(), join.right.as_str(), join.on.len()), ("patients", "sites", 1));
}

#[test]
fn the_sample_contract_is_sound() {
    let contract = Contract::parse("datasets-sample/contract.toml", SAMPLE)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let tables: Vec<&str> = contract.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(tables.first(), Some(&"patients"));
    assert_eq!(tables.len(), 11);
}

#[test]
fn every_mistake_has_a_place_and_a_fix() {
    let person = r#"person_id = { type = "text", role = "person", description = "Pseudonym." }"#;
    let cases: &[(&str, &str, &str)] = &[
        (
            "title",
            "titel",
            "c.toml:1:1: the contract has no `title`; add `title = \"..\"`\n\
             c.toml:2:1: unknown key `titel` in the contract; did you mean `title`?",
        ),
        (
            "title = \"Small\"\n",
            "",
            "c.toml:1:1: the contract has no `title`; add `title = \"..\"`",
        ),
        (
            "role = \"measure\"",
            "role = \"mesure\"",
            "c.toml:12:34: unknown role `mesure` in the column `cost`; did you mean `measure`?",
        ),
        (
            "description = \"Cost.\"",
            "sensitiv = true, description = \"Cost.\"",
            "c.toml:12:64: unknown key `sensitiv` in the column `cost`; did you mean `sensitive`?",
        ),
        (
            "description = \"Cost.\"",
            "area = true, description = \"Cost.\"",
            "c.toml:12:64: the column `cost` is a measure and cannot be an area; remove `area`, or \
             make it a category, code or key",
        ),
        (
            ", description = \"Cost.\"",
            "",
            "c.toml:12:1: the column `cost` has no `description`; add `description = \"..\"`: \
             researchers read it",
        ),
        ("\"Cost.\"", "\" \"", "c.toml:12:78: `description` is empty; say it in a few words"),
        (
            "bounds = [0, 100], ",
            "",
            "c.toml:12:1: the column `cost` is a measure without bounds; add `bounds = [smallest, \
             largest]`: they limit what one person can contribute",
        ),
        (
            "[0, 100]",
            "[100, 0]",
            "c.toml:12:54: the bounds of the column `cost` leave no room; write the smallest value \
             first, then a larger one",
        ),
        (
            "[0, 100]",
            "[0, nan]",
            "c.toml:12:58: `bounds` takes a number, not a value of type float; write digits \
             without quotes",
        ),
        (
            "bounds = [0, 100]",
            "bounds = [0, 100], decimals = 7",
            "c.toml:12:75: the column `cost` keeps 7 decimals; use 0 to 6",
        ),
        (
            "bounds = [0, 100]",
            "bounds = [0, 100], values = [\"a\"]",
            "c.toml:12:64: the column `cost` lists `values` but is not a category; remove \
             `values`, or make it a category of type text or integer",
        ),
        (
            "type = \"number\"",
            "type = \"text\"",
            "c.toml:12:10: the column `cost` has the type `text`, which cannot be a measure; \
             change the role, or the type to one of `integer`, `number`\n\
             c.toml:12:43: the column `cost` has `bounds` but holds no numbers; remove `bounds`",
        ),
        (
            person,
            r#"person_id = { type = "text", role = "code", description = "Pseudonym." }"#,
            "c.toml:6:9: the table `patients` has 0 person columns; give exactly one column \
             `role = \"person\"`",
        ),
        (
            "role = \"code\", description = \"Site.\"",
            "role = \"person\", description = \"Site.\"",
            "c.toml:6:9: the table `patients` has 2 person columns; give exactly one column \
             `role = \"person\"`\n\
             c.toml:24:1: the join names the person column `site`; leave it out: tables of persons \
             always join by the person",
        ),
        (
            "key = [\"site\"]\n",
            "",
            "c.toml:15:9: the table `sites` has no `key`; add `key = [\"column\"]`: the columns \
             that identify a row",
        ),
        (
            "key = [\"site\"]",
            "key = [\"sites\"]",
            "c.toml:18:8: the key names an unknown column `sites`; did you mean `site`?",
        ),
        (
            "left = \"patients.site\"",
            "left = \"patients.sit\"",
            "c.toml:24:8: the join names an unknown column `sit` of `patients`; did you mean \
             `site`?",
        ),
        (
            "left = \"patients.site\"",
            "left = \"patients.person_id\"",
            "c.toml:24:1: the join names the person column `person_id`; leave it out: tables of \
             persons always join by the person",
        ),
        (
            "cost =",
            "select =",
            "c.toml:12:1: the column name `select` is a word of SQL; choose a name that SQL does \
             not use",
        ),
        (
            "cost =",
            "tresor_cost =",
            "c.toml:12:1: the column name `tresor_cost` is kept for the engine; choose a name \
             that does not start with `tresor_`",
        ),
        (
            "cost =",
            "Cost =",
            "c.toml:12:1: `Cost` is not a valid column name; use lower case letters, digits and \
             underscores, at most 63, starting with a letter",
        ),
        (
            "cost =",
            "site =",
            "c.toml:13:1: duplicate key; give every table, column and key a name of its own\n\
             c.toml:25:1: `site` and `site` differ in type; join columns of the same type",
        ),
        (
            "rows = \"one-per-person\"",
            "rows = 1",
            "c.toml:8:8: `rows` takes text, not a value of type integer; write it in quotes",
        ),
        (
            "universe = \"small-nhs\"",
            "universe = \"Small\"",
            "c.toml:4:12: `Small` is not a valid universe; use lower case letters, digits and \
             hyphens, at most 63",
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(from, to, expected)| (errors_after(from, to), expected))
        .filter(|(found, expected)| found != *expected)
        .map(|(found, expected)| format!("expected {expected}\nfound    {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_syntax_error_has_a_place() {
    let errors = errors_after("title = \"Small\"", "title = Small");
    assert!(errors.starts_with("c.toml:2:"), "{errors}");
}

#[test]
fn all_mistakes_come_at_once() {
    let text = SMALL
        .replace("title =", "titel =")
        .replace("role = \"measure\"", "role = \"mesure\"")
        .replace("rows = \"no-persons\"", "rows = \"nobody\"");
    let errors = Contract::parse("c.toml", &text).unwrap_err();
    let lines: Vec<usize> = errors.errors().iter().map(|error| error.line).collect();
    assert_eq!(lines, [1, 2, 12, 17]);
}

#[test]
fn an_empty_file_says_everything_that_is_missing() {
    let errors = Contract::parse("c.toml", "").unwrap_err();
    assert_eq!(errors.errors().len(), 5);
}
