//! Random relations about persons.

use super::exprs::int;
use super::scope::{Field, Scope, table};
use super::{Feature, Generator};
use crate::model::boundary::Known;
use crate::model::expr::{Aggregate, Call, Column, Expr, Inner, Op};
use crate::model::rel::{From, Join, Rel, Select};
use crate::model::value::{Type, Value};
use crate::model::window::{Over, Window};

/// Names of the columns that a SELECT makes.
const NAMES: [&str; 8] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
/// The name of the person in a SELECT.
const PERSON: &str = "pid";

impl Generator {
    /// FROM, with joins.
    pub(super) fn from(&mut self, depth: usize) -> (From, Scope) {
        let (mut from, mut scope) = self.one_source(depth);
        for _ in 0..self.chance.one_of(&[0, 0, 1, 1, 1, 2]) {
            // Only a column can be joined on.
            if !matches!(scope.person, Expr::Column(_)) || scope.many >= 2 {
                break;
            }
            (from, scope) = self.joined(from, scope, depth);
        }
        if self.may(Feature::Wards, 15) {
            (from, scope) = self.with_wards(from, scope);
        }
        if self.may(Feature::Values, 15) {
            (from, scope) = self.with_values(from, scope);
        }
        (from, scope)
    }

    fn one_source(&mut self, depth: usize) -> (From, Scope) {
        let source = self.source();
        if depth > 0 && self.chance.percent(25) {
            let (rel, fields, many) = self.rel(depth - 1);
            let fields: Vec<Field> = fields
                .into_iter()
                .map(|field| Field { column: Column { source, ..field.column }, ..field })
                .collect();
            let unique = fields.iter().skip(1).map(|field| field.column).collect();
            let person = fields[0].expr();
            return (From::Sub(Box::new(rel), source), Scope { fields, person, unique, many });
        }
        let name = self.chance.one_of(&["people", "visits", "visits", "labs", "people"]);
        (From::Table(name, source), table(name, source))
    }

    fn joined(&mut self, left: From, mut scope: Scope, depth: usize) -> (From, Scope) {
        let (right, mut other) = self.one_source(depth);
        let kind = if self.may(Feature::LeftJoin, 30) {
            Join::Left
        } else if self.may(Feature::RightJoin, 20) {
            Join::Right
        } else if self.may(Feature::FullJoin, 20) {
            Join::Full
        } else if self.may(Feature::SemiJoin, 20) {
            self.chance.one_of(&[Join::Semi, Join::Anti])
        } else {
            Join::Inner
        };
        let same = vec![scope.person.clone(), other.person.clone()];
        let mut on = vec![Expr::Op(Op::Eq, same)];
        let mut both = scope.fields.clone();
        both.extend(other.fields.iter().cloned());
        if self.chance.percent(20) {
            on.push(self.condition(&without_person(&both), 1));
        }
        if self.chance.percent(10)
            && let Some(one) = self.field(&without_person(&scope.fields), Type::Date)
            && let Some(two) = self.field(&without_person(&other.fields), Type::Date)
        {
            on.push(Expr::Op(
                self.chance.one_of(&[Op::Le, Op::Eq, Op::Lt]),
                vec![one.expr(), two.expr()],
            ));
        }
        let outer = |fields: &mut Vec<Field>| {
            *fields = fields.drain(..).map(Field::outer).collect();
        };
        match kind {
            Join::Left => outer(&mut other.fields),
            Join::Right => {
                outer(&mut scope.fields);
                scope.person = other.person;
            }
            Join::Full => {
                outer(&mut scope.fields);
                outer(&mut other.fields);
                scope.person = Expr::Op(Op::Coalesce, vec![scope.person, other.person]);
            }
            Join::Inner | Join::Semi | Join::Anti => {}
        }
        if !matches!(kind, Join::Semi | Join::Anti) {
            scope.fields.extend(other.fields);
            scope.unique.extend(other.unique);
            scope.many += other.many;
        }
        (From::Join { kind, left: Box::new(left), right: Box::new(right), on }, scope)
    }

