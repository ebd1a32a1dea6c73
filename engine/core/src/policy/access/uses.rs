//! The ways in which a column may be used, as a set.

use std::fmt;

use crate::catalog::usage::Use;

/// A set of uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Uses(u8);

impl Uses {
    /// No use at all.
    pub const NONE: Self = Self(0);

    /// The set with one more use.
    #[must_use]
    pub const fn with(self, kind: Use) -> Self {
        Self(self.0 | (1 << kind as u8))
    }

    /// Whether the set holds this use.
    #[must_use]
    pub const fn contains(self, kind: Use) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The uses of the set, in the order of [`Use::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Use> {
        Use::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Use> for Uses {
    fn from_iter<I: IntoIterator<Item = Use>>(uses: I) -> Self {
        uses.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Use::as_str).collect();
        f.write_str(&words.join(", "))
    }
}
