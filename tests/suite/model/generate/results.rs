//! Random boundaries, and what is asked of their results.

use super::exprs::int;
use super::persons::without_person;
use super::scope::{Field, Scope};
use super::{Feature, Generator};
use crate::model::boundary::{Boundary, Key, Known, Measure, Style, Told};
use crate::model::expr::{Call, Column, Expr, Op};
use crate::model::over::{Over, Query, RESULT};
use crate::model::rel::Join;
use crate::model::value::{Type, Value};
use crate::model::window::{Over as Called, Window};

const KEYS: [[&str; 3]; 2] = [["k0", "k1", "k2"], ["j0", "j1", "j2"]];
const MEASURES: [[&str; 4]; 2] = [["m0", "m1", "m2", "m3"], ["n0", "n1", "n2", "n3"]];
const MORE: [&str; 3] = ["x0", "x1", "x2"];

impl Generator {
    /// A whole query.
    pub(super) fn query(&mut self) -> Query {
        let with = self.chance.percent(30);
        let shape = self.chance.below(10);
        let first = self.boundary(0, shape < 8);
        if shape < 6 {
            return Query { parts: vec![first], over: None, with };
        }
        if self.may(Feature::TwoResults, 35) {
            let second = self.boundary(1, true);
            let over = self.two_results(&first, &second);
            return Query { parts: vec![first, second], over: Some(over), with };
        }
        let over = if self.may(Feature::Having, 90) { Some(self.over(&first)) } else { None };
        Query { parts: vec![first], over, with }
    }

    fn boundary(&mut self, number: usize, may_list: bool) -> Boundary {
        let depth = self.chance.one_of(&[0, 0, 1, 1, 2]);
        let (from, scope) = self.from(depth);
        let mut filter = self.filter(&scope, depth);
        if self.may(Feature::ReleasedValue, 8) {
            filter.extend(self.above_average(&scope));
        }
        let plain = without_person(&scope.fields);
        let mut keys: Vec<Key> = vec![];
        for _ in 0..self.chance.one_of(&[0, 1, 1, 2, 2, 3]) {
            let (expr, kind, known) = self.key(&plain);
            if keys.iter().all(|key| key.expr != expr) && !matches!(expr, Expr::Const(_)) {
                keys.push(Key { name: KEYS[number][keys.len()], expr, kind, known });
            }
        }
        if may_list && !keys.is_empty() && self.chance.percent(10) {
            return Boundary {
                from,
                filter,
                person: scope.person,
                keys,
                sets: None,
                measures: vec![],
            };
        }
        let sets = self.sets(&mut keys, &plain);
        let names = MEASURES[number];
        let count = 1 + self.chance.up_to(3);
        let measures = names[..count].iter().map(|name| self.measure(name, &scope)).collect();
        Boundary { from, filter, person: scope.person, keys, sets, measures }
    }

    fn key(&mut self, plain: &[Field]) -> (Expr, Type, Known) {
        let narrow: Vec<Field> =
            plain.iter().filter(|field| field.kind != Type::Num).cloned().collect();
        match self.chance.below(10) {
            0..=6 if !narrow.is_empty() => {
                let field = narrow[self.chance.below(narrow.len())].clone();
                if field.kind == Type::Date || field.like == "birth_year" {
                    // Alone these make groups of one.
                    return match field.kind {
                        Type::Date => {
                            (Expr::Op(Op::Year, vec![field.expr()]), Type::Int, Known::Either)
                        }
                        _ => {
                            let ten = Expr::Const(Value::Int(20));
                            (Expr::Op(Op::Div, vec![field.expr(), ten]), Type::Int, Known::Either)
                        }
                    };
                }
                (field.expr(), field.kind, field.known)
            }
            0..=7 => {
                let labels = ["low", "mid", "top"];
                let count = 1 + self.chance.up_to(1);
                let branches = (0..count)
                    .map(|at| (self.condition(plain, 1), Expr::Const(Value::text(labels[at]))))
                    .collect();
                let last =
                    self.chance.percent(70).then(|| Box::new(Expr::Const(Value::text("else"))));
                (Expr::Case(branches, last), Type::Text, Known::Public(count + 1))
            }
            8 => (self.condition(plain, 1), Type::Bool, Known::Public(3)),
            _ => {
                let kind = self.chance.one_of(&[Type::Text, Type::Int]);
                (self.expr(plain, kind, 2), kind, Known::Either)
            }
        }
    }

