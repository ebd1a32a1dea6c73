//! What is there before any person: trusts, practices, code lists, and how often each is met.

use std::path::Path;

use super::calendar::Calendar;
use super::codes::{self, DIAGNOSES, DRUGS};
use super::dice::{Dice, Wheel};
use super::error::SampleError;
use super::places::{PLACES, PRACTICES, REGION_WEIGHTS, REGIONS, TRUSTS};
use super::sheet::{Cell, Sheet};
use crate::catalog::contract::Contract;

/// Trusts; a quarter of them has no electronic patient record.
const TRUST_COUNT: usize = 40;
/// Digital maturity of eight trusts in turn.
const MATURITY: [i64; 8] = [3, 1, 4, 2, 5, 3, 2, 4];

/// A hospital trust.
pub(super) struct Trust {
    pub(super) code: String,
    name: String,
    kind: &'static str,
    region: usize,
    /// 1 to 5.
    pub(super) maturity: i64,
    electronic_record: bool,
}

/// A general practice.
pub(super) struct Practice {
    pub(super) code: String,
    name: String,
    pub(super) region: usize,
    /// Deprivation around it, 1 (most) to 10.
    pub(super) imd: i64,
}

/// A drug.
pub(super) struct Drug {
    pub(super) code: String,
    name: String,
    strength: i64,
    /// Price of one unit in GBP.
    pub(super) unit_price: f64,
}

/// Everything that exists before any person.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) persons: u64,
    pub(super) calendar: Calendar,
    trusts: Vec<Trust>,
    trusts_by_region: Vec<Vec<usize>>,
    practices: Vec<Practice>,
    practice_wheel: Wheel,
    drugs: Vec<Drug>,
    drug_wheel: Wheel,
    diagnosis_wheel: Wheel,
}

impl World {
    pub(super) fn new(seed: u64, persons: u64) -> Self {
        let mut dice = Dice::new(seed, "world", 0);
        let trusts: Vec<Trust> = (0..TRUST_COUNT).map(trust).collect();
        let trusts_by_region = (0..REGIONS.len())
            .map(|region| {
                (0..TRUST_COUNT)
                    .filter(|i| trusts.get(*i).is_some_and(|t| t.region == region))
                    .collect()
            })
            .collect();
        let practices = usize::try_from(persons / 300).unwrap_or(usize::MAX).clamp(12, 600);
        let region_wheel = Wheel::new(REGION_WEIGHTS);
        let sizes: Vec<f64> = (0..practices).map(|_| 0.3 + dice.waiting(1.0)).collect();
        Self {
            seed,
            persons,
            calendar: Calendar::new(),
            trusts,
            trusts_by_region,
            // The last practice is not on the wheel: its three patients are chosen one by one.
            practices: (0..=practices).map(|i| practice(i, &region_wheel, &mut dice)).collect(),
            practice_wheel: Wheel::new(sizes),
            drugs: (0..DRUGS).map(|rank| drug(rank, &mut dice)).collect(),
            drug_wheel: Wheel::zipf(DRUGS),
            diagnosis_wheel: Wheel::new(
                (1..=DIAGNOSES.len())
                    .map(|rank| if rank == DIAGNOSES.len() { 0.002 } else { 1.0 / rank as f64 }),
            ),
        }
    }

    /// A trust for somebody of a region: usually one of that region.
    pub(super) fn draw_trust(&self, region: usize, dice: &mut Dice) -> Option<&Trust> {
        let local = self.trusts_by_region.get(region).filter(|_| dice.chance(0.85));
        let position = match local {
            Some(local) => local.get(dice.below(local.len())).copied().unwrap_or(0),
            None => dice.below(self.trusts.len()),
        };
        self.trusts.get(position)
    }

    /// The trust that treats the person who dominates a cost.
    pub(super) fn first_trust(&self) -> Option<&Trust> {
        self.trusts.first()
    }

