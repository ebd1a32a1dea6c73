//! Random expressions of a wanted type.

use super::scope::Field;
use super::{Feature, Generator};
use crate::model::expr::{Expr, Op};
use crate::model::value::{Type, Value};

pub(super) fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap())
}

impl Generator {
    /// A constant such as a column holds.
    pub(super) fn constant(&mut self, kind: Type, like: &str) -> Value {
        let chance = &mut self.chance;
        let text = |chance: &mut crate::model::chance::Chance, words: &[&str]| {
            Value::text(chance.one_of(words))
        };
        match (kind, like) {
            (Type::Text, "sex") => text(chance, &["f", "m"]),
            (Type::Text, "region") => text(chance, &["east", "north", "south", "west"]),
            (Type::Text, "kind") => text(chance, &["planned", "urgent", "walk-in"]),
            (Type::Text, "ward") => text(chance, &["w0", "w1", "w2", "w3", "w4", "w5", "w9"]),
            (Type::Text, "test") => text(chance, &["crp", "hb", "ldl"]),
            (Type::Text, "name") => text(chance, &["Ward 1", "Ward 2", "Ward 5"]),
            (Type::Text, _) => text(chance, &["a", "b", "east", "urgent", ""]),
            (Type::Int, "birth_year") => int(1930 + chance.below(80)),
            (Type::Int, "nights") => int(chance.below(20)),
            (Type::Int, "beds") => int(10 + chance.below(6)),
            (Type::Int, "days") => Value::Int(chance.below(600) as i64 - 300),
            (Type::Int, _) => int(chance.below(7)),
            // No column and no sum of columns holds these.
            (Type::Num, "income") => Value::Num(chance.below(50_000) as f64 + 0.125),
            (Type::Num, "cost") => Value::Num(chance.below(3_000) as f64 + 0.125),
            (Type::Num, "value") => Value::Num(chance.below(200) as f64 + 0.125),
            (Type::Num, _) => Value::Num(chance.below(5_000) as f64 + 0.125),
            (Type::Bool, _) => Value::Bool(chance.below(2) == 0),
            (Type::Date, _) => Value::Date(18_993 + chance.below(730) as i64),
            (Type::Person, _) => Value::Null,
        }
    }

    /// A column of a type, if there is one.
    pub(super) fn field(&mut self, fields: &[Field], kind: Type) -> Option<Field> {
        let fitting: Vec<&Field> = fields.iter().filter(|field| field.kind == kind).collect();
        if fitting.is_empty() {
            return None;
        }
        Some(fitting[self.chance.below(fitting.len())].clone())
    }

    /// A column or a constant, and what it resembles.
    fn leaf(&mut self, fields: &[Field], kind: Type) -> (Expr, &'static str) {
        match self.field(fields, kind) {
            Some(field) if !self.chance.percent(10) => (field.expr(), field.like),
            _ => (Expr::Const(self.constant(kind, "")), ""),
        }
    }

    /// An expression of a type.
    pub(super) fn expr(&mut self, fields: &[Field], kind: Type, depth: usize) -> Expr {
        self.like(fields, kind, depth).0
    }

    /// An expression, and what its values resemble.
    fn like(&mut self, fields: &[Field], kind: Type, depth: usize) -> (Expr, &'static str) {
        if kind == Type::Bool {
            return (self.condition(fields, depth), "");
        }
        if depth == 0 || self.chance.below(3) == 0 {
            return self.leaf(fields, kind);
        }
        match kind {
            Type::Int => self.whole(fields, depth - 1),
            Type::Num => self.real(fields, depth - 1),
            Type::Text => self.text(fields, depth - 1),
            Type::Date => self.date(fields, depth - 1),
            Type::Bool | Type::Person => self.leaf(fields, kind),
        }
    }

    fn either(&mut self, fields: &[Field], kind: Type, depth: usize) -> (Expr, &'static str) {
        let when = self.condition(fields, depth);
        let (then, like) = self.like(fields, kind, depth);
        let otherwise = match self.chance.below(3) {
            0 => None,
            1 => Some(Box::new(Expr::Const(self.constant(kind, like)))),
            _ => Some(Box::new(self.expr(fields, kind, depth))),
        };
        (Expr::Case(vec![(when, then)], otherwise), like)
    }

