use datafusion::logical_expr::{Expr, case, lit, when};
use datafusion::prelude::{col, ident};

use super::is_inside;

fn year() -> Expr {
    ident("birth_year")
}

fn region(values: &[&str]) -> Expr {
    ident("region").in_list(values.iter().map(|value| lit(*value)).collect(), false)
}

fn counted(condition: Expr) -> Expr {
    when(condition, lit(1_i64)).end().unwrap().is_not_null()
}

fn summed(value: Expr) -> Expr {
    value.clone().is_not_null().and(value.not_eq(lit(0_i64))).is_true()
}

#[test]
fn what_the_words_tell_is_known() {
    let (hiv, old) = (col("hiv"), year().lt(lit(1970)));
    let inside = [
        (hiv.clone(), hiv.clone().or(old.clone())),
        (hiv.clone().and(old.clone()), hiv.clone()),
        (counted(hiv.clone()), counted(old.clone().or(hiv.clone()))),
        (year().lt(lit(1950)), old.clone()),
        (year().lt_eq(lit(1969)), old.clone()),
        (year().eq(lit(1950)), year().between(lit(1940), lit(1960))),
        (year().between(lit(1950), lit(1955)), year().gt(lit(1949))),
        (year().gt(lit(1970)), year().not_eq(lit(1970))),
        (lit(1980).lt(year()), year().gt(lit(1970))),
        (region(&["east"]), region(&["east", "west"])),
        (ident("region").eq(lit("east")), region(&["east", "west"])),
        (ident("region").not_in_list(), ident("region").not_eq(lit("west"))),
        (!region(&["east", "west"]), ident("region").not_eq(lit("west"))),
        (!(hiv.clone().or(old.clone())), !hiv.clone()),
        (hiv.clone().eq(lit(true)), hiv.clone().is_true()),
        (hiv.clone().is_false(), hiv.clone().is_not_true()),
        (old.clone(), year().is_not_null()),
        (counted(hiv.clone()), hiv.clone().is_not_null()),
        (summed(when(hiv.clone(), ident("income")).end().unwrap()), summed(ident("income"))),
        (hiv.clone().and(old.clone().or(year().eq(lit(1950)))), old),
    ];
    for (narrow, wide) in inside {
        assert!(is_inside(&narrow, &wide), "{narrow} is inside {wide}");
    }
}

#[test]
fn what_they_do_not_tell_is_not() {
    let (hiv, old) = (col("hiv"), year().lt(lit(1970)));
    let apart = [
        (hiv.clone().or(old.clone()), hiv.clone()),
        (old.clone(), hiv.clone()),
        (hiv.clone(), hiv.clone().and(old.clone())),
        (old.clone(), year().lt(lit(1950))),
        (year().lt_eq(lit(1970)), old.clone()),
        (year().lt(lit(1970)), year().gt(lit(1950))),
        (year().not_eq(lit(1970)), year().gt(lit(1970))),
        (region(&["east", "west"]), region(&["east"])),
        (ident("region").not_eq(lit("west")), region(&["east"])),
        // NULL is neither.
        (hiv.clone().is_not_true(), hiv.clone().is_false()),
        (hiv.clone().is_not_true(), !hiv.clone()),
        (year().is_not_null(), old.clone()),
        (hiv.clone().is_null(), hiv.clone().is_not_null()),
        // A constant of another type is compared by rules of its own.
        (year().eq(lit(1950)), year().lt(lit("1970"))),
        (ident("year_of_death").eq(lit(1950)), old),
        // Of two conditions the first decides.
        (case(lit(1)).when(lit(1), hiv.clone()).end().unwrap(), hiv),
    ];
    for (narrow, wide) in apart {
        assert!(!is_inside(&narrow, &wide), "{narrow} is not inside {wide}");
    }
}

trait NotInList {
    fn not_in_list(self) -> Expr;
}

impl NotInList for Expr {
    /// Neither of east and west.
    fn not_in_list(self) -> Expr {
        self.in_list(vec![lit("east"), lit("west")], true)
    }
}