    /// A practice of ordinary size.
    pub(super) fn draw_practice(&self, dice: &mut Dice) -> Option<&Practice> {
        self.practices.get(self.practice_wheel.draw(dice))
    }

    /// The practice with exactly three patients.
    pub(super) fn smallest_practice(&self) -> Option<&Practice> {
        self.practices.last()
    }

    pub(super) fn draw_drug(&self, dice: &mut Dice) -> Option<&Drug> {
        self.drugs.get(self.drug_wheel.draw(dice))
    }

    /// The position of a diagnosis.
    pub(super) fn draw_diagnosis(&self, dice: &mut Dice) -> usize {
        self.diagnosis_wheel.draw(dice)
    }

    /// Writes the tables without persons.
    pub(super) fn write(&self, contract: &Contract, folder: &Path) -> Result<(), SampleError> {
        let mut sheet = Sheet::create(contract, "organisations", folder)?;
        for trust in &self.trusts {
            sheet.add(&[
                Cell::Text(&trust.code),
                Cell::Text(&trust.name),
                Cell::Text(trust.kind),
                Cell::Text(region_name(trust.region)),
                Cell::Integer(trust.maturity),
                Cell::Boolean(trust.electronic_record),
            ])?;
        }
        sheet.finish()?;
        let mut sheet = Sheet::create(contract, "practices", folder)?;
        for practice in &self.practices {
            sheet.add(&[
                Cell::Text(&practice.code),
                Cell::Text(&practice.name),
                Cell::Text(region_name(practice.region)),
            ])?;
        }
        sheet.finish()?;
        let mut sheet = Sheet::create(contract, "icd10_codes", folder)?;
        for (code, title, chapter) in DIAGNOSES {
            sheet.add(&[Cell::Text(code), Cell::Text(title), Cell::Text(chapter)])?;
        }
        sheet.finish()?;
        let mut sheet = Sheet::create(contract, "drug_codes", folder)?;
        for drug in &self.drugs {
            let strength = Cell::Integer(drug.strength);
            sheet.add(&[Cell::Text(&drug.code), Cell::Text(&drug.name), strength])?;
        }
        sheet.finish()
    }
}

/// The name of a region.
pub(super) fn region_name(region: usize) -> &'static str {
    REGIONS.get(region).copied().unwrap_or_default()
}

fn trust(index: usize) -> Trust {
    let (kind, suffix) = TRUSTS.get(index % TRUSTS.len()).copied().unwrap_or_default();
    let place = PLACES.get(index).copied().unwrap_or_default();
    Trust {
        code: format!("T{:02}", index + 1),
        name: format!("{place} {suffix}"),
        kind,
        region: index % REGIONS.len(),
        maturity: MATURITY.get(index % 8).copied().unwrap_or(3),
        // Two in eight, both of low maturity.
        electronic_record: !matches!(index % 8, 1 | 3),
    }
}

fn practice(index: usize, regions: &Wheel, dice: &mut Dice) -> Practice {
    let place = PLACES.get(index * 7 % PLACES.len()).copied().unwrap_or_default();
    let suffix = PRACTICES.get(index / PLACES.len() % PRACTICES.len()).copied().unwrap_or_default();
    Practice {
        code: format!("P{:04}", index + 1),
        name: format!("{place} {suffix}"),
        region: regions.draw(dice),
        imd: 1 + i64::try_from(dice.below(10)).unwrap_or(0),
    }
}

/// The drug of a rank of frequency; codes are shuffled so that frequency does not follow them.
fn drug(rank: usize, dice: &mut Dice) -> Drug {
    let position = rank * 7_919 % DRUGS;
    let (name, strength) = codes::drug(position);
    let dear = if dice.chance(0.02) { 25.0 } else { 1.0 };
    let unit_price = (0.02 + dice.waiting(0.12)) * dear;
    Drug { code: format!("D{:04}", position + 1), name, strength, unit_price }
}
