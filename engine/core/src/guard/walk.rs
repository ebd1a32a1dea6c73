//! The walk: node by node from the scans upwards, following the person.
//!
//! Below the boundary every relation is about persons and carries one person column; at an aggregate that does
//! not keep the person, the plan is cut. Every plan node is decided here, without a catch-all (PERSON-KNOWN).

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprSchemable, FetchType, Filter, Limit, LogicalPlan, Projection,
    Sort, SubqueryAlias,
};
use tresor_disclosure::Profile;

use super::beneath;
use super::boundary;
use super::days;
use super::domain;
use super::facts::{Fact, HIDDEN, PersonFact, Relation, Side};
use super::flow::Flow;
use super::grouping_sets;
use super::guarded::Named;
use super::joins;
use super::linear;
use super::per_person;
use super::person_use;
use super::release::{PersonalRelease, Release};
use super::{scans, unions, values, windows};
use crate::limits::Limits;
use crate::refusal::{Code, Refusal};
use crate::sql::{QueryText, Views};

/// State of one walk.
pub(super) struct Walk<'a> {
    pub(super) text: &'a QueryText,
    pub(super) limits: &'a Limits,
    pub(super) profile: &'a Profile,
    releases: Vec<Release>,
    /// What the columns of each release are called.
    named: Vec<Named>,
    /// The release behind each scan of a protected table: a CTE used twice is scanned twice and released once.
    scans: Vec<usize>,
    hidden: usize,
    multiplying_joins: usize,
    multiplying_results: usize,
}

impl<'a> Walk<'a> {
    pub(super) const fn new(text: &'a QueryText, limits: &'a Limits, profile: &'a Profile) -> Self {
        Self {
            text,
            limits,
            profile,
            releases: vec![],
            named: vec![],
            scans: vec![],
            hidden: 0,
            multiplying_joins: 0,
            multiplying_results: 0,
        }
    }

    /// A number that no other thing of this query has.
    pub(super) const fn number(&mut self) -> usize {
        self.hidden += 1;
        self.hidden
    }

    /// The releases, for each scan of a protected table the release behind it, and the names in each release.
    pub(super) fn into_parts(self) -> (Vec<Release>, Vec<usize>, Vec<Named>) {
        (self.releases, self.scans, self.named)
    }