    fn filled(&mut self, fields: &[Field], kind: Type, depth: usize) -> (Expr, &'static str) {
        let (inner, like) = self.like(fields, kind, depth);
        let other = Expr::Const(self.constant(kind, like));
        let op = self.chance.one_of(&[Op::Coalesce, Op::NullIf]);
        (Expr::Op(op, vec![inner, other]), like)
    }

    fn whole(&mut self, fields: &[Field], depth: usize) -> (Expr, &'static str) {
        let unary = |op, inner| (Expr::Op(op, vec![inner]), "");
        match self.chance.below(10) {
            0 => self.filled(fields, Type::Int, depth),
            1 => self.either(fields, Type::Int, depth),
            2 => unary(Op::Length, self.expr(fields, Type::Text, depth)),
            3 => unary(Op::Year, self.expr(fields, Type::Date, depth)),
            4 => unary(Op::Month, self.expr(fields, Type::Date, depth)),
            5 => {
                let op = self.chance.one_of(&[Op::Abs, Op::Negative]);
                unary(op, self.expr(fields, Type::Int, depth))
            }
            6 => {
                let from = self.chance.one_of(&[Type::Num, Type::Text]);
                unary(Op::ToInt, self.varying(fields, from))
            }
            7 if self.may(Feature::DateDifference, 70) => {
                let days = [self.varying(fields, Type::Date), self.varying(fields, Type::Date)];
                (Expr::Op(Op::DaysBetween, days.into()), "days")
            }
            _ => {
                let op = self.chance.one_of(&[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem]);
                let (left, like) = self.like(fields, Type::Int, depth);
                let right = match self.chance.percent(40) {
                    false => Expr::Const(int(self.chance.below(12))),
                    true => self.expr(fields, Type::Int, depth),
                };
                (Expr::Op(op, vec![left, right]), if op == Op::Add { like } else { "" })
            }
        }
    }

    /// A column where there is one: casts of constants are judged before any row.
    fn varying(&mut self, fields: &[Field], kind: Type) -> Expr {
        match self.field(fields, kind) {
            Some(field) => field.expr(),
            None => Expr::Const(self.constant(kind, "")),
        }
    }

    fn real(&mut self, fields: &[Field], depth: usize) -> (Expr, &'static str) {
        match self.chance.below(6) {
            0 => self.filled(fields, Type::Num, depth),
            1 => self.either(fields, Type::Num, depth),
            2 => (Expr::Op(Op::ToNum, vec![self.varying(fields, Type::Int)]), ""),
            3 => {
                let op = self.chance.one_of(&[Op::Abs, Op::Negative]);
                (Expr::Op(op, vec![self.expr(fields, Type::Num, depth)]), "")
            }
            _ => {
                let op = self.chance.one_of(&[Op::Add, Op::Sub, Op::Mul, Op::Div]);
                let (left, like) = self.like(fields, Type::Num, depth);
                let right = match self.chance.percent(40) {
                    false => Expr::Const(Value::Num(self.chance.below(8) as f64)),
                    true => self.expr(fields, Type::Num, depth),
                };
                (Expr::Op(op, vec![left, right]), if op == Op::Add { like } else { "" })
            }
        }
    }

    fn text(&mut self, fields: &[Field], depth: usize) -> (Expr, &'static str) {
        match self.chance.below(5) {
            0 => self.filled(fields, Type::Text, depth),
            1 => self.either(fields, Type::Text, depth),
            2 => {
                let op = self.chance.one_of(&[Op::Lower, Op::Upper]);
                (Expr::Op(op, vec![self.expr(fields, Type::Text, depth)]), "")
            }
            3 => (Expr::Op(Op::ToText, vec![self.varying(fields, Type::Int)]), ""),
            _ => {
                let length = Expr::Const(int(self.chance.below(4)));
                (Expr::Op(Op::Left, vec![self.expr(fields, Type::Text, depth), length]), "")
            }
        }
    }

