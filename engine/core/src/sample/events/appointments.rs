//! Appointments: more by telephone and video from 2020, shorter waits where digital maturity is high.

use super::super::calendar::{draw_day, year_of};
use super::super::dice::Dice;
use super::super::error::SampleError;
use super::super::patient::Patient;
use super::super::sheet::{Cell, Sheet};
use super::super::world::World;

const MAX_WAIT: f64 = 730.0;

const SPECIALTIES: [&str; 14] = [
    "general medicine",
    "general medicine",
    "orthopaedics",
    "orthopaedics",
    "ophthalmology",
    "ophthalmology",
    "physiotherapy",
    "cardiology",
    "dermatology",
    "diabetes",
    "surgery",
    "surgery",
    "respiratory",
    "mental health",
];

/// Adds the appointments of a person.
pub(super) fn add(
    sheet: &mut Sheet,
    patient: &Patient<'_>,
    world: &World,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    for _ in 0..dice.count(4.0 * patient.morbidity, 120) {
        let Some(trust) = world.draw_trust(patient.region, dice) else { continue };
        let day = draw_day(&world.calendar.clinics, patient.birth_year, dice);
        let specialty = dice.pick(&SPECIALTIES);
        let slow = if specialty == "orthopaedics" { 1.6 } else { 1.0 };
        let wait = dice.waiting((78.0 - 9.0 * trust.maturity as f64) * slow).min(MAX_WAIT);
        let attended = dice.chance(0.86 + 0.011 * patient.imd as f64);
        let noted = !dice.chance(0.04);
        sheet.add(&[
            Cell::Text(&patient.pseudonym),
            Cell::Day(day),
            Cell::Text(mode(day, patient.age(), dice)),
            Cell::Text(specialty),
            Cell::Text(&trust.code),
            if noted { Cell::Boolean(attended) } else { Cell::Missing },
            Cell::Integer(wait as i64),
        ])?;
    }
    Ok(())
}

fn mode(day: i32, age: i32, dice: &mut Dice) -> &'static str {
    let remote = if year_of(day) < 2020 { 0.08 } else { 0.34 };
    let video = if age < 50 { 0.5 } else { 0.2 };
    match (dice.chance(remote), dice.chance(video)) {
        (false, _) => "face to face",
        (true, true) => "video",
        (true, false) => "telephone",
    }
}
