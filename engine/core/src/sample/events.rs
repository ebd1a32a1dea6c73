//! What happens to persons: one file per table.

mod admissions;
mod appointments;
mod prescriptions;
mod social_care;
mod test_results;

use std::path::Path;

use super::dice::Dice;
use super::error::SampleError;
use super::patient::Patient;
use super::sheet::{Cell, Sheet};
use super::world::{World, region_name};
use crate::catalog::contract::Contract;

/// The tables of persons.
pub(super) struct Sheets {
    patients: Sheet,
    admissions: Sheet,
    appointments: Sheet,
    prescriptions: Sheet,
    test_results: Sheet,
    social_care: Sheet,
    safety_incidents: Sheet,
}

impl Sheets {
    pub(super) fn create(contract: &Contract, folder: &Path) -> Result<Self, SampleError> {
        let sheet = |table| Sheet::create(contract, table, folder);
        Ok(Self {
            patients: sheet("patients")?,
            admissions: sheet("admissions")?,
            appointments: sheet("appointments")?,
            prescriptions: sheet("prescriptions")?,
            test_results: sheet("test_results")?,
            social_care: sheet("social_care")?,
            safety_incidents: sheet("safety_incidents")?,
        })
    }

    /// Adds a person and everything that happens to them.
    pub(super) fn add(
        &mut self,
        patient: &Patient<'_>,
        world: &World,
        dice: &mut Dice,
    ) -> Result<(), SampleError> {
        self.patients.add(&[
            Cell::Text(&patient.pseudonym),
            patient.sex.map_or(Cell::Missing, Cell::Text),
            Cell::Integer(patient.birth_year.into()),
            patient.ethnicity.map_or(Cell::Missing, Cell::Text),
            Cell::Text(region_name(patient.region)),
            if patient.imd_known { Cell::Integer(patient.imd) } else { Cell::Missing },
            Cell::Text(patient.practice),
            Cell::Boolean(patient.hiv),
            Cell::Day(patient.registered_on),
        ])?;
        admissions::add(&mut self.admissions, &mut self.safety_incidents, patient, world, dice)?;
        appointments::add(&mut self.appointments, patient, world, dice)?;
        prescriptions::add(&mut self.prescriptions, patient, world, dice)?;
        test_results::add(&mut self.test_results, patient, world, dice)?;
        social_care::add(&mut self.social_care, patient, world, dice)
    }

    /// Ends every file.
    pub(super) fn finish(self) -> Result<(), SampleError> {
        self.patients.finish()?;
        self.admissions.finish()?;
        self.appointments.finish()?;
        self.prescriptions.finish()?;
        self.test_results.finish()?;
        self.social_care.finish()?;
        self.safety_incidents.finish()
    }
}

/// An amount of money or a reading, rounded to digits after the point.
fn rounded(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}
