//! The conditions on personal rows as a tree in negation normal form: leaves are predicates, `All` and `Any` join them.
//!
//! Each child is a candidate for removal. A removed child of `All` counts as true and a removed child of `Any` as
//! false: in both places that is what a query says in which the condition was never written.

#[cfg(test)]
mod tests;

/// Most candidates of a tree: a set of them is one number of 64 bits.
pub const CANDIDATES_MAX: usize = 64;

/// Most leaves of a tree, for the same reason.
pub const LEAVES_MAX: usize = 64;

/// Candidates that count as absent: bit i is candidate i.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Removed(pub u64);

impl Removed {
    /// Whether this candidate counts as absent.
    #[must_use]
    pub const fn contains(self, id: u8) -> bool {
        self.0 & bit(id) != 0
    }

    /// The same with one candidate more.
    #[must_use]
    pub const fn with(self, id: u8) -> Self {
        Self(self.0 | bit(id))
    }

    /// The same with all of these candidates.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Of these, those that are in both.
    #[must_use]
    pub const fn within(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// The same without all of these candidates.
    #[must_use]
    pub const fn except(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// The candidates, one by one.
    pub fn ids(self) -> impl Iterator<Item = u8> {
        (0..64).filter(move |id| self.contains(*id))
    }

    /// Whether nothing was removed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Nothing for a number that no candidate and no leaf has.
const fn bit(id: u8) -> u64 {
    match 1_u64.checked_shl(id as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// A condition tree in negation normal form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A predicate, by its number. What is unknown (NULL) counts as not true.
    Leaf(u8),
    /// All of these hold.
    All(Vec<Child>),
    /// At least one of these holds.
    Any(Vec<Child>),
}

/// A condition inside another, which can be removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child {
    /// Its number as a candidate, 0 to 63; each once in a tree.
    pub id: u8,
    /// The condition.
    pub node: Node,
}

impl Node {
    /// Whether a row stays. Bit i of `leaves` says whether leaf i is TRUE for the row. `All` of nothing is true, `Any` of
    /// nothing is false.
    #[must_use]
    pub fn holds(&self, leaves: u64, removed: Removed) -> bool {
        let left = |child: &&Child| !removed.contains(child.id);
        match self {
            Self::Leaf(leaf) => leaves & bit(*leaf) != 0,
            Self::All(children) => {
                children.iter().filter(left).all(|child| child.node.holds(leaves, removed))
            }
            Self::Any(children) => {
                children.iter().filter(left).any(|child| child.node.holds(leaves, removed))
            }
        }
    }

    /// Whether there is an `Any` in it.
    #[must_use]
    pub fn has_alternatives(&self) -> bool {
        match self {
            Self::Leaf(_) => false,
            Self::All(children) => children.iter().any(|child| child.node.has_alternatives()),
            Self::Any(_) => true,
        }
    }

    /// Every candidate that is not inside a removed one, from the outside in.
    #[must_use]
    pub fn candidates(&self, removed: Removed) -> Vec<u8> {
        let mut found = Vec::new();
        self.collect(removed, &mut found);
        found
    }

    fn collect(&self, removed: Removed, found: &mut Vec<u8>) {
        match self {
            Self::Leaf(_) => {}
            Self::All(children) | Self::Any(children) => {
                for child in children.iter().filter(|child| !removed.contains(child.id)) {
                    found.push(child.id);
                    child.node.collect(removed, found);
                }
            }
        }
    }
}