    fn with_wards(&mut self, from: From, mut scope: Scope) -> (From, Scope) {
        let Some(key) = scope.fields.iter().find(|field| field.like == "ward").cloned() else {
            return (from, scope);
        };
        let source = self.source();
        let mut fields = table("wards", source).fields;
        let ward = fields[0].expr();
        let kind = if self.may(Feature::LeftJoin, 50) { Join::Left } else { Join::Inner };
        if kind == Join::Left {
            fields = fields.into_iter().map(Field::outer).collect();
        }
        scope.fields.extend(fields);
        let on = vec![Expr::Op(Op::Eq, vec![key.expr(), ward])];
        let (left, right) = (Box::new(from), Box::new(From::Table("wards", source)));
        (From::Join { kind, left, right, on }, scope)
    }

    /// A table that is written out, joined on its key.
    fn with_values(&mut self, from: From, mut scope: Scope) -> (From, Scope) {
        let kind = self.chance.one_of(&[Type::Text, Type::Int]);
        let Some(key) = self.field(&scope.fields, kind) else { return (from, scope) };
        let source = self.source();
        let mut rows: Vec<Vec<Value>> = vec![];
        for number in 0..=self.chance.up_to(3) {
            let value = self.constant(kind, key.like);
            if rows.iter().all(|row| row[0] != value) {
                let label = Value::text(["low", "mid", "top", "any"][number]);
                rows.push(vec![value, label, int(self.chance.below(5))]);
            }
        }
        let mut fields: Vec<Field> = [("vk", kind), ("va", Type::Text), ("vb", Type::Int)]
            .into_iter()
            .map(|(name, kind)| Field {
                column: Column { source, name },
                kind,
                nullable: false,
                known: Known::Either,
                like: if name == "vk" { key.like } else { "" },
                measure: None,
            })
            .collect();
        let join = if self.may(Feature::LeftJoin, 50) { Join::Left } else { Join::Inner };
        if join == Join::Left {
            fields = fields.into_iter().map(Field::outer).collect();
        }
        let on =
            vec![Expr::Op(Op::Eq, vec![key.expr(), Expr::Column(Column { source, name: "vk" })])];
        scope.fields.extend(fields);
        let right = Box::new(From::Values { source, names: vec!["vk", "va", "vb"], rows });
        (From::Join { kind: join, left: Box::new(from), right, on }, scope)
    }

    /// WHERE.
    pub(super) fn filter(&mut self, scope: &Scope, depth: usize) -> Vec<Expr> {
        let fields = without_person(&scope.fields);
        let mut filter = vec![];
        for _ in 0..self.chance.one_of(&[0, 0, 1, 1, 2]) {
            filter.push(self.condition(&fields, 2));
        }
        if self.may(Feature::InPersons, 10) {
            let (inner, other) = self.inner(depth);
            let negated = self.chance.percent(50);
            if let Expr::Column(column) = other.person {
                let value = Box::new(scope.person.clone());
                filter.push(Expr::In { negated, value, inner: Box::new(inner), column });
            }
        }
        if self.may(Feature::InValues, 10) {
            let kind = self.chance.one_of(&[Type::Date, Type::Text, Type::Int]);
            let (mut inner, other) = self.inner(depth);
            let negated = self.chance.percent(50);
            if let Some(field) = self.field(&without_person(&other.fields), kind) {
                inner.filter.push(Expr::Op(Op::Eq, vec![other.person, scope.person.clone()]));
                let value = Box::new(self.expr(&fields, kind, 0));
                filter.push(Expr::In {
                    negated,
                    value,
                    inner: Box::new(inner),
                    column: field.column,
                });
            }
        }
        if self.may(Feature::Exists, 10) {
            let (mut inner, other) = self.inner(depth);
            let negated = self.chance.percent(50);
            inner.filter.insert(0, Expr::Op(Op::Eq, vec![other.person, scope.person.clone()]));
            if self.chance.percent(30)
                && let Some(one) = self.field(&fields, Type::Date)
                && let Some(two) = self.field(&without_person(&other.fields), Type::Date)
            {
                inner.filter.push(Expr::Op(
                    self.chance.one_of(&[Op::Lt, Op::Eq]),
                    vec![one.expr(), two.expr()],
                ));
            }
            filter.push(Expr::Exists { negated, inner: Box::new(inner) });
        }
        filter
    }

