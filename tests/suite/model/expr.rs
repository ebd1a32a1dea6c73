//! Expressions, and what they are worth on a row: three-valued logic, and NULL for whatever would fail.

use std::cmp::Ordering;

use super::data::{Person, Row};
use super::rel::{self, From};
use super::value::{Type, Value, calendar, compare, like, order};
use super::window::{self, Window};

/// A column of one source of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Column {
    pub(crate) source: usize,
    pub(crate) name: &'static str,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Column(Column),
    Const(Value),
    Op(Op, Vec<Expr>),
    /// WHEN and THEN, and ELSE.
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// Per person, in a grouped SELECT.
    Aggregate(Box<Aggregate>),
    Window(Box<Window>),
    /// `[NOT] EXISTS (SELECT ..)`.
    Exists {
        negated: bool,
        inner: Box<Inner>,
    },
    /// `value [NOT] IN (SELECT column ..)`.
    In {
        negated: bool,
        value: Box<Expr>,
        inner: Box<Inner>,
        column: Column,
    },
    /// A protected value of another SELECT; made a constant before rows are looked at.
    Released(Box<super::boundary::Boundary>),
}

/// What a sub-query in a condition looks through.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Inner {
    pub(crate) from: From,
    /// May name columns of the row around it; links the person unless the column in question is the person.
    pub(crate) filter: Vec<Expr>,
}

impl Inner {
    /// Something of every row that is met.
    fn met<T>(&self, around: &Frame<'_>, take: impl Fn(&Frame<'_>) -> T) -> Vec<T> {
        let person = around.person.unwrap();
        let (columns, rows) = rel::filtered(&self.from, &[], person);
        let inner = Frame {
            columns: &columns,
            rows: &rows,
            at: 0,
            around: Some(around),
            person: Some(person),
        };
        let met = (0..rows.len()).map(|at| inner.on(at)).filter(|row| all_true(&self.filter, row));
        met.map(|row| take(&row)).collect()
    }
}

/// What is done with arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Negative,
    Abs,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    Not,
    IsNull,
    IsNotNull,
    IsTrue,
    IsNotTrue,
    IsNotDistinct,
    In,
    NotIn,
    Between,
    Like,
    NotLike,
    Coalesce,
    NullIf,
    Lower,
    Upper,
    Left,
    Length,
    ToInt,
    ToNum,
    ToText,
    Year,
    Month,
    DaysBetween,
    PlusDays,
}

/// An aggregate over the rows of one person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Aggregate {
    pub(crate) call: Call,
    pub(crate) argument: Expr,
    pub(crate) filter: Option<Expr>,
}

/// What is made of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Rows,
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
    Avg,
}

/// The rows an expression is evaluated over, and the one it stands on.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) rows: &'a [Row],
    pub(crate) at: usize,
    /// The row around a sub-query.
    pub(crate) around: Option<&'a Frame<'a>>,
    /// Whose rows these are; nobody's above the boundary.
    pub(crate) person: Option<&'a Person>,
}

impl<'a> Frame<'a> {
    pub(crate) fn on(self, at: usize) -> Self {
        Self { at, ..self }
    }

    fn column(&self, column: Column) -> Value {
        match self.columns.iter().position(|known| *known == column) {
            Some(place) => self.rows[self.at][place].clone(),
            None => match self.around {
                Some(around) => around.column(column),
                None => panic!("no column {column:?}"),
            },
        }
    }
}

impl Expr {
    /// Its value.
    pub(crate) fn eval(&self, frame: &Frame<'_>) -> Value {
        match self {
            Self::Column(column) => frame.column(*column),
            Self::Const(value) => value.clone(),
            Self::Op(op, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|a| a.eval(frame)).collect();
                op.apply(&values)
            }
            Self::Case(branches, otherwise) => {
                let met = branches.iter().find(|(when, _)| when.eval(frame).is_true());
                let then = met.map(|(_, then)| then).or(otherwise.as_deref());
                then.map_or(Value::Null, |then| then.eval(frame))
            }
            Self::Aggregate(aggregate) => {
                let all = (0..frame.rows.len()).map(|at| frame.on(at));
                aggregate.call.over(all, &aggregate.argument, aggregate.filter.as_ref())
            }
            Self::Window(window) => window::eval(window, frame),
            Self::Exists { negated, inner } => {
                let met = inner.met(frame, |_| ());
                Value::Bool(met.is_empty() == *negated)
            }
            Self::In { negated, value, inner, column } => {
                let mut list = vec![value.eval(frame)];
                list.extend(inner.met(frame, |row| row.column(*column)));
                let op = if *negated { Op::NotIn } else { Op::In };
                // Nothing is in an empty list: not even NULL is unknown there.
                if list.len() == 1 { Value::Bool(*negated) } else { op.apply(&list) }
            }
            Self::Released(_) => panic!("a released value that was not put in"),
        }
    }
}

