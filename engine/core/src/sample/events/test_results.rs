//! Test results: readings around a usual value, further from it with age and deprivation.

use super::super::calendar::draw_day;
use super::super::codes::{TESTS, Test};
use super::super::dice::Dice;
use super::super::error::SampleError;
use super::super::patient::Patient;
use super::super::sheet::{Cell, Sheet};
use super::super::world::World;
use super::rounded;

/// Adds the test results of a person.
pub(super) fn add(
    sheet: &mut Sheet,
    patient: &Patient<'_>,
    world: &World,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    for _ in 0..dice.count(4.0 * patient.morbidity, 120) {
        // The smaller of two draws, so that the first tests of the list are the most frequent.
        let position = dice.below(TESTS.len()).min(dice.below(TESTS.len()));
        let Some(test) = TESTS.get(position) else { continue };
        let value = reading(test, patient, dice);
        let usable = !dice.chance(0.03);
        let abnormal = value < test.range.0 || value > test.range.1;
        sheet.add(&[
            Cell::Text(&patient.pseudonym),
            Cell::Day(draw_day(&world.calendar.clinics, patient.birth_year, dice)),
            Cell::Text(test.code),
            if usable { Cell::Number(value) } else { Cell::Missing },
            Cell::Boolean(usable && abnormal),
        ])?;
    }
    Ok(())
}

fn reading(test: &Test, patient: &Patient<'_>, dice: &mut Dice) -> f64 {
    let drift = f64::from(patient.age() - 45) / 120.0 + 0.03 * (5.5 - patient.imd as f64);
    rounded((test.usual + test.deviation * (dice.bell() + drift)).max(0.1), 1)
}
