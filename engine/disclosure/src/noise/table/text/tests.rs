use super::*;
use crate::noise::table::tests::HANDBOOK;

fn told(text: &str) -> String {
    PerturbationTable::parse(text).unwrap_err().to_string()
}

#[test]
fn the_example_of_the_manual_is_read() {
    let example: String = include_str!("../text.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .skip_while(|line| !line.starts_with("```toml"))
        .skip(1)
        .take_while(|line| *line != "```")
        .map(|line| format!("{line}\n"))
        .collect();
    let table = PerturbationTable::parse(&example).unwrap();
    assert_eq!((table.id(), table.largest(), table.tells_intervals()), ("example", 3, false));
}

#[test]
fn a_problem_has_its_line_and_a_fix() {
    let cases = [
        (
            "{ count = 2, noise = [0, 1], chance = [0.8, 0.2] }",
            "{ count = 2, noise = [0, 1], chance = [0.8, 0.3] }",
            "line 9: the chances add up to 1.1; write chances from 0 to 1 that add up to 1",
        ),
        (
            "count = 2,",
            "count = 4,",
            "line 9: this row is for 4, not 2; write the rows in order, one for each count from 0 on",
        ),
        (
            "noise = [0, 1], chance",
            "noise = [0], chance",
            "line 9: 1 numbers have 2 chances; write one chance for each number",
        ),
        (
            "noise = [0, 1], chance",
            "noise = [-3, 1], chance",
            "line 9: noise of -3 makes less than nobody of 2; take at most 2 from it",
        ),
        (
            "noise = [0], chance",
            "noise = [1], chance",
            "line 7: something is added to nobody; write `noise = [0]` for a count of 0",
        ),
        (
            "noise = [0, 1], chance = [0.8, 0.2]",
            "noise = [0, 1], keys = [1, 1]",
            "line 9: the table does not say how many columns it has; write `keys = ..`, how many columns the table has, above the rows",
        ),
        (
            "noise = [0, 1], chance = [0.8, 0.2]",
            "noise = [0, 1]",
            "line 9: this row does not say how likely its noise is; write `noise` with `chance`, `noise` with `keys`, or `by_key` alone",
        ),
        (
            "noise = [0, 1], chance = [0.8, 0.2]",
            "noise = [0, 5000], chance = [0.8, 0.2]",
            "line 9: noise of 5000 is too much; write numbers from -1000 to 1000",
        ),
        (
            "id = \"handbook\"",
            "id = \"The handbook\"",
            "line 2: `id` is not a plain name; use small letters, digits and hyphens, such as `ons-10-5`",
        ),
        ("title = \"Handbook\"", "title = \"\"", "line 3: `title` is empty; say what the table is"),
        (
            "rows = [",
            "keys = 0\nrows = [",
            "line 6: `keys` is 0; write how many columns the table has",
        ),
        (
            "rows = [",
            "modulo = { below = 10, noise = [0] }\nrows = [",
            "line 6: there are `modulo` and `rows`; write one of them",
        ),
    ];
    for (right, wrong, expected) in cases {
        assert!(HANDBOOK.contains(right), "{right}");
        assert_eq!(told(&HANDBOOK.replacen(right, wrong, 1)), expected);
    }
}

#[test]
fn columns_must_be_all_there() {
    let text = HANDBOOK
        .replace("rows = [", "keys = 4\nrows = [")
        .replace("noise = [0, 1], chance = [0.8, 0.2]", "noise = [0, 1], keys = [2, 1]");
    assert_eq!(
        told(&text),
        "line 10: the row has 3 columns and the table 4; write entries for 4 columns"
    );
    let text = text.replace("keys = [2, 1]", "keys = [18446744073709551615, 1]");
    assert!(PerturbationTable::parse(&text).is_err());
}

#[test]
fn a_rule_never_takes_more_than_there_is() {
    let rule = |rule: &str| {
        let head = HANDBOOK.split("rows").next().unwrap();
        PerturbationTable::parse(&format!("{head}modulo = {rule}"))
    };
    assert!(rule("{ below = 10, noise = [0, -1, -2, 2, 1] }").is_ok());
    assert!(rule("{ below = 1, noise = [0, -1, -2, 2, 1] }").is_ok());
    let wrong = rule("{ below = 1, noise = [0, -2] }").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "line 6: noise of -2 makes less than nobody of 1; take at most 1 from it"
    );
    assert!(rule("{ below = 10, noise = [] }").is_err());
    assert!(rule("{ below = 9999999, noise = [0] }").is_err());
}

#[test]
fn what_is_no_table_is_refused() {
    for text in [
        "",
        "id = 3",
        "rows = 5",
        "\u{0}",
        &HANDBOOK.replace("interval = \"told\"", "interval = \"yes\""),
    ] {
        assert!(PerturbationTable::parse(text).is_err(), "{text}");
    }
    let none = HANDBOOK.split("rows").next().unwrap();
    assert_eq!(told(none), "line 1: there is no entry; write `rows` or `modulo`");
    let misspelt = told(&HANDBOOK.replace("source", "sauce"));
    assert!(misspelt.starts_with("line 4: unknown field `sauce`"), "{misspelt}");
}