/// Whether every one of these conditions is true.
pub(crate) fn all_true(conditions: &[Expr], frame: &Frame<'_>) -> bool {
    conditions.iter().all(|condition| condition.eval(frame).is_true())
}

impl Op {
    fn apply(self, values: &[Value]) -> Value {
        let a = values.first().unwrap_or(&Value::Null);
        let b = values.get(1).unwrap_or(&Value::Null);
        let ordered = |test: fn(Ordering) -> bool| match a.is_null() || b.is_null() {
            true => Value::Null,
            false => Value::Bool(compare(a, b).is_some_and(test)),
        };
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Rem => self.arithmetic(a, b),
            Self::Negative => Self::Sub.arithmetic(&Value::Int(0), a),
            Self::Abs => match a {
                Value::Int(a) => a.checked_abs().map_or(Value::Null, Value::Int),
                _ => Value::number(a.as_num().map(f64::abs)),
            },
            Self::Eq => ordered(Ordering::is_eq),
            Self::Ne => ordered(Ordering::is_ne),
            Self::Lt => ordered(Ordering::is_lt),
            Self::Le => ordered(Ordering::is_le),
            Self::Gt => ordered(Ordering::is_gt),
            Self::Ge => ordered(Ordering::is_ge),
            Self::And => kleene(values, false),
            Self::Or => kleene(values, true),
            Self::Not => a.as_bool().map_or(Value::Null, |a| Value::Bool(!a)),
            Self::IsNull => Value::Bool(a.is_null()),
            Self::IsNotNull => Value::Bool(!a.is_null()),
            Self::IsTrue => Value::Bool(a.is_true()),
            Self::IsNotTrue => Value::Bool(!a.is_true()),
            Self::IsNotDistinct => Value::Bool(same(a, b)),
            Self::In => {
                let equal = values[1..].iter().map(|b| Self::Eq.apply(&[a.clone(), b.clone()]));
                kleene(&equal.collect::<Vec<_>>(), true)
            }
            Self::NotIn => Self::Not.apply(&[Self::In.apply(values)]),
            Self::Between => {
                let high = values.get(2).unwrap_or(&Value::Null);
                let parts = [
                    Self::Ge.apply(&[a.clone(), b.clone()]),
                    Self::Le.apply(&[a.clone(), high.clone()]),
                ];
                kleene(&parts, false)
            }
            Self::Like => match (a.as_text(), b.as_text()) {
                (Some(a), Some(b)) => {
                    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
                    Value::Bool(like(&a, &b))
                }
                _ => Value::Null,
            },
            Self::NotLike => Self::Not.apply(&[Self::Like.apply(values)]),
            Self::Coalesce => values.iter().find(|v| !v.is_null()).cloned().unwrap_or(Value::Null),
            Self::NullIf => match !a.is_null() && !b.is_null() && same(a, b) {
                true => Value::Null,
                false => a.clone(),
            },
            Self::Lower => a.as_text().map_or(Value::Null, |a| Value::text(a.to_lowercase())),
            Self::Upper => a.as_text().map_or(Value::Null, |a| Value::text(a.to_uppercase())),
            Self::Left => match (a.as_text(), b.as_int()) {
                (Some(a), Some(b)) => Value::text(a.chars().take(b as usize).collect::<String>()),
                _ => Value::Null,
            },
            Self::Length => {
                a.as_text().map_or(Value::Null, |a| Value::Int(a.chars().count() as i64))
            }
            Self::ToInt => match a {
                Value::Text(text) => text.parse().map_or(Value::Null, Value::Int),
                Value::Num(a) => Value::Int(a.trunc() as i64),
                Value::Bool(a) => Value::Int(i64::from(*a)),
                other => other.clone(),
            },
            Self::ToNum => match a {
                Value::Text(text) => Value::number(text.parse().ok()),
                other => Value::number(other.as_num()),
            },
            Self::ToText => match a {
                Value::Int(a) => Value::text(a.to_string()),
                Value::Text(_) => a.clone(),
                _ => Value::Null,
            },
            Self::Year | Self::Month => {
                let date = a.as_int().and_then(calendar);
                date.map_or(Value::Null, |date| match self {
                    Self::Year => Value::Int(i64::from(date.year())),
                    _ => Value::Int(i64::from(u8::from(date.month()))),
                })
            }
            Self::DaysBetween => match (a, b) {
                (Value::Date(a), Value::Date(b)) => Value::Int(a - b),
                _ => Value::Null,
            },
            Self::PlusDays => match (a, b) {
                (Value::Date(a), Value::Int(b)) => Value::Date(a + b),
                _ => Value::Null,
            },
        }
    }

    /// Whole numbers stay whole; what overflows or divides by zero is NULL.
    fn arithmetic(self, a: &Value, b: &Value) -> Value {
        if let (Value::Int(a), Value::Int(b)) = (a, b) {
            let whole = match self {
                Self::Add => a.checked_add(*b),
                Self::Sub => a.checked_sub(*b),
                Self::Mul => a.checked_mul(*b),
                Self::Div => a.checked_div(*b),
                _ => a.checked_rem(*b),
            };
            return whole.map_or(Value::Null, Value::Int);
        }
        let (Some(a), Some(b)) = (a.as_num(), b.as_num()) else { return Value::Null };
        Value::number(Some(match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            _ => a % b,
        }))
    }
}

