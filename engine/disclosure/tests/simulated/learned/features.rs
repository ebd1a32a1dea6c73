//! What the attacker learns from: answers, whether they are withheld, and of pairs the difference, its square and
//! whether both are the same. The most telling ones are chosen on the training worlds.

/// Answers of one world, in the order of the questions; what is withheld has none.
pub(crate) type Answers = Vec<Option<i64>>;

#[derive(Clone, Copy)]
pub(crate) enum Feature {
    Value(usize),
    Withheld(usize),
    Difference(usize, usize),
    Square(usize, usize),
    Equal(usize, usize),
}

impl Feature {
    pub(crate) fn of(self, answers: &[Option<i64>]) -> f32 {
        match self {
            Self::Value(a) => answers[a].unwrap_or(0) as f32,
            Self::Withheld(a) => f32::from(u8::from(answers[a].is_none())),
            Self::Difference(a, b) => difference(answers, a, b),
            Self::Square(a, b) => difference(answers, a, b).powi(2),
            Self::Equal(a, b) => f32::from(u8::from(answers[a] == answers[b])),
        }
    }

    pub(crate) fn all(questions: usize, pairs: &[(usize, usize)]) -> Vec<Self> {
        let single = (0..questions).flat_map(|a| [Self::Value(a), Self::Withheld(a)]);
        let both = |&(a, b): &(usize, usize)| {
            [Self::Difference(a, b), Self::Square(a, b), Self::Equal(a, b)]
        };
        single.chain(pairs.iter().flat_map(both)).collect()
    }
}

fn difference(answers: &[Option<i64>], a: usize, b: usize) -> f32 {
    match (answers[a], answers[b]) {
        (Some(a), Some(b)) => (a - b) as f32,
        (None, _) | (_, None) => 0.0,
    }
}

/// The features that go most with the bit, best first.
pub(crate) fn most_telling(
    features: &[Feature],
    worlds: &[Answers],
    bits: &[bool],
    most: usize,
) -> Vec<Feature> {
    let mut ranked: Vec<(f64, Feature)> =
        features.iter().map(|&feature| (correlation(feature, worlds, bits), feature)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(most).filter(|(r, _)| *r > 0.0).map(|(_, feature)| feature).collect()
}

fn correlation(feature: Feature, worlds: &[Answers], bits: &[bool]) -> f64 {
    let (mut n, mut sum, mut squares, mut with) = (0.0, 0.0, 0.0, 0.0);
    let ones = bits.iter().filter(|bit| **bit).count() as f64;
    for (answers, &bit) in worlds.iter().zip(bits) {
        let value = f64::from(feature.of(answers));
        n += 1.0;
        sum += value;
        squares += value * value;
        with += if bit { value } else { 0.0 };
    }
    let variance = squares - sum * sum / n;
    let spread = ones * (n - ones) / n;
    if variance <= 1e-9 || spread <= 0.0 {
        return 0.0;
    }
    (with - sum * ones / n).abs() / (variance * spread).sqrt()
}
