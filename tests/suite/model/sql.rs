//! The query as SQL.

use super::boundary::{Boundary, Measure, Style, Told};
use super::expr::{Aggregate, Call, Column, Expr, Inner, Op};
use super::over::{Over, Query, RESULT};
use super::rel::{From, Join, Rel, Select};
use super::window::{Over as Called, Window};

/// Writes a query.
#[derive(Default)]
struct Writer {
    /// Sub-queries go into WITH instead of FROM.
    with: bool,
    ctes: Vec<String>,
    /// What stands for a column of a result, where HAVING and ORDER BY name it.
    results: Vec<(&'static str, String)>,
}

/// The whole query.
pub(crate) fn query(query: &Query) -> String {
    let mut writer = Writer { with: query.with, ..Writer::default() };
    let body = match &query.over {
        None => writer.boundary(&query.parts[0], &[]),
        Some(over) if over.inline => writer.inline(&query.parts[0], over),
        Some(over) => {
            for (at, part) in query.parts.iter().enumerate() {
                let sql = writer.boundary(part, &[]);
                writer.ctes.push(format!("r{at} as ({sql})"));
            }
            writer.over(over)
        }
    };
    match writer.ctes.is_empty() {
        true => body,
        false => format!("with {} {body}", writer.ctes.join(", ")),
    }
}

/// One part of a query, alone.
pub(crate) fn part(part: &Boundary) -> String {
    Writer::default().boundary(part, &[])
}

impl Writer {
    fn list(&mut self, exprs: &[Expr], between: &str) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(between)
    }

    fn clause(&mut self, word: &str, conditions: &[Expr]) -> String {
        match conditions.is_empty() {
            true => String::new(),
            false => format!(" {word} {}", self.list(conditions, " and ")),
        }
    }

