use super::*;
use crate::contribution::TOP;
use crate::noise::NoiseSecret;
use crate::outcome::Reason;
use crate::profile::tests::sample;
use crate::profile::{Noise, Rounding, RoundingMethod};
use crate::protect::{rows, sum};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

/// One row for each person.
fn stays(values: &[i128]) -> Contribution {
    (1..)
        .zip(values)
        .map(|(key, &value)| Contribution::of_person(key, 1, value))
        .fold(Contribution::default(), Contribution::merge)
}

fn visits(c: &Contribution) -> Contribution {
    let persons = i128::from(c.persons);
    Contribution { total: persons, absolute: c.persons.into(), top: [1; TOP], ..*c }
}

fn told(profile: &Profile, c: &Contribution) -> Protected {
    let (sum, rows) = (sum(profile, &SECRET, "sum", c), rows(profile, &SECRET, "rows", &visits(c)));
    mean_of(profile, sum, rows, c, 1)
}

fn hes() -> Profile {
    let rounding = Rounding { method: RoundingMethod::Nearest, ..sample().rounding };
    Profile { rounding, derived_from: DerivedFrom::TrueIfMinCount, ..sample() }
}

#[test]
fn true_parts_are_used_where_both_are_shown() {
    let twelve = stays(&[5; 12]);
    assert_eq!(told(&hes(), &twelve), Protected::Shown { value: 50, half_width: 0 });
    let protected = Profile { derived_from: DerivedFrom::Protected, ..hes() };
    let Protected::Shown { value, half_width } = told(&protected, &twelve) else { panic!() };
    assert_ne!((value, half_width), (50, 0), "60 of 10 rounded rows");
    let few = Protected::Withheld(Reason::TooFewContributors);
    assert_eq!(told(&hes(), &stays(&[5; 9])), few);
}

#[test]
fn noise_is_never_taken_off() {
    let noise = Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 1.0 };
    let noisy = Profile { noise, ..hes() };
    let (sum, rows) = (
        Protected::Shown { value: 66, half_width: 9 },
        Protected::Shown { value: 10, half_width: 2 },
    );
    assert_eq!(mean_of(&noisy, sum, rows, &stays(&[5; 12]), 1), mean(sum, rows, 1));
}
