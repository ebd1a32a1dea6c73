//! Which rules have a say about an object, found in two ways that share nothing.
//!
//! casbin gets lines by the text of their object and project; the check of its answer walks from dataset to table to
//! column. A rule that one way forgets is a difference between the two, and no decision (FAIL-CLOSED).

use std::collections::HashMap;

use super::rule::{Rule, Target, object};
use crate::ids::{ColumnName, DatasetId, ProjectId, TableName};

/// Rules, by what they speak about.
#[derive(Debug)]
pub(super) struct Index {
    rules: Vec<Rule>,
    /// Positions of rules by project, if they name one, and object.
    by_text: HashMap<(Option<ProjectId>, String), Vec<usize>>,
    tables: HashMap<DatasetId, HashMap<TableName, Table>>,
    global: Vec<usize>,
    spots: usize,
}

/// What the rules tell apart: a column that some rule names, or the columns of a table that none does.
#[derive(Debug)]
pub(super) struct Spot {
    /// Unlike that of any other.
    pub(super) number: usize,
    /// The column; none for those without a rule of their own.
    pub(super) column: Option<ColumnName>,
    /// Positions of the rules that name it; for the others, of rules about all columns.
    speaking: Vec<usize>,
}

#[derive(Debug)]
struct Table {
    others: Spot,
    named: HashMap<ColumnName, Spot>,
}

impl Index {
    /// Puts rules in order.
    pub(super) fn build(rules: Vec<Rule>) -> Self {
        let mut index = Self {
            rules: Vec::new(),
            by_text: HashMap::new(),
            tables: HashMap::new(),
            global: Vec::new(),
            spots: 0,
        };
        for (position, rule) in rules.iter().enumerate() {
            let text = (rule.project.clone(), rule.target.object());
            index.by_text.entry(text).or_default().push(position);
            match &rule.target {
                Target::Columns { dataset, table, column, .. } => {
                    index.spot_for(dataset, table, column.as_ref()).speaking.push(position);
                }
                Target::Global { .. } => index.global.push(position),
            }
        }
        index.rules = rules;
        index
    }

    fn spot_for(
        &mut self,
        dataset: &DatasetId,
        table: &TableName,
        column: Option<&ColumnName>,
    ) -> &mut Spot {
        let mut fresh = |column: Option<&ColumnName>| {
            self.spots += 1;
            Spot { number: self.spots, column: column.cloned(), speaking: Vec::new() }
        };
        let tables = self.tables.entry(dataset.clone()).or_default();
        let table = tables
            .entry(table.clone())
            .or_insert_with(|| Table { others: fresh(None), named: HashMap::new() });
        match column {
            None => &mut table.others,
            Some(name) => table.named.entry(name.clone()).or_insert_with(|| fresh(Some(name))),
        }
    }

    /// Every rule, in the order of the file.
    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Where the rules speak about a column; nowhere if none speaks about its table.
    pub(super) fn spot(
        &self,
        dataset: &DatasetId,
        table: &TableName,
        column: &ColumnName,
    ) -> Option<&Spot> {
        let table = self.tables.get(dataset)?.get(table)?;
        Some(table.named.get(column).unwrap_or(&table.others))
    }

    /// Every spot with its dataset and table.
    pub(super) fn spots(&self) -> impl Iterator<Item = (&DatasetId, &TableName, &Spot)> {
        self.tables.iter().flat_map(|(dataset, tables)| {
            tables.iter().flat_map(move |(name, table)| {
                let spots = std::iter::once(&table.others).chain(table.named.values());
                spots.map(move |spot| (dataset, name, spot))
            })
        })
    }

    /// By text: the rules of a project and of all projects about a column and about all columns of its table.
    pub(super) fn lines(
        &self,
        project: &ProjectId,
        dataset: &DatasetId,
        table: &TableName,
        column: Option<&ColumnName>,
    ) -> Vec<&Rule> {
        let mut objects = vec![object(dataset, table, None)];
        objects.extend(column.map(|column| object(dataset, table, Some(column))));
        let mut lines = Vec::new();
        for object in objects {
            for project in [None, Some(project.clone())] {
                lines.extend(self.at(self.by_text.get(&(project, object.clone()))));
            }
        }
        lines
    }

    /// By text: the rules about something outside projects.
    pub(super) fn lines_outside(&self, object: &str) -> Vec<&Rule> {
        self.at(self.by_text.get(&(None, object.to_owned()))).collect()
    }

    /// By walking: the rules of any project about a spot and about all columns of its table, in the order of the file.
    pub(super) fn speaking(
        &self,
        dataset: &DatasetId,
        table: &TableName,
        spot: &Spot,
    ) -> Vec<&Rule> {
        let table = self.tables.get(dataset).and_then(|tables| tables.get(table));
        let mut positions = spot.speaking.clone();
        if spot.column.is_some() {
            positions.extend(table.iter().flat_map(|table| &table.others.speaking));
            positions.sort_unstable();
        }
        self.at(Some(&positions)).collect()
    }

    /// By walking: the rules about everything outside projects.
    pub(super) fn speaking_outside(&self) -> Vec<&Rule> {
        self.at(Some(&self.global)).collect()
    }

    fn at<'a>(&'a self, positions: Option<&Vec<usize>>) -> impl Iterator<Item = &'a Rule> {
        let positions = positions.cloned().unwrap_or_default();
        positions.into_iter().filter_map(|position| self.rules.get(position))
    }
}