    fn named(&mut self, items: &[(&'static str, Expr)]) -> String {
        let items = items.iter().map(|(name, expr)| format!("{} as {name}", self.expr(expr)));
        items.collect::<Vec<_>>().join(", ")
    }

    fn boundary(&mut self, boundary: &Boundary, more: &[(&'static str, Expr)]) -> String {
        let keys: Vec<String> = boundary.keys.iter().map(|key| self.expr(&key.expr)).collect();
        let measures: Vec<String> = boundary.measures.iter().map(|m| self.measure(m)).collect();
        let mut items: Vec<String> = boundary
            .keys
            .iter()
            .zip(&keys)
            .map(|(key, sql)| format!("{sql} as {}", key.name))
            .collect();
        let named = boundary.measures.iter().zip(&measures);
        items.extend(named.map(|(measure, sql)| format!("{sql} as {}", measure.name)));
        self.results = boundary.keys.iter().map(|key| key.name).zip(keys.iter().cloned()).collect();
        self.results.extend(boundary.measures.iter().map(|m| m.name).zip(measures));
        items.extend(more.iter().map(|(name, expr)| format!("{} as {name}", self.expr(expr))));
        let distinct = if boundary.measures.is_empty() { "distinct " } else { "" };
        let (from, filter) = (self.from(&boundary.from), self.clause("where", &boundary.filter));
        let mut sql = format!("select {distinct}{} from {from}{filter}", items.join(", "));
        let listed = |set: &Vec<usize>| {
            let names: Vec<&str> = set.iter().map(|&at| keys[at].as_str()).collect();
            format!("({})", names.join(", "))
        };
        match &boundary.sets {
            _ if boundary.measures.is_empty() => {}
            None if keys.is_empty() => {}
            None => sql.push_str(&format!(" group by {}", keys.join(", "))),
            Some((Style::Rollup, _)) => {
                sql.push_str(&format!(" group by rollup ({})", keys.join(", ")))
            }
            Some((Style::Cube, _)) => {
                sql.push_str(&format!(" group by cube ({})", keys.join(", ")))
            }
            Some((Style::Sets, sets)) => {
                let sets: Vec<String> = sets.iter().map(listed).collect();
                sql.push_str(&format!(" group by grouping sets ({})", sets.join(", ")));
            }
        }
        sql
    }

    fn measure(&mut self, measure: &Measure) -> String {
        let inner = self.expr(&measure.argument);
        let linear = match (measure.scale, measure.offset) {
            (1, 0) => inner.clone(),
            (scale, 0) => format!("{inner} * {scale}"),
            (1, offset) => format!("{inner} + {offset}"),
            (scale, offset) => format!("{inner} * {scale} + {offset}"),
        };
        let call = match measure.told {
            Told::Rows => "count(*)".to_owned(),
            Told::Persons => format!("count(distinct {inner})"),
            Told::Count => format!("count({inner})"),
            Told::Sum => format!("sum({linear})"),
            Told::Mean => format!("avg({linear})"),
        };
        match &measure.filter {
            None => call,
            Some(filter) => format!("{call} filter (where {})", self.expr(filter)),
        }
    }

    fn inline(&mut self, boundary: &Boundary, over: &Over) -> String {
        let known = boundary.keys.len() + boundary.measures.len();
        let body = self.boundary(boundary, &over.items[known..]);
        let having = self.clause("having", &over.filter);
        format!("{body}{having}{}", self.end(over))
    }

    fn over(&mut self, over: &Over) -> String {
        self.results.clear();
        let items = self.named(&over.items);
        let filter = self.clause("where", &over.filter);
        let from = match &over.join {
            None => "r0".to_owned(),
            Some((_, on)) if on.is_empty() => "r0 cross join r1".to_owned(),
            Some((kind, on)) => format!("r0 {} r1 on {}", words(*kind), self.list(on, " and ")),
        };
        format!("select {items} from {from}{filter}{}", self.end(over))
    }

    fn end(&mut self, over: &Over) -> String {
        let mut sql = String::new();
        if !over.order.is_empty() {
            sql = format!(" order by {}", self.order(&over.order));
        }
        if let Some(limit) = over.limit {
            sql.push_str(&format!(" limit {limit}"));
        }
        sql
    }

    fn order(&mut self, order: &[(Expr, bool)]) -> String {
        let keys = order.iter().map(|(expr, descending)| {
            let sql = self.expr(expr);
            if *descending { format!("{sql} desc") } else { sql }
        });
        keys.collect::<Vec<_>>().join(", ")
    }

    fn rel(&mut self, rel: &Rel) -> String {
        match rel {
            Rel::Select(select) => self.select(select),
            Rel::Union { all, arms } => {
                let arms: Vec<String> = arms.iter().map(|arm| self.select(arm)).collect();
                arms.join(if *all { " union all " } else { " union " })
            }
        }
    }

    fn select(&mut self, select: &Select) -> String {
        let distinct = if select.distinct { "distinct " } else { "" };
        let items = self.named(&select.items);
        let (from, filter) = (self.from(&select.from), self.clause("where", &select.filter));
        let mut sql = format!("select {distinct}{items} from {from}{filter}");
        if let Some(keys) = &select.group {
            sql.push_str(&format!(" group by {}", self.list(keys, ", ")));
        }
        sql.push_str(&self.clause("having", &select.having));
        sql
    }

    fn from(&mut self, from: &From) -> String {
        match from {
            From::Table(table, source) => format!("{table} {}", alias(*source)),
            From::Values { source, names, rows } => {
                let row = |row: &Vec<super::value::Value>| {
                    let values: Vec<String> = row.iter().map(super::value::Value::sql).collect();
                    format!("({})", values.join(", "))
                };
                let rows: Vec<String> = rows.iter().map(row).collect();
                let (rows, names) = (rows.join(", "), names.join(", "));
                format!("(values {rows}) as {}({names})", alias(*source))
            }
            From::Sub(rel, source) => {
                let sql = self.rel(rel);
                if self.with {
                    self.ctes.push(format!("{} as ({sql})", alias(*source)));
                    alias(*source)
                } else {
                    format!("({sql}) as {}", alias(*source))
                }
            }
            From::Join { kind, left, right, on } => {
                let (left, right) = (self.from(left), self.from(right));
                format!("{left} {} {right} on {}", words(*kind), self.list(on, " and "))
            }
        }
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Column(column) => self.column(*column),
            Expr::Const(value) => value.sql(),
            Expr::Op(op, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|a| self.expr(a)).collect();
                op_sql(*op, &arguments)
            }
            Expr::Case(branches, otherwise) => {
                let mut sql = "case".to_owned();
                for (when, then) in branches {
                    sql.push_str(&format!(" when {} then {}", self.expr(when), self.expr(then)));
                }
                if let Some(otherwise) = otherwise {
                    sql.push_str(&format!(" else {}", self.expr(otherwise)));
                }
                format!("{sql} end")
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Window(window) => self.window(window),
            Expr::Exists { negated, inner } => {
                let not = if *negated { "not " } else { "" };
                format!("{not}exists ({})", self.inner(inner, "1"))
            }
            Expr::In { negated, value, inner, column } => {
                let not = if *negated { "not " } else { "" };
                let (value, column) = (self.expr(value), self.column(*column));
                format!("{value} {not}in ({})", self.inner(inner, &column))
            }
            Expr::Released(boundary) => {
                let results = std::mem::take(&mut self.results);
                let sql = self.boundary(boundary, &[]);
                self.results = results;
                format!("({sql})")
            }
        }
    }

    fn inner(&mut self, inner: &Inner, item: &str) -> String {
        let (from, filter) = (self.from(&inner.from), self.clause("where", &inner.filter));
        format!("select {item} from {from}{filter}")
    }

    fn column(&self, column: Column) -> String {
        let result = self.results.iter().find(|(name, _)| *name == column.name);
        match result {
            Some((_, sql)) if column.source == RESULT => sql.clone(),
            _ => format!("{}.{}", alias(column.source), column.name),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> String {
        let argument = self.expr(&aggregate.argument);
        let call = call_sql(aggregate.call, &argument);
        match &aggregate.filter {
            None => call,
            Some(filter) => format!("{call} filter (where {})", self.expr(filter)),
        }
    }

    fn window(&mut self, window: &Window) -> String {
        let argument = self.expr(&window.argument);
        let mut parts = vec![];
        if !window.partition.is_empty() {
            parts.push(format!("partition by {}", self.list(&window.partition, ", ")));
        }
        if !window.order.is_empty() {
            parts.push(format!("order by {}", self.order(&window.order)));
        }
        if let Some((low, high)) = window.rows {
            let bound = |bound: Option<i64>, side: &str| match bound {
                None => format!("unbounded {side}"),
                Some(0) => "current row".to_owned(),
                Some(n) if n < 0 => format!("{} preceding", -n),
                Some(n) => format!("{n} following"),
            };
            let (low, high) = (bound(low, "preceding"), bound(high, "following"));
            parts.push(format!("rows between {low} and {high}"));
        }
        let over = format!("over ({})", parts.join(" "));
        match window.call {
            Called::Aggregate(call) => format!("{} {over}", call_sql(call, &argument)),
            Called::RowNumber => format!("cast(row_number() {over} as bigint)"),
            Called::Rank => format!("cast(rank() {over} as bigint)"),
            Called::Lag(by) => format!("lag({argument}, {by}) {over}"),
            Called::Lead(by) => format!("lead({argument}, {by}) {over}"),
            Called::First => format!("first_value({argument}) {over}"),
            Called::Last => format!("last_value({argument}) {over}"),
        }
    }
}

fn alias(source: usize) -> String {
    if source >= RESULT { format!("r{}", source - RESULT) } else { format!("t{source}") }
}

fn words(join: Join) -> &'static str {
    match join {
        Join::Inner => "join",
        Join::Left => "left join",
        Join::Right => "right join",
        Join::Full => "full join",
        Join::Semi => "left semi join",
        Join::Anti => "left anti join",
    }
}

fn call_sql(call: Call, argument: &str) -> String {
    match call {
        Call::Rows => "count(*)".to_owned(),
        Call::Count => format!("count({argument})"),
        Call::CountDistinct => format!("count(distinct {argument})"),
        Call::Sum => format!("sum({argument})"),
        Call::Min => format!("min({argument})"),
        Call::Max => format!("max({argument})"),
        Call::Avg => format!("avg({argument})"),
    }
}

fn op_sql(op: Op, arguments: &[String]) -> String {
    let none = String::new();
    let a = arguments.first().unwrap_or(&none);
    let b = arguments.get(1).unwrap_or(&none);
    let between = |word: &str| format!("({})", arguments.join(&format!(" {word} ")));
    match op {
        Op::Add => between("+"),
        Op::Sub | Op::DaysBetween => between("-"),
        Op::Mul => between("*"),
        Op::Div => between("/"),
        Op::Rem => between("%"),
        Op::Negative => format!("(- {a})"),
        Op::Abs => format!("abs({a})"),
        Op::Eq => between("="),
        Op::Ne => between("<>"),
        Op::Lt => between("<"),
        Op::Le => between("<="),
        Op::Gt => between(">"),
        Op::Ge => between(">="),
        Op::And => between("and"),
        Op::Or => between("or"),
        Op::Not => format!("(not {a})"),
        Op::IsNull => format!("({a} is null)"),
        Op::IsNotNull => format!("({a} is not null)"),
        Op::IsTrue => format!("({a} is true)"),
        Op::IsNotTrue => format!("({a} is not true)"),
        Op::IsNotDistinct => between("is not distinct from"),
        Op::In => format!("({a} in ({}))", arguments[1..].join(", ")),
        Op::NotIn => format!("({a} not in ({}))", arguments[1..].join(", ")),
        Op::Between => format!("({a} between {b} and {})", arguments[2]),
        Op::Like => between("like"),
        Op::NotLike => between("not like"),
        Op::Coalesce => format!("coalesce({})", arguments.join(", ")),
        Op::NullIf => format!("nullif({a}, {b})"),
        Op::Lower => format!("lower({a})"),
        Op::Upper => format!("upper({a})"),
        Op::Left => format!("left({a}, {b})"),
        Op::Length => format!("cast(character_length({a}) as bigint)"),
        Op::ToInt => format!("cast({a} as bigint)"),
        Op::ToNum => format!("cast({a} as double)"),
        Op::ToText => format!("cast({a} as varchar)"),
        Op::Year => format!("cast(date_part('year', {a}) as bigint)"),
        Op::Month => format!("cast(date_part('month', {a}) as bigint)"),
        Op::PlusDays => format!("({a} + interval '{b} days')"),
    }
}
