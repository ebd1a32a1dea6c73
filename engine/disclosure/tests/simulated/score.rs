//! How often an attacker was right, and what that is worth.

/// Right and all guesses.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) right: u32,
    pub(crate) of: u32,
}

impl Score {
    pub(crate) fn count(&mut self, right: bool) {
        self.right += u32::from(right);
        self.of += 1;
    }

    pub(crate) fn rate(self) -> f64 {
        f64::from(self.right) / f64::from(self.of.max(1))
    }

    /// Wilson's 95 % interval.
    pub(crate) fn interval(self) -> (f64, f64) {
        let (n, z) = (f64::from(self.of.max(1)), 1.96_f64);
        let middle = (self.rate() + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let reach = (self.rate() * (1.0 - self.rate()) / n + z * z / (4.0 * n * n)).sqrt();
        let reach = z * reach / (1.0 + z * z / n);
        (middle - reach, middle + reach)
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (low, high) = self.interval();
        write!(to, "{:.3} ({low:.3} to {high:.3}, {} guesses)", self.rate(), self.of)
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
