//! Whether the policy speaks about data that exist: its datasets, tables and columns, held against the contracts.
//!
//! A rule about a misspelt column would protect or open nothing, and nobody would notice. Must never know: rows.

use super::access::Target;
use super::nearest::did_you_mean;
use super::profile_columns::ProfileColumn;
use super::report::{Place, PolicyErrors, Report};
use super::revision::PolicyRevision;
use super::row_conditions::{HoldsFor, RowCondition, RowOperator, RowValue};
use super::views::ProjectView;
use crate::catalog::contract::{ColumnContract, ColumnType, Contract, TableKind};
use crate::ids::{ColumnName, DatasetId, TableName};

impl PolicyRevision {
    /// Checks that everything the policy names exists in the contracts.
    ///
    /// # Errors
    /// Every name that does not, with place and fix.
    pub fn check_contracts(&self, contracts: &[&Contract]) -> Result<(), PolicyErrors> {
        let mut check = Check { contracts, report: Report::default() };
        for rule in self.access.rules() {
            if let Target::Columns { dataset, table, column, .. } = &rule.target {
                check.column(&rule.id.place(), dataset, table, column.as_ref());
            }
        }
        for project in self.projects.values() {
            for (dataset, place) in project.datasets.iter().zip(&project.datasets_at) {
                check.dataset(place, dataset);
            }
            for condition in &project.row_conditions {
                check.condition(condition);
            }
            for view in &project.views {
                check.view(view, &project.datasets);
            }
        }
        for named in &self.profile_columns {
            check.profile_column(named);
        }
        check.report.into_result()
    }
}

struct Check<'a> {
    contracts: &'a [&'a Contract],
    report: Report,
}

impl<'a> Check<'a> {
    fn dataset(&mut self, place: &Place, dataset: &DatasetId) -> Option<&'a Contract> {
        let found = self.contracts.iter().copied().find(|contract| contract.dataset == *dataset);
        if found.is_none() {
            let known = self.contracts.iter().map(|contract| contract.dataset.as_str());
            let fix = did_you_mean(dataset.as_str(), known);
            self.report.add(place.clone(), format!("there is no dataset `{dataset}`"), fix);
        }
        found
    }

    /// The column, or none when it does not exist (which is reported) or all columns are meant.
    fn column(
        &mut self,
        place: &Place,
        dataset: &DatasetId,
        table: &TableName,
        column: Option<&ColumnName>,
    ) -> Option<&'a ColumnContract> {
        let contract = self.dataset(place, dataset)?;
        let Some(found) = contract.table(table.as_str()) else {
            let known = contract.tables.iter().map(|table| table.name.as_str());
            let fix = did_you_mean(table.as_str(), known);
            self.report.add(place.clone(), format!("`{dataset}` has no table `{table}`"), fix);
            return None;
        };
        let column = column?;
        let found_column = found.column(column.as_str()).map(|(_, column)| column);
        if found_column.is_none() {
            let known = found.columns.iter().map(|column| column.name.as_str());
            let fix = did_you_mean(column.as_str(), known);
            self.report.add(place.clone(), format!("`{table}` has no column `{column}`"), fix);
        }
        found_column
    }

    /// A view must not be called like a table: nobody could tell which of the two a query means.
    fn view(&mut self, view: &ProjectView, datasets: &[DatasetId]) {
        let listed = self.contracts.iter().filter(|it| datasets.contains(&it.dataset));
        let taken = listed.copied().find(|it| it.table(view.name.as_str()).is_some());
        if let Some(contract) = taken {
            let wrong = format!("`{}` is a table of `{}`", view.name, contract.dataset);
            self.report.add(view.name_at.clone(), wrong, "give the view another name");
        }
    }

    fn profile_column(&mut self, named: &ProfileColumn) {
        let ProfileColumn { place, column: id, value } = named;
        let column = self.column(place, &id.dataset, &id.table, Some(&id.column));
        let values = column.and_then(|column| column.values.as_ref());
        if let (Some(value), Some(known)) = (value, values)
            && !known.contains(value)
        {
            let fix = did_you_mean(value, known.iter().map(String::as_str));
            self.report.add(place.clone(), format!("`{}` has no value `{value}`", id.column), fix);
        }
    }

    /// Whether a person stays must be said by one row: two could say both.
    fn about_persons(&mut self, condition: &RowCondition) {
        let (id, place) = (&condition.column, &condition.place);
        match condition.holds_for {
            HoldsFor::Rows => return,
            HoldsFor::Person => {}
        }
        let contract = self.contracts.iter().find(|contract| contract.dataset == id.dataset);
        let wrong = match contract.and_then(|it| it.table(id.table.as_str())).map(|it| &it.kind) {
            None | Some(TableKind::Personal { one_row_per_person: true }) => return,
            Some(TableKind::Personal { one_row_per_person: false }) => {
                format!(
                    "`{}` has many rows per person, which could say both of one person",
                    id.table
                )
            }
            Some(TableKind::Public { .. }) => format!("`{}` is not about people", id.table),
        };
        let fix = "name a table with one row per person, or leave `holds_for` out";
        self.report.add(place.clone(), wrong, fix);
    }

    fn condition(&mut self, condition: &RowCondition) {
        let id = &condition.column;
        let column = self.column(&condition.place, &id.dataset, &id.table, Some(&id.column));
        let Some(column) = column else { return };
        self.about_persons(condition);
        if !condition.values.iter().all(|value| fits(column.kind, value)) {
            let wrong = format!("`{}` cannot be compared with such a value", column.name);
            let fix = format!("write {}", in_words(column.kind));
            self.report.add(condition.place.clone(), wrong, fix);
        }
        if column.kind == ColumnType::Boolean && !is_plain(condition.operator) {
            let wrong = format!("`{}` is true or false and has no order", column.name);
            self.report.add(condition.place.clone(), wrong, "use `=`, `!=` or `is null`");
        }
    }
}

/// Whether a value has the type of a column, without conversion.
fn fits(kind: ColumnType, value: &RowValue) -> bool {
    match value {
        RowValue::Text(_) => kind == ColumnType::Text,
        RowValue::Integer(_) => matches!(kind, ColumnType::Integer | ColumnType::Number),
        RowValue::Number(_) => kind == ColumnType::Number,
        RowValue::Boolean(_) => kind == ColumnType::Boolean,
        RowValue::Date(_) => matches!(kind, ColumnType::Date | ColumnType::Timestamp),
    }
}

fn in_words(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "a whole number",
        ColumnType::Number => "a number",
        ColumnType::Text => "a text between double quotes",
        ColumnType::Boolean => "true or false",
        ColumnType::Date | ColumnType::Timestamp => "a day without quotes, as in 2026-03-31",
    }
}

fn is_plain(operator: RowOperator) -> bool {
    match operator {
        RowOperator::Less | RowOperator::AtMost | RowOperator::Greater | RowOperator::AtLeast => {
            false
        }
        RowOperator::Equal
        | RowOperator::NotEqual
        | RowOperator::In
        | RowOperator::NotIn
        | RowOperator::IsNull
        | RowOperator::IsNotNull => true,
    }
}
