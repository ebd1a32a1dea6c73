//! Synthetic extracts of any size: invented persons with health and social care records, for trying, testing and
//! measuring. Nothing here is or was a person.
//!
//! The records have what makes disclosure control hard in practice: long tails of codes, a person who dominates a
//! cost, a disease of one person in 2,000, a practice with three patients, missing values; and relations worth
//! finding: age with admissions, deprivation with emergencies, digital maturity with waits and incidents. The same
//! spec gives the same records. Must never know: snapshots, record keys.

mod calendar;
mod codes;
mod dice;
mod error;
mod events;
mod patient;
mod places;
mod sheet;
mod world;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::PathBuf;

pub use error::SampleError;

use crate::catalog::contract::Contract;
use crate::progress::Progress;
use dice::Dice;
use error::writing;
use events::Sheets;
use patient::Patient;
use world::World;

/// The contract of the sample, as it is written beside the tables.
pub const CONTRACT: &str = include_str!("../../../../datasets-sample/contract.toml");

/// Fewest persons: with fewer, the practice with three patients and the rest do not fit.
pub const MIN_PERSONS: u64 = 100;

/// Persons that are drawn from one stream of random numbers.
const PERSONS_PER_BLOCK: u64 = 1_024;

/// What to generate.
#[derive(Debug, Clone)]
pub struct SampleSpec {
    /// How many persons, at least [`MIN_PERSONS`].
    pub persons: u64,
    /// Another seed, other persons.
    pub seed: u64,
    /// The folder for `<table>.parquet` and `contract.toml`; files of these names are replaced.
    pub out: PathBuf,
}

/// Writes the tables and the contract. Needs the same small memory for any number of persons.
///
/// # Errors
/// [`SampleError`] when the spec is too small or the folder cannot be written.
pub fn generate(spec: &SampleSpec, progress: &dyn Progress) -> Result<(), SampleError> {
    if spec.persons < MIN_PERSONS {
        return Err(SampleError::TooFewPersons);
    }
    let contract = Contract::parse("contract.toml", CONTRACT)?;
    fs::create_dir_all(&spec.out).map_err(writing(&spec.out))?;
    let path = spec.out.join("contract.toml");
    fs::write(&path, CONTRACT).map_err(writing(&path))?;

    let world = World::new(spec.seed, spec.persons);
    world.write(&contract, &spec.out)?;
    let mut sheets = Sheets::create(&contract, &spec.out)?;
    progress.begin("generating persons", Some(spec.persons));
    let mut first = 0;
    while first < spec.persons {
        let end = spec.persons.min(first + PERSONS_PER_BLOCK);
        let mut dice = Dice::new(spec.seed, "persons", first);
        for index in first..end {
            let patient = Patient::draw(index, &world, &mut dice);
            sheets.add(&patient, &world, &mut dice)?;
        }
        progress.advance(end - first);
        first = end;
    }
    sheets.finish()?;
    progress.finish();
    Ok(())
}
