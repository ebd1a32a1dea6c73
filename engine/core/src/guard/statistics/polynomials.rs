//! Sums and means of products: each term is measured and protected by itself, and added up afterwards.

#[cfg(test)]
mod tests;

use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, lit};

use super::Arguments;
use crate::guard::linear::Base;
use crate::guard::polynomial::{self, Factor, NoPolynomial, Term};
use crate::guard::release::{Part, Polynomial, Total};
use crate::refusal::{Code, Refusal};

impl Arguments<'_> {
    /// The protected parts of a polynomial of measures.
    pub(super) fn polynomial(
        &mut self,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<Polynomial, Refusal> {
        let polynomial::Polynomial { terms, present } = polynomial::of(argument, self.input)
            .map_err(|why| self.no_polynomial(why, call.func.name()))?;
        let filter = call.params.filter.as_deref();
        let rows = match self.may_be_missing(&present).as_slice() {
            [only] => self.count(only, filter),
            _ => {
                let when = self.there(&present, filter);
                self.count(&lit(1_i64), when.as_ref())
            }
        };
        let (constants, terms): (Vec<Term>, Vec<Term>) =
            terms.into_iter().partition(Term::is_constant);
        let offset = constants.iter().map(|term| term.coefficient).sum();
        let mut parts = vec![];
        for term in terms {
            let total = self.term(&term, &present, call)?;
            parts.push(Part { total, scale: term.coefficient });
        }
        Ok(Polynomial { parts, offset, rows })
    }

    /// The base measure of a term, over the rows where the whole expression has a value.
    fn term(
        &mut self,
        term: &Term,
        present: &[Expr],
        call: &AggregateFunction,
    ) -> Result<Total, Refusal> {
        let base = |factor: &Factor| Base::Measure(factor.expr.clone(), factor.measure.clone());
        // A factor is NULL where it is missing: only the others need a condition.
        let own = |expr: &&Expr| !term.factors.iter().any(|factor| factor.expr == **expr);
        let mut needed: Vec<Expr> = present.iter().filter(own).cloned().collect();
        needed.extend(term.flags.iter().filter(|flag| !present.contains(flag)).cloned());
        let when = self.there(&needed, call.params.filter.as_deref());
        let when = when.as_ref();
        match term.factors.as_slice() {
            [] => Ok(Total::Count(self.count(&lit(1_i64), when))),
            [factor] => Ok(self.total(&base(factor), when)),
            [x, y] => self.products(&base(x), &base(y), when, call),
            _ => Err(Refusal::internal("a polynomial of a higher degree")),
        }
    }

    fn no_polynomial(&self, why: NoPolynomial, name: &str) -> Refusal {
        let refusal = match why {
            NoPolynomial::NotDeclared => return self.not_declared(name),
            NoPolynomial::Degree => Refusal::new(
                Code::MeasureNotLinear,
                format!("`{name}` multiplies more than two measures"),
                "sum products of two measures at most; whoever makes the extract can declare the product as a measure \
                 in the data contract",
            ),
            NoPolynomial::Terms => Refusal::new(
                Code::MeasureNotLinear,
                format!("`{name}` has too many terms when it is multiplied out"),
                "ask for its parts in aggregates of their own",
            ),
        };
        refusal.at(self.text.find(name))
    }
}
