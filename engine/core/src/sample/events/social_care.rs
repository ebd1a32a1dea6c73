//! Social care: mostly for the very old, home care first.

use super::super::calendar::draw_day;
use super::super::dice::Dice;
use super::super::error::SampleError;
use super::super::patient::Patient;
use super::super::sheet::{Cell, Sheet};
use super::super::world::World;
use super::rounded;

const MAX_WEEKLY_COST: f64 = 3_000.0;
const HOURS_IN_WEEK: f64 = 168.0;

/// Services with usual hours a week, where the service has hours, and usual cost a week in GBP.
const SERVICES: [(&str, Option<f64>, f64); 8] = [
    ("home care", Some(11.0), 290.0),
    ("home care", Some(11.0), 290.0),
    ("home care", Some(11.0), 290.0),
    ("care home", None, 940.0),
    ("day care", Some(12.0), 160.0),
    ("direct payment", Some(9.0), 240.0),
    ("equipment", None, 14.0),
    ("reablement", Some(7.0), 210.0),
];

/// Adds the packages of care of a person.
pub(super) fn add(
    sheet: &mut Sheet,
    patient: &Patient<'_>,
    world: &World,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    let mean = match patient.age() {
        ..18 => return Ok(()),
        18..65 => 0.09,
        65..80 => 0.45,
        _ => 1.4,
    };
    for _ in 0..dice.count(mean, 12) {
        let Some((service, hours, cost)) = SERVICES.get(dice.below(SERVICES.len())) else {
            continue;
        };
        let need = 0.3 + dice.waiting(0.7);
        let hours = hours.map(|hours| rounded((hours * need).min(HOURS_IN_WEEK), 1));
        sheet.add(&[
            Cell::Text(&patient.pseudonym),
            Cell::Day(draw_day(&world.calendar.clinics, patient.birth_year, dice)),
            Cell::Text(service),
            hours.map_or(Cell::Missing, Cell::Number),
            Cell::Number(rounded((cost * need).min(MAX_WEEKLY_COST), 2)),
        ])?;
    }
    Ok(())
}