    /// Counts a join that pairs many rows of each person with many. Rows grow with the power of these joins, and
    /// one person with many rows could make the query fail, which nobody may see (NO-DATA-IN-VERDICTS).
    ///
    /// # Errors
    /// When there are more than the limit.
    pub(super) fn multiplying_join(&mut self) -> Result<(), Refusal> {
        self.multiplying_joins += 1;
        if self.multiplying_joins <= self.limits.multiplying_joins {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TooLarge,
            format!(
                "more than {} joins pair tables that both have many rows per person",
                self.limits.multiplying_joins
            ),
            "aggregate each table per person first (GROUP BY the person column), then join the results",
        )
        .under("limit: multiplying_joins")
        .at(self.text.find("JOIN")))
    }

    /// Counts a join of results that pairs many rows with many. A few of them keep a processor busy for longer than
    /// any limit on time can tell it to stop.
    ///
    /// # Errors
    /// When there are more than the limit.
    pub(super) fn multiplying_result(&mut self) -> Result<(), Refusal> {
        self.multiplying_results += 1;
        if self.multiplying_results <= self.limits.multiplying_results {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TooLarge,
            format!(
                "more than {} joins pair many rows of one result with many of another",
                self.limits.multiplying_results
            ),
            "equate all columns by which one of the two results is grouped",
        )
        .under("limit: multiplying_results")
        .at(self.text.find("JOIN")))
    }

    /// Refuses a window over pairs of results: it holds all rows at once, beside every limit on memory.
    ///
    /// # Errors
    /// Where results were paired before.
    pub(super) fn window_over_results(&self) -> Result<(), Refusal> {
        if self.multiplying_results == 0 {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TooLarge,
            "a window looks at rows that pair many rows of one result with many of another",
            "use the window before the join, or equate all columns by which one of the two results is grouped",
        )
        .under("limit: multiplying_results")
        .at(self.text.find("OVER")))
    }

    /// Numbers a scan of a protected table.
    pub(super) fn scan(&mut self, release: usize) -> usize {
        self.scans.push(release);
        self.scans.len() - 1
    }

    /// Walks a node: rebuilds it, with what is known of its output.
    ///
    /// # Errors
    /// A refusal; an internal one where facts and columns do not go together, because facts belong to positions.
    pub(super) fn node(&mut self, plan: &LogicalPlan) -> Result<Relation, Refusal> {
        let relation = self.decided(plan)?;
        Self::sound(relation)
    }

    fn sound(relation: Relation) -> Result<Relation, Refusal> {
        if relation.columns.len() == relation.plan.schema().fields().len() {
            return Ok(relation);
        }
        Err(Refusal::internal("a relation with more or fewer facts than columns"))
    }

    fn decided(&mut self, plan: &LogicalPlan) -> Result<Relation, Refusal> {
        match plan {
            LogicalPlan::TableScan(scan) => scans::scanned(scan),
            LogicalPlan::Projection(node) => self.projection(node),
            LogicalPlan::Filter(node) => self.filter(node),
            LogicalPlan::Aggregate(node) => self.aggregate(node),
            LogicalPlan::Sort(node) => self.sort(node),
            LogicalPlan::Join(node) => {
                let (left, right) = (self.node(&node.left)?, self.node(&node.right)?);
                joins::join(self, node, left, right)
            }
            LogicalPlan::SubqueryAlias(node) => self.alias(node),
            LogicalPlan::Limit(node) => self.limit(node),
            LogicalPlan::Distinct(Distinct::All(input)) => self.distinct(input),
            LogicalPlan::EmptyRelation(empty) => Ok(Relation {
                columns: vec![Fact::default(); empty.schema.fields().len()],
                plan: plan.clone(),
                side: Side::Public { keys: vec![vec![]] },
                flow: Flow::start("no table"),
            }),
            LogicalPlan::Window(node) => {
                let input = self.node(&node.input)?;
                windows::window(self, node, input)
            }
            LogicalPlan::Union(node) => unions::union(self, node),
            LogicalPlan::Values(node) => values::values(node),
            LogicalPlan::Repartition(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::Statement(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Distinct(Distinct::On(_))
            | LogicalPlan::Dml(_)
            | LogicalPlan::Ddl(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::DescribeTable(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_) => Err(Refusal::new(
                Code::UnsupportedSql,
                "a clause of this query is not supported",
                "use SELECT, JOIN, WHERE, GROUP BY, HAVING, DISTINCT, UNION, windows, ORDER BY and LIMIT",
            )),
        }
    }

    fn projection(&mut self, node: &Projection) -> Result<Relation, Refusal> {
        let input = self.node(&node.input)?;
        self.projected(node, input)
    }

    /// A projection of what was walked already.
    pub(super) fn projected(
        &mut self,
        node: &Projection,
        input: Relation,
    ) -> Result<Relation, Refusal> {
        let mut exprs = node.expr.clone();
        let mut columns = vec![];
        for expr in &exprs {
            person_use::check(expr, &input, self.text)?;
            columns.push(fact_of(expr, &input));
        }
        match &input.side {
            Side::Personal { .. } if !columns.iter().any(Fact::is_person) => {
                if let Some(at) = input.person() {
                    exprs.push(input.column(at).alias(self.hidden_name("person")));
                    columns.push(Fact { person: PersonFact::Person, ..Fact::default() });
                }
            }
            Side::Released { .. } => {
                // Row numbers of protected tables ride along, so that every value can be told its status.
                for at in (0..input.columns.len()).filter(|&at| input.name(at).starts_with(HIDDEN))
                {
                    exprs.push(input.column(at));
                    columns.extend(input.columns.get(at).cloned());
                }
            }
            Side::Personal { .. } | Side::Public { .. } => {}
        }
        let side = match &input.side {
            Side::Public { keys } => Side::Public { keys: kept_keys(keys, &exprs, &input) },
            Side::Released { keys } => Side::Released { keys: kept_keys(keys, &exprs, &input) },
            other => other.clone(),
        };
        let plan = Projection::try_new(exprs, Arc::new(input.plan)).map_err(internal)?;
        Ok(Relation { plan: LogicalPlan::Projection(plan), side, columns, flow: input.flow })
    }

    fn filter(&mut self, node: &Filter) -> Result<Relation, Refusal> {
        let mut input = self.node(&node.input)?;
        person_use::check_condition(&node.predicate, &input, self.text)?;
        domain::narrow(&node.predicate, &mut input);
        let Relation { plan, side, columns, flow } = input;
        let plan = Filter::try_new(node.predicate.clone(), Arc::new(plan)).map_err(internal)?;
        let flow = flow.then("rows that meet a condition");
        Ok(Relation { plan: LogicalPlan::Filter(plan), side, columns, flow })
    }

    fn aggregate(&mut self, node: &Aggregate) -> Result<Relation, Refusal> {
        let (input, beneath) = beneath::walked(self, &node.input)?;
        let input = Self::sound(input)?;
        for key in &node.group_expr {
            person_use::check(key, &input, self.text)?;
        }
        for aggregate in &node.aggr_expr {
            person_use::check_aggregate(aggregate, &input, self.text)?;
            self.check_mean(aggregate, &input)?;
        }
        if let (Side::Personal { .. }, Some(sets)) = (&input.side, grouping_sets::of(node)) {
            return grouping_sets::aggregate(self, node, sets, &input);
        }
        match &input.side {
            Side::Personal { .. } => match per_person::person_key(node, &input, self.text)? {
                Some(_) => per_person::aggregate(node, input, self.text),
                None => match beneath.map(|b| b.aggregate(node, &input)).transpose()?.flatten() {
                    Some((node, beneath)) => boundary::aggregate(self, &node, beneath),
                    None => boundary::aggregate(self, node, input),
                },
            },
            Side::Public { .. } | Side::Released { .. } => above(node, input),
        }
    }

    /// A mean of NULL alone has no type that could be computed with.
    fn check_mean(&self, aggregate: &Expr, input: &Relation) -> Result<(), Refusal> {
        let Expr::AggregateFunction(call) = aggregate.clone().unalias() else { return Ok(()) };
        let schema = input.plan.schema().as_ref();
        let nothing = |argument: &Expr| matches!(argument.get_type(schema), Ok(DataType::Null));
        if call.func.name() != "avg" || !call.params.args.iter().any(nothing) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::BadArguments,
            "`avg` of NULL is no mean of anything",
            "take the mean of a column",
        )
        .at(self.text.find("avg")))
    }

    fn sort(&mut self, node: &Sort) -> Result<Relation, Refusal> {
        let Relation { plan, side, columns, flow } =
            self.not_personal(&node.input, "sorted", "ORDER")?;
        let sort = Sort { expr: node.expr.clone(), input: Arc::new(plan), fetch: node.fetch };
        Ok(Relation { plan: LogicalPlan::Sort(sort), side, columns, flow })
    }

    fn limit(&mut self, node: &Limit) -> Result<Relation, Refusal> {
        let Relation { plan, side, columns, flow } =
            self.not_personal(&node.input, "cut off", "LIMIT")?;
        let one = matches!(node.get_fetch_type(), Ok(FetchType::Literal(Some(0 | 1))));
        let side = if one { side.keyed(vec![]) } else { side };
        let limit =
            Limit { skip: node.skip.clone(), fetch: node.fetch.clone(), input: Arc::new(plan) };
        Ok(Relation { plan: LogicalPlan::Limit(limit), side, columns, flow })
    }

    fn not_personal(
        &mut self,
        input: &LogicalPlan,
        what: &str,
        word: &str,
    ) -> Result<Relation, Refusal> {
        let relation = self.node(input)?;
        if !matches!(relation.side, Side::Personal { .. }) {
            return Ok(relation);
        }
        Err(Refusal::new(
            Code::RowsPicked,
            format!("rows about people cannot be {what}: that would pick single persons"),
            "aggregate first (GROUP BY with count, sum or avg), then sort or cut the result",
        )
        .at(self.text.find(word)))
    }

    fn alias(&mut self, node: &SubqueryAlias) -> Result<Relation, Refusal> {
        Self::aliased(node, self.node(&node.input)?)
    }

    /// What was walked already, under another name.
    pub(super) fn aliased(node: &SubqueryAlias, input: Relation) -> Result<Relation, Refusal> {
        let Relation { plan, side, columns, flow } = input;
        let flow = match Views::shown(node.alias.table()) {
            Some(view) => flow.then(format!("view `{view}` of the project")),
            None => flow,
        };
        let plan = SubqueryAlias::try_new(Arc::new(plan), node.alias.clone()).map_err(internal)?;
        Ok(Relation { plan: LogicalPlan::SubqueryAlias(plan), side, columns, flow })
    }

    fn distinct(&mut self, input: &LogicalPlan) -> Result<Relation, Refusal> {
        let relation = self.node(input)?;
        let visible = relation.visible();
        let person_visible =
            visible.iter().any(|&at| relation.columns.get(at).is_some_and(Fact::is_person));
        match &relation.side {
            Side::Personal { .. } if !person_visible => boundary::list(self, relation, &visible),
            Side::Personal { .. } => {
                let one_row =
                    visible.iter().all(|&at| relation.columns.get(at).is_some_and(Fact::is_person));
                let relation = distinct_rows(relation)?;
                Ok(Relation { side: Side::Personal { one_row }, ..relation })
            }
            Side::Public { .. } | Side::Released { .. } => {
                let shown = distinct_rows(only(relation, &visible)?)?;
                let side = shown.side.keyed((0..shown.columns.len()).collect());
                Ok(Relation { side, ..shown })
            }
        }
    }

    /// A fresh name for a column that the guard adds.
    pub(super) fn hidden_name(&mut self, what: &str) -> String {
        format!("{HIDDEN}{what}_{}", self.number())
    }

    /// Registers a release and gives its number; an equal one (a CTE used twice) is run and priced once.
    pub(super) fn release(&mut self, release: Release) -> Result<usize, Refusal> {
        if let Some(found) = self.releases.iter().position(|known| *known == release) {
            return Ok(found);
        }
        if self.releases.len() >= self.limits.boundaries {
            return Err(Refusal::new(
                Code::TooLarge,
                format!("the query has more than {} protected tables", self.limits.boundaries),
                "split it into several queries",
            )
            .under("limit: boundaries"));
        }
        self.releases.push(release);
        self.named.push(Named::default());
        Ok(self.releases.len() - 1)
    }

    /// The relation as something that may stand above the boundary.
    ///
    /// # Errors
    /// When it is about persons.
    pub(super) fn released(&mut self, relation: Relation) -> Result<Relation, Refusal> {
        match relation.side {
            Side::Released { .. } => Ok(relation),
            Side::Public { .. } => boundary::public(self, relation),
            Side::Personal { .. } => Err(self.person_in_output(&relation)),
        }
    }

    fn person_in_output(&self, relation: &Relation) -> Refusal {
        let named = relation
            .visible()
            .into_iter()
            .find(|&at| relation.columns.get(at).is_some_and(Fact::touches_person));
        match named {
            Some(at) => {
                let name = relation.name(at);
                Refusal::new(
                    Code::PersonInOutput,
                    format!("`{name}` identifies people and cannot be a result"),
                    format!("try `count(distinct {name})` and group by attributes such as sex or region"),
                )
                .at(self.text.find(name))
            }
            None => Refusal::new(
                Code::PersonInOutput,
                "the result would have one row for each person or event",
                "group the rows and count them, for example `SELECT sex, count(*) FROM .. GROUP BY sex`",
            )
            .at(self.text.find("SELECT")),
        }
    }

    /// The releases so far, for the boundary to add to.
    pub(super) fn personal_release(
        &mut self,
        release: PersonalRelease,
        names: Named,
    ) -> Result<usize, Refusal> {
        if release.arguments.len() > self.limits.measures {
            return Err(Refusal::new(
                Code::TooLarge,
                format!(
                    "the query aggregates {} expressions at once; at most {} are allowed",
                    release.arguments.len(),
                    self.limits.measures
                ),
                "split it into several queries",
            )
            .under("limit: measures"));
        }
        let number = self.release(Release::Personal(release))?;
        // The first names stay: an equal release is run once.
        if let Some(named) = self.named.get_mut(number)
            && *named == Named::default()
        {
            *named = names;
        }
        Ok(number)
    }
}

