//! Admissions, and the safety incidents during them.
//!
//! More with age; emergencies with deprivation; incidents where digital maturity is low. Costs have a heavy tail, and
//! one person has most of the cost of a rare diagnosis.

use super::super::calendar::{LAST_DAY, draw_day};
use super::super::codes::{DIAGNOSES, DOMINATED};
use super::super::dice::Dice;
use super::super::error::SampleError;
use super::super::patient::Patient;
use super::super::sheet::{Cell, Sheet};
use super::super::world::{Trust, World};
use super::rounded;

/// Largest cost of a stay in the contract, in GBP.
const MAX_COST: f64 = 60_000.0;
const MAX_NIGHTS: f64 = 365.0;
const DOMINATING_ADMISSIONS: usize = 60;

const SEVERITIES: [&str; 20] = [
    "no harm", "no harm", "no harm", "no harm", "no harm", "no harm", "no harm", "no harm",
    "no harm", "no harm", "no harm", "low", "low", "low", "low", "low", "moderate", "moderate",
    "severe", "death",
];
const KINDS: [&str; 10] = [
    "fall",
    "fall",
    "fall",
    "medication",
    "medication",
    "pressure ulcer",
    "delay",
    "infection",
    "records",
    "equipment",
];

/// One stay.
struct Stay<'w> {
    trust: &'w Trust,
    diagnosis: usize,
    emergency: bool,
    admitted: i32,
    nights: i32,
    cost: f64,
}

/// Adds the admissions of a person, with their incidents.
pub(super) fn add(
    admissions: &mut Sheet,
    incidents: &mut Sheet,
    patient: &Patient<'_>,
    world: &World,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    let any = dice.chance(1.0 - (-1.75 * patient.morbidity).exp() * 0.93);
    let stays = if any { 1 + dice.count(5.0 * patient.morbidity, 150) } else { 0 };
    for _ in 0..stays {
        let Some(stay) = draw(patient, world, dice) else { continue };
        write(admissions, patient, &stay)?;
        let unsafe_here = 0.0195 - 0.0033 * stay.trust.maturity as f64;
        if dice.chance(unsafe_here * if stay.nights > 7 { 1.8 } else { 1.0 }) {
            write_incident(incidents, patient, &stay, dice)?;
        }
    }
    let dominating = if patient.dominates { DOMINATING_ADMISSIONS } else { 0 };
    for _ in 0..dominating {
        let Some(trust) = world.first_trust() else { continue };
        let admitted = draw_day(&world.calendar.clinics, patient.birth_year, dice);
        let cost = rounded(MAX_COST - dice.unit() * 4_000.0, 2);
        let nights = 3;
        let stay = Stay { trust, diagnosis: DOMINATED, emergency: false, admitted, nights, cost };
        write(admissions, patient, &stay)?;
    }
    Ok(())
}

fn draw<'w>(patient: &Patient<'_>, world: &'w World, dice: &mut Dice) -> Option<Stay<'w>> {
    let trust = world.draw_trust(patient.region, dice)?;
    let emergency = dice.chance(0.24 + 0.03 * (10 - patient.imd) as f64);
    let wheel = if emergency { &world.calendar.emergencies } else { &world.calendar.clinics };
    let admitted = draw_day(wheel, patient.birth_year, dice);
    let mean = if emergency { 3.0 } else { 0.9 } + f64::from(patient.age().max(0)) / 30.0;
    let nights = dice.waiting(mean).min(MAX_NIGHTS) as i32;
    // A Pareto tail of index 1.9: few stays cost many times the usual.
    let tail = (1.0 - dice.unit()).powf(-1.0 / 1.9);
    let cost = (180.0 + 310.0 * f64::from(nights)) * tail;
    let cost = rounded(cost.min(MAX_COST), 2);
    let diagnosis = world.draw_diagnosis(dice);
    Some(Stay { trust, diagnosis, emergency, admitted, nights, cost })
}

fn write(sheet: &mut Sheet, patient: &Patient<'_>, stay: &Stay<'_>) -> Result<(), SampleError> {
    let (icd10, _, chapter) = DIAGNOSES.get(stay.diagnosis).copied().unwrap_or_default();
    let discharged = stay.admitted + stay.nights;
    let still_there = discharged > LAST_DAY;
    sheet.add(&[
        Cell::Text(&patient.pseudonym),
        Cell::Day(stay.admitted),
        if still_there { Cell::Missing } else { Cell::Day(discharged) },
        Cell::Text(icd10),
        Cell::Text(chapter),
        Cell::Text(&stay.trust.code),
        Cell::Boolean(stay.emergency),
        if still_there { Cell::Missing } else { Cell::Integer(stay.nights.into()) },
        Cell::Number(stay.cost),
    ])
}

fn write_incident(
    sheet: &mut Sheet,
    patient: &Patient<'_>,
    stay: &Stay<'_>,
    dice: &mut Dice,
) -> Result<(), SampleError> {
    let within = i32::try_from(dice.below(usize::try_from(stay.nights).unwrap_or(0) + 1));
    sheet.add(&[
        Cell::Text(&patient.pseudonym),
        Cell::Day((stay.admitted + within.unwrap_or(0)).min(LAST_DAY)),
        Cell::Text(dice.pick(&SEVERITIES)),
        Cell::Text(dice.pick(&KINDS)),
        Cell::Text(&stay.trust.code),
    ])
}
