//! A reader who adds, subtracts and bounds: everything that follows from what was shown.

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem};

use crate::attacks::subtraction::{PRIME, Span};

/// What a reader knows of groups of people that add up to everybody. None of their numbers is below zero.
#[derive(Default)]
pub(super) struct Reader {
    groups: usize,
    /// How often each group is counted, and what it comes to.
    read: Vec<(Vec<i64>, f64)>,
}

impl Reader {
    pub(super) fn new(groups: usize) -> Self {
        Self { groups, read: vec![] }
    }

    /// Reads a number that counts each group so often.
    pub(super) fn read(&mut self, counts: Vec<i64>, number: f64) {
        assert_eq!(counts.len(), self.groups);
        self.read.push((counts, number));
    }

    /// Whether a number follows by adding and subtracting. Where a sum of groups is nothing, all of them are.
    pub(super) fn works_out(&self, counts: &[i64]) -> bool {
        let mut span = Span::default();
        for (known, number) in &self.read {
            span.add(modulo(known));
            if *number == 0.0 && known.iter().all(|times| *times >= 0) {
                let inside = known.iter().enumerate().filter(|(_, times)| **times > 0);
                inside.for_each(|(at, _)| span.add(modulo(&self.alone(at))));
            }
        }
        span.contains(modulo(counts))
    }

    fn alone(&self, group: usize) -> Vec<i64> {
        (0..self.groups).map(|at| i64::from(at == group)).collect()
    }

    /// The least and the most that a number can be.
    pub(super) fn bounds(&self, counts: &[i64]) -> (f64, f64) {
        let least = self.extreme(counts, OptimizationDirection::Minimize);
        (
            least.unwrap_or(0.0),
            self.extreme(counts, OptimizationDirection::Maximize).unwrap_or(f64::INFINITY),
        )
    }

    /// Nothing where there is no bound.
    fn extreme(&self, counts: &[i64], direction: OptimizationDirection) -> Option<f64> {
        let mut problem = Problem::new(direction);
        let groups: Vec<_> = counts
            .iter()
            .map(|times| problem.add_var(*times as f64, (0.0, f64::INFINITY)))
            .collect();
        for (known, number) in &self.read {
            let mut sum = LinearExpr::empty();
            for (group, times) in groups.iter().zip(known).filter(|(_, times)| **times != 0) {
                sum.add(*group, *times as f64);
            }
            problem.add_constraint(sum, ComparisonOp::Eq, *number);
        }
        match problem.solve() {
            Ok(found) => Some(found.into_solution().unwrap().objective()),
            Err(microlp::Error::Unbounded) => None,
            Err(other) => panic!("what was shown contradicts itself: {other}"),
        }
    }
}

fn modulo(counts: &[i64]) -> Vec<u64> {
    let prime = i64::try_from(PRIME).unwrap();
    counts.iter().map(|times| u64::try_from(times.rem_euclid(prime)).unwrap()).collect()
}
