use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{CONTRACT, MIN_PERSONS, SampleError, SampleSpec, generate};
use crate::catalog::contract::Contract;
use crate::progress::Silent;

/// How the committed sample was made.
const COMMITTED_PERSONS: u64 = 3_000;
const COMMITTED_SEED: u64 = 1;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets-sample")
}

fn read(folder: &Path, table: &str) -> RecordBatch {
    let file = File::open(folder.join(format!("{table}.parquet"))).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn texts<'b>(batch: &'b RecordBatch, column: &str) -> Vec<Option<&'b str>> {
    batch.column_by_name(column).unwrap().as_string::<i32>().iter().collect()
}

fn small(persons: u64, seed: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let spec = SampleSpec { persons, seed, out: folder.path().to_owned() };
    generate(&spec, &Silent).unwrap();
    folder
}

#[test]
fn the_committed_sample_is_what_the_generator_writes() {
    let fresh = small(COMMITTED_PERSONS, COMMITTED_SEED);
    for table in Contract::parse("contract.toml", CONTRACT).unwrap().tables {
        let name = table.name.as_str();
        assert!(
            read(fresh.path(), name) == read(&committed(), name),
            "`{name}` differs: run `tresor sample generate --persons 3000 --seed 1 --out datasets-sample`"
        );
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes_and_another_seed_others() {
    let (a, b, c) = (small(200, 7), small(200, 7), small(200, 8));
    let bytes =
        |folder: &tempfile::TempDir, table| std::fs::read(folder.path().join(table)).unwrap();
    for table in ["patients.parquet", "prescriptions.parquet", "practices.parquet"] {
        assert!(bytes(&a, table) == bytes(&b, table));
        assert!(bytes(&a, table) != bytes(&c, table));
    }
}

#[test]
fn too_few_persons_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let spec = SampleSpec { persons: MIN_PERSONS - 1, seed: 1, out: folder.path().to_owned() };
    assert!(matches!(generate(&spec, &Silent), Err(SampleError::TooFewPersons)));
}

#[test]
fn averages_are_as_promised() {
    let persons = COMMITTED_PERSONS as f64;
    let per_person = |table: &str| read(&committed(), table).num_rows() as f64 / persons;
    let near = |table: &str, expected: f64| {
        let found = per_person(table);
        assert!((found / expected - 1.0).abs() < 0.2, "{table}: {found} instead of {expected}");
    };
    near("patients", 1.0);
    near("admissions", 5.0);
    near("prescriptions", 20.0);
    near("appointments", 4.0);
    near("test_results", 4.0);
    near("social_care", 0.15);
    near("safety_incidents", 0.05);
    let admissions = read(&committed(), "admissions");
    let admitted: std::collections::HashSet<_> =
        texts(&admissions, "person_id").into_iter().collect();
    let none = 1.0 - admitted.len() as f64 / persons;
    assert!((none - 0.27).abs() < 0.03, "{none} have no admission");
}

#[test]
fn one_practice_has_exactly_three_patients() {
    let patients = read(&committed(), "patients");
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for practice in texts(&patients, "practice_code").into_iter().flatten() {
        *sizes.entry(practice).or_default() += 1;
    }
    let small: Vec<usize> = sizes.values().copied().filter(|size| *size < 20).collect();
    assert_eq!(small, [3]);
}

#[test]
fn a_quarter_of_the_trusts_has_no_electronic_record() {
    let trusts = read(&committed(), "organisations");
    let with =
        trusts.column_by_name("electronic_patient_record").unwrap().as_boolean().true_count();
    assert_eq!((with, trusts.num_rows()), (30, 40));
}

#[test]
fn one_person_dominates_a_rare_diagnosis() {
    let admissions = read(&committed(), "admissions");
    let codes = texts(&admissions, "icd10");
    let people = texts(&admissions, "person_id");
    let costs = admissions.column_by_name("cost").unwrap().as_primitive::<Float64Type>();
    let mut by_person: HashMap<&str, f64> = HashMap::new();
    for row in (0..admissions.num_rows()).filter(|row| codes[*row] == Some("D66")) {
        *by_person.entry(people[row].unwrap()).or_default() += costs.value(row);
    }
    let total: f64 = by_person.values().sum();
    let largest = by_person.values().copied().fold(0.0, f64::max);
    assert!(by_person.len() > 1 && largest > 0.9 * total, "{} of {total}", largest);
}

#[test]
fn a_rare_disease_is_there_and_values_are_missing() {
    let patients = read(&committed(), "patients");
    let ill = patients.column_by_name("hiv_status").unwrap().as_boolean().true_count();
    assert!((1..=6).contains(&ill), "{ill}");
    assert!(patients.column_by_name("ethnicity").unwrap().null_count() > 50);
    let admissions = read(&committed(), "admissions");
    assert!(admissions.column_by_name("discharge_date").unwrap().null_count() > 0);
}

#[test]
fn deprivation_goes_with_emergencies_and_maturity_with_short_waits() {
    let patients = read(&committed(), "patients");
    let deciles = patients.column_by_name("imd_decile").unwrap().as_primitive::<Int64Type>();
    let decile_of: HashMap<&str, i64> = texts(&patients, "person_id")
        .into_iter()
        .flatten()
        .zip(deciles)
        .filter_map(|(person, decile)| Some((person, decile?)))
        .collect();
    let admissions = read(&committed(), "admissions");
    let emergencies = admissions.column_by_name("emergency").unwrap().as_boolean();
    let share = |from: i64, to: i64| {
        let people = texts(&admissions, "person_id");
        let rows: Vec<usize> = (0..people.len())
            .filter(|row| {
                decile_of.get(people[*row].unwrap()).is_some_and(|d| (from..=to).contains(d))
            })
            .collect();
        rows.iter().filter(|row| emergencies.value(**row)).count() as f64 / rows.len() as f64
    };
    assert!(share(1, 2) > share(9, 10) + 0.1);

    let trusts = read(&committed(), "organisations");
    let maturity = trusts.column_by_name("digital_maturity").unwrap().as_primitive::<Int64Type>();
    let maturity_of: HashMap<&str, i64> = texts(&trusts, "organisation_code")
        .into_iter()
        .flatten()
        .zip(maturity.values().iter().copied())
        .collect();
    let appointments = read(&committed(), "appointments");
    let waits = appointments.column_by_name("wait_days").unwrap().as_primitive::<Int64Type>();
    let codes = texts(&appointments, "organisation_code");
    let wait = |low: i64, high: i64| {
        let found: Vec<i64> = (0..codes.len())
            .filter(|row| (low..=high).contains(&maturity_of[codes[*row].unwrap()]))
            .map(|row| waits.value(row))
            .collect();
        found.iter().sum::<i64>() as f64 / found.len() as f64
    };
    assert!(wait(1, 2) > wait(4, 5) + 15.0);
}
