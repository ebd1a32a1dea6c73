//! Expressions in the written form of the log. Every kind is decided here, without a catch-all.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::{AggregateFunction, InList, Sort, WindowFunction};
use datafusion::logical_expr::{Between, BinaryExpr, Case, Expr, Like, Operator};
use datafusion::scalar::ScalarValue;

use super::told::Told;
use crate::sql::steps::Step;

/// What the columns of a node are made of, by position, and how expressions name them.
pub(super) struct Input<'a> {
    pub(super) columns: Vec<Told>,
    pub(super) schema: &'a DFSchema,
}

impl Input<'_> {
    /// The parts that all have to hold, each in its written form; without those that bring together what belongs to one
    /// person, as every query has to.
    pub(super) fn conjuncts(&self, expr: &Expr) -> Vec<Told> {
        let mut all = vec![];
        self.add_conjuncts(expr, &mut all);
        all.retain(|part| !part.links);
        all
    }

    fn add_conjuncts(&self, expr: &Expr, all: &mut Vec<Told>) {
        match expr {
            Expr::Alias(alias) => self.add_conjuncts(&alias.expr, all),
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                self.add_conjuncts(left, all);
                self.add_conjuncts(right, all);
            }
            Expr::Between(Between { expr, negated: false, low, high }) => {
                all.push(compared(self.told(expr), Operator::GtEq, self.told(low)));
                all.push(compared(self.told(expr), Operator::LtEq, self.told(high)));
            }
            other => all.push(self.told(other)),
        }
    }

    pub(super) fn told(&self, expr: &Expr) -> Told {
        match expr {
            Expr::Alias(alias) => self.told(&alias.expr),
            Expr::Column(column) => {
                let found = self.schema.maybe_index_of_column(column);
                let known = found.and_then(|at| self.columns.get(at)).cloned();
                known.unwrap_or_else(|| Told::word("a column"))
            }
            Expr::Literal(value, _) => constant(value),
            Expr::BinaryExpr(binary) => self.binary(binary),
            Expr::Not(inner) => self.negated(inner),
            Expr::IsNull(inner) => self.with_words(inner, "is null"),
            Expr::IsNotNull(inner) => self.with_words(inner, "is not null"),
            Expr::IsTrue(inner) => self.with_words(inner, "is true"),
            Expr::IsFalse(inner) => self.with_words(inner, "is false"),
            Expr::IsUnknown(inner) => self.with_words(inner, "is unknown"),
            Expr::IsNotTrue(inner) => self.with_words(inner, "is not true"),
            Expr::IsNotFalse(inner) => self.with_words(inner, "is not false"),
            Expr::IsNotUnknown(inner) => self.with_words(inner, "is not unknown"),
            Expr::Negative(inner) => Told::phrase(&[Told::word("-"), self.told(inner).bracketed()]),
            Expr::Like(like) => self.like(like, like.negated),
            Expr::Between(between) => self.between(between, between.negated),
            Expr::InList(list) => self.in_list(list, list.negated),
            Expr::Case(case) => self.case(case),
            Expr::Cast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::TryCast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::ScalarFunction(call) => Told::call(call.func.name(), &self.all(&call.args)),
            Expr::AggregateFunction(call) => self.aggregate(call),
            Expr::WindowFunction(call) => self.window(call),
            // None of these is left in a query that is answered.
            Expr::SimilarTo(_)
            | Expr::ScalarVariable(..)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_)
            | Expr::ScalarSubquery(_)
            | Expr::GroupingSet(_)
            | Expr::Placeholder(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::Unnest(_)
            | Expr::HigherOrderFunction(_)
            | Expr::Lambda(_)
            | Expr::LambdaVariable(_) => Told::word("an expression"),
            #[expect(deprecated, reason = "the variant still exists and must be decided")]
            Expr::Wildcard { .. } => Told::word("an expression"),
        }
    }

    fn all(&self, exprs: &[Expr]) -> Vec<Told> {
        exprs.iter().map(|expr| self.told(expr)).collect()
    }

    fn with_words(&self, expr: &Expr, words: &str) -> Told {
        Told::phrase(&[self.told(expr).bracketed(), Told::word(words)])
    }

    fn binary(&self, BinaryExpr { left, op, right }: &BinaryExpr) -> Told {
        match op {
            Operator::And | Operator::Or => {
                let mut parts = vec![];
                self.chain(left, *op, &mut parts);
                self.chain(right, *op, &mut parts);
                chained(parts, *op)
            }
            Operator::Plus | Operator::Minus => {
                let side = |expr: &Expr| match Step::of(expr) {
                    Some(Step::Days(days)) => Told::call("days", &[self.told(days)]),
                    Some(Step::Written(_)) | None => self.told(expr),
                };
                compared(side(left), *op, side(right))
            }
            op => compared(self.told(left), *op, self.told(right)),
        }
    }

    /// The parts of `a or b or c`, however they are nested.
    fn chain(&self, expr: &Expr, link: Operator, parts: &mut Vec<Told>) {
        match expr {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if *op == link => {
                self.chain(left, link, parts);
                self.chain(right, link, parts);
            }
            other => parts.push(self.told(other).bracketed()),
        }
    }

    /// `not x`, as what it says where there is a shorter word for it.
    fn negated(&self, expr: &Expr) -> Told {
        match expr {
            Expr::Alias(alias) => self.negated(&alias.expr),
            Expr::Not(inner) => self.told(inner),
            Expr::IsNull(inner) => self.with_words(inner, "is not null"),
            Expr::IsNotNull(inner) => self.with_words(inner, "is null"),
            Expr::Like(like) => self.like(like, !like.negated),
            Expr::InList(list) => self.in_list(list, !list.negated),
            Expr::Between(between) => self.between(between, !between.negated),
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op.negate() {
                Some(opposite) => compared(self.told(left), opposite, self.told(right)),
                None => self.not(expr),
            },
            other => self.not(other),
        }
    }

    fn not(&self, expr: &Expr) -> Told {
        Told::phrase(&[Told::word("not"), self.told(expr).bracketed()])
    }

    fn like(&self, like: &Like, negated: bool) -> Told {
        let word = match (negated, like.case_insensitive) {
            (false, false) => "like",
            (true, false) => "not like",
            (false, true) => "ilike",
            (true, true) => "not ilike",
        };
        let (value, pattern) = (self.told(&like.expr), self.told(&like.pattern));
        Told::phrase(&[value.bracketed(), Told::word(word), pattern.bracketed()])
    }

    fn between(&self, between: &Between, negated: bool) -> Told {
        let Between { expr, negated: _, low, high } = between;
        let part = |op, end: &Expr| compared(self.told(expr), op, self.told(end)).bracketed();
        match negated {
            false => {
                chained(vec![part(Operator::GtEq, low), part(Operator::LtEq, high)], Operator::And)
            }
            true => chained(vec![part(Operator::Lt, low), part(Operator::Gt, high)], Operator::Or),
        }
    }

    fn in_list(&self, InList { expr, list, negated: _ }: &InList, negated: bool) -> Told {
        let value = self.told(expr);
        let mut values = self.all(list);
        values.sort();
        values.dedup();
        if let [only] = values.as_slice() {
            let op = if negated { Operator::NotEq } else { Operator::Eq };
            return compared(value, op, only.clone());
        }
        let word = if negated { "not in" } else { "in" };
        Told::phrase(&[
            value.bracketed(),
            Told::word(word),
            Told::list(&values, ", ").inside("(", ")"),
        ])
    }

    fn case(&self, Case { expr, when_then_expr, else_expr }: &Case) -> Told {
        let mut parts = vec![Told::word("case")];
        parts.extend(expr.iter().map(|expr| self.told(expr).bracketed()));
        for (when, then) in when_then_expr {
            parts.extend([Told::word("when"), self.told(when).bracketed()]);
            parts.extend([Told::word("then"), self.told(then).bracketed()]);
        }
        if let Some(otherwise) = else_expr {
            parts.extend([Told::word("else"), self.told(otherwise).bracketed()]);
        }
        parts.push(Told::word("end"));
        Told::list(&parts, " ")
    }

    /// Casts of constants are done; those that only widen a column say nothing.
    fn cast(&self, expr: &Expr, to: &DataType) -> Told {
        if let Expr::Literal(value, _) = expr
            && let Ok(value) = value.cast_to(to)
        {
            return constant(&value);
        }
        let told = self.told(expr);
        match type_name(to) {
            None => told,
            Some(name) => {
                Told::list(&[told, Told::word(format!(" as {name}"))], "").inside("cast(", ")")
            }
        }
    }

    fn aggregate(&self, AggregateFunction { func, params }: &AggregateFunction) -> Told {
        let arguments = Told::list(&self.all(&params.args), ", ");
        let distinct = if params.distinct { "distinct " } else { "" };
        let call = arguments.inside(&format!("{}({distinct}", func.name()), ")");
        let Some(filter) = &params.filter else { return call };
        let filter = Told::list(&self.sorted_conjuncts(filter), " and ");
        Told::list(&[call, filter.inside("filter (", ")")], " ")
    }

    pub(super) fn sorted_conjuncts(&self, expr: &Expr) -> Vec<Told> {
        let mut parts: Vec<Told> = self.conjuncts(expr).into_iter().map(Told::bracketed).collect();
        parts.sort();
        parts.dedup();
        parts
    }

    fn window(&self, call: &WindowFunction) -> Told {
        let params = &call.params;
        let function = Told::call(call.fun.name(), &self.all(&params.args));
        let partition = Told::list(&self.all(&params.partition_by), ", ");
        let order: Vec<Told> = params.order_by.iter().map(|key| self.sort_key(key)).collect();
        let order = Told::list(&order, ", ");
        let over = [
            Told::word("partition by"),
            partition,
            Told::word("order by"),
            order,
            Told::word(params.window_frame.to_string().to_lowercase()),
        ];
        Told::list(&[function, Told::list(&over, " ").inside("over (", ")")], " ")
    }

    fn sort_key(&self, key: &Sort) -> Told {
        let direction = if key.asc { "asc" } else { "desc" };
        Told::list(&[self.told(&key.expr).bracketed(), Told::word(direction)], " ")
    }
}

