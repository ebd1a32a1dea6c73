//! What a share of explained variance is worth to somebody who guesses.

#[cfg(test)]
mod tests;

/// How often somebody would guess a person's value right, where half of all persons have it and released numbers
/// explain this share of what is not known about this person: from 0.5 to 1.
#[must_use]
pub fn predicted_accuracy(share: f64) -> f64 {
    // What is no number is taken for the worst.
    if share.is_nan() || share >= 1.0 {
        return 1.0;
    }
    let share = share.max(0.0);
    normal_below((share / (1.0 - share)).sqrt())
}

/// The share of a standard normal distribution below a number that is not negative; right to seven digits (Abramowitz
/// and Stegun, Handbook of Mathematical Functions, 26.2.17).
fn normal_below(z: f64) -> f64 {
    const TERMS: [f64; 5] =
        [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let sum = TERMS.into_iter().fold(0.0, |sum, term| (sum + term) * t);
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (1.0 - density * sum).clamp(0.5, 1.0)
}
