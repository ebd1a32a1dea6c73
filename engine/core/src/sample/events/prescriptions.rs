//! Prescribed items: a few drugs very often, most of 2,000 rarely.

use super::super::calendar::draw_day;
use super::super::dice::Dice;
use super::super::error::SampleError;
use super::super::patient::Patient;
use super::super::sheet::{Cell, Sheet};
use super::super::world::World;
use super::rounded;

const MAX_COST: f64 = 5_000.0;

/// Units of an item: days of treatment, once to several times a day.
const QUANTITIES: [u16; 12] = [28, 28, 28, 28, 56, 56, 84, 30, 100, 14, 21, 7];

/// Adds the prescriptions of a person.
pub(super) fn add(
    sheet: &mut Sheet,
    patient: &Patient<'_>,
    world: &World,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    for _ in 0..dice.count(20.0 * patient.morbidity, 600) {
        let Some(drug) = world.draw_drug(dice) else { continue };
        let quantity = QUANTITIES.get(dice.below(QUANTITIES.len())).copied().unwrap_or(28);
        let cost = rounded((1.2 + f64::from(quantity) * drug.unit_price).min(MAX_COST), 2);
        sheet.add(&[
            Cell::Text(&patient.pseudonym),
            Cell::Day(draw_day(&world.calendar.clinics, patient.birth_year, dice)),
            Cell::Text(&drug.code),
            Cell::Integer(quantity.into()),
            Cell::Number(cost),
        ])?;
    }
    Ok(())
}