/// Two sides and what stands between them: constants to the right, and where the sides may change places the smaller
/// text to the left, so that `1950 > year` and `year < 1950` are written alike.
pub(super) fn compared(left: Told, op: Operator, right: Told) -> Told {
    let (left, right) = (left.bracketed(), right.bracketed());
    let links = left.person && right.person && op == Operator::Eq;
    let wrong_order = match (left.constant, right.constant) {
        (true, false) => true,
        (false, true) => false,
        (true, true) | (false, false) => right < left,
    };
    let (left, op, right) = match op.swap() {
        Some(swapped) if wrong_order => (right, swapped, left),
        Some(_) | None => (left, op, right),
    };
    let op = Told::word(op.to_string().to_lowercase());
    Told { links, ..Told::phrase(&[left, op, right]) }
}

fn chained(mut parts: Vec<Told>, link: Operator) -> Told {
    parts.sort();
    parts.dedup();
    match parts.as_slice() {
        [only] => only.clone(),
        several => {
            Told::phrase(&[Told::list(several, &format!(" {} ", link.to_string().to_lowercase()))])
        }
    }
}

fn constant(value: &ScalarValue) -> Told {
    if value.is_null() {
        return Told::word("null");
    }
    let plain = |value: &ScalarValue| match value.cast_to(&DataType::Utf8) {
        Ok(ScalarValue::Utf8(Some(text))) => text,
        Ok(_) | Err(_) => value.to_string(),
    };
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    Told::constant(match value.data_type() {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => quoted(&plain(value)),
        DataType::Date32 | DataType::Timestamp(..) => quoted(&plain(value)),
        DataType::Float64 => match value {
            // 1950.0 and 1950 are one number.
            ScalarValue::Float64(Some(number)) => number.to_string(),
            other => other.to_string(),
        },
        _ => plain(value),
    })
}

/// What a cast is to; none where it only widens.
fn type_name(to: &DataType) -> Option<String> {
    match to {
        DataType::Float64 | DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => None,
        DataType::Int64 => Some("bigint".to_owned()),
        DataType::Date32 => Some("date".to_owned()),
        DataType::Timestamp(..) => Some("timestamp".to_owned()),
        other => Some(other.to_string().to_lowercase()),
    }
}
