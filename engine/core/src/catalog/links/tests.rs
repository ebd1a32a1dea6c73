use super::*;

/// A contract with tables `a`, `b`, `c` of persons and `d` of none, and these joins.
fn links(joins: &[(&str, &str)]) -> (Contract, Links) {
    let mut text = String::from(
        "dataset = \"small\"\ntitle = \"Small\"\ndescription = \"Small.\"\nuniverse = \"small\"\n",
    );
    for table in ["a", "b", "c", "d"] {
        let rows = match table {
            "d" => "rows = \"no-persons\"\nkey = [\"x\"]",
            _ => "rows = \"many-per-person\"",
        };
        text += &format!(
            "[tables.{table}]\ndescription = \"A table.\"\n{rows}\n[tables.{table}.columns]\n"
        );
        if table != "d" {
            text += "who = { type = \"text\", role = \"person\", description = \"Who.\" }\n";
        }
        for column in ["x", "y"] {
            text += &format!(
                "{column} = {{ type = \"integer\", role = \"key\", description = \"A key.\" }}\n"
            );
        }
    }
    for (left, right) in joins {
        text += &format!("[[joins]]\nleft = {left}\nright = {right}\n");
    }
    let contract = Contract::parse("c.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
    let links = Links::of(&contract);
    (contract, links)
}

/// The ends in a table as the project sees it, without one column.
fn ends(contract: &Contract, links: &Links, table: &str, hidden: &str) -> Vec<LinkEnd> {
    let table = contract.table(table).unwrap();
    let seen: Vec<ColumnContract> =
        table.columns.iter().filter(|c| c.name.as_str() != hidden).cloned().collect();
    links.ends_in(&table.name, &seen)
}

#[test]
fn ends_of_one_link_have_one_number() {
    let (contract, links) = links(&[(r#""a.x""#, r#""b.y""#)]);
    let a = ends(&contract, &links, "a", "");
    let b = ends(&contract, &links, "b", "");
    assert_eq!(a, [LinkEnd { link: a[0].link, columns: vec![1] }]);
    assert_eq!(b, [LinkEnd { link: a[0].link, columns: vec![2] }]);
    assert!(ends(&contract, &links, "c", "").is_empty());
}

#[test]
fn what_is_linked_to_the_same_columns_is_linked() {
    let (contract, links) = links(&[(r#""a.x""#, r#""b.x""#), (r#""c.y""#, r#""b.x""#)]);
    let all: Vec<LinkEnd> =
        ["a", "b", "c"].iter().flat_map(|table| ends(&contract, &links, table, "")).collect();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|end| end.link == all[0].link));
}

#[test]
fn other_columns_are_another_link() {
    let (contract, links) = links(&[(r#""a.x""#, r#""b.x""#), (r#""a.y""#, r#""b.y""#)]);
    let a = ends(&contract, &links, "a", "");
    assert_eq!(a.len(), 2);
    assert_ne!(a[0].link, a[1].link);
}

#[test]
fn a_link_of_two_columns_needs_both_to_be_seen() {
    let (contract, links) = links(&[(r#"["a.x", "a.y"]"#, r#"["b.y", "b.x"]"#)]);
    assert_eq!(ends(&contract, &links, "a", "")[0].columns, [1, 2]);
    assert_eq!(ends(&contract, &links, "b", "")[0].columns, [2, 1]);
    assert!(ends(&contract, &links, "a", "y").is_empty());
}

#[test]
fn a_join_with_a_table_without_persons_is_no_link() {
    let (contract, links) = links(&[(r#""a.x""#, r#""d.x""#)]);
    assert!(ends(&contract, &links, "a", "").is_empty());
    assert!(ends(&contract, &links, "d", "").is_empty());
}

#[test]
fn a_table_can_be_linked_with_itself() {
    let (contract, links) = links(&[(r#""a.x""#, r#""a.x""#)]);
    assert_eq!(ends(&contract, &links, "a", "").len(), 1);
}
