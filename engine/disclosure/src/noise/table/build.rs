//! Building a perturbation table: for each number of persons the noise that says least about itself.
//!
//! Of all distributions with mean 0, a given variance, limits, no negative and no too small results, the one of largest
//! entropy is taken, as in the R package `ptable`. Without further wishes it is proportional to exp(a v + b v^2);
//! a and b are found by Newton's method on a convex function. Where the limits allow only less or more variance than
//! is asked for, the nearest that they allow is taken.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::row::{Row, WHOLE};
use super::text::parts;
use super::{Entries, PerturbationTable};

/// What a table should be like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wishes {
    /// Noise is at most this far from zero (D).
    pub furthest: u64,
    /// Variance of the noise, in persons squared (V).
    pub variance: f64,
    /// Results from 1 to this are never shown (js).
    pub never_shown: u64,
    /// Chance that a number stays what it is, where it may (pstay).
    pub stay: Option<f64>,
    /// Whether, away from zero, more noise is never likelier than less (mono).
    pub monotone: bool,
}

impl Wishes {
    /// The last number of persons with a row of its own; larger ones have the same choice.
    #[must_use]
    pub const fn largest(&self) -> u64 {
        match self.never_shown {
            0 => self.furthest,
            never => self.furthest.saturating_add(never).saturating_add(1),
        }
    }

    /// The rows from 0 to [`Self::largest`]: each noise with its chance, from low to high. `None` where the wishes
    /// contradict each other: no noise, no variance, a chance beyond one.
    #[must_use]
    pub fn rows(&self) -> Option<Vec<Vec<(i64, f64)>>> {
        let stays = self.stay.is_none_or(|stay| (0.0..1.0).contains(&stay));
        let fits = (1..=super::LARGEST_NOISE).contains(&self.furthest)
            && self.never_shown <= self.furthest;
        if !fits || !stays || !self.variance.is_finite() || self.variance <= 0.0 {
            return None;
        }
        (0..=self.largest()).map(|count| self.row(count)).collect()
    }

    /// The table of these rows.
    #[must_use]
    pub fn table(&self, id: &str, tells_intervals: bool) -> Option<PerturbationTable> {
        let mut rows = BTreeMap::new();
        for (count, chances) in (0..).zip(self.rows()?) {
            let entries: Vec<(i64, u64)> =
                chances.iter().map(|&(noise, chance)| (noise, parts(chance))).collect();
            rows.insert(count, Row::new(&entries, WHOLE)?);
        }
        let entries = Entries::Rows(rows);
        Some(PerturbationTable { id: id.to_owned(), tells_intervals, keys: None, entries })
    }

    /// The rows by columns instead of chances: of `keys` columns, how many have each noise. The mean stays 0 wherever
    /// whole columns allow it.
    #[must_use]
    pub fn columns(&self, keys: u64) -> Option<Vec<Vec<(i64, u64)>>> {
        Some(self.rows()?.iter().map(|row| whole_columns(row, keys)).collect())
    }

    fn row(&self, count: u64) -> Option<Vec<(i64, f64)>> {
        let count = i64::try_from(count).ok()?;
        let (furthest, never) =
            (i64::try_from(self.furthest).ok()?, i64::try_from(self.never_shown).ok()?);
        let allowed = |noise: &i64| {
            let result = count + noise;
            result == 0 || result > never
        };
        let choice: Vec<i64> = (-furthest.min(count)..=furthest).filter(allowed).collect();
        if !choice.iter().any(|&noise| noise < 0) {
            return Some(vec![(0, 1.0)]); // nobody: with mean 0 nothing can be added
        }
        let stay = self.stay.filter(|_| choice.contains(&0));
        let moved = choice.iter().copied().filter(|&noise| stay.is_none() || noise != 0);
        let mass = 1.0 - stay.unwrap_or(0.0);
        // Chances of moving, as shares of all that moves: their variance is that much larger.
        let target = self.variance / mass;
        let shares = largest_entropy(&moved.collect::<Vec<_>>(), target, self.monotone)?;
        let chance = |noise: i64| match shares.iter().find(|&&(moved, _)| moved == noise) {
            Some(&(_, share)) => share * mass,
            None => stay.unwrap_or(0.0),
        };
        Some(choice.into_iter().map(|noise| (noise, chance(noise))).collect())
    }
}