    fn date(&mut self, fields: &[Field], depth: usize) -> (Expr, &'static str) {
        if self.may(Feature::PlusDays, 60) {
            let days = Expr::Const(int(1 + self.chance.below(90)));
            return (Expr::Op(Op::PlusDays, vec![self.varying(fields, Type::Date), days]), "");
        }
        match self.chance.below(2) {
            0 => self.filled(fields, Type::Date, depth),
            _ => self.either(fields, Type::Date, depth),
        }
    }

    /// A condition.
    pub(super) fn condition(&mut self, fields: &[Field], depth: usize) -> Expr {
        let choice = self.chance.below(if depth == 0 { 8 } else { 12 });
        match choice {
            0..=3 => self.comparison(fields, depth),
            4 => {
                let kind = self.chance.one_of(&[Type::Text, Type::Int, Type::Num, Type::Date]);
                let op = self.chance.one_of(&[Op::IsNull, Op::IsNotNull]);
                Expr::Op(op, vec![self.expr(fields, kind, depth.min(1))])
            }
            5 => {
                let kind = self.chance.one_of(&[Type::Text, Type::Int]);
                let (inner, like) = self.like(fields, kind, depth.min(1));
                let mut list = vec![inner];
                for _ in 0..=self.chance.up_to(2) {
                    list.push(Expr::Const(self.constant(kind, like)));
                }
                if self.chance.percent(10) {
                    list.push(Expr::Const(Value::Null));
                }
                Expr::Op(self.chance.one_of(&[Op::In, Op::NotIn]), list)
            }
            6 => {
                let kind = self.chance.one_of(&[Type::Int, Type::Num, Type::Date]);
                let (inner, like) = self.like(fields, kind, depth.min(1));
                let (low, high) = (self.constant(kind, like), self.constant(kind, like));
                Expr::Op(Op::Between, vec![inner, Expr::Const(low), Expr::Const(high)])
            }
            7 => {
                let inner = self.expr(fields, Type::Text, 0);
                let patterns = ["%a%", "w_", "%t%h", "_", "p%", "%-%", "%"];
                let pattern = Expr::Const(Value::text(self.chance.one_of(&patterns)));
                Expr::Op(self.chance.one_of(&[Op::Like, Op::NotLike]), vec![inner, pattern])
            }
            8 => Expr::Op(Op::Not, vec![self.condition(fields, depth - 1)]),
            9 => {
                let op = self.chance.one_of(&[Op::IsTrue, Op::IsNotTrue]);
                Expr::Op(op, vec![self.condition(fields, depth - 1)])
            }
            10 => match self.field(fields, Type::Bool) {
                Some(field) => field.expr(),
                None => self.comparison(fields, depth),
            },
            _ => {
                let op = self.chance.one_of(&[Op::Or, Op::And]);
                let sides = [self.condition(fields, depth - 1), self.condition(fields, depth - 1)];
                Expr::Op(op, sides.into())
            }
        }
    }

    fn comparison(&mut self, fields: &[Field], depth: usize) -> Expr {
        let kinds = [Type::Text, Type::Int, Type::Num, Type::Date];
        let here: Vec<Type> =
            kinds.into_iter().filter(|kind| fields.iter().any(|f| f.kind == *kind)).collect();
        let kind = if here.is_empty() { Type::Int } else { self.chance.one_of(&here) };
        let op = match kind {
            Type::Text => self.chance.one_of(&[Op::Eq, Op::Ne, Op::Lt, Op::IsNotDistinct]),
            Type::Num => self.chance.one_of(&[Op::Lt, Op::Gt, Op::Le, Op::Ge]),
            _ => self.chance.one_of(&[
                Op::Ge,
                Op::Lt,
                Op::Le,
                Op::Gt,
                Op::Ne,
                Op::Eq,
                Op::IsNotDistinct,
            ]),
        };
        let (left, like) = self.like(fields, kind, depth.min(2));
        let right = match depth > 0 && self.chance.percent(20) {
            false => Expr::Const(self.constant(kind, like)),
            true => self.expr(fields, kind, depth - 1),
        };
        Expr::Op(op, vec![left, right])
    }
}
