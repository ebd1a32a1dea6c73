//! A world, as far as the questions of an attack can tell people apart, and the release function over it.
//!
//! People for whom the same conditions are true are one atom. A cohort is a set of atoms, so the tree of a question is
//! walked once for all worlds, and answering it in one of them is a few sums.

use rand::Rng;
use tresor_disclosure::history::{History, Known, Sketch};
use tresor_disclosure::low_effect::{Effect, Layer, LowEffect, Node, Removed};
use tresor_disclosure::{
    ByPlan, Contribution, NoiseSecret, Profile, Protected, Reason, persons_in,
};

/// Atoms, one bit each.
pub(crate) type Atoms = u64;

/// How many people each atom has, the sum of their record keys, and who they are.
#[derive(Clone)]
pub(crate) struct World {
    persons: Vec<u64>,
    keys: Vec<u64>,
    sketches: Vec<Sketch>,
}

impl World {
    /// So many people in each atom, with fresh record keys.
    pub(crate) fn new(persons: Vec<u64>, rng: &mut impl Rng) -> Self {
        let mut world = Self { keys: Vec::new(), sketches: Vec::new(), persons };
        for &persons in &world.persons {
            let (mut key, mut sketch) = (0_u64, Sketch::default());
            for _ in 0..persons {
                let person = rng.next_u64();
                key = key.wrapping_add(person);
                sketch.add_person(person);
            }
            world.keys.push(key);
            world.sketches.push(sketch);
        }
        world
    }

    pub(crate) fn cohort(&self, atoms: Atoms) -> Contribution {
        let mut cohort = Contribution::default();
        for atom in each(atoms) {
            cohort.persons += self.persons[atom];
            cohort.key = cohort.key.wrapping_add(self.keys[atom]);
        }
        cohort
    }

    fn sketch(&self, atoms: Atoms) -> Sketch {
        let mut sketch = Sketch::default();
        each(atoms).for_each(|atom| sketch.merge(&self.sketches[atom]));
        sketch
    }
}

fn each(mut atoms: Atoms) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let atom = (atoms != 0).then(|| atoms.trailing_zeros() as usize)?;
        atoms &= atoms - 1;
        Some(atom)
    })
}

/// Nobody knows it, so each world has its own.
pub(crate) fn secret(rng: &mut impl Rng) -> NoiseSecret {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    NoiseSecret::new(bytes)
}

/// The layer of a condition, named by what it leaves of which column.
pub(crate) fn layer(column: usize, leaves: &str) -> Layer {
    Layer::of(&column.to_string(), [leaves])
}

/// One count, with what the tree of its conditions says for every choice of removed candidates.
pub(crate) struct Question {
    cohorts: Vec<Atoms>,
    candidates: Vec<Vec<u8>>,
    layers: Vec<Vec<Layer>>,
}

impl Question {
    /// `atoms` says of each atom which leaves are true; `layers` belong to candidates.
    pub(crate) fn new(node: &Node, atoms: &[u64], layers: &[(u8, Layer)]) -> Self {
        assert!(atoms.len() <= 64, "an atom is one bit");
        let most = node.candidates(Removed::default()).into_iter().max().map_or(0, |id| id + 1);
        assert!(most <= 12, "every choice of removed candidates is written down");
        let choices = || (0..1_u64 << most).map(Removed);
        let holding = |removed| {
            let holds = |(_, leaves): &(usize, &u64)| node.holds(**leaves, removed);
            atoms.iter().enumerate().filter(holds).map(|(atom, _)| 1 << atom).sum()
        };
        Self {
            cohorts: choices().map(holding).collect(),
            candidates: choices().map(|removed| node.candidates(removed)).collect(),
            layers: choices().map(|removed| left(&node.candidates(removed), layers)).collect(),
        }
    }

    pub(crate) fn asked(&self) -> Atoms {
        self.cohorts[0]
    }

    fn cohort(&self, removed: Removed) -> Atoms {
        self.cohorts[removed.0 as usize]
    }

    fn layers(&self, removed: Removed) -> &[Layer] {
        &self.layers[removed.0 as usize]
    }

    fn candidates(&self, removed: Removed) -> &[u8] {
        &self.candidates[removed.0 as usize]
    }
}

/// One number for conditions, whatever they are true of.
fn named(layers: &[Layer]) -> u64 {
    let first = |layer: &Layer| layer.0.first_chunk().copied().map_or(0, u64::from_le_bytes);
    layers.iter().fold(0, |sum: u64, layer| sum.wrapping_add(first(layer)))
}