    fn inner(&mut self, depth: usize) -> (Inner, Scope) {
        let (from, scope) = self.one_source(depth.min(1));
        let mut filter = vec![];
        if self.chance.percent(50) {
            filter.push(self.condition(&without_person(&scope.fields), 1));
        }
        (Inner { from, filter }, scope)
    }

    /// A relation with the person in its first column, what is known of its columns, and its many-ness.
    fn rel(&mut self, depth: usize) -> (Rel, Vec<Field>, usize) {
        let (select, fields, many) = self.select(depth, None);
        if !self.may(Feature::Union, 20) {
            return (Rel::Select(Box::new(select)), fields, many);
        }
        let (other, others, more) = self.select(depth, Some(&fields));
        let fields = fields
            .into_iter()
            .zip(others)
            .map(|(one, two)| Field {
                nullable: one.nullable || two.nullable,
                known: if one.known == two.known { one.known } else { Known::Either },
                measure: one.measure.filter(|base| two.measure.as_ref() == Some(base)),
                ..one
            })
            .map(|field| match field.known {
                Known::Public(_) => Field { known: Known::Either, ..field },
                _ => field,
            })
            .collect();
        let all = !self.chance.percent(50);
        (Rel::Union { all, arms: vec![select, other] }, fields, 1.max(many + more))
    }

    /// A SELECT that keeps the person; with columns of the types of another one, where it is put beside that one.
    fn select(&mut self, depth: usize, model: Option<&[Field]>) -> (Select, Vec<Field>, usize) {
        let (from, scope) = self.from(depth);
        let filter = self.filter(&scope, depth);
        if self.may(Feature::PerPerson, 45) {
            return self.per_person(from, filter, &scope, model);
        }
        let mut made = Made::new(&scope);
        let kinds: Option<Vec<Type>> =
            model.map(|fields| fields.iter().skip(1).map(|field| field.kind).collect());
        let count = kinds.as_ref().map_or_else(|| 1 + self.chance.up_to(3), Vec::len);
        let plain = without_person(&scope.fields);
        for at in 0..count {
            let wanted = kinds.as_ref().map(|kinds| kinds[at]);
            if self.may(Feature::Window, 25)
                && let Some((expr, kind, like)) = self.window(&scope, wanted)
            {
                made.computed(expr, kind, like);
                continue;
            }
            let kind = wanted.unwrap_or_else(|| plain[self.chance.below(plain.len())].kind);
            match self.field(&plain, kind) {
                Some(field) if !self.chance.percent(25) => made.column(field),
                _ => made.computed(self.expr(&plain, kind, 2), kind, ""),
            }
        }
        let distinct = self.may(Feature::Distinct, 15);
        let Made { items, fields } = made;
        let select = Select { from, filter, group: None, having: vec![], items, distinct };
        (select, fields, scope.many)
    }

