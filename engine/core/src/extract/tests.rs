use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, UInt32Type};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::identifiers::{Identifier, find};
use super::shard::{self, Shard};
use super::{AddRequest, ExtractError, PERSONS_PER_SHARD, Snapshot, add};
use crate::progress::Silent;
use crate::sample::{SampleSpec, generate};
use crate::secret::Secret;

const SECRET: [u8; 32] = [7; 32];

const CONTRACT: &str = r#"
dataset = "tiny"
title = "Tiny"
description = "A tiny extract."
universe = "tiny-nhs"

[tables.patients]
description = "One row per patient."
rows = "one-per-person"
[tables.patients.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["female", "male"], nullable = true, description = "Sex." }
site = { type = "text", role = "code", description = "Site." }

[tables.visits]
description = "One row per visit."
rows = "many-per-person"
[tables.visits.columns]
visited_on = { type = "date", role = "date", description = "Day." }
person_id = { type = "text", role = "person", description = "Pseudonym." }
cost = { type = "number", role = "measure", bounds = [0, 100], description = "Cost." }
urgent = { type = "boolean", role = "category", nullable = true, description = "Urgent." }
minutes = { type = "integer", role = "measure", bounds = [0, 60], nullable = true, description = "Minutes." }
note = { type = "text", role = "free-text", nullable = true, description = "Note." }

[tables.sites]
description = "One row per site."
rows = "no-persons"
key = ["site"]
[tables.sites.columns]
site = { type = "text", role = "key", description = "Site." }
opened_at = { type = "timestamp", role = "date", nullable = true, description = "Opened." }
"#;

const PATIENTS: &str =
    "person_id,sex,site\nanna,female,s1\nbert,male,s1\ncora,,s2\ndora,female,s2\n";
const VISITS: &str = "\
person_id,visited_on,cost,urgent,minutes,note\n\
dora,2024-01-03,10.5,true,5,first of dora\n\
anna,2024-01-01,1,false,,first of anna\n\
emil,2024-02-01,99.99,,60,only of emil\n\
dora,2024-01-02,0,true,0,second of dora\n\
anna,2024-05-01,100,false,1,\n";
const SITES: &str = "site,opened_at\ns1,2001-01-01T10:00:00\ns2,\n";

/// A home, a source folder and a contract, all temporary.
struct Place {
    folder: TempDir,
}