/// Columns in proportion to the chances: first rounded down, the rest to whoever lost most, then moved one by one
/// until the mean is 0.
fn whole_columns(row: &[(i64, f64)], keys: u64) -> Vec<(i64, u64)> {
    let ideal: Vec<f64> = row.iter().map(|&(_, chance)| chance * keys as f64).collect();
    let mut columns: Vec<(i64, u64)> =
        row.iter().zip(&ideal).map(|(&(noise, _), ideal)| (noise, *ideal as u64)).collect();
    let lost = |columns: &[(i64, u64)], at: usize| -> f64 {
        let ideal = ideal.get(at).copied().unwrap_or(0.0);
        ideal - columns.get(at).map_or(0.0, |of| of.1 as f64)
    };
    let every = || 0..row.len();
    let given: u64 = columns.iter().map(|of| of.1).sum();
    for _ in given..keys {
        let most =
            every().max_by(|&one, &other| lost(&columns, one).total_cmp(&lost(&columns, other)));
        if let Some(of) = most.and_then(|at| columns.get_mut(at)) {
            of.1 += 1;
        }
    }
    loop {
        let sum: i64 =
            columns.iter().map(|&(noise, n)| noise.saturating_mul(n.cast_signed())).sum();
        let pairs = every().flat_map(|from| every().map(move |to| (from, to)));
        let noise = |at: usize| columns.get(at).map_or(0, |of| of.0);
        let better = pairs.filter(|&(from, to)| {
            columns.get(from).is_some_and(|of| of.1 > 0)
                && (sum + noise(to) - noise(from)).abs() < sum.abs()
        });
        let harm = |&(from, to): &(usize, usize)| lost(&columns, from) - lost(&columns, to);
        let Some((from, to)) = better.min_by(|one, other| harm(one).total_cmp(&harm(other))) else {
            return columns;
        };
        for (at, change) in [(from, -1), (to, 1)] {
            if let Some(of) = columns.get_mut(at) {
                of.1 = of.1.saturating_add_signed(change);
            }
        }
    }
}

/// Probabilities of `choice` with mean 0, this variance where possible, and the largest entropy.
fn largest_entropy(choice: &[i64], variance: f64, monotone: bool) -> Option<Vec<(i64, f64)>> {
    let (narrow, wide) = (nearest(choice)?, furthest(choice)?);
    let (least, most) = (spread(&narrow), spread(&wide));
    let blocks: Vec<Vec<i64>> = choice.iter().map(|&noise| vec![noise]).collect();
    if variance <= least {
        return Some(over(choice, &narrow));
    }
    if !monotone {
        return if most <= variance { Some(over(choice, &wide)) } else { fit(&blocks, variance) };
    }
    if let Some(found) = fit_monotone(blocks.clone(), variance).filter(|_| variance < most) {
        return Some(found);
    }
    // The more variance, the flatter the tails, and more than flat ones have cannot be had.
    let (mut possible, mut too_much) = (least, variance.min(most));
    let mut found = over(choice, &narrow);
    for _ in 0..50 {
        let middle = f64::midpoint(possible, too_much);
        match fit_monotone(blocks.clone(), middle) {
            Some(better) => (possible, found) = (middle, better),
            None => too_much = middle,
        }
    }
    Some(found)
}

/// The distribution with mean 0 and the least variance: on zero, or on its two neighbours.
fn nearest(choice: &[i64]) -> Option<Vec<(i64, f64)>> {
    if choice.contains(&0) {
        return Some(vec![(0, 1.0)]);
    }
    let low = choice.iter().copied().filter(|&noise| noise < 0).max()?;
    on(low, choice.iter().copied().filter(|&noise| noise > 0).min()?)
}

/// The distribution with mean 0 and the most variance: on both ends.
fn furthest(choice: &[i64]) -> Option<Vec<(i64, f64)>> {
    let low = choice.iter().copied().filter(|&noise| noise < 0).min()?;
    on(low, choice.iter().copied().filter(|&noise| noise > 0).max()?)
}

/// The distribution on two points with mean 0.
fn on(low: i64, high: i64) -> Option<Vec<(i64, f64)>> {
    let width = (high - low) as f64;
    Some(vec![(low, high as f64 / width), (high, -low as f64 / width)])
}

fn over(choice: &[i64], points: &[(i64, f64)]) -> Vec<(i64, f64)> {
    let chance =
        |noise| points.iter().find(|&&(at, _)| at == noise).map_or(0.0, |&(_, chance)| chance);
    choice.iter().map(|&noise| (noise, chance(noise))).collect()
}

fn spread(chances: &[(i64, f64)]) -> f64 {
    chances.iter().map(|&(noise, chance)| (noise * noise) as f64 * chance).sum()
}

