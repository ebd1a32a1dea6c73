//! Choices that depend on a seed only, and can be taken again with some of them smaller: the smaller a choice, the
//! simpler what comes of it, and where a list of choices ends every further one is the simplest.

/// Choices.
#[derive(Clone)]
pub(crate) struct Chance {
    state: u64,
    /// What was chosen, or is to be.
    taken: Vec<u64>,
    /// How many of a given list have been used; nothing while they are new.
    replayed: Option<usize>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D;
        let mut chance = Self { state, taken: vec![], replayed: None };
        for _ in 0..3 {
            chance.next();
        }
        chance
    }

    /// The same choices again.
    pub(crate) fn again(taken: Vec<u64>) -> Self {
        Self { state: 0, taken, replayed: Some(0) }
    }

    /// What was chosen so far.
    pub(crate) fn taken(&self) -> &[u64] {
        match self.replayed {
            None => &self.taken,
            Some(used) => &self.taken[..used.min(self.taken.len())],
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.state >> 33
    }

    /// A number below a bound; 0 is the simplest.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        let chosen = match &mut self.replayed {
            None => {
                let chosen = self.next() % bound;
                self.taken.push(chosen);
                chosen
            }
            Some(used) => {
                let chosen = self.taken.get(*used).copied().unwrap_or(0).min(bound - 1);
                *used += 1;
                chosen
            }
        };
        usize::try_from(chosen).unwrap()
    }

    /// Yes in so many of a hundred cases; "no" is the simpler one.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) >= 100 - share
    }

    /// One of these; the first is the simplest.
    pub(crate) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// How many, up to a bound.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        self.below(most + 1)
    }
}

/// Makes a list of choices smaller for as long as `fails` says yes; `fails` is asked so many times at most.
pub(crate) async fn shrink(
    mut taken: Vec<u64>,
    mut asks: usize,
    mut fails: impl AsyncFnMut(Vec<u64>) -> Option<Vec<u64>>,
) -> Vec<u64> {
    let mut try_one = async |candidate: Vec<u64>, asks: &mut usize| {
        if *asks == 0 {
            return None;
        }
        *asks -= 1;
        fails(candidate).await
    };
    loop {
        let before = taken.clone();
        let mut width = (taken.len() / 2).max(1);
        while width > 0 {
            let mut at = 0;
            while at < taken.len() {
                let end = (at + width).min(taken.len());
                let mut shorter = taken.clone();
                shorter.drain(at..end);
                match try_one(shorter, &mut asks).await {
                    Some(used) if smaller(&used, &taken) => taken = used,
                    _ => at += width,
                }
            }
            width /= 2;
        }
        for at in 0..taken.len() {
            for value in [0, 1] {
                if taken.get(at).is_some_and(|&old| old > value) {
                    let mut lower = taken.clone();
                    lower[at] = value;
                    if let Some(used) = try_one(lower, &mut asks).await
                        && smaller(&used, &taken)
                    {
                        taken = used;
                        break;
                    }
                }
            }
        }
        if taken == before || asks == 0 {
            return taken;
        }
    }
}

/// Fewer choices, or as many that are lower.
fn smaller(a: &[u64], b: &[u64]) -> bool {
    (a.len(), a) < (b.len(), b)
}
