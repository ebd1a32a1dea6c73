//! The shape of the syntax tree: what may be written at all, and how large it may be.
//!
//! Runs before anything is planned, because planning is an attack surface of its own and because some clauses
//! (TABLESAMPLE, FOR UPDATE) would be dropped in silence. Structs are taken apart field by field, without `..`,
//! so that a parser upgrade with a new clause stops the compiler.

use std::collections::HashMap;

mod clauses;
mod nested;

use datafusion::sql::sqlparser::ast::{
    Cte, DescribeAlias, Distinct, GroupByExpr, Join, ObjectName, Query, Select, SelectFlavor,
    SelectItem, SetExpr, SetOperator, SetQuantifier, Spanned, Statement, TableFactor,
    TableWithJoins, Values, With,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

use self::clauses::{check_join, check_limit, check_order};
use super::sizes;
use super::text::{QueryText, position};
use crate::limits::{Limits, Narrowed};
use crate::refusal::{Code, Position, Refusal};

/// Parses the text and accepts exactly one SELECT, small enough to be looked at further.
pub(super) fn parse(text: &QueryText, explained: bool, limits: &Limits) -> Result<Query, Refusal> {
    let dialect = GenericDialect {};
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(limits.depth)
        .with_tokens_with_locations(text.tokens())
        .parse_statements()
        .map_err(|error| syntax_error(error, limits))?;
    let (Some(statement), true) = (statements.pop(), statements.is_empty()) else {
        return Err(not_one_select("the text holds no statement, or several"));
    };
    sizes::check(&statement, limits)?;
    match statement {
        Statement::Query(query) => Ok(*query),
        Statement::Explain { .. } | Statement::ExplainTable { .. } => {
            asked_to_explain(statement, explained)
        }
        _ => Err(not_one_select("the text is something other than a SELECT")),
    }
}

/// Holds a query, its views in front of it, against the limits.
pub(super) fn check(query: &Query, limits: &Limits) -> Result<(), Refusal> {
    sizes::check(query, limits)?;
    let mut counts = Counts { limits, references: 0, joins: 0, ctes: 0 };
    counts.query(query, &HashMap::new())
}

/// The SELECT of a plain `EXPLAIN SELECT ..`, where an explanation can be given.
fn asked_to_explain(statement: Statement, explained: bool) -> Result<Query, Refusal> {
    let Statement::Explain {
        describe_alias: DescribeAlias::Explain,
        analyze: false,
        verbose: false,
        query_plan: false,
        estimate: false,
        statement,
        format: None,
        options: None,
    } = statement
    else {
        return Err(Refusal::new(
            Code::NotOneSelect,
            "only plain EXPLAIN is answered: it says what a query would do, without running it",
            "write `EXPLAIN SELECT ..`; GET /api/v1/datasets describes tables and columns",
        ));
    };
    match *statement {
        Statement::Query(query) if explained => Ok(*query),
        Statement::Query(_) => Err(not_one_select("EXPLAIN stands where only a query is run")),
        _ => Err(not_one_select("the text explains something other than a SELECT")),
    }
}

fn not_one_select(what: &str) -> Refusal {
    Refusal::new(
        Code::NotOneSelect,
        format!("{what}; only a single SELECT is answered"),
        "send one SELECT (it may begin with WITH); to see what a query would do, write EXPLAIN before it",
    )
}

fn syntax_error(error: ParserError, limits: &Limits) -> Refusal {
    match error {
        ParserError::RecursionLimitExceeded => Refusal::new(
            Code::TooLarge,
            format!("the SQL is nested more than {} levels deep", limits.depth),
            "split it into CTEs (WITH name AS ..)",
        )
        .under("limit: depth"),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            let (what, at) = split_place(&message);
            Refusal::new(
                Code::SyntaxError,
                format!("the SQL cannot be read: {what}"),
                "check the spelling and the commas and parentheses near this place",
            )
            .at(at)
        }
    }
}

/// The parser ends its messages with ` at Line: 1, Column: 8`.
fn split_place(message: &str) -> (&str, Option<Position>) {
    let Some((what, place)) = message.rsplit_once(" at Line: ") else {
        return (message, None);
    };
    let parsed = place
        .split_once(", Column: ")
        .and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let at = parsed.map(|(line, column)| Position { line, column, end: column + 1 });
    (what, at)
}

/// Where a name stands.
pub(super) fn name_position(name: &ObjectName) -> Option<Position> {
    position(name.span())
}

/// The refusal of something that is not supported, with what to write instead.
pub(super) fn unsupported(what: &str, hint: &str) -> Refusal {
    Refusal::new(Code::UnsupportedSql, format!("{what} is not supported"), hint)
}

/// Table references and joins after every CTE use is expanded: a CTE is copied into each use.
struct Counts<'a> {
    limits: &'a Limits,
    references: usize,
    joins: usize,
    ctes: usize,
}

