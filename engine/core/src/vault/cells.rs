//! Raw cells: true statistics. Never leave the vault, cannot be printed (ONLY-RELEASED).

use std::sync::Arc;

use datafusion::common::hash_map::Entry;
use datafusion::common::{HashMap, Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::history::{Share, Sketch};
use tresor_disclosure::low_effect::Layer;
use tresor_disclosure::{Contribution, Distribution};

use crate::guard::release::{Argument, PersonalRelease};

/// Who is in a cell, roughly. Has neither `Debug` nor `Serialize`.
#[derive(Clone, Default)]
pub(super) struct Sketches {
    pub(super) persons: Sketch,
    /// With what each of them adds.
    pub(super) totals: Sketch,
}

impl Sketches {
    /// Counts a person in, with what the person adds.
    #[inline]
    pub(super) fn add(&mut self, key: u64, total: i64) {
        let share = Share::of(key, 1);
        self.persons.add(share);
        self.totals.add(if total == 1 { share } else { Share::of(key, total.into()) });
    }
}

/// What was measured of a cell or of one of its arguments. Has neither `Debug` nor `Serialize`.
#[derive(Clone)]
pub(super) struct Measured {
    pub(super) contribution: Contribution,
    /// Where the values lie, if positions are asked for.
    pub(super) distribution: Option<Box<Distribution>>,
    /// Who counts as a person, where conditions were left out for persons that were not for their rows.
    pub(super) persons: Option<Contribution>,
    /// Who is in it, roughly, where that is asked for.
    pub(super) sketches: Option<Box<Sketches>>,
    /// The same for who counts as a person, where that is another cohort.
    pub(super) sketches_of_persons: Option<Box<Sketches>>,
    /// What is asked of its rows and values.
    pub(super) asked: Asked,
    /// How many conditions the query gives it.
    pub(super) conditions: usize,
    /// What is asked of who counts as a person.
    pub(super) asked_of_persons: Asked,
}

/// What a number is asked with, once conditions are left out.
#[derive(Clone, Default)]
pub(super) struct Asked {
    /// The conditions, for noise of their own.
    pub(super) layers: Arc<[Layer]>,
    /// One number that stands for all of it.
    pub(super) name: u64,
}

impl Measured {
    pub(super) fn of(contribution: Contribution) -> Self {
        Self {
            contribution,
            distribution: None,
            persons: None,
            sketches: None,
            sketches_of_persons: None,
            asked: Asked::default(),
            conditions: 0,
            asked_of_persons: Asked::default(),
        }
    }

    /// Who is in it: all that a number of persons depends on.
    pub(super) fn persons(&self) -> &Contribution {
        self.persons.as_ref().unwrap_or(&self.contribution)
    }

    /// Roughly who is in it: of those who count as persons.
    pub(super) fn sketches_of_persons(&self) -> Option<&Sketches> {
        match self.persons {
            Some(_) => self.sketches_of_persons.as_deref(),
            None => self.sketches.as_deref(),
        }
    }

    /// Replaces rows and values, and persons too where they are not counted apart.
    pub(super) fn replace(&mut self, other: Self) {
        (self.contribution, self.distribution) = (other.contribution, other.distribution);
        self.sketches = other.sketches;
    }

    /// Replaces who counts as a person.
    pub(super) fn replace_persons(&mut self, other: Self) {
        self.persons = Some(other.contribution);
        self.sketches_of_persons = other.sketches;
    }

    /// Keeps apart who counts as a person before rows and values are replaced.
    pub(super) fn keep_persons(&mut self) {
        if self.persons.is_none() {
            self.persons = Some(self.contribution);
            self.sketches_of_persons = self.sketches.clone();
        }
    }

    /// What would be measured if nobody were there: of the cell first, then of each argument.
    pub(super) fn of_nobody(release: &PersonalRelease) -> Vec<Self> {
        let nobody = || Self::of(Contribution::default());
        let arguments = release.arguments.iter().map(|argument| match argument {
            Argument::Presence | Argument::Value { .. } => nobody(),
            Argument::Positions { .. } => Self { distribution: Some(Box::default()), ..nobody() },
        });
        std::iter::once(nobody()).chain(arguments).collect()
    }

    /// Adds what another lane measured of the same argument.
    fn merge(&mut self, other: Self) {
        self.contribution = self.contribution.merge(other.contribution);
        if let (Some(known), Some(more)) = (&mut self.sketches, &other.sketches) {
            known.persons.merge(&more.persons);
            known.totals.merge(&more.totals);
        }
        match (&mut self.distribution, other.distribution) {
            (Some(known), Some(more)) => known.merge(*more),
            (known, more) => *known = known.take().or(more),
        }
    }
}

/// The cells of one release plan: key values, and what was measured of the cell and of each argument.
///
/// Has neither `Debug` nor `Serialize`.
#[derive(Default)]
pub(super) struct Cells {
    rows: HashMap<Vec<ScalarValue>, Vec<Measured>>,
}

impl Cells {
    /// Adds a lane's cells. Lanes have disjoint persons, so what was measured merges.
    pub(super) fn add(&mut self, keys: Vec<ScalarValue>, measured: Vec<Measured>) -> Result<()> {
        match self.rows.entry(keys) {
            Entry::Vacant(slot) => {
                slot.insert(measured);
            }
            Entry::Occupied(mut slot) => {
                let known = slot.get_mut();
                if known.len() != measured.len() {
                    return internal_err!("lanes measured different arguments");
                }
                let alike = |(one, other): (&Measured, &Measured)| {
                    one.sketches.is_some() == other.sketches.is_some()
                };
                if !known.iter().zip(&measured).all(alike) {
                    return internal_err!("not every lane sketched who is in a cell");
                }
                for (sum, more) in known.iter_mut().zip(measured) {
                    sum.merge(more);
                }
            }
        }
        Ok(())
    }

    /// The cell of these keys, to be changed.
    pub(super) fn get_mut(&mut self, keys: &[ScalarValue]) -> Option<&mut [Measured]> {
        self.rows.get_mut(keys).map(Vec::as_mut_slice)
    }

    pub(super) fn get(&self, keys: &[ScalarValue]) -> Option<&[Measured]> {
        self.rows.get(keys).map(Vec::as_slice)
    }

    /// The cell of these keys, with its own keys.
    pub(super) fn entry(&self, keys: &[ScalarValue]) -> Option<(&[ScalarValue], &[Measured])> {
        self.rows.get_key_value(keys).map(|(keys, measured)| (keys.as_slice(), measured.as_slice()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[ScalarValue], &[Measured])> {
        self.rows.iter().map(|(keys, measured)| (keys.as_slice(), measured.as_slice()))
    }
}