/// The layers of the candidates that are left.
fn left(candidates: &[u8], layers: &[(u8, Layer)]) -> Vec<Layer> {
    let is_left = |(id, _): &&(u8, Layer)| candidates.contains(id);
    let mut left: Vec<Layer> = layers.iter().filter(is_left).map(|&(_, layer)| layer).collect();
    left.sort_unstable();
    left.dedup();
    left
}

/// What is counted in place of what was asked.
#[derive(Clone, Copy)]
pub(crate) struct Canonical {
    pub(crate) removed: Removed,
    atoms: Atoms,
    too_far: bool,
}

/// A release function: a profile, and which rules outside of it are on.
#[derive(Clone)]
pub(crate) struct Release {
    pub(crate) profile: Profile,
    /// Conditions of low effect count as absent.
    pub(crate) removes: bool,
    /// Earlier answers are given again for cells that hardly differ.
    pub(crate) remembers: bool,
}

/// One project in one world.
pub(crate) struct Project<'a> {
    profile: &'a Profile,
    secret: &'a NoiseSecret,
    world: &'a World,
    rule: Option<LowEffect<'a>>,
    history: Option<History>,
}

impl<'a> Project<'a> {
    pub(crate) fn new(release: &'a Release, secret: &'a NoiseSecret, world: &'a World) -> Self {
        let rule = LowEffect::new(&release.profile, secret).filter(|_| release.removes);
        let history = release.remembers.then(History::default);
        Self { profile: &release.profile, secret, world, rule, history }
    }

    /// Asks as the engine does.
    pub(crate) fn ask(&mut self, question: &Question) -> Option<i64> {
        let found = self.canonical(question);
        shown(self.protect(question, found))
    }

    /// Removes conditions while one has too little effect.
    pub(crate) fn canonical(&self, question: &Question) -> Canonical {
        let mut removed = Removed::default();
        let Some(rule) = &self.rule else {
            return Canonical { removed, atoms: question.asked(), too_far: false };
        };
        let mut meant = named(question.layers(removed));
        loop {
            let effects = self.effects(question, removed);
            let here = rule.asked(named(question.layers(removed)));
            let Some(id) = here.next(&effects) else { break };
            removed = removed.with(id);
            // What changes nothing is not part of what was meant.
            if effects.iter().any(|(of, effect)| *of == id && effect.persons == 0) {
                meant = named(question.layers(removed));
            }
        }
        let rule = rule.asked(meant);
        let atoms = question.cohort(removed);
        let cohort = self.world.cohort(atoms);
        let changed = self.world.cohort(atoms ^ question.asked()).persons;
        let too_far = !removed.is_empty() && rule.too_far(changed, cohort.key, cohort.persons);
        Canonical { removed, atoms, too_far }
    }

    fn effects(&self, question: &Question, removed: Removed) -> Vec<(u8, Effect)> {
        let now = question.cohort(removed);
        let effect = |&id: &u8| {
            let reduced = question.cohort(removed.with(id));
            let cohort = self.world.cohort(reduced);
            let persons = self.world.cohort(now ^ reduced).persons;
            let (reduced_key, reduced_persons) = (cohort.key, cohort.persons);
            (id, Effect { persons, reduced_key, reduced_persons })
        };
        question.candidates(removed).iter().map(effect).collect()
    }

    /// The answer for a canonical cohort.
    pub(crate) fn protect(&mut self, question: &Question, found: Canonical) -> Protected {
        if found.too_far {
            return Protected::Withheld(Reason::TooFewPersons);
        }
        let layers = question.layers(found.removed);
        let plan = ByPlan { layers, conditions: layers.len(), ..ByPlan::default() };
        let cohort = self.world.cohort(found.atoms);
        let own = persons_in(self.profile, self.secret, &cohort, plan);
        let (Some(history), Some(rule)) = (&mut self.history, &self.rule) else { return own };
        let sketch = self.world.sketch(found.atoms);
        // As for a condition: how far is too far depends on what is asked as well.
        let near = rule.asked(named(layers));
        if let Some(earlier) = history.find(MEASURE, cohort.persons, &sketch, own, &near) {
            return earlier.answer;
        }
        if own.is_of_few() && cohort.persons < rule.fewest() {
            return own;
        }
        let Contribution { persons, key, .. } = cohort;
        let (measure, query) = (MEASURE.to_owned(), String::new());
        history.insert(Known {
            measure,
            query,
            persons,
            key,
            sketch,
            answer: own,
            step: 1,
            along: vec![],
        });
        own
    }
}

const MEASURE: &str = "persons";

/// A number that is shown.
fn shown(answer: Protected) -> Option<i64> {
    match answer {
        Protected::Shown { value, .. } => i64::try_from(value).ok(),
        Protected::Withheld(_) => None,
    }
}
