//! `docs/TPCH.md`, made of what the tests know.

use super::queries::{QUERIES, Query, Verdict};

/// The page.
pub fn page() -> String {
    let answered = count(|verdict| matches!(verdict, Verdict::Answered(_)));
    let nothing = count(|verdict| matches!(verdict, Verdict::Nothing(_)));
    let refused = count(|verdict| matches!(verdict, Verdict::Refused(..)));
    let products = QUERIES.iter().filter(|query| query.instead().is_some_and(|i| i.same)).count();
    let rows: Vec<String> = QUERIES.iter().map(row).collect();
    format!(
        "{HEAD}\nOf 22 queries {answered} are answered as they stand, {nothing} are answered with nothing left, and \
         {refused} are refused. {products} of\nthose refused ask for a product that has to be declared, and have the \
         same answer with the column that holds it.\n\n\
         | query | asks for | verdict | why, and what to ask instead |\n|---|---|---|---|\n{}\n{FOOT}",
        rows.join("\n")
    )
}

fn count(is: impl Fn(&Verdict) -> bool) -> usize {
    QUERIES.iter().filter(|query| is(&query.verdict)).count()
}

fn row(query: &Query) -> String {
    let Query { number, asks, verdict, why, .. } = query;
    let file = |more: &str| format!("../tests/suite/tpch/queries/q{number:02}{more}.sql");
    let verdict = match verdict {
        Verdict::Answered(_) => "answered".to_owned(),
        Verdict::Nothing(_) => "answered, nothing left".to_owned(),
        Verdict::Refused(code, _) => format!("refused: `{}`", code.as_str()),
    };
    let instead = match query.instead() {
        Some(instead) if instead.same => format!(": [the same answer]({})", file("-instead")),
        Some(_) => format!(": [another question]({})", file("-instead")),
        None => String::new(),
    };
    format!("| [{number}]({}) | {asks} | {verdict} | {why}{instead} |", file(""))
}

const HEAD: &str = "\
# TPC-H with the customer as the person

The 22 queries of TPC-H are what engines of this kind are measured by, and nobody wrote them with people in mind. Here
`customer` is the person: `orders` and `lineitem` are about customers, parts, suppliers and nations are about nobody.
`lineitem` has a column more than the benchmark, its customer; and because sums multiply two declared
measures at most ([ADR 0004](adr/0004-linear-forms-of-measures.md)), two more that hold products: `l_charge`, `l_cost`.
Orders and their lines are declared as linked ([ADR 0010](adr/0010-links-inside-a-person.md)), so the queries need not
name the customer where they join them.

A test asks all of them, with the validation parameters of the benchmark, over 1,500 customers, and holds every answer
against plain DataFusion over the same rows: without noise it must be equal in every cell of ten customers or more, and
show nothing of smaller ones. Where products are added up, ten must have a part in each: of a discount, ten who got
one. This page is made by that test.
";

const FOOT: &str = "
What is general in it:

- **A list of people is not an answer**, nor is a list of things of which each belongs to one person. Queries 3, 10 and
  18 want names, orders and the largest of them; whoever groups by an order gets an empty list, because no order has
  ten customers. Ask how many there are, by what they have in common.
- **A number about people that is used in a condition is protected first.** The means in 17 and 22 and the sums in 15
  and 20 are results, and nothing remains where they are of fewer than ten customers.
- **Products of two measures are added up from parts.** `sum(a * (1 - b))` is `sum(a)` less `sum(a * b)`, each
  protected once, so no way of writing it draws noise anew. A product of three measures, or with a column that is no
  measure of people, is declared: whoever makes the extract adds it as a measure with bounds.
- **Tables about nobody are an ordinary database**: 2, 11 and 16 come out as everywhere else.
";
