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
