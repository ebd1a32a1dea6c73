//! Polynomials of base measures, of degree two at most.
//!
//! `sum(price * (1 - discount))` is computed as `sum(price) - sum(price * discount)` from protected parts. Every part is
//! a base measure that counts, sums and covariances release already, so no way of writing it draws fresh noise. What
//! has a linear form is left to `linear`: a polynomial begins where a second measure comes in.

#[cfg(test)]
mod tests;

use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, lit};

use super::facts::{Measure, Relation};
use super::linear::{self, Base, Linear};

/// Most terms that an expression may be expanded to.
const MOST_TERMS: usize = 32;
/// Most measures that are multiplied with each other.
const DEGREE: usize = 2;

/// A sum of terms, in every row where all of `present` have a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Polynomial {
    pub(super) terms: Vec<Term>,
    pub(super) present: Vec<Expr>,
}

/// `coefficient` times the product of the factors, in every row where all flags have a value. A row where a flag or a
/// factor is missing counts as zero.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    pub(super) flags: Vec<Expr>,
    pub(super) factors: Vec<Factor>,
}

/// Values of a base measure, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    pub(super) expr: Expr,
    pub(super) measure: Measure,
}

/// Why an expression is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPolynomial {
    /// Something in it is no measure.
    NotDeclared,
    /// More than two measures are multiplied.
    Degree,
    /// It has too many terms.
    Terms,
}

type Found = Result<Polynomial, NoPolynomial>;

/// The polynomial of an aggregate's argument.
///
/// # Errors
/// Why it is none. An expression of which nothing is left, such as `a - a`, is none either.
pub(super) fn of(expr: &Expr, input: &Relation) -> Found {
    let Polynomial { mut terms, present } = expanded(expr, input)?;
    if terms.is_empty() {
        return Err(NoPolynomial::NotDeclared);
    }
    terms.sort_by_key(Term::key);
    Ok(Polynomial { terms, present })
}