    fn per_person(
        &mut self,
        from: From,
        filter: Vec<Expr>,
        scope: &Scope,
        model: Option<&[Field]>,
    ) -> (Select, Vec<Field>, usize) {
        let plain = without_person(&scope.fields);
        let mut made = Made::new(scope);
        let mut keys = vec![scope.person.clone()];
        let mut many = 0;
        let kinds: Option<Vec<Type>> =
            model.map(|fields| fields.iter().skip(1).map(|field| field.kind).collect());
        let count = kinds.as_ref().map_or_else(|| 1 + self.chance.up_to(2), Vec::len);
        for at in 0..count {
            let wanted = kinds.as_ref().map(|kinds| kinds[at]);
            let as_key = wanted.is_some_and(|kind| kind == Type::Bool) || self.chance.percent(20);
            if as_key {
                let kind = wanted.unwrap_or_else(|| plain[self.chance.below(plain.len())].kind);
                let field = self.field(&plain, kind);
                let expr = field.as_ref().map_or_else(|| self.expr(&plain, kind, 1), Field::expr);
                // A constant in GROUP BY may be read as a position.
                if !matches!(expr, Expr::Const(_)) {
                    keys.push(expr.clone());
                    many = 1;
                }
                match field {
                    Some(field) => made.column(field),
                    None => made.computed(expr, kind, ""),
                }
                continue;
            }
            let (aggregate, kind, like, measure) = self.aggregate(&plain, wanted);
            made.push(Expr::Aggregate(Box::new(aggregate)), kind, like, measure);
        }
        let mut having = vec![];
        if self.may(Feature::PerPersonHaving, 25) {
            let (aggregate, kind, like, _) = self.aggregate(&plain, Some(Type::Int));
            let bound = Expr::Const(self.constant(kind, like));
            let op = self.chance.one_of(&[Op::Ge, Op::Lt]);
            having.push(Expr::Op(op, vec![Expr::Aggregate(Box::new(aggregate)), bound]));
        }
        let Made { items, fields } = made;
        let select = Select { from, filter, group: Some(keys), having, items, distinct: false };
        (select, fields, many)
    }

    /// An aggregate over the rows of a person, of a type if one is wanted.
    fn aggregate(
        &mut self,
        plain: &[Field],
        wanted: Option<Type>,
    ) -> (Aggregate, Type, &'static str, Option<String>) {
        let calls = [
            Call::Rows,
            Call::Count,
            Call::Sum,
            Call::Max,
            Call::Min,
            Call::Avg,
            Call::CountDistinct,
        ];
        let of_any = [Call::Max, Call::Min];
        let call = match wanted {
            None | Some(Type::Int) => {
                self.chance.one_of(&calls[..if wanted.is_some() { 2 } else { 7 }])
            }
            Some(Type::Num) => self.chance.one_of(&[Call::Max, Call::Sum, Call::Min, Call::Avg]),
            Some(_) => self.chance.one_of(&of_any),
        };
        let kinds: Vec<Type> = match (call, wanted) {
            (Call::Sum, _) | (_, Some(Type::Num)) => vec![Type::Num],
            (Call::Avg, _) => vec![Type::Num, Type::Int],
            (Call::Max | Call::Min, Some(kind)) => vec![kind],
            (Call::Max | Call::Min, None) => vec![Type::Num, Type::Date, Type::Int, Type::Text],
            _ => vec![Type::Num, Type::Date, Type::Text, Type::Int, Type::Bool],
        };
        let kind = self.chance.one_of(&kinds);
        let field = self.field(plain, kind);
        let argument = match &field {
            Some(field) if !self.chance.percent(15) => field.expr(),
            _ => self.expr(plain, kind, 2),
        };
        let bare = field.filter(|field| field.expr() == argument);
        let like = match (call, &bare) {
            (Call::Max | Call::Min | Call::Avg, Some(field)) => field.like,
            _ => "",
        };
        let base = bare.and_then(|field| field.measure);
        let measure = match call {
            Call::Rows | Call::Count => Some("rows".to_owned()),
            Call::CountDistinct => Some("distinct".to_owned()),
            Call::Sum | Call::Min | Call::Max => base,
            Call::Avg => base.map(|base| format!("avg:{base}")),
        };
        let filter = self.may(Feature::PerPersonFilter, 15).then(|| self.condition(plain, 1));
        (Aggregate { call, argument, filter }, call.kind(kind), like, measure)
    }