    /// Grouping sets over keys that are always there, so that a NULL in a key says that it is left out.
    fn sets(&mut self, keys: &mut Vec<Key>, plain: &[Field]) -> Option<(Style, Vec<Vec<usize>>)> {
        if keys.is_empty() || !self.may(Feature::GroupingSets, 20) {
            return None;
        }
        keys.retain(|key| {
            let field = plain.iter().find(|field| field.expr() == key.expr);
            field.is_some_and(|field| !field.nullable)
        });
        if keys.is_empty() {
            return None;
        }
        let all: Vec<usize> = (0..keys.len()).collect();
        let style = self.chance.one_of(&[Style::Rollup, Style::Cube, Style::Sets]);
        let mut subsets: Vec<Vec<usize>> = (0..1_usize << keys.len())
            .map(|bits| all.iter().copied().filter(|at| bits & (1 << at) != 0).collect())
            .collect();
        let sets = match style {
            Style::Rollup => (0..=keys.len()).map(|end| all[..end].to_vec()).collect(),
            Style::Cube => subsets,
            Style::Sets => {
                // Every key is in some set: one that is in none cannot be told.
                subsets.retain(|set| *set == all || self.chance.percent(60));
                subsets
            }
        };
        Some((style, sets))
    }

    fn measure(&mut self, name: &'static str, scope: &Scope) -> Measure {
        let plain = without_person(&scope.fields);
        let one = Expr::Const(Value::Int(1));
        let mut measure = Measure {
            name,
            told: Told::Rows,
            of: Type::Int,
            argument: one,
            scale: 1,
            offset: 0,
            filter: None,
        };
        let summed: Vec<Field> =
            plain.iter().filter(|field| field.measure.is_some()).cloned().collect();
        match self.chance.below(7) {
            0 => {}
            1 => {
                measure.told = Told::Persons;
                let persons: Vec<Expr> = scope
                    .fields
                    .iter()
                    .filter(|field| field.kind == Type::Person)
                    .map(Field::expr)
                    .collect();
                measure.argument = match self.chance.percent(30) {
                    true => persons[self.chance.below(persons.len())].clone(),
                    false => scope.person.clone(),
                };
            }
            2 => {
                measure.told = Told::Count;
                let kind = self.chance.one_of(&[Type::Int, Type::Num, Type::Text, Type::Date]);
                measure.argument = self.expr(&plain, kind, 1);
            }
            3 => {
                let constant = Expr::Const(int(1 + self.chance.below(3)));
                let zero = self.chance.percent(50).then(|| Box::new(Expr::Const(Value::Int(0))));
                let when = self.condition(&plain, 1);
                measure.told = match zero.is_some() {
                    true => self.chance.one_of(&[Told::Sum, Told::Mean]),
                    false => self.chance.one_of(&[Told::Count, Told::Sum]),
                };
                measure.argument = Expr::Case(vec![(when, constant)], zero);
            }
            _ if summed.is_empty() => {}
            choice => {
                let field = summed[self.chance.below(summed.len())].clone();
                measure.told = if choice == 4 { Told::Mean } else { Told::Sum };
                measure.of = field.kind;
                measure.argument = match self.chance.below(6) {
                    0..=3 => field.expr(),
                    4 => {
                        let zero = match self.chance.below(3) {
                            0 => None,
                            1 => Some(Value::Null),
                            _ => Some(if field.kind == Type::Int {
                                Value::Int(0)
                            } else {
                                Value::Num(0.0)
                            }),
                        };
                        let zero = zero.map(|zero| Box::new(Expr::Const(zero)));
                        Expr::Case(vec![(self.condition(&plain, 1), field.expr())], zero)
                    }
                    _ => Expr::Op(Op::Coalesce, vec![field.expr(), Expr::Const(Value::Int(0))]),
                };
                if self.chance.percent(25) {
                    measure.scale = self.chance.one_of(&[2, 3, 10]);
                    measure.offset = self.chance.one_of(&[0, 1, 5]);
                }
            }
        }
        if self.may(Feature::Filter, 15) {
            measure.filter = Some(self.condition(&plain, 1));
        }
        measure
    }