/// What using a CTE once costs.
#[derive(Clone, Copy)]
struct Weight {
    references: usize,
    joins: usize,
}

impl Counts<'_> {
    fn query(&mut self, query: &Query, outer: &HashMap<String, Weight>) -> Result<(), Refusal> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let nothing_else = fetch.is_none()
            && locks.is_empty()
            && for_clause.is_none()
            && settings.is_none()
            && format_clause.is_none()
            && pipe_operators.is_empty();
        if !nothing_else {
            return Err(unsupported(
                "FETCH, FOR, SETTINGS, FORMAT or |>",
                "use LIMIT to cut the result; leave the other clauses out",
            ));
        }
        check_order(order_by.as_ref())?;
        check_limit(limit_clause.as_ref())?;
        let names = self.with(with.as_ref(), outer)?;
        self.nested(order_by, &names)?;
        self.body(body, &names)
    }

    fn with(
        &mut self,
        with: Option<&With>,
        outer: &HashMap<String, Weight>,
    ) -> Result<HashMap<String, Weight>, Refusal> {
        let mut names = outer.clone();
        let Some(With { with_token: _, recursive, cte_tables }) = with else {
            return Ok(names);
        };
        if *recursive {
            return Err(unsupported("WITH RECURSIVE", "write the steps as separate CTEs"));
        }
        for cte in cte_tables {
            let Cte { alias, query, from: _, materialized: _, closing_paren_token: _ } = cte;
            self.ctes += 1;
            self.within("CTEs", self.ctes, self.limits.ctes, "ctes")?;
            let (references, joins) = (self.references, self.joins);
            self.query(query, &names)?;
            let weight =
                Weight { references: self.references - references, joins: self.joins - joins };
            (self.references, self.joins) = (references, joins);
            names.insert(alias.name.value.to_lowercase(), weight);
        }
        Ok(names)
    }

    fn body(&mut self, body: &SetExpr, names: &HashMap<String, Weight>) -> Result<(), Refusal> {
        match body {
            SetExpr::Select(select) => self.select(select, names),
            SetExpr::Query(query) => self.query(query, names),
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                if *set_quantifier == SetQuantifier::All && *op != SetOperator::Union {
                    // The planner forgets how often a row stands in each part.
                    return Err(unsupported(
                        "ALL after INTERSECT or EXCEPT",
                        "leave ALL out, which lists each row once",
                    ));
                }
                if !matches!(
                    set_quantifier,
                    SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None
                ) {
                    return Err(unsupported("BY NAME", "list the columns in the same order"));
                }
                self.set_operation(*op).map_err(|refusal| refusal.at(position(body.span())))?;
                self.body(left, names)?;
                self.body(right, names)
            }
            SetExpr::Values(Values { explicit_row: _, value_keyword: _, rows }) => {
                self.within("rows in VALUES", rows.len(), self.limits.in_list, "in_list")?;
                self.nested(rows, names)
            }
            SetExpr::Table(_) => Err(unsupported("TABLE", "write SELECT .. FROM")),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(not_one_select("the text changes data"))
            }
        }
    }

    fn select(&mut self, select: &Select, names: &HashMap<String, Weight>) -> Result<(), Refusal> {
        let Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let plain = select_modifiers.is_none()
            && top.is_none()
            && exclude.is_none()
            && into.is_none()
            && lateral_views.is_empty()
            && prewhere.is_none()
            && connect_by.is_empty()
            && cluster_by.is_empty()
            && distribute_by.is_empty()
            && sort_by.is_empty()
            && value_table_mode.is_none()
            && matches!(flavor, SelectFlavor::Standard);
        if !plain {
            return Err(unsupported(
                "a clause outside standard SELECT (TOP, INTO, LATERAL VIEW, PREWHERE, CONNECT BY, SORT BY)",
                "use SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, ORDER BY and LIMIT",
            ));
        }
        if matches!(distinct, Some(Distinct::On(_))) {
            return Err(unsupported(
                "DISTINCT ON",
                "number the rows with `row_number() OVER (PARTITION BY .. ORDER BY ..)` in a CTE and keep number 1",
            ));
        }
        if let Some(item) =
            projection.iter().find(|i| matches!(i, SelectItem::ExprWithAliases { .. }))
        {
            return Err(unsupported("an alias list", "give one alias").at(position(item.span())));
        }
        self.within(
            "columns in one SELECT",
            projection.len(),
            self.limits.output_columns,
            "output_columns",
        )?;
        self.group_by(group_by)?;
        self.nested(projection, names)?;
        self.nested(selection, names)?;
        self.nested(group_by, names)?;
        self.nested(having, names)?;
        self.nested(qualify, names)?;
        self.nested(named_window, names)?;
        for (at, table) in from.iter().enumerate() {
            // A comma is a join whose condition stands in WHERE.
            self.joined(usize::from(at > 0))?;
            self.table_with_joins(table, names)?;
        }
        Ok(())
    }

    /// Counts joins.
    fn joined(&mut self, more: usize) -> Result<(), Refusal> {
        self.joins = self.joins.saturating_add(more);
        self.within("joins", self.joins, self.limits.joins, "joins")?;
        match &self.limits.project.joins {
            Some(Narrowed { value, rule }) if self.joins > *value => {
                Err(Refusal::new(
                    Code::TooLarge,
                    format!("the query has {} joins; your project may have {value}", self.joins),
                    "ask about fewer tables at once (a sub-query in WHERE, INTERSECT and EXCEPT are joins too, and a \
                     CTE counts once for every use)",
                )
                .under(rule.clone()))
            }
            _ => Ok(()),
        }
    }

    /// INTERSECT and EXCEPT link rows as joins do, and are made joins.
    fn set_operation(&mut self, op: SetOperator) -> Result<(), Refusal> {
        if let Some(rule) = &self.limits.project.no_set_operations {
            return Err(Refusal::new(
                Code::UnsupportedSql,
                "your project may not use UNION, INTERSECT or EXCEPT",
                "send one query for each part, or ask the governance officer of the project",
            )
            .under(rule.clone()));
        }
        match op {
            SetOperator::Union => Ok(()),
            SetOperator::Intersect | SetOperator::Except | SetOperator::Minus => self.joined(1),
        }
    }

    fn group_by(&self, group_by: &GroupByExpr) -> Result<(), Refusal> {
        let (keys, modifiers) = match group_by {
            GroupByExpr::All(modifiers) => (0, modifiers),
            GroupByExpr::Expressions(keys, modifiers) => (keys.len(), modifiers),
        };
        if !modifiers.is_empty() {
            return Err(unsupported("WITH ROLLUP, CUBE or TOTALS", "send one query per level"));
        }
        self.within("keys in one GROUP BY", keys, self.limits.group_keys, "group_keys")
    }

    fn table_with_joins(
        &mut self,
        table: &TableWithJoins,
        names: &HashMap<String, Weight>,
    ) -> Result<(), Refusal> {
        let TableWithJoins { relation, joins } = table;
        self.factor(relation, names)?;
        for join in joins {
            let Join { relation, global, join_operator } = join;
            if *global {
                return Err(unsupported("GLOBAL", "leave it out"));
            }
            check_join(join_operator)?;
            self.nested(join_operator, names)?;
            self.joined(1)?;
            self.factor(relation, names)?;
        }
        Ok(())
    }

    fn factor(
        &mut self,
        factor: &TableFactor,
        names: &HashMap<String, Weight>,
    ) -> Result<(), Refusal> {
        match factor {
            TableFactor::Table {
                name,
                alias: _,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                if args.is_some() {
                    return Err(unsupported(
                        "a table function",
                        "read from a table of the dataset",
                    )
                    .at(name_position(name)));
                }
                let plain = with_hints.is_empty()
                    && version.is_none()
                    && !with_ordinality
                    && partitions.is_empty()
                    && json_path.is_none()
                    && sample.is_none()
                    && index_hints.is_empty();
                if !plain {
                    return Err(unsupported(
                        "a clause after the table name (TABLESAMPLE, hints, versions)",
                        "leave it out",
                    )
                    .at(name_position(name)));
                }
                let weight = names.get(&name.to_string().to_lowercase());
                let weight = weight.copied().unwrap_or(Weight { references: 1, joins: 0 });
                self.references = self.references.saturating_add(weight.references);
                self.joined(weight.joins)?;
                self.within(
                    "table references",
                    self.references,
                    self.limits.table_references,
                    "table_references",
                )
            }
            TableFactor::Derived { lateral, subquery, alias: _, sample } => {
                if *lateral || sample.is_some() {
                    return Err(unsupported("LATERAL or TABLESAMPLE", "use a plain sub-query"));
                }
                self.query(subquery, names)
            }
            TableFactor::NestedJoin { table_with_joins, alias: _ } => {
                self.table_with_joins(table_with_joins, names)
            }
            TableFactor::TableFunction { .. }
            | TableFactor::Function { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => Err(unsupported(
                "a table function, UNNEST, PIVOT or similar in FROM",
                "read from tables and sub-queries",
            )),
        }
    }

    fn within(&self, what: &str, found: usize, limit: usize, name: &str) -> Result<(), Refusal> {
        if found <= limit {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TooLarge,
            format!("the query has {found} {what}; at most {limit} are allowed"),
            "split it into several queries (a CTE counts once for every use)",
        )
        .under(format!("limit: {name}")))
    }
}
