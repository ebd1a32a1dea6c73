//! Base numbers as they are told: by the rules for their cell, or as an earlier number of nearly the same people was.
//!
//! Everything that is told of a cell comes from here, and so does whether it is told: what decides about rows and about other
//! cells looks at the same answers as what is shown.

use tresor_disclosure::amounts;
use tresor_disclosure::profile::Noise;
use tresor_disclosure::{ByPlan, Contribution, Profile, Protected, Reason, estimable, grid};

use super::Rules;
use crate::guard::release::{PersonalRelease, ROWS};
use crate::vault::cells::{Asked, Measured};
use crate::vault::past::{Answer, Of};

/// An answer in fixed point.
pub(super) struct Told {
    pub(super) answer: Answer,
    pub(super) decimals: u32,
}

/// How many persons there are.
pub(super) fn persons(release: &PersonalRelease, measured: &Measured, rules: &Rules<'_>) -> Answer {
    let plan = plan(release, measured, &measured.asked_of_persons, 0);
    let cell = measured.persons();
    let own = tresor_disclosure::persons_in(rules.profile, rules.secret, cell, plan);
    let sketch = measured.sketches_of_persons().map(|sketches| &sketches.persons);
    let of = Of { measure: "persons", cell, asked: measured.asked_of_persons.name, sketch };
    beside_earlier(release, of, Answer { protected: own, step: 1 }, rules)
}

/// How many rows there are.
pub(super) fn rows(release: &PersonalRelease, measured: &Measured, rules: &Rules<'_>) -> Answer {
    rows_of(release, measured, &measured.contribution, rules)
}

/// What the rows sum up to, by the name of what is summed.
pub(super) fn sum(
    release: &PersonalRelease,
    measured: &Measured,
    (name, decimals): (&str, u32),
    rules: &Rules<'_>,
) -> Told {
    let cell = &measured.contribution;
    if name == ROWS {
        // Numbers of rows that were counted per person first: the same rows, so the same answer.
        let counted = Contribution { rows: u64::try_from(cell.total).unwrap_or(0), ..*cell };
        return Told { answer: rows_of(release, measured, &counted, rules), decimals: 0 };
    }
    let plan = plan(release, measured, &measured.asked, decimals);
    let own = tresor_disclosure::sum_in(rules.profile, rules.secret, name, cell, plan);
    let measure = format!("{name} to {decimals} places");
    let step = step(name, measured, rules);
    let of = of_totals(&measure, measured);
    Told { answer: beside_earlier(release, of, Answer { protected: own, step }, rules), decimals }
}

/// Whether there are enough persons for so many estimates.
///
/// # Errors
/// The reason why there is no value.
pub(super) fn enough_for(
    release: &PersonalRelease,
    measured: &Measured,
    estimates: u64,
    rules: &Rules<'_>,
) -> Result<(), Reason> {
    let cell = &measured.contribution;
    let own = match estimable(rules.profile, rules.secret, cell, estimates) {
        Ok(()) => Protected::Shown { value: 0, half_width: 0 },
        Err(reason) => Protected::Withheld(reason),
    };
    let measure = format!("{estimates} estimates");
    let sketch = measured.sketches.as_ref().map(|sketches| &sketches.persons);
    let of = Of { measure: &measure, cell, asked: measured.asked.name, sketch };
    match beside_earlier(release, of, Answer { protected: own, step: 0 }, rules).protected {
        Protected::Shown { .. } => Ok(()),
        Protected::Withheld(reason) => Err(reason),
    }
}

fn rows_of(
    release: &PersonalRelease,
    measured: &Measured,
    cell: &Contribution,
    rules: &Rules<'_>,
) -> Answer {
    let plan = plan(release, measured, &measured.asked, 0);
    let own = tresor_disclosure::rows_in(rules.profile, rules.secret, ROWS, cell, plan);
    let own = Answer { protected: own, step: step(ROWS, measured, rules) };
    beside_earlier(release, of_totals(ROWS, measured), own, rules)
}

/// What one person may have added, as far as the interval tells.
fn step(measure: &str, measured: &Measured, rules: &Rules<'_>) -> u128 {
    grid::up(amounts(rules.profile, rules.secret, measure, &measured.contribution).largest())
}

/// A number that each person adds a part to.
pub(super) fn of_totals<'a>(measure: &'a str, measured: &'a Measured) -> Of<'a> {
    let sketch = measured.sketches.as_ref().map(|sketches| &sketches.totals);
    Of { measure, cell: &measured.contribution, asked: measured.asked.name, sketch }
}

/// The earlier answer, where the cell hardly differs from an earlier one.
fn beside_earlier(release: &PersonalRelease, of: Of<'_>, own: Answer, rules: &Rules<'_>) -> Answer {
    let Some(beside) = rules.beside else { return own };
    let grouped = if is_noisier_in_groups(rules.profile) && !release.keys.is_empty() {
        " in groups"
    } else {
        ""
    };
    let measure = format!("{}{grouped}", of.measure);
    beside.answer(Of { measure: &measure, ..of }, own)
}

/// Only this noise has another size where there are groups.
const fn is_noisier_in_groups(profile: &Profile) -> bool {
    matches!(profile.noise, Noise::CellKeyGaussian { .. })
}

pub(super) fn plan<'b>(
    release: &PersonalRelease,
    measured: &Measured,
    asked: &'b Asked,
    decimals: u32,
) -> ByPlan<'b> {
    let grouped = !release.keys.is_empty();
    ByPlan { grouped, decimals, conditions: measured.conditions, layers: &asked.layers }
}