/// As [`fit`], where outer noise may not be likelier than inner: neighbours that break this share one probability.
fn fit_monotone(mut blocks: Vec<Vec<i64>>, variance: f64) -> Option<Vec<(i64, f64)>> {
    loop {
        let found = fit(&blocks, variance)?;
        let chance = |noise: i64| found.iter().find(|&&(at, _)| at == noise).map_or(0.0, |of| of.1);
        let rises = |inner: i64, outer: i64| {
            (inner.signum() * outer.signum() >= 0) && chance(outer) > chance(inner) * (1.0 + 1e-9)
        };
        let breaks = blocks.windows(2).position(|pair| match pair {
            [left, right] => {
                let (left, right) = (left.last().copied(), right.first().copied());
                let (Some(left), Some(right)) = (left, right) else { return false };
                if right <= 0 { rises(right, left) } else { left >= 0 && rises(left, right) }
            }
            _ => false,
        });
        let Some(at) = breaks else { return Some(found) };
        if at + 1 < blocks.len() {
            let outer = blocks.remove(at + 1);
            blocks.get_mut(at)?.extend(outer);
        }
    }
}

/// The distribution exp(a v + b v^2), even within a block, with mean 0 and this variance. `None` where Newton's method
/// finds none: there is none.
fn fit(blocks: &[Vec<i64>], variance: f64) -> Option<Vec<(i64, f64)>> {
    let block = |noise: &Vec<i64>| {
        let n = noise.len() as f64;
        let mean = noise.iter().map(|&v| v as f64).sum::<f64>() / n;
        let square = noise.iter().map(|&v| (v * v) as f64).sum::<f64>() / n;
        [n, mean, square]
    };
    let shapes: Vec<[f64; 3]> = blocks.iter().map(block).collect();
    let (mut a, mut b) = (0.0, -0.5 / variance);
    let mut last = Exponential::of(&shapes, a, b);
    for _ in 0..500 {
        let (wrong_mean, wrong_square) = (last.mean, last.square - variance);
        if wrong_mean.abs() < 1e-13 && wrong_square.abs() < 1e-12 * variance.max(1.0) {
            break;
        }
        let determinant = last.var_v * last.var_s - last.cov * last.cov;
        let step_a = (last.var_s * wrong_mean - last.cov * wrong_square) / determinant;
        let step_b = (last.var_v * wrong_square - last.cov * wrong_mean) / determinant;
        if !step_a.is_finite() || !step_b.is_finite() {
            return None;
        }
        let now = last.dual(a, b, variance);
        let mut shorter = 1.0;
        loop {
            let (next_a, next_b) = (a - shorter * step_a, b - shorter * step_b);
            let next = Exponential::of(&shapes, next_a, next_b);
            if next.dual(next_a, next_b, variance) <= now + 1e-12 * now.abs() {
                (a, b, last) = (next_a, next_b, next);
                break;
            }
            shorter /= 2.0;
            if shorter < 1e-12 {
                return None;
            }
        }
    }
    let close = last.mean.abs() < 1e-9 && (last.square - variance).abs() < 1e-8 * variance.max(1.0);
    let each = |(noise, shape): (&Vec<i64>, &[f64; 3])| {
        let [_, v, s] = *shape;
        let chance = (a * v + b * s - last.log_sum).exp();
        noise.iter().map(move |&noise| (noise, chance)).collect::<Vec<_>>()
    };
    close.then(|| blocks.iter().zip(&shapes).flat_map(each).collect())
}

/// A distribution of this family, with its moments.
struct Exponential {
    log_sum: f64,
    mean: f64,
    square: f64,
    var_v: f64,
    var_s: f64,
    cov: f64,
}

impl Exponential {
    fn of(shapes: &[[f64; 3]], a: f64, b: f64) -> Self {
        let exponent = |&[_, v, s]: &[f64; 3]| a * v + b * s;
        let largest = shapes.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 =
            shapes.iter().map(|shape| shape[0] * (exponent(shape) - largest).exp()).sum();
        let log_sum = largest + sum.ln();
        let expected = |of: fn(f64, f64) -> f64| -> f64 {
            let part = |shape: &[f64; 3]| {
                let [n, v, s] = *shape;
                n * (exponent(shape) - log_sum).exp() * of(v, s)
            };
            shapes.iter().map(part).sum()
        };
        let (mean, square) = (expected(|v, _| v), expected(|_, s| s));
        Self {
            log_sum,
            mean,
            square,
            var_v: expected(|v, _| v * v) - mean * mean,
            var_s: expected(|_, s| s * s) - square * square,
            cov: expected(|v, s| v * s) - mean * square,
        }
    }

    /// Smallest where mean and variance are the wanted ones.
    fn dual(&self, _a: f64, b: f64, variance: f64) -> f64 {
        self.log_sum - b * variance
    }
}
