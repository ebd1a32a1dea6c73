//! Conditions on rows and persons.

use super::*;

pub(super) fn with_condition(lines: &str) -> Files {
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
    assert_eq!(found[0].place.to_string(), "policies/projects/heart.toml:30:1");
}

#[tokio::test]
async fn row_conditions_with_mistakes_are_refused() {
    let start = "dataset = \"d\"\ntable = \"stays\"\ncolumn = \"cost\"\n";
    for (lines, expected) in [
        (
            "operator = \"=\"",
            "28:12: `=` with 0 values; write one value, `values = [..]`, or use `in`",
        ),
        (
            "operator = \"=\"\nvalues = [1, 2]",
            "28:12: `=` with 2 values; write one value, `values = [..]`, or use `in`",
        ),
        ("operator = \"in\"", "28:12: `in` with 0 values; add a line `values = [..]`"),
        (
            "operator = \"is null\"\nvalues = [1]",
            "28:12: `is null` with 1 values; leave `values` out",
        ),
        ("operator = \"is nul\"", "28:12: `is nul` is not known here; did you mean `is null`?"),
        (
            "operator = \"=\"\nvalues = [[1]]",
            "28:12: `=` with 0 values; write one value, `values = [..]`, or use `in`\npolicies/projects/heart.toml:29:11: this is a list, not a single value; write a text, a number, true, false or a day",
        ),
        (
            "operator = \"=\"\nvalues = [nan]",
            "28:12: `=` with 0 values; write one value, `values = [..]`, or use `in`\npolicies/projects/heart.toml:29:11: this is not a number that rows can be compared with; write a text, a number, true, false or a day",
        ),
    ] {
        let errors = errors_of(with_condition(&format!("{start}{lines}"))).await;
        assert_eq!(errors, format!("policies/projects/heart.toml:{expected}"));
    }
    let elsewhere =
        "dataset = \"e\"\ntable = \"stays\"\ncolumn = \"cost\"\noperator = \"is not null\"";
    assert_eq!(
        errors_of(with_condition(elsewhere)).await,
        "policies/projects/heart.toml:25:11: the project does not list the dataset `e`; did you mean `d`?"
    );
}

/// Two tables about people, one of them with one row per person, and one about nobody.
fn people_and_wards() -> Contract {
    let mut contract = contract();
    for (table, kind) in contract.tables.iter_mut().zip([
        TableKind::Personal { one_row_per_person: true },
        TableKind::Personal { one_row_per_person: false },
        TableKind::Public { key: vec![0] },
    ]) {
        table.kind = kind;
    }
    contract
}

#[tokio::test]
async fn a_condition_holds_for_rows_unless_it_says_otherwise() {
    let lines = "dataset = \"d\"\ntable = \"people\"\ncolumn = \"hiv\"\noperator = \"=\"\nvalues = [false]\n";
    for (more, expected) in [
        ("", HoldsFor::Rows),
        ("holds_for = \"rows\"", HoldsFor::Rows),
        ("holds_for = \"person\"", HoldsFor::Person),
    ] {
        let revision = with_condition(&format!("{lines}{more}")).revision().await;
        revision.check_contracts(&[&people_and_wards()]).unwrap();
        let heart = revision.project(&project("heart")).unwrap();
        assert_eq!(heart.row_conditions[0].holds_for, expected);
    }
    assert_eq!(
        errors_of(with_condition(&format!("{lines}holds_for = \"people\""))).await,
        "policies/projects/heart.toml:30:13: `people` is not known here; use one of `rows`, `person`"
    );
}

#[tokio::test]
async fn only_a_table_with_one_row_per_person_speaks_for_the_person() {
    for (table, column, expected) in [
        ("people", "sex", ""),
        ("stays", "ward", "`stays` has many rows per person, which could say both of one person"),
        ("incidents", "kind", "`incidents` is not about people"),
    ] {
        let lines = format!(
            "dataset = \"d\"\ntable = \"{table}\"\ncolumn = \"{column}\"\noperator = \"is null\"\nholds_for = \"person\""
        );
        let revision = with_condition(&lines).revision().await;
        let errors = revision.check_contracts(&[&people_and_wards()]).err();
        let errors = errors.map_or(String::new(), |errors| errors.to_string());
        let fix = "name a table with one row per person, or leave `holds_for` out";
        let expected = match expected {
            "" => String::new(),
            wrong => format!("policies/projects/heart.toml:24:1: {wrong}; {fix}"),
        };
        assert_eq!(errors, expected);
    }
}
