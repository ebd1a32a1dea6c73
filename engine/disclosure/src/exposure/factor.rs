//! How released numbers hang together: the Cholesky factor of their covariances, a row at a time.

#[cfg(test)]
mod tests;

/// A lower triangular matrix L, such that L times its transpose are the covariances of the numbers.
#[derive(Default)]
pub(super) struct Factor {
    /// Row j has j + 1 entries, the last one above zero.
    rows: Vec<Vec<f64>>,
}

/// A new number, seen from those before it.
pub(super) struct Residual {
    /// The best guess of it, as a combination of those before: a factor for each.
    pub(super) weights: Vec<f64>,
    /// Variance of what the guess leaves open.
    pub(super) variance: f64,
    /// Its row of the factor, without the last entry.
    row: Vec<f64>,
}

/// A number without noise of which less than this share is open follows from those before it.
const OPEN: f64 = 1e-9;

impl Factor {
    /// How many numbers there are.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// A new number with these covariances with those before it, this variance in all, and this much of it noise of its
    /// own. `None` where it follows from those before.
    pub(super) fn residual(&self, covariances: &[f64], whole: f64, noise: f64) -> Option<Residual> {
        let row = self.forward(covariances);
        let explained: f64 = row.iter().map(|entry| entry * entry).sum();
        // Its own noise is always left open. Beside it, what rounding may have eaten does not count.
        let variance = (whole - explained).max(noise);
        (variance > whole * OPEN || noise > 0.0).then(|| Residual {
            weights: self.backward(&row),
            variance,
            row,
        })
    }

    /// Takes the number in.
    pub(super) fn push(&mut self, residual: Residual) {
        let mut row = residual.row;
        row.push(residual.variance.sqrt());
        self.rows.push(row);
    }

    /// Solves L y = b.
    pub(super) fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(right.len());
        for (row, right) in self.rows.iter().zip(right) {
            let Some((last, row)) = row.split_last() else { continue };
            let known: f64 = row.iter().zip(&solved).map(|(entry, y)| entry * y).sum();
            solved.push((right - known) / last);
        }
        solved
    }

    /// Solves x L = y.
    fn backward(&self, right: &[f64]) -> Vec<f64> {
        let mut open = right.to_vec();
        let mut solved = Vec::with_capacity(right.len());
        for row in self.rows.iter().rev() {
            let (Some((last, row)), Some(right)) = (row.split_last(), open.pop()) else { continue };
            let x = right / last;
            for (open, entry) in open.iter_mut().zip(row) {
                *open -= entry * x;
            }
            solved.push(x);
        }
        solved.reverse();
        solved
    }
}
