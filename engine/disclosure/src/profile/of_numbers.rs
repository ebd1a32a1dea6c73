//! What of a profile decides about numbers: which are shown, and how they are changed.

use super::{Exposure, Hidden, HiddenAs, Profile, ReleaseRule, Suffixes};

impl Profile {
    /// The same rules for numbers, and nothing beside them. Numbers under two profiles that are equal in this can be held
    /// against each other: names, the form of answers and the limits of meters change no number.
    #[must_use]
    pub fn of_numbers(&self) -> Self {
        let none = String::new;
        Self {
            id: none(),
            title: none(),
            source: none(),
            hidden: Hidden { sign: HiddenAs::Null, text: none() },
            suffixes: Suffixes { value: none(), derived: none() },
            release: ReleaseRule { max_rows: 0, max_bytes: 0, formats: vec![], review: false },
            exposure: Exposure { warn: 0.0, review: 0.0, lock: 0.0 },
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::tests::sample;
    use crate::profile::{Exposure, Profile};

    /// An officer who gives it another title must not open the past of a project.
    #[test]
    fn numbers_depend_on_their_rules_alone() {
        let known = sample().of_numbers();
        let exposure = Exposure { warn: 0.01, review: 0.02, lock: 0.03 };
        let mut other = Profile { title: "Another".to_owned(), exposure, ..sample() };
        other.release.max_rows += 1;
        assert_eq!(other.of_numbers(), known);
        let fewer = Profile { min_count: sample().min_count + 1, ..sample() };
        assert_ne!(fewer.of_numbers(), known);
        let mut wider = sample();
        wider.rounding.base += 1;
        assert_ne!(wider.of_numbers(), known);
    }
}