    /// A window per person.
    fn window(
        &mut self,
        scope: &Scope,
        wanted: Option<Type>,
    ) -> Option<(Expr, Type, &'static str)> {
        let plain = without_person(&scope.fields);
        let mut partition = vec![scope.person.clone()];
        if self.chance.percent(15)
            && let Some(field) = self.field(&plain, Type::Text)
        {
            partition.push(field.expr());
        }
        let ordered = self.chance.percent(80);
        let mut order = vec![];
        if ordered {
            if self.chance.percent(50) {
                let kind = self.chance.one_of(&[Type::Date, Type::Num, Type::Int]);
                order.extend(self.field(&plain, kind).map(|f| (f.expr(), self.chance.percent(40))));
            }
            order.extend(
                scope.unique.iter().map(|column| (Expr::Column(*column), self.chance.percent(20))),
            );
        }
        let mut calls = vec![Over::Aggregate(Call::Rows), Over::Aggregate(Call::Count)];
        if wanted != Some(Type::Int) {
            calls.extend([
                Over::Aggregate(Call::Sum),
                Over::Aggregate(Call::Min),
                Over::Aggregate(Call::Max),
            ]);
        }
        if !order.is_empty() {
            calls.extend([Over::RowNumber, Over::Rank]);
            let by = 1 + self.chance.up_to(1);
            calls.extend([Over::Lag(by), Over::Lag(1), Over::Lead(by), Over::First, Over::Last]);
        }
        let call = self.chance.one_of(&calls);
        let whole = matches!(
            call,
            Over::RowNumber | Over::Rank | Over::Aggregate(Call::Rows | Call::Count)
        );
        let kind = match (whole, wanted) {
            (true, None | Some(Type::Int)) => {
                self.chance.one_of(&[Type::Num, Type::Date, Type::Int])
            }
            (true, Some(_)) => return None,
            (false, Some(kind)) => kind,
            (false, None) => self.chance.one_of(&[Type::Num, Type::Date, Type::Int, Type::Text]),
        };
        if call == Over::Aggregate(Call::Sum) && !matches!(kind, Type::Num | Type::Int) {
            return None;
        }
        let field = self.field(&plain, kind)?;
        let takes_frame = matches!(call, Over::Aggregate(_) | Over::First | Over::Last);
        let rows =
            (takes_frame && !order.is_empty() && self.may(Feature::WindowRows, 50)).then(|| {
                let bounds = [
                    (None, Some(0)),
                    (Some(-1), Some(0)),
                    (Some(-2), Some(1)),
                    (Some(0), None),
                    (None, None),
                    (Some(1), Some(2)),
                    (Some(-2), Some(-1)),
                ];
                self.chance.one_of(&bounds)
            });
        let made = if whole { Type::Int } else { kind };
        let like = if whole { "" } else { field.like };
        let window = Window { call, argument: field.expr(), partition, order, rows };
        Some((Expr::Window(Box::new(window)), made, like))
    }
}

/// Columns but the person: it only links and counts.
pub(super) fn without_person(fields: &[Field]) -> Vec<Field> {
    fields.iter().filter(|field| field.kind != Type::Person).cloned().collect()
}

/// Output columns in the making.
struct Made {
    items: Vec<(&'static str, Expr)>,
    fields: Vec<Field>,
}

impl Made {
    fn new(scope: &Scope) -> Self {
        let person = Field {
            column: Column { source: 0, name: PERSON },
            kind: Type::Person,
            nullable: false,
            known: Known::Secret,
            like: "",
            measure: None,
        };
        Self { items: vec![(PERSON, scope.person.clone())], fields: vec![person] }
    }

    fn column(&mut self, field: Field) {
        let name = NAMES[self.items.len() - 1];
        self.items.push((name, field.expr()));
        self.fields.push(Field { column: Column { source: 0, name }, ..field });
    }

    fn computed(&mut self, expr: Expr, kind: Type, like: &'static str) {
        self.push(expr, kind, like, None);
    }

    fn push(&mut self, expr: Expr, kind: Type, like: &'static str, measure: Option<String>) {
        let name = NAMES[self.items.len() - 1];
        self.items.push((name, expr));
        let column = Column { source: 0, name };
        self.fields.push(Field {
            column,
            kind,
            nullable: true,
            known: Known::Either,
            like,
            measure,
        });
    }
}