    /// A condition that compares with a released average.
    fn above_average(&mut self, scope: &Scope) -> Option<Expr> {
        let (from, other) = self.one_source_of_all();
        let summed: Vec<Field> =
            other.fields.iter().filter(|field| field.measure.is_some()).cloned().collect();
        let field = summed[self.chance.below(summed.len())].clone();
        let here = self.field(&without_person(&scope.fields), field.kind)?;
        let mean = Measure {
            name: "m0",
            told: Told::Mean,
            of: field.kind,
            argument: field.expr(),
            scale: 1,
            offset: 0,
            filter: None,
        };
        let boundary = Boundary {
            from,
            filter: vec![],
            person: other.person,
            keys: vec![],
            sets: None,
            measures: vec![mean],
        };
        let op = self.chance.one_of(&[Op::Gt, Op::Le]);
        Some(Expr::Op(op, vec![here.expr(), Expr::Released(Box::new(boundary))]))
    }

    fn one_source_of_all(&mut self) -> (crate::model::rel::From, Scope) {
        let source = self.source();
        let name = self.chance.one_of(&["people", "visits", "labs"]);
        (crate::model::rel::From::Table(name, source), super::scope::table(name, source))
    }

    /// HAVING, ORDER BY, LIMIT, arithmetic and windows over one result.
    fn over(&mut self, part: &Boundary) -> Over {
        let inline = self.chance.percent(50) && !part.measures.is_empty();
        let fields = result_fields(part, 0);
        let mut items: Vec<(&'static str, Expr)> =
            fields.iter().map(|field| (field.column.name, field.expr())).collect();
        let measures = measures_of(&fields);
        for name in MORE.iter().take(self.chance.up_to(2)) {
            items.extend(self.more(&fields, inline).map(|expr| (*name, expr)));
        }
        let mut filter = vec![];
        if !measures.is_empty() && self.chance.percent(50) {
            filter.push(self.having(&measures));
        }
        // Sorting by what is told exactly, then by all that tells rows apart.
        let mut order = vec![];
        if self.chance.percent(50) && part.sets.is_none() {
            let told = part.measures.iter().filter(|m| m.told != Told::Mean).map(|m| m.name);
            let told: Vec<&str> = told.collect();
            let first = fields.iter().filter(|f| told.contains(&f.column.name));
            order.extend(first.take(1).map(|f| (f.expr(), true)));
            order.extend(fields.iter().take(part.keys.len()).map(|f| (f.expr(), false)));
        }
        let limit =
            (!order.is_empty() && self.chance.percent(50)).then(|| 1 + self.chance.below(5));
        Over { inline, join: None, items, filter, order, limit }
    }

    fn having(&mut self, measures: &[Field]) -> Expr {
        let field = measures[self.chance.below(measures.len())].clone();
        let bound = match field.kind {
            Type::Int => Value::Int(10 + self.chance.below(100) as i64),
            _ => Value::Num(self.chance.below(5_000) as f64 + 0.317_3),
        };
        let op = self.chance.one_of(&[Op::Gt, Op::Le]);
        Expr::Op(op, vec![field.expr(), Expr::Const(bound)])
    }

    /// Something that is computed from a result.
    fn more(&mut self, fields: &[Field], inline: bool) -> Option<Expr> {
        let measures = measures_of(fields);
        if measures.is_empty() {
            return None;
        }
        let chosen = measures[self.chance.below(measures.len())].clone();
        if !inline && self.may(Feature::ResultWindow, 50) {
            return Some(self.result_window(fields, &chosen));
        }
        let other = measures[self.chance.below(measures.len())].clone();
        Some(match self.chance.below(4) {
            0 => {
                let real = |field: &Field| Expr::Op(Op::ToNum, vec![field.expr()]);
                Expr::Op(Op::Div, vec![real(&chosen), real(&other)])
            }
            1 => Expr::Op(Op::Add, vec![chosen.expr(), other.expr()]),
            2 => Expr::Op(Op::Coalesce, vec![chosen.expr(), Expr::Const(Value::Int(0))]),
            _ => {
                let when = self.having(&[chosen]);
                let text = |word| Expr::Const(Value::text(word));
                Expr::Case(vec![(when, text("much"))], Some(Box::new(text("little"))))
            }
        })
    }

    fn result_window(&mut self, fields: &[Field], chosen: &Field) -> Expr {
        let keys: Vec<&Field> = fields.iter().filter(|field| field.measure.is_none()).collect();
        let by_key =
            |keys: &[&Field]| keys.iter().map(|key| (key.expr(), false)).collect::<Vec<_>>();
        let window = |call, argument: &Field, partition, order, rows| {
            let argument = argument.expr();
            Expr::Window(Box::new(Window { call, argument, partition, order, rows }))
        };
        let sum = Called::Aggregate(Call::Sum);
        match self.chance.below(4) {
            // A share of the total.
            0 => {
                let total = window(sum, chosen, vec![], vec![], None);
                let real = |expr| Expr::Op(Op::ToNum, vec![expr]);
                Expr::Op(Op::Div, vec![real(chosen.expr()), real(total)])
            }
            1 => {
                let partition = keys.iter().take(1).map(|key| key.expr()).collect();
                window(sum, chosen, partition, vec![], None)
            }
            // A running sum.
            2 => window(sum, chosen, vec![], by_key(&keys), Some((None, Some(0)))),
            _ => window(Called::Rank, chosen, vec![], vec![(chosen.expr(), true)], None),
        }
    }

    /// The join of two results on keys of one type.
    fn two_results(&mut self, first: &Boundary, second: &Boundary) -> Over {
        let (one, two) = (result_fields(first, 0), result_fields(second, 1));
        let mut on = vec![];
        for (key, other) in one[..first.keys.len()].iter().zip(&two[..second.keys.len()]) {
            if key.kind == other.kind && (on.is_empty() || self.chance.percent(60)) {
                on.push(Expr::Op(Op::Eq, vec![key.expr(), other.expr()]));
            }
        }
        let kind = if on.is_empty() {
            Join::Inner
        } else {
            self.chance.one_of(&[Join::Inner, Join::Left])
        };
        let both: Vec<Field> = one.into_iter().chain(two).collect();
        let mut items: Vec<(&'static str, Expr)> =
            both.iter().map(|field| (field.column.name, field.expr())).collect();
        if self.chance.percent(40) {
            items.extend(self.more(&both, true).map(|expr| (MORE[0], expr)));
        }
        Over {
            inline: false,
            join: Some((kind, on)),
            items,
            filter: vec![],
            order: vec![],
            limit: None,
        }
    }
}

/// The columns of a result: keys are no measures, the rest are.
fn result_fields(part: &Boundary, number: usize) -> Vec<Field> {
    let field = |name, kind, measure: bool| Field {
        column: Column { source: RESULT + number, name },
        kind,
        nullable: true,
        known: Known::Either,
        like: "",
        measure: measure.then(|| name.to_owned()),
    };
    let keys = part.keys.iter().map(|key| field(key.name, key.kind, false));
    keys.chain(part.measures.iter().map(|m| field(m.name, m.kind(), true))).collect()
}

fn measures_of(fields: &[Field]) -> Vec<Field> {
    fields.iter().filter(|field| field.measure.is_some()).cloned().collect()
}
