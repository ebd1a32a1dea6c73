//! Links inside a person: columns of tables about persons that name the same thing.
//!
//! Where a contract says that `orders.o_orderkey` and `lineitem.l_orderkey` correspond, an order belongs to one person
//! in both tables. What is linked to the same columns is linked, and so is a table with itself: two lines of one order.
//! Must never know: rows. Nobody relies on the data to keep to it.

use super::contract::{ColumnContract, Contract, TableKind};
use crate::ids::{ColumnName, TableName};

/// The links of one contract.
#[derive(Debug, Clone, Default)]
pub struct Links {
    ends: Vec<End>,
}

#[derive(Debug, Clone)]
struct End {
    table: TableName,
    columns: Vec<ColumnName>,
    link: usize,
}

/// Columns of one table that are one end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEnd {
    /// Which link of the contract; ends of the same link correspond, column by column.
    pub link: usize,
    /// The columns, by position.
    pub columns: Vec<usize>,
}

impl Links {
    /// The links that a contract declares: its joins between tables of persons.
    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        let personal = |table: &TableName| {
            contract
                .table(table.as_str())
                .is_some_and(|table| matches!(table.kind, TableKind::Personal { .. }))
        };
        let mut links = Self::default();
        for join in &contract.joins {
            if !join.on.is_empty() && personal(&join.left) && personal(&join.right) {
                let (left, right) = join.on.iter().cloned().unzip();
                let left = links.end(&join.left, left);
                let right = links.end(&join.right, right);
                links.unite(left, right);
            }
        }
        links
    }

    /// The ends that lie in a table of which these columns are left. An end of which one is missing is none.
    #[must_use]
    pub fn ends_in(&self, table: &TableName, columns: &[ColumnContract]) -> Vec<LinkEnd> {
        let place = |name: &ColumnName| columns.iter().position(|column| column.name == *name);
        let ends = self.ends.iter().filter(|end| end.table == *table);
        ends.filter_map(|end| {
            let columns = end.columns.iter().map(place).collect::<Option<_>>()?;
            Some(LinkEnd { link: end.link, columns })
        })
        .collect()
    }

    /// The link of which these columns are an end, by now.
    fn end(&mut self, table: &TableName, columns: Vec<ColumnName>) -> usize {
        let known = self.ends.iter().find(|end| end.table == *table && end.columns == columns);
        if let Some(known) = known {
            return known.link;
        }
        let link = self.ends.len();
        self.ends.push(End { table: table.clone(), columns, link });
        link
    }

    fn unite(&mut self, one: usize, other: usize) {
        for end in self.ends.iter_mut().filter(|end| end.link == other) {
            end.link = one;
        }
    }
}

#[cfg(test)]
mod tests;
