//! What a column can say of a person.

use datafusion::common::NullEquality;

use super::{Proof, Unproven};

/// What a value can say of a person.
///
/// There is no taint for a person number that was computed with, or that is somebody else's: where one would come
/// up, the proof ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taint {
    /// NULL in every row.
    Null,
    /// Public data or a constant.
    Nobody,
    /// Data about the person of the row.
    Rows,
    /// Exactly the number of the person of the row, never NULL.
    Person,
    /// The number of the person of the row, or NULL.
    PersonOrNull,
}

impl Taint {
    /// Whether there are person numbers in it.
    pub(super) const fn is_person(self) -> bool {
        match self {
            Self::Person | Self::PersonOrNull => true,
            Self::Null | Self::Nobody | Self::Rows => false,
        }
    }

    /// Whether each of its values is the person of the row or NULL, so that two of them can only be equal if they
    /// are the same person.
    pub(super) const fn is_person_if_any(self) -> bool {
        match self {
            Self::Person | Self::PersonOrNull | Self::Null => true,
            Self::Nobody | Self::Rows => false,
        }
    }

    /// A value that is either of the two, as the branches of a CASE or the arms of a UNION are.
    pub(super) fn or(self, other: Self) -> Proof<Self> {
        use Taint::{Nobody, Null, Person, PersonOrNull, Rows};
        match (self, other) {
            (Null, Null) => Ok(Null),
            (Person, Person) => Ok(Person),
            (Null | Person | PersonOrNull, Person | PersonOrNull)
            | (Person | PersonOrNull, Null) => Ok(PersonOrNull),
            (Null | Nobody, Nobody) | (Nobody, Null) => Ok(Nobody),
            (Null | Nobody | Rows, Rows) | (Rows, Null | Nobody) => Ok(Rows),
            (Person | PersonOrNull, Nobody | Rows) | (Nobody | Rows, Person | PersonOrNull) => {
                Err(Unproven("person numbers mixed with other values"))
            }
        }
    }

    /// What is computed from the two.
    pub(super) fn with(self, other: Self) -> Proof<Self> {
        use Taint::{Nobody, Null, Person, PersonOrNull, Rows};
        match (self, other) {
            (Null | Nobody, Null | Nobody) => Ok(Nobody),
            (Rows, Null | Nobody | Rows) | (Null | Nobody, Rows) => Ok(Rows),
            (Person | PersonOrNull, _) | (_, Person | PersonOrNull) => {
                Err(Unproven("a value computed from person numbers"))
            }
        }
    }

    /// The same where a join may have found nothing.
    pub(super) const fn or_missing(self) -> Self {
        match self {
            Self::Person | Self::PersonOrNull => Self::PersonOrNull,
            Self::Null => Self::Null,
            Self::Nobody => Self::Nobody,
            Self::Rows => Self::Rows,
        }
    }

    /// The same after a join has chosen it for the row of a person: which public value it is tells of the person.
    pub(super) const fn chosen(self) -> Self {
        match self {
            Self::Nobody => Self::Rows,
            Self::Null => Self::Null,
            Self::Rows => Self::Rows,
            Self::Person => Self::Person,
            Self::PersonOrNull => Self::PersonOrNull,
        }
    }

    /// Whether two rows that agree in these values are of the same person.
    pub(super) fn links(self, other: Self, nulls: NullEquality) -> bool {
        let persons = self.is_person_if_any() && other.is_person_if_any();
        match nulls {
            NullEquality::NullEqualsNothing => persons,
            // NULL would meet NULL, which is nobody in particular, unless one side has none.
            NullEquality::NullEqualsNull => {
                persons && (self == Self::Person || other == Self::Person)
            }
        }
    }
}