/// AND (decided by false) and OR (decided by true) of three-valued logic.
fn kleene(values: &[Value], decides: bool) -> Value {
    if values.iter().any(|value| value.as_bool() == Some(decides)) {
        return Value::Bool(decides);
    }
    if values.iter().any(Value::is_null) {
        return Value::Null;
    }
    Value::Bool(!decides)
}

/// Whether two values are the same; NULL is the same as NULL.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a.is_null(), b.is_null()) {
        (true, true) => true,
        (false, false) => compare(a, b).is_some_and(Ordering::is_eq),
        _ => false,
    }
}

impl Call {
    /// Over these rows, where the filter is true.
    pub(crate) fn over<'a>(
        self,
        frames: impl Iterator<Item = Frame<'a>>,
        argument: &Expr,
        filter: Option<&Expr>,
    ) -> Value {
        let kept = frames.filter(|frame| filter.is_none_or(|filter| filter.eval(frame).is_true()));
        let values: Vec<Value> = kept.map(|frame| argument.eval(&frame)).collect();
        if self == Self::Rows {
            return Value::Int(values.len() as i64);
        }
        let values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
        let extreme = |descending| {
            let best = values.iter().min_by(|a, b| order(a, b, descending));
            best.cloned().unwrap_or(Value::Null)
        };
        match self {
            Self::Rows | Self::Count => Value::Int(values.len() as i64),
            Self::CountDistinct => {
                let mut known: Vec<&Value> = vec![];
                for value in &values {
                    if !known.iter().any(|other| same(other, value)) {
                        known.push(value);
                    }
                }
                Value::Int(known.len() as i64)
            }
            Self::Min => extreme(false),
            Self::Max => extreme(true),
            Self::Sum => {
                values.iter().cloned().reduce(|a, b| Op::Add.apply(&[a, b])).unwrap_or(Value::Null)
            }
            Self::Avg => {
                let total: f64 = values.iter().filter_map(Value::as_num).sum();
                Op::Div.apply(&[Value::Num(total), Value::Num(values.len() as f64)])
            }
        }
    }

    /// The type of the result.
    pub(crate) fn kind(self, argument: Type) -> Type {
        match self {
            Self::Rows | Self::Count | Self::CountDistinct => Type::Int,
            Self::Sum | Self::Min | Self::Max => argument,
            Self::Avg => Type::Num,
        }
    }
}
