//! Ways of writing a polynomial, multiplied out.

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{DFSchema, TableReference};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan, col, lit, when};

use super::*;
use crate::guard::facts::{Fact, Side};
use crate::guard::flow::Flow;

/// Rows with the measures a, b and c, and a column x that is none.
fn rows() -> Relation {
    let names = ["a", "b", "c", "x"];
    let fields: Vec<Field> =
        names.iter().map(|name| Field::new(*name, DataType::Float64, false)).collect();
    let schema = Schema::new(fields);
    let schema = DFSchema::try_from_qualified_schema(TableReference::bare("t"), &schema).unwrap();
    let measure = |name: &str| Measure::plain(format!("sum:{name}"), 2, (0.0, 10.0));
    let columns = names.map(|name| match name {
        "x" => Fact::default(),
        _ => Fact { measure: Some(measure(name)), ..Fact::default() },
    });
    let plan = EmptyRelation { produce_one_row: false, schema: schema.into() };
    Relation {
        plan: LogicalPlan::EmptyRelation(plan),
        side: Side::Personal { one_row: false },
        columns: columns.to_vec(),
        flow: Flow::start("rows"),
    }
}

fn column(name: &str) -> Expr {
    col(format!("t.{name}"))
}

/// Terms in short: coefficient, measures, number of flags.
fn terms(expr: &Expr) -> Result<Vec<(f64, String, usize)>, NoPolynomial> {
    let form = of(expr, &rows())?;
    let short = |term: &Term| {
        let names: Vec<String> = term.key().iter().map(|name| name.replace("sum:", "")).collect();
        (term.coefficient, names.join("*"), term.flags.len())
    };
    Ok(form.terms.iter().map(short).collect())
}

fn term(coefficient: f64, names: &str) -> (f64, String, usize) {
    (coefficient, names.to_owned(), 0)
}

#[test]
fn one_polynomial_has_one_form_however_it_is_written() {
    let (a, b) = (column("a"), column("b"));
    let ways = [
        a.clone() * (lit(1.0) - b.clone()),
        (lit(1.0) - b.clone()) * a.clone(),
        a.clone() - a.clone() * b.clone(),
        a.clone() - b.clone() * a.clone(),
        -(a.clone() * (b.clone() - lit(1.0))),
        (a.clone() * lit(2.0) - lit(2.0) * a.clone() * b.clone()) / lit(2.0),
        a.clone() * (lit(3.0) - b.clone()) - a.clone() * lit(2.0),
        (a.clone() + lit(1.0)) * (lit(1.0) - b.clone()) + b.clone() - lit(1.0),
    ];
    for way in ways {
        assert_eq!(terms(&way), Ok(vec![term(1.0, "a"), term(-1.0, "a*b")]), "{way}");
    }
}

#[test]
fn squares_and_constants_are_terms() {
    let (a, b) = (column("a"), column("b"));
    let square = (a.clone() - b.clone()) * (a - b);
    let expected = vec![term(1.0, "a*a"), term(-2.0, "a*b"), term(1.0, "b*b")];
    assert_eq!(terms(&square), Ok(expected));
    let moved = (column("a") + lit(2.0)) * (column("b") + lit(3.0));
    let expected = vec![term(6.0, ""), term(3.0, "a"), term(1.0, "a*b"), term(2.0, "b")];
    assert_eq!(terms(&moved), Ok(expected));
}

#[test]
fn what_cancels_out_must_still_be_there() {
    let expr = column("a") * column("b") - column("b") * column("a") + column("c");
    let form = of(&expr, &rows()).unwrap();
    assert_eq!(terms(&expr), Ok(vec![term(1.0, "c")]));
    assert_eq!(form.present, [column("a"), column("b"), column("c")]);
}

#[test]
fn a_condition_is_on_every_term() {
    let product = column("a") * (lit(1.0) - column("b"));
    let chosen = when(column("x").gt(lit(1.0)), product.clone()).otherwise(lit(0.0)).unwrap();
    let flagged = of(&chosen, &rows()).unwrap();
    assert_eq!(flagged.present, std::slice::from_ref(&chosen));
    assert!(flagged.terms.iter().all(|term| term.flags.len() == 3), "CASE, a and b");
    let other = when(column("x").gt(lit(1.0)), product.clone() * lit(2.0)).otherwise(product);
    assert_eq!(terms(&other.unwrap()), Err(NoPolynomial::NotDeclared));
}

#[test]
fn flags_are_squared_to_themselves_and_multiply_anything() {
    let flag = when(column("x").gt(lit(1.0)), lit(1.0)).otherwise(lit(0.0)).unwrap();
    let squared = flag.clone() * flag.clone() * flag.clone();
    assert_eq!(terms(&squared), Ok(vec![(1.0, String::new(), 1)]));
    let product = column("a") * column("b") * flag;
    assert_eq!(terms(&product), Ok(vec![(1.0, "a*b".to_owned(), 1)]));
}

#[test]
fn what_is_no_polynomial_of_degree_two_is_none() {
    let (a, b, c) = (column("a"), column("b"), column("c"));
    let none = [
        (a.clone() * b.clone() * c.clone(), NoPolynomial::Degree),
        (a.clone() * a.clone() * a.clone(), NoPolynomial::Degree),
        (a.clone() * column("x"), NoPolynomial::NotDeclared),
        (a.clone() * b.clone() / c.clone(), NoPolynomial::NotDeclared),
        (a.clone() * b.clone() / lit(0.0), NoPolynomial::NotDeclared),
        (a.clone() * b.clone() - b.clone() * a.clone(), NoPolynomial::NotDeclared),
        (a.clone() * lit(1e200) * b.clone() * lit(1e200), NoPolynomial::NotDeclared),
    ];
    for (expr, why) in none {
        assert_eq!(terms(&expr), Err(why), "{expr}");
    }
}

#[test]
fn products_of_many_flags_are_too_many_terms() {
    let flag = |at: i32| {
        let flag = when(column("x").gt(lit(f64::from(at))), lit(1.0)).otherwise(lit(0.0));
        lit(1.0) + flag.unwrap()
    };
    let product = |n: i32| (1..n).fold(flag(0), |all, at| all * flag(at));
    assert_eq!(terms(&product(5)).map(|terms| terms.len()), Ok(32));
    assert_eq!(terms(&product(6)), Err(NoPolynomial::Terms));
}