fn expanded(expr: &Expr, input: &Relation) -> Found {
    if let Some(form) = linear::of(expr, input) {
        return Polynomial::of_linear(form, expr);
    }
    match expr {
        Expr::Alias(alias) => expanded(&alias.expr, input),
        Expr::Negative(inner) => expanded(inner, input)?.times(-1.0),
        Expr::Cast(cast) if linear::keeps_values(&cast.expr, cast.field.data_type(), input) => {
            expanded(&cast.expr, input)
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (op, linear::number(right)) {
            (Operator::Plus, _) => expanded(left, input)?.plus(expanded(right, input)?),
            (Operator::Minus, _) => {
                expanded(left, input)?.plus(expanded(right, input)?.times(-1.0)?)
            }
            (Operator::Multiply, _) => expanded(left, input)?.by(&expanded(right, input)?),
            (Operator::Divide, Some(b)) if b != 0.0 && linear::is_real(expr, input) => {
                expanded(left, input)?.times(1.0 / b)
            }
            _ => Err(NoPolynomial::NotDeclared),
        },
        Expr::Case(case) => of_case(case, input),
        Expr::ScalarFunction(call) => match linear::filled(call) {
            Some(inner) => Ok(expanded(inner, input)?.filled()),
            None => Err(NoPolynomial::NotDeclared),
        },
        _ => Err(NoPolynomial::NotDeclared),
    }
}

/// CASE whose branches are one polynomial, zero or NULL.
fn of_case(case: &Case, input: &Relation) -> Found {
    let nothing = |branch: &Expr| linear::number(branch) == Some(0.0) || linear::is_null(branch);
    let branches = case.when_then_expr.iter().map(|(_, then)| then.as_ref());
    let branches = branches.chain(case.else_expr.as_deref()).filter(|branch| !nothing(branch));
    let forms: Vec<Polynomial> =
        branches.map(|branch| expanded(branch, input)).collect::<Result<_, _>>()?;
    let Some((first, others)) = forms.split_first() else {
        return Err(NoPolynomial::NotDeclared);
    };
    if others.iter().any(|other| other != first) {
        return Err(NoPolynomial::NotDeclared);
    }
    let chosen = linear::rebuild(case, |branch| (!nothing(branch)).then(|| lit(1_i64)));
    let form = first.clone().only_where(&chosen).filled();
    Ok(Polynomial { present: vec![Expr::Case(case.clone())], ..form })
}

impl Polynomial {
    fn of_linear(form: Linear, written: &Expr) -> Found {
        let present = linear::presence(&form.base, written);
        let Linear { base, scale, offset } = form;
        let constant = |coefficient| Term { coefficient, flags: vec![], factors: vec![] };
        if linear::number(written).is_some() {
            return Self { terms: vec![], present: vec![] }.with([constant(scale)]);
        }
        let term = match base {
            Base::Measure(expr, measure) => {
                let factor = Factor { expr: expr.unalias(), measure };
                Term { coefficient: scale, flags: vec![], factors: vec![factor] }
            }
            Base::Ones(expr) => {
                Term { coefficient: scale, flags: vec![expr.unalias()], factors: vec![] }
            }
        };
        Self { terms: vec![], present: vec![present] }.with([term, constant(offset)])
    }

    /// With further terms; like ones are added up, and what comes to nothing is left out.
    fn with(mut self, terms: impl IntoIterator<Item = Term>) -> Found {
        for term in terms {
            match self.terms.iter_mut().find(|known| known.is_like(&term)) {
                Some(known) => known.coefficient += term.coefficient,
                None => self.terms.push(term),
            }
            self.terms.retain(|term| term.coefficient != 0.0);
            if self.terms.len() > MOST_TERMS {
                return Err(NoPolynomial::Terms);
            }
            if self.terms.iter().any(|term| !term.coefficient.is_finite()) {
                return Err(NoPolynomial::NotDeclared);
            }
        }
        Ok(self)
    }

    fn times(self, number: f64) -> Found {
        let Self { terms, present } = self;
        let terms =
            terms.into_iter().map(|term| Term { coefficient: term.coefficient * number, ..term });
        Self { terms: vec![], present }.with(terms)
    }

    fn plus(mut self, other: Self) -> Found {
        self.present = both(&self.present, &other.present);
        self.with(other.terms)
    }

    fn by(&self, other: &Self) -> Found {
        let mut product = Self { terms: vec![], present: both(&self.present, &other.present) };
        for left in &self.terms {
            for right in &other.terms {
                product = product.with([left.by(right)?])?;
            }
        }
        Ok(product)
    }

    /// Zero where a flag has no value.
    fn only_where(mut self, flag: &Expr) -> Self {
        for term in &mut self.terms {
            term.flags = both(&term.flags, std::slice::from_ref(flag));
        }
        self
    }

    /// Zero where it has no value: every term keeps to the rows that had one.
    fn filled(mut self) -> Self {
        for term in &mut self.terms {
            term.flags = both(&term.flags, &self.present);
        }
        Self { terms: self.terms, present: vec![] }
    }
}

impl Term {
    /// Whether it is a number that every row has.
    pub(super) const fn is_constant(&self) -> bool {
        self.flags.is_empty() && self.factors.is_empty()
    }

    fn by(&self, other: &Self) -> Result<Self, NoPolynomial> {
        let factors: Vec<Factor> = self.factors.iter().chain(&other.factors).cloned().collect();
        if factors.len() > DEGREE {
            return Err(NoPolynomial::Degree);
        }
        let coefficient = self.coefficient * other.coefficient;
        Ok(Self { coefficient, flags: both(&self.flags, &other.flags), factors })
    }

    /// Whether it differs in the coefficient only.
    fn is_like(&self, other: &Self) -> bool {
        let alike = match (self.factors.as_slice(), other.factors.as_slice()) {
            ([a, b], [c, d]) => (a == c && b == d) || (a == d && b == c),
            (ours, theirs) => ours == theirs,
        };
        alike
            && self.flags.len() == other.flags.len()
            && self.flags.iter().all(|flag| other.flags.contains(flag))
    }

    /// What terms are sorted by, so that one polynomial is added up in one order however it is written.
    fn key(&self) -> Vec<String> {
        let mut names: Vec<String> = self.factors.iter().map(|f| f.measure.name.clone()).collect();
        names.sort();
        names
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.coefficient == other.coefficient && self.is_like(other)
    }
}

/// The expressions of both, each once.
fn both(ours: &[Expr], theirs: &[Expr]) -> Vec<Expr> {
    let mut all = ours.to_vec();
    all.extend(theirs.iter().filter(|expr| !ours.contains(expr)).cloned());
    all
}
