//! Rows that are brought together: aggregates, windows, DISTINCT. Only rows of one person may meet.

use std::sync::Arc;

use datafusion::logical_expr::expr::{
    AggregateFunction, GroupingSet, Sort, WindowFunction, WindowFunctionDefinition,
};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{Aggregate, DistinctOn, Expr, LogicalPlan, Window};

use super::functions::{check_aggregate, check_window};
use super::plan::Prover;
use super::presence::{carried, one_is_there};
use super::relation::{About, Relation};
use super::scan::choose_rows;
use super::scope::Scope;
use super::taint::Taint;
use super::{Proof, Unproven};

impl Prover<'_> {
    pub(super) fn aggregate(&mut self, node: &Aggregate) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        let scope = Scope::of(node.input.schema(), &input);
        let sets = grouping_sets(&node.group_expr)?;
        let keys = grouping_set_to_exprlist(&node.group_expr)
            .map_err(|_| Unproven("grouping sets that have no list of keys"))?;
        let mut columns = vec![];
        for key in &keys {
            let taint = self.taint(key, &scope)?;
            let everywhere = sets.iter().all(|set| set.contains(key));
            columns.push(if everywhere { taint } else { taint.or_missing() });
        }
        for set in &sets {
            self.of_one_person(set, &scope)?;
        }
        let totals = sets.iter().any(Vec::is_empty);
        let about = match input.about {
            // A total has a row even where nothing is added up.
            About::NoRows if totals => About::Nobody,
            about => about,
        };
        let computed = Relation::of(about, vec![]).computed();
        if matches!(node.group_expr.as_slice(), [Expr::GroupingSet(_)]) {
            // Which grouping set a row is of: written in the SQL.
            columns.push(Taint::Nobody);
        }
        for call in &node.aggr_expr {
            self.aggregated(call, &scope)?;
            columns.push(computed);
        }
        // A column that a grouping set leaves out is NULL there, so nothing is certain of several together.
        let sets: Vec<_> = match sets.len() {
            1 => carried(&input, &keys, &scope),
            _ => vec![],
        };
        Ok(Relation::of(about, columns).with_sets(sets))
    }

    /// Rows that agree in all keys are of one person, if they are about persons at all.
    fn of_one_person(&mut self, keys: &[&Expr], scope: &Scope<'_>) -> Proof<()> {
        match scope.relation().about {
            About::NoRows | About::Nobody => return Ok(()),
            About::Persons => {}
        }
        for key in keys {
            if self.taint(key, scope)? == Taint::Person {
                return Ok(());
            }
        }
        if one_is_there(keys, scope) {
            return Ok(());
        }
        Err(Unproven("rows of several persons are brought together"))
    }

    fn aggregated(&mut self, expr: &Expr, scope: &Scope<'_>) -> Proof<()> {
        match expr {
            Expr::Alias(alias) => self.aggregated(&alias.expr, scope),
            Expr::AggregateFunction(AggregateFunction { func, params }) => {
                check_aggregate(func)?;
                self.arguments(&params.args, func.name() == "count", scope)?;
                self.clauses(params.filter.as_deref(), &params.order_by, scope)
            }
            _ => Err(Unproven("an aggregate that is none")),
        }
    }

    /// Persons may be counted, because within one person that says only whether there is a row.
    fn arguments(&mut self, args: &[Expr], counted: bool, scope: &Scope<'_>) -> Proof<()> {
        for argument in args {
            let taint = self.taint(argument, scope)?;
            if !counted {
                taint.with(Taint::Null)?;
            }
        }
        Ok(())
    }

    fn clauses(&mut self, filter: Option<&Expr>, order: &[Sort], scope: &Scope<'_>) -> Proof<()> {
        if let Some(filter) = filter {
            self.plain(filter, scope)?;
        }
        // The rows that are put in order are of one person, so their person may be a part of it.
        for key in order {
            self.taint(&key.expr, scope)?;
        }
        Ok(())
    }

    pub(super) fn window(&mut self, node: &Window) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        let scope = Scope::of(node.input.schema(), &input);
        let mut columns = input.columns.clone();
        for expr in &node.window_expr {
            self.windowed(expr, &scope)?;
            columns.push(input.computed());
        }
        Ok(Relation::of(input.about, columns).with_sets(input.one_of))
    }

    fn windowed(&mut self, expr: &Expr, scope: &Scope<'_>) -> Proof<()> {
        let window = match expr {
            Expr::Alias(alias) => return self.windowed(&alias.expr, scope),
            Expr::WindowFunction(window) => window,
            _ => return Err(Unproven("a window function that is none")),
        };
        let WindowFunction { fun, params } = window.as_ref();
        let counted = match fun {
            WindowFunctionDefinition::AggregateUDF(function) => {
                check_aggregate(function)?;
                function.name() == "count"
            }
            WindowFunctionDefinition::WindowUDF(function) => {
                check_window(function)?;
                false
            }
        };
        self.arguments(&params.args, counted, scope)?;
        self.clauses(params.filter.as_deref(), &params.order_by, scope)?;
        self.taints(&params.partition_by, scope)?;
        self.of_one_person(&params.partition_by.iter().collect::<Vec<_>>(), scope)
    }

    /// Equal rows become one, so they must be of one person.
    pub(super) fn distinct(&mut self, input: &Arc<LogicalPlan>) -> Proof<Relation> {
        let input = self.relation(input)?;
        if input.about == About::Persons && input.certain().next().is_none() {
            return Err(Unproven("equal rows of several persons become one"));
        }
        Ok(input)
    }

    pub(super) fn distinct_on(&mut self, node: &DistinctOn) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        choose_rows(&input)?;
        let scope = Scope::of(node.input.schema(), &input);
        self.taints(&node.on_expr, &scope)?;
        self.clauses(None, node.sort_expr.as_deref().unwrap_or_default(), &scope)?;
        let columns = self.taints(&node.select_expr, &scope)?;
        Ok(Relation::of(input.about, columns))
    }
}

/// The keys of each grouping set; one set where there is only GROUP BY.
fn grouping_sets(keys: &[Expr]) -> Proof<Vec<Vec<&Expr>>> {
    match keys {
        [Expr::GroupingSet(GroupingSet::GroupingSets(sets))] => {
            Ok(sets.iter().map(|set| set.iter().collect()).collect())
        }
        // Both contain the set of no keys at all.
        [Expr::GroupingSet(GroupingSet::Rollup(keys) | GroupingSet::Cube(keys))] => {
            let mut sets: Vec<Vec<&Expr>> =
                (0..=keys.len()).map(|length| keys.iter().take(length).collect()).collect();
            sets.extend(keys.iter().map(|key| vec![key]));
            Ok(sets)
        }
        keys if keys.iter().any(|key| matches!(key, Expr::GroupingSet(_))) => {
            Err(Unproven("grouping sets beside other keys"))
        }
        keys => Ok(vec![keys.iter().collect()]),
    }
}