impl Place {
    /// The tiny extract as CSV files.
    fn tiny() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.source()).unwrap();
        fs::write(place.contract(), CONTRACT).unwrap();
        place.write("patients.csv", PATIENTS);
        place.write("visits.csv", VISITS);
        place.write("sites.csv", SITES);
        place
    }

    /// The generated sample.
    fn sample(persons: u64) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        generate(&SampleSpec { persons, seed: 3, out: place.source() }, &Silent).unwrap();
        fs::rename(place.source().join("contract.toml"), place.contract()).unwrap();
        place
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn contract(&self) -> PathBuf {
        self.folder.path().join("contract.toml")
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.source().join(file), text).unwrap();
    }

    fn add_with(
        &self,
        secret: [u8; 32],
        per_shard: u32,
        at: i64,
    ) -> Result<Snapshot, ExtractError> {
        let request = AddRequest {
            home: &self.home(),
            contract: &self.contract(),
            source: &self.source(),
            record_secret: &Secret::new(secret),
            persons_per_shard: per_shard,
            added_at: OffsetDateTime::from_unix_timestamp(at).unwrap(),
        };
        add(request, &Silent)
    }

    fn add(&self) -> Result<Snapshot, ExtractError> {
        self.add_with(SECRET, PERSONS_PER_SHARD, 1_700_000_000)
    }

    /// What is said after replacing a text in one source file; the place stays as it was.
    fn rejection(&self, file: &str, from: &str, to: &str) -> String {
        let path = self.source().join(file);
        let before = fs::read_to_string(&path).unwrap();
        assert!(before.contains(from), "nothing to replace in {file}: {from}");
        fs::write(&path, before.replacen(from, to, 1)).unwrap();
        let outcome = self.add();
        fs::write(&path, before).unwrap();
        match outcome {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Everything below the folder of the dataset, relative to it.
    fn left_behind(&self, dataset: &str) -> Vec<String> {
        let folder = self.home().join("extracts").join(dataset);
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn read(path: &Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(builder.schema());
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn persons(batch: &RecordBatch) -> Vec<u32> {
    batch.column_by_name("person_id").unwrap().as_primitive::<UInt32Type>().values().to_vec()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a_csv_source_becomes_a_snapshot() {
    let place = Place::tiny();
    let snapshot = place.add().unwrap();
    assert_eq!(snapshot.persons(), 5, "emil is only in visits");
    assert_eq!(snapshot.shards().len(), 4);
    assert_eq!(snapshot.rows("visits"), Some(5));
    assert_eq!(snapshot.rows("nothing"), None);
    assert_eq!(snapshot.contract().dataset.as_str(), "tiny");
    assert!(snapshot.shard_file("sites", 0).is_none());
    assert!(snapshot.public_file("visits").is_none());
    let sites = read(&snapshot.public_file("sites").unwrap().path);
    assert_eq!(sites.num_rows(), 2);
    let mut notes: BTreeMap<u32, Vec<Option<String>>> = BTreeMap::new();
    for shard in 0..snapshot.shards().len() {
        let batch = read(&snapshot.shard_file("visits", shard).unwrap().path);
        assert_eq!(batch.schema().field(1).data_type(), &DataType::UInt32);
        let texts = batch.column_by_name("note").unwrap().as_string::<i32>().clone();
        for (person, note) in persons(&batch).into_iter().zip(&texts) {
            notes.entry(person).or_default().push(note.map(str::to_owned));
        }
    }
    let mut notes: Vec<Vec<Option<String>>> = notes.into_values().collect();
    notes.sort();
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        vec![some("first of anna"), None],
        vec![some("first of dora"), some("second of dora")],
        vec![some("only of emil")],
    ];
    assert_eq!(notes, expected, "within a person rows keep the order of the source");
}

#[test]
fn shards_hold_the_same_persons_in_every_table_sorted() {
    let place = Place::sample(400);
    let snapshot = place.add_with(SECRET, 60, 1).unwrap();
    assert_eq!(snapshot.persons(), 400);
    assert_eq!(snapshot.shards().len(), 7);
    for table in ["patients", "admissions", "prescriptions", "social_care"] {
        let mut rows = 0;
        for (index, shard) in snapshot.shards().iter().enumerate() {
            let file = snapshot.shard_file(table, index).unwrap();
            assert_eq!(fs::metadata(&file.path).unwrap().len(), file.bytes);
            let batch = read(&file.path);
            let numbers = persons(&batch);
            assert!(numbers.is_sorted());
            assert!(numbers.iter().all(|number| (shard.first..shard.end).contains(number)));
            assert_eq!(batch.num_rows() as u64, file.rows);
            rows += file.rows;
        }
        assert_eq!(snapshot.rows(table), Some(rows));
        let source = read(&place.source().join(format!("{table}.parquet")));
        assert_eq!(rows, source.num_rows() as u64);
    }
}

#[test]
fn no_pseudonym_is_in_any_file() {
    let place = Place::sample(150);
    let patients = read(&place.source().join("patients.parquet"));
    let pseudonyms: Vec<String> = patients
        .column_by_name("person_id")
        .unwrap()
        .as_string::<i32>()
        .iter()
        .map(|text| text.unwrap().to_owned())
        .collect();
    let snapshot = place.add().unwrap();
    let holds = |haystack: &[u8]| {
        pseudonyms.iter().any(|text| haystack.windows(16).any(|window| window == text.as_bytes()))
    };
    assert!(holds(format!("x{}x", pseudonyms[3]).as_bytes()), "the search itself works");
    for file in files(&place.home()) {
        assert!(!holds(&fs::read(&file).unwrap()), "{}", file.display());
        if file.extension().is_some_and(|extension| extension == "parquet") {
            for column in read(&file).columns().iter().filter_map(|c| c.as_string_opt::<i32>()) {
                assert!(!holds(column.value_data()), "{}", file.display());
            }
        }
    }
    drop(snapshot);
}

#[test]
fn record_keys_are_stable_and_depend_on_the_secret() {
    let place = Place::tiny();
    let keys = |snapshot: &Snapshot| -> Vec<u64> {
        (0..snapshot.shards().len())
            .flat_map(|shard| snapshot.record_keys(shard).unwrap())
            .collect()
    };
    let first = place.add().unwrap();
    let before = keys(&first);
    assert_eq!(before.len(), 5);
    assert!(before.is_sorted(), "persons are numbered by record key");
    place.write("visits.csv", &VISITS.replace("emil", "fred"));
    let second = place.add().unwrap();
    assert_ne!(first.id(), second.id());
    assert_eq!(first.lineage(), second.lineage());
    let after = keys(&second);
    assert_eq!(before.iter().filter(|key| after.contains(key)).count(), 4);
    let elsewhere = Place::tiny();
    let third = elsewhere.add_with([8; 32], PERSONS_PER_SHARD, 1).unwrap();
    assert_ne!(second.lineage(), third.lineage());
    assert!(keys(&third).iter().all(|key| !after.contains(key)));
    assert!(first.record_keys(9).is_err());
}

#[test]
fn a_dataset_keeps_its_record_keys() {
    let place = Place::tiny();
    let before = place.add().unwrap();
    let refused = place.add_with([8; 32], PERSONS_PER_SHARD, 1);
    assert!(matches!(refused, Err(ExtractError::OtherLineage(_))));
    assert_eq!(Snapshot::current(&place.home()).unwrap()[0].id(), before.id());
}

#[test]
fn record_keys_follow_the_published_formula() {
    // First 8 bytes, little endian, of HMAC-SHA256 with 32 bytes 07 over `tiny-nhs`, a zero byte, `anna`; computed
    // with another implementation.
    let place = Place::tiny();
    let snapshot = place.add().unwrap();
    let keys: Vec<u64> = (0..4).flat_map(|shard| snapshot.record_keys(shard).unwrap()).collect();
    assert!(keys.contains(&0x1b92_25a3_209a_b841), "{keys:x?}");
}

#[test]
fn the_same_data_give_the_same_snapshot() {
    let place = Place::tiny();
    let first = place.add_with(SECRET, 2, 1_000).unwrap();
    let again = place.add_with(SECRET, 2, 2_000).unwrap();
    assert_eq!(first.id(), again.id());
    let elsewhere = Place::tiny();
    assert_eq!(first.id(), elsewhere.add_with(SECRET, 2, 3_000).unwrap().id());
}

#[test]
fn the_current_snapshots_are_found() {
    let place = Place::tiny();
    assert!(Snapshot::current(&place.home()).unwrap().is_empty());
    place.add().unwrap();
    place.write("visits.csv", &VISITS.replace("emil", "fred"));
    let second = place.add().unwrap();
    let current = Snapshot::current(&place.home()).unwrap();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].id(), second.id());
    assert_eq!(place.left_behind("tiny").len(), 4, "two snapshots, `current` and the lock");
}

#[test]
fn damage_is_noticed_and_healed_by_adding_again() {
    let place = Place::tiny();
    let snapshot = place.add().unwrap();
    let folder = snapshot.folder().to_owned();
    for file in files(&folder) {
        if file.ends_with("provenance.json") {
            continue;
        }
        let name = file.file_name().unwrap().to_str().unwrap();
        let good = fs::read(&file).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        for damage in [Some(bad), Some(good[..good.len() - 1].to_vec()), None] {
            match &damage {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let error = Snapshot::open(&folder).unwrap_err();
            assert!(matches!(error, ExtractError::Damaged { .. }), "{name}: {error}");
            assert!(error.to_string().contains(name), "{name}: {error}");
            assert!(Snapshot::current(&place.home()).is_err());
            fs::write(&file, &good).unwrap();
        }
    }
    assert!(Snapshot::open(&folder).is_ok());
    fs::remove_file(folder.join("tables/sites/all.parquet")).unwrap();
    let healed = place.add().unwrap();
    assert_eq!(healed.id(), snapshot.id());
    assert!(Snapshot::open(&folder).is_ok());
}

#[test]
fn a_snapshot_in_the_wrong_folder_is_refused() {
    let place = Place::tiny();
    let snapshot = place.add().unwrap();
    let moved = place.home().join("moved");
    fs::rename(snapshot.folder(), &moved).unwrap();
    assert!(Snapshot::open(&moved).is_err());
}

#[test]
fn half_written_snapshots_are_ignored_and_swept() {
    let place = Place::tiny();
    let staging = place.home().join("extracts/tiny/.staging-1");
    fs::create_dir_all(staging.join("tables/visits")).unwrap();
    fs::write(staging.join("tables/visits/part-00000.parquet"), "half").unwrap();
    assert!(Snapshot::current(&place.home()).unwrap().is_empty());
    assert!(Snapshot::open(&staging).is_err());
    place.add().unwrap();
    assert!(!staging.exists());
}

#[test]
fn a_failed_add_leaves_nothing_and_keeps_the_current_snapshot() {
    let place = Place::tiny();
    let first = place.add().unwrap();
    let before = place.left_behind("tiny");
    place.write("sites.csv", "site,opened_at\ns1,\ns1,\n");
    assert!(matches!(place.add(), Err(ExtractError::Rejected(_))));
    assert_eq!(place.left_behind("tiny"), before);
    assert_eq!(Snapshot::current(&place.home()).unwrap()[0].id(), first.id());
}

#[test]
fn only_one_add_at_a_time() {
    let place = Place::tiny();
    place.add().unwrap();
    let lock = File::open(place.home().join("extracts/tiny/.lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(place.add(), Err(ExtractError::Busy(_))));
}

#[test]
fn rows_that_break_the_contract_are_told_without_their_values() {
    let place = Place::tiny();
    let cases = [
        (
            "patients.csv",
            "male,s1\ncora",
            "unknown,s1\ncora",
            "patients.csv: row 2: column `sex`: is not one of the values that the contract lists",
        ),
        (
            "patients.csv",
            "cora,,s2",
            "anna,,s2",
            "patients.csv: row 3: column `person_id`: is a person whom an earlier row is about",
        ),
        (
            "patients.csv",
            "cora,,s2",
            ",,s2",
            "patients.csv: row 3: column `person_id`: is missing, which the contract does not allow",
        ),
        ("visits.csv", "99.99", "100.01", "visits.csv: row 3: column `cost`: is outside 0 to 100"),
        ("visits.csv", "99.99", "NaN", "visits.csv: row 3: column `cost`: is not a finite number"),
        ("visits.csv", "99.99", "inf", "visits.csv: row 3: column `cost`: is not a finite number"),
        ("visits.csv", "99.99", "a lot", "visits.csv: row 3: column `cost`: is not a number"),
        (
            "visits.csv",
            ",60,",
            ",6.5,",
            "visits.csv: row 3: column `minutes`: is not a whole number",
        ),
        ("visits.csv", ",60,", ",61,", "visits.csv: row 3: column `minutes`: is outside 0 to 60"),
        (
            "visits.csv",
            "2024-02-01",
            "1 Feb 2024",
            "visits.csv: row 3: column `visited_on`: is not a date like 2024-01-31",
        ),
        (
            "visits.csv",
            "only of emil",
            "ring 943 476 5919",
            "visits.csv: row 3: column `note`: looks like an NHS number; remove it at the source",
        ),
        (
            "visits.csv",
            "only of emil",
            "lives in SW1A 1AA now",
            "visits.csv: row 3: column `note`: looks like a full postcode; keep only an area at the \
             source",
        ),
        (
            "visits.csv",
            "only of emil",
            "mail emil@example.org",
            "visits.csv: row 3: column `note`: looks like an e-mail address; remove it at the source",
        ),
        (
            "sites.csv",
            "s2,",
            "s1,",
            "sites.csv: row 2: column `site`: is a key that an earlier row has",
        ),
        (
            "sites.csv",
            "s2,",
            ",",
            "sites.csv: row 2: column `site`: is missing, which the contract does not allow",
        ),
        (
            "sites.csv",
            "opened_at",
            "opened",
            "sites.csv: column `opened`: is not in the contract; \
         remove it or describe it there\nsites.csv: column `opened_at`: is missing",
        ),
        (
            "sites.csv",
            "s2,",
            "s2,,",
            "sites.csv: cannot be read at line 3: wrong number of fields, or not UTF-8",
        ),
    ];
    for (file, from, to, expected) in cases {
        assert_eq!(place.rejection(file, from, to), expected);
    }
    let long = place.rejection("visits.csv", "emil", &"e".repeat(257));
    assert_eq!(long, "visits.csv: row 3: column `person_id`: is empty or longer than 256 bytes");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let place = Place::tiny();
    place.write("visits.csv", &VISITS.replace(",true,", ",perhaps,").replace("99.99", "-1"));
    place.write("patients.csv", &PATIENTS.replace("female", "f"));
    let error = place.add().unwrap_err().to_string();
    assert_eq!(
        error,
        "patients.csv: row 1: column `sex`: is not one of the values that the contract lists (and \
         1 more rows)\n\
         visits.csv: row 3: column `cost`: is outside 0 to 100\n\
         visits.csv: row 1: column `urgent`: is not true or false (and 1 more rows)"
    );
}

#[test]
fn the_folder_must_hold_exactly_the_tables_of_the_contract() {
    let place = Place::tiny();
    place.write("extra.csv", "a\n1\n");
    place.write("README.md", "other files do not matter");
    fs::rename(place.source().join("sites.csv"), place.source().join("places.csv")).unwrap();
    let error = place.add().unwrap_err().to_string();
    assert_eq!(
        error,
        "extra.csv: is not a table of the contract; remove it or describe it there\n\
         places.csv: is not a table of the contract; remove it or describe it there\n\
         sites: is missing, neither as .parquet nor as .csv"
    );
    place.write("places.parquet", "not Parquet");
    fs::rename(place.source().join("places.csv"), place.source().join("sites.csv")).unwrap();
    fs::rename(place.source().join("places.parquet"), place.source().join("sites.parquet"))
        .unwrap();
    fs::remove_file(place.source().join("extra.csv")).unwrap();
    let error = place.add().unwrap_err().to_string();
    assert_eq!(error, "sites.csv: is there twice, also as sites.parquet; remove one");
    fs::remove_file(place.source().join("sites.csv")).unwrap();
    let error = place.add().unwrap_err().to_string();
    assert_eq!(error, "sites.parquet: is not a readable Parquet file");
}

#[test]
fn a_wrong_contract_is_told_with_its_place() {
    let place = Place::tiny();
    fs::write(place.contract(), CONTRACT.replace("universe", "univers")).unwrap();
    let error = place.add().unwrap_err();
    assert!(matches!(error, ExtractError::Contract(_)));
    assert!(error.to_string().contains("contract.toml:5:1: unknown key `univers`"), "{error}");
    assert!(!place.home().join("extracts").exists());
}

#[test]
fn parquet_columns_of_other_types_are_converted_or_refused() {
    let place = Place::tiny();
    fs::remove_file(place.source().join("sites.csv")).unwrap();
    let write = |opened: ArrayRef| {
        let site: ArrayRef = Arc::new(StringArray::from(vec!["s1"]));
        let batch = RecordBatch::try_from_iter([("site", site), ("opened_at", opened)]).unwrap();
        let file = File::create(place.source().join("sites.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    write(Arc::new(arrow::array::TimestampSecondArray::from(vec![5])));
    let snapshot = place.add().unwrap();
    let sites = read(&snapshot.public_file("sites").unwrap().path);
    let opened = sites.column(1).as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
    assert_eq!(opened.value(0), 5_000_000);
    write(Arc::new(Int64Array::from(vec![5])));
    let error = place.add().unwrap_err().to_string();
    assert!(
        error.starts_with("sites.parquet: column `opened_at`: does not hold a time"),
        "{error}"
    );
}

#[test]
fn shards_are_even_and_at_least_four() {
    let sizes = |persons, per_shard| -> Vec<u32> {
        let shards = shard::cut(persons, per_shard);
        assert!(
            shards
                .iter()
                .map(|s| s.first)
                .skip(1)
                .eq(shards.iter().map(|s| s.end).take(shards.len().saturating_sub(1)))
        );
        shards.iter().map(|shard| shard.end - shard.first).collect()
    };
    assert_eq!(sizes(0, 10), Vec::<u32>::new());
    assert_eq!(sizes(3, 10), [1, 1, 1]);
    assert_eq!(sizes(5, 10), [1, 1, 1, 2]);
    assert_eq!(sizes(100, 30), [25, 25, 25, 25]);
    assert_eq!(sizes(1_000, 1).len(), 512);
    assert_eq!(
        sizes(u32::MAX, 65_536).iter().map(|n| u64::from(*n)).sum::<u64>(),
        u64::from(u32::MAX)
    );
    let shards = shard::cut(100, 30);
    assert_eq!([0, 24, 25, 99].map(|person| shard::position(&shards, person)), [0, 0, 1, 3]);
    assert_eq!(shards.first(), Some(&Shard { first: 0, end: 25 }));
}

#[test]
fn identifiers_are_recognised_and_codes_are_not() {
    let nhs = ["9434765919", "943 476 5919", "943-476-5919", "NHS no 9434765919."];
    let postcodes = ["SW1A 1AA", "sw1a1aa", "M1 1AE", "B33 8TH", "CR2 6XH", "at DN55 1PT, York"];
    let emails = ["a@b.uk", "write to first.last@trust.nhs.uk now"];
    let harmless = [
        "",
        "9434765918",
        "0000000000",
        "19434765919",
        "E11.9",
        "T01",
        "P0001",
        "D0123",
        "A81001",
        "12345",
        "2024-01-01",
        "B12 3mg",
        "Abradine 10 mg tablets",
        "@home",
        "a@b",
        "Q1 1AA",
        "0123456789abcdef",
        "covid 19",
        "Mill Lane Practice",
    ];
    for text in nhs {
        assert_eq!(find(text), Some(Identifier::NhsNumber), "{text}");
    }
    for text in postcodes {
        assert_eq!(find(text), Some(Identifier::Postcode), "{text}");
    }
    for text in emails {
        assert_eq!(find(text), Some(Identifier::Email), "{text}");
    }
    for text in harmless {
        assert_eq!(find(text), None, "{text}");
    }
}
