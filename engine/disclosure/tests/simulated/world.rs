//! A world, as far as the questions of an attack can tell people apart, and the release function over it.
//!
//! People for whom the same conditions are true are one atom. A cohort is a set of atoms, so the tree of a question is
//! walked once for all worlds, and answering it in one of them is a few sums.

use rand::Rng;
use tresor_disclosure::low_effect::{Effect, Layer, LowEffect, Node, Removed};
use tresor_disclosure::{
    ByPlan, Contribution, NoiseSecret, Profile, Protected, Reason, persons_in,
};

/// Atoms, one bit each.
pub(crate) type Atoms = u64;

/// How many people each atom has, and the sum of their record keys.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) persons: Vec<u64>,
    pub(crate) keys: Vec<u64>,
}

impl World {
    /// People with fresh record keys: the sum of random keys is as random as one.
    pub(crate) fn new(persons: Vec<u64>, rng: &mut impl Rng) -> Self {
        let keys = persons.iter().map(|&persons| if persons > 0 { rng.next_u64() } else { 0 });
        Self { keys: keys.collect(), persons }
    }

    pub(crate) fn cohort(&self, atoms: Atoms) -> Contribution {
        let mut cohort = Contribution::default();
        let mut rest = atoms;
        while rest != 0 {
            let atom = rest.trailing_zeros() as usize;
            cohort.persons += self.persons[atom];
            cohort.key = cohort.key.wrapping_add(self.keys[atom]);
            rest &= rest - 1;
        }
        cohort
    }
}

/// Nobody knows it, so each world has its own.
pub(crate) fn secret(rng: &mut impl Rng) -> NoiseSecret {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    NoiseSecret::new(bytes)
}

/// One count, with what the tree of its conditions says for every choice of removed candidates.
pub(crate) struct Question {
    cohorts: Vec<Atoms>,
    candidates: Vec<Vec<u8>>,
    layers: Vec<Vec<Layer>>,
}

impl Question {
    /// `leaves` says of each atom which leaves are true; `layers` belong to candidates.
    pub(crate) fn new(node: &Node, leaves: &[u64], layers: &[(u8, Layer)]) -> Self {
        assert!(leaves.len() <= 64, "an atom is one bit");
        let most = node.candidates(Removed::default()).into_iter().max().map_or(0, |id| id + 1);
        assert!(most <= 12, "every choice of removed candidates is written down");
        let choices = || (0..1_u64 << most).map(Removed);
        let holding = |removed| {
            let holds = |&(_, leaves): &(usize, &u64)| node.holds(*leaves, removed);
            leaves.iter().enumerate().filter(holds).map(|(atom, _)| 1 << atom).sum()
        };
        let left = |removed| {
            let candidates = node.candidates(removed);
            let mut left: Vec<Layer> = layers
                .iter()
                .filter(|(id, _)| candidates.contains(id))
                .map(|&(_, layer)| layer)
                .collect();
            left.sort_unstable();
            left.dedup();
            left
        };
        Self {
            cohorts: choices().map(holding).collect(),
            candidates: choices().map(|removed| node.candidates(removed)).collect(),
            layers: choices().map(left).collect(),
        }
    }

    pub(crate) fn asked(&self) -> Atoms {
        self.cohorts[0]
    }

    fn cohort(&self, removed: Removed) -> Atoms {
        self.cohorts[removed.0 as usize]
    }
}

/// What is counted in place of what was asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Canonical {
    pub(crate) removed: Removed,
    pub(crate) atoms: Atoms,
    pub(crate) too_far: bool,
}

/// Removes conditions while one has too little effect.
pub(crate) fn canonical(rule: Option<&LowEffect<'_>>, world: &World, asked: &Question) -> Canonical {
    let mut removed = Removed::default();
    let Some(rule) = rule else {
        return Canonical { removed, atoms: asked.asked(), too_far: false };
    };
    let mut effects: Vec<Effect> = Vec::with_capacity(8);
    loop {
        let now = asked.cohort(removed);
        effects.clear();
        effects.extend(asked.candidates[removed.0 as usize].iter().map(|&id| {
            let reduced = asked.cohort(removed.with(id));
            let cohort = world.cohort(reduced);
            Effect {
                id,
                persons: world.cohort(now ^ reduced).persons,
                reduced_key: cohort.key,
                reduced_persons: cohort.persons,
            }
        }));
        let Some(id) = rule.next(&effects) else { break };
        removed = removed.with(id);
    }
    let atoms = asked.cohort(removed);
    let cohort = world.cohort(atoms);
    let changed = world.cohort(atoms ^ asked.asked()).persons;
    let too_far = !removed.is_empty() && rule.too_far(changed, cohort.key, cohort.persons);
    Canonical { removed, atoms, too_far }
}

/// Answers a count as the engine does.
pub(crate) fn answer(
    profile: &Profile,
    secret: &NoiseSecret,
    world: &World,
    asked: &Question,
) -> Protected {
    let rule = LowEffect::new(profile, secret);
    protect(profile, secret, world, asked, canonical(rule.as_ref(), world, asked))
}

/// The answer for a canonical cohort.
pub(crate) fn protect(
    profile: &Profile,
    secret: &NoiseSecret,
    world: &World,
    asked: &Question,
    found: Canonical,
) -> Protected {
    if found.too_far {
        return Protected::Withheld(Reason::TooFewPersons);
    }
    let layers = &asked.layers[found.removed.0 as usize];
    let plan = ByPlan { layers, ..ByPlan::default() };
    persons_in(profile, secret, &world.cohort(found.atoms), plan)
}

/// A number that is shown.
pub(crate) fn shown(answer: Protected) -> Option<i64> {
    match answer {
        Protected::Shown { value, .. } => i64::try_from(value).ok(),
        Protected::Withheld(_) => None,
    }
}

/// The layer of a condition, named by what it leaves of which column.
pub(crate) fn layer(column: usize, leaves: &str) -> Layer {
    let mut digest = [0; 32];
    let name = format!("{column} {leaves}");
    digest.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    Layer(digest)
}
