//! What is proven of the rows of one node.

use std::collections::BTreeSet;

use super::taint::Taint;
use super::{Proof, Unproven};

/// Whom the rows of a relation are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// There are no rows, so whatever is said of them is true.
    NoRows,
    /// Nobody: public data, constants, earlier results.
    Nobody,
    /// One person each; nothing in a row depends on other persons.
    Persons,
}

/// What is proven of the rows of one node. Facts are by position, never by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Relation {
    pub(super) about: About,
    pub(super) columns: Vec<Taint>,
    /// Sets of columns, all [`Taint::PersonOrNull`], of which each row has at least one that is not NULL: what a
    /// FULL JOIN leaves of its two persons.
    pub(super) one_of: Vec<BTreeSet<usize>>,
}

/// So many sets of columns are remembered; more only come of joins upon joins, and forgetting is safe.
const MOST_SETS: usize = 256;

impl Relation {
    pub(super) fn no_rows(width: usize) -> Self {
        Self { about: About::NoRows, columns: vec![Taint::Null; width], one_of: vec![] }
    }

    pub(super) fn nobody(width: usize) -> Self {
        Self::of(About::Nobody, vec![Taint::Nobody; width])
    }

    pub(super) fn of(about: About, columns: Vec<Taint>) -> Self {
        match about {
            About::NoRows => Self::no_rows(columns.len()),
            About::Nobody | About::Persons => Self { about, columns, one_of: vec![] },
        }
    }

    pub(super) fn with_sets(mut self, sets: impl IntoIterator<Item = BTreeSet<usize>>) -> Self {
        self.one_of = sets.into_iter().take(MOST_SETS).collect();
        self
    }

    /// Sets of columns of which each row has at least one person number.
    pub(super) fn certain(&self) -> impl Iterator<Item = BTreeSet<usize>> {
        let persons = self.columns.iter().enumerate();
        let persons = persons.filter(|(_, taint)| **taint == Taint::Person);
        persons.map(|(at, _)| BTreeSet::from([at])).chain(self.one_of.iter().cloned())
    }

    /// Whether every row has a person number in at least one of these columns.
    pub(super) fn has_person_in(&self, columns: &BTreeSet<usize>) -> bool {
        self.certain().any(|set| set.is_subset(columns))
    }

    /// What anything computed in these rows from nothing but constants and persons' data is.
    pub(super) const fn computed(&self) -> Taint {
        match self.about {
            About::NoRows => Taint::Null,
            About::Nobody => Taint::Nobody,
            About::Persons => Taint::Rows,
        }
    }

    /// A relation about nobody has nothing of persons in it. Holds by construction; told if it does not.
    pub(super) fn consistent(self, width: usize) -> Proof<Self> {
        let fits = |taint: &Taint| match (self.about, taint) {
            (About::Persons, _) | (_, Taint::Null) | (About::Nobody, Taint::Nobody) => true,
            (About::NoRows, Taint::Nobody | Taint::Rows | Taint::Person | Taint::PersonOrNull)
            | (About::Nobody, Taint::Rows | Taint::Person | Taint::PersonOrNull) => false,
        };
        if self.columns.len() != width {
            return Err(Unproven("a node of another width than its schema"));
        }
        if !self.columns.iter().all(fits) {
            return Err(Unproven("something of persons among rows about nobody"));
        }
        Ok(self)
    }
}