/// What is known of an expression over a relation.
pub(super) fn fact_of(expr: &Expr, input: &Relation) -> Fact {
    match expr {
        Expr::Alias(alias) => fact_of(&alias.expr, input),
        Expr::Column(column) => input.fact(column).cloned().unwrap_or_default(),
        Expr::ScalarFunction(call) if call.func == datafusion::functions::core::coalesce() => {
            let parts: Vec<PersonFact> =
                call.args.iter().map(|part| fact_of(part, input).person).collect();
            Fact { person: PersonFact::first_of(&parts), ..computed(expr, input) }
        }
        other => computed(other, input),
    }
}

/// What is known of something computed: it is not the person.
fn computed(expr: &Expr, input: &Relation) -> Fact {
    Fact {
        person: PersonFact::No,
        measure: linear::same(expr, input),
        column: days::held(expr, input),
        domain: domain::of_expr(expr, input),
        made_of: made_of(expr, input),
        direct: false,
    }
}

/// The protected values that an expression is computed from.
pub(super) fn made_of(expr: &Expr, input: &Relation) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = expr
        .column_refs()
        .into_iter()
        .filter_map(|column| input.fact(column))
        .flat_map(|fact| fact.made_of.iter().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Keys of a relation that survive a projection.
fn kept_keys(keys: &[Vec<usize>], exprs: &[Expr], input: &Relation) -> Vec<Vec<usize>> {
    let new_place = |old: usize| {
        exprs.iter().position(|expr| {
            matches!(expr.clone().unalias(), Expr::Column(c) if input.position(&c) == Some(old))
        })
    };
    keys.iter().filter_map(|key| key.iter().map(|&at| new_place(at)).collect()).collect()
}

/// The relation reduced to these columns.
pub(super) fn only(relation: Relation, positions: &[usize]) -> Result<Relation, Refusal> {
    let exprs = positions.iter().map(|&at| relation.column(at)).collect();
    let columns = positions.iter().filter_map(|&at| relation.columns.get(at).cloned()).collect();
    let plan = Projection::try_new(exprs, Arc::new(relation.plan)).map_err(internal)?;
    Ok(Relation {
        plan: LogicalPlan::Projection(plan),
        side: relation.side,
        columns,
        flow: relation.flow,
    })
}

/// Each row once: an aggregate over all columns, which every planner can run.
fn distinct_rows(relation: Relation) -> Result<Relation, Refusal> {
    let keys = (0..relation.columns.len()).map(|at| relation.column(at)).collect();
    let Relation { plan, side, columns, flow } = relation;
    let plan = Aggregate::try_new(Arc::new(plan), keys, vec![]).map_err(internal)?;
    Ok(Relation { plan: LogicalPlan::Aggregate(plan), side, columns, flow })
}

/// An aggregate over public rows or over protected cells.
fn above(node: &Aggregate, input: Relation) -> Result<Relation, Refusal> {
    let keys = grouping_set_to_exprlist(&node.group_expr).map_err(internal)?;
    let mut columns: Vec<Fact> =
        keys.iter().map(|key| Fact { direct: false, ..fact_of(key, &input) }).collect();
    if grouping_sets::of(node).is_some() {
        columns.push(Fact::default()); // the number that tells the set; with the keys it is unique
    }
    let side = input.side.clone().keyed((0..columns.len()).collect());
    for aggregate in &node.aggr_expr {
        columns.push(Fact { made_of: made_of(aggregate, &input), ..Fact::default() });
    }
    let plan =
        Aggregate::try_new(Arc::new(input.plan), node.group_expr.clone(), node.aggr_expr.clone())
            .map_err(internal)?;
    let flow = input.flow.then("aggregate of results");
    Ok(Relation { plan: LogicalPlan::Aggregate(plan), side, columns, flow })
}

pub(super) fn internal(error: datafusion::common::DataFusionError) -> Refusal {
    Refusal::internal(error.to_string())
}
