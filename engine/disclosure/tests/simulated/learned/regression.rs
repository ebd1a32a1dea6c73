//! Logistic regression with a ridge, by gradient steps: plain on purpose.

use super::features::{Answers, Feature};

const STEPS: usize = 250;
const RATE: f32 = 0.3;
const MOMENTUM: f32 = 0.9;

pub(crate) struct Model {
    features: Vec<Feature>,
    means: Vec<f32>,
    scales: Vec<f32>,
    weights: Vec<f32>,
    offset: f32,
}

impl Model {
    pub(crate) fn fit(features: &[Feature], worlds: &[Answers], bits: &[bool], ridge: f32) -> Self {
        let n = worlds.len() as f32;
        let raw: Vec<Vec<f32>> =
            worlds.iter().map(|w| features.iter().map(|f| f.of(w)).collect()).collect();
        let column = |at: usize| raw.iter().map(move |row| row[at]);
        let means: Vec<f32> = (0..features.len()).map(|at| column(at).sum::<f32>() / n).collect();
        let scales: Vec<f32> = (0..features.len())
            .map(|at| {
                (column(at).map(|x| (x - means[at]).powi(2)).sum::<f32>() / n).sqrt().max(1e-3)
            })
            .collect();
        let weights = vec![0.0; features.len()];
        let mut model = Self { features: features.to_vec(), means, scales, weights, offset: 0.0 };
        let rows: Vec<Vec<f32>> = raw.iter().map(|row| model.standard(row)).collect();
        model.descend(&rows, bits, ridge);
        model
    }

    fn standard(&self, row: &[f32]) -> Vec<f32> {
        let each = row.iter().zip(&self.means).zip(&self.scales);
        each.map(|((x, mean), scale)| ((x - mean) / scale).clamp(-5.0, 5.0)).collect()
    }

    fn descend(&mut self, rows: &[Vec<f32>], bits: &[bool], ridge: f32) {
        let n = rows.len() as f32;
        // A step that is small enough however many features say the same.
        let rate = RATE / (1.0 + 0.05 * self.weights.len() as f32);
        let mut speed = vec![0.0_f32; self.weights.len() + 1];
        for _ in 0..STEPS {
            let mut gradient = vec![0.0_f32; self.weights.len() + 1];
            for (row, &bit) in rows.iter().zip(bits) {
                let off = self.chance(row) - f32::from(u8::from(bit));
                gradient.iter_mut().zip(row).for_each(|(g, x)| *g += off * x / n);
                gradient[row.len()] += off / n;
            }
            for (at, speed) in speed.iter_mut().enumerate() {
                let pull = self.weights.get(at).map_or(0.0, |weight| ridge * weight);
                *speed = MOMENTUM * *speed - rate * (gradient[at] + pull);
                match self.weights.get_mut(at) {
                    Some(weight) => *weight += *speed,
                    None => self.offset += *speed,
                }
            }
        }
    }

    fn chance(&self, row: &[f32]) -> f32 {
        let sum: f32 = row.iter().zip(&self.weights).map(|(x, weight)| x * weight).sum();
        1.0 / (1.0 + (-(sum + self.offset)).exp())
    }

    pub(crate) fn guess(&self, answers: &Answers) -> bool {
        let raw: Vec<f32> = self.features.iter().map(|feature| feature.of(answers)).collect();
        self.chance(&self.standard(&raw)) > 0.5
    }
}
