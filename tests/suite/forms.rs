//! An answer in every form: the same values, statuses and reasons, and only in the forms that the profile allowed.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use arrow::ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use tests::ask::{caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, EXACT, Home, NOISY, RESEARCHER};
use tests::officers::put_in_force;
use tests::profile;
use tresor_core::engine::{Engine, Markers, QueryState, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::{Code, Refusal};

const FORMS: [ResultFormat; 6] = [
    ResultFormat::Json,
    ResultFormat::Csv(Markers::Columns),
    ResultFormat::Csv(Markers::Shorthand),
    ResultFormat::Csv(Markers::Profile),
    ResultFormat::Arrow,
    ResultFormat::Parquet,
];

/// Regions with few people beside regions with many: some values are withheld.
const SQL: &str = "select region, hiv, count(*) as n, avg(income) as mean, \
                   count(*) / (count(*) - count(*)) as nothing \
                   from people group by region, hiv order by region, hiv";

async fn asked(engine: &Arc<Engine>, project: &str, sql: &str) -> QueryId {
    let researcher = caller(RESEARCHER);
    let id = engine.submit(&researcher, request(project, sql)).await.unwrap();
    loop {
        let status = engine.status(&researcher, &id, Duration::from_secs(60)).await.unwrap();
        match status.state {
            QueryState::Running => {}
            QueryState::Succeeded => return id,
            QueryState::Failed | QueryState::Held | QueryState::RefusedByReview => panic!("{sql}"),
        }
    }
}

async fn fetched(engine: &Engine, id: &QueryId, form: ResultFormat) -> Result<Vec<u8>, Refusal> {
    engine.result(&caller(RESEARCHER), id, form).await.map(|bytes| bytes.into_bytes())
}

async fn json_of(engine: &Engine, id: &QueryId) -> Value {
    serde_json::from_slice(&fetched(engine, id, ResultFormat::Json).await.unwrap()).unwrap()
}

fn table(form: ResultFormat, bytes: Vec<u8>) -> RecordBatch {
    if form == ResultFormat::Arrow {
        return StreamReader::try_new(Cursor::new(bytes), None).unwrap().next().unwrap().unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap()).unwrap();
    builder.build().unwrap().next().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_says_the_same() {
    let home = Home::of(&Clinic::new(1000, 1));
    let engine = home.engine().await;
    for project in [EXACT, NOISY] {
        let sql = if project == NOISY { SQL.replace("hiv", "sex") } else { SQL.to_owned() };
        let id = asked(&engine, project, &sql).await;
        let json = json_of(&engine, &id).await;
        let marks = json["cell_status"].as_array().unwrap();
        assert!(marks.iter().any(|mark| mark["code"] == "c"), "nothing is withheld: too easy");
        assert!(marks.iter().any(|mark| mark["code"] == "x"), "nothing lacks a value: too easy");
        assert_eq!(json["schema"][2]["intervals"], json!(project == NOISY));
        assert_eq!(!json["intervals"].as_array().unwrap().is_empty(), project == NOISY);
        for form in [ResultFormat::Arrow, ResultFormat::Parquet] {
            let table = table(form, fetched(&engine, &id, form).await.unwrap());
            for (col, column) in json["schema"].as_array().unwrap().iter().enumerate().skip(2) {
                for row in 0..table.num_rows() {
                    let told = Place { json: &json, row, col, column };
                    told.agrees_with(&table);
                }
            }
        }
    }
}

/// One value of a JSON answer.
struct Place<'a> {
    json: &'a Value,
    row: usize,
    col: usize,
    column: &'a Value,
}

impl Place<'_> {
    fn found(&self, list: &str) -> Option<&Value> {
        let places = self.json[list].as_array().unwrap();
        places.iter().find(|found| found["row"] == self.row && found["col"] == self.col)
    }

    #[track_caller]
    fn agrees_with(&self, table: &RecordBatch) {
        let name = self.column["name"].as_str().unwrap();
        let value = table.column_by_name(name).unwrap();
        let number = if value.is_null(self.row) {
            Value::Null
        } else if let Some(whole) = value.as_primitive_opt::<Int64Type>() {
            json!(whole.value(self.row))
        } else {
            json!(value.as_primitive::<Float64Type>().value(self.row))
        };
        assert_eq!(number, self.json["rows"][self.row][self.col]);
        let mark = self.found("cell_status");
        let status = mark.map_or(&self.column["status"], |mark| &mark["code"]);
        assert_eq!(word(table, &format!("{name}__status"), self.row), status.as_str());
        let reason = mark.and_then(|mark| mark["reason"].as_str());
        assert_eq!(word(table, &format!("{name}__reason"), self.row), reason);
        let ends = self.found("intervals");
        for end in ["low", "high"] {
            let ends_of_all = table.column_by_name(&format!("{name}__{end}"));
            assert_eq!(ends_of_all.is_some(), self.column["intervals"] == true);
            let told = ends_of_all.map(|all| all.as_primitive::<Float64Type>());
            let told = told.filter(|all| all.is_valid(self.row)).map(|all| all.value(self.row));
            assert_eq!(told, ends.and_then(|ends| ends[end].as_f64()));
        }
    }
}

fn word<'a>(table: &'a RecordBatch, name: &str, row: usize) -> Option<&'a str> {
    let words = table.column_by_name(name).unwrap().as_dictionary::<Int32Type>();
    let key = words.key(row)?;
    Some(words.values().as_string::<i32>().value(key))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_value_is_0_in_no_form() {
    let home = Home::of(&Clinic::new(1000, 1));
    // The rule as it is published writes 0.
    home.change_profile(EXACT, &profile::with(&["hidden = { as = \"zero\", text = \"\" }"]));
    let engine = home.engine().await;
    let sql = "select region, count(*) as n from people where hiv group by region";
    let id = asked(&engine, EXACT, sql).await;
    let json = json_of(&engine, &id).await;
    let withheld = json["summary"]["withheld"].as_u64().unwrap();
    assert!(withheld >= 3, "{withheld}");
    for form in FORMS {
        let bytes = fetched(&engine, &id, form).await.unwrap();
        match form {
            ResultFormat::Json => {
                assert!(json["rows"].as_array().unwrap().iter().all(|row| row[1] != 0));
            }
            ResultFormat::Csv(_) => {
                let text = String::from_utf8(bytes).unwrap();
                let zero = |line: &str| line.split(',').nth(1) == Some("0");
                assert!(!text.lines().any(zero), "{text}");
            }
            ResultFormat::Arrow | ResultFormat::Parquet => {
                let table = table(form, bytes);
                let n = table.column_by_name("n").unwrap().as_primitive::<Int64Type>();
                assert!(n.iter().all(|value| value != Some(0)));
                assert_eq!(n.null_count() as u64, withheld);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_that_of_the_profile_of_the_release() {
    let home = Home::of(&Clinic::new(1000, 1));
    let only = |formats: &str, bytes: u64| {
        let line = format!(
            "release = {{ max_rows = 5000, max_bytes = {bytes}, formats = {formats}, review = false }}"
        );
        profile::with(&[&line])
    };
    home.change_profile(EXACT, &only("[\"csv\"]", 1_000_000));
    let engine = home.engine().await;
    let sql = "select region, count(*) as n from people group by region";
    let id = asked(&engine, EXACT, sql).await;
    for form in [ResultFormat::Json, ResultFormat::Arrow, ResultFormat::Parquet] {
        let refusal = fetched(&engine, &id, form).await.unwrap_err();
        assert_eq!(refusal.code(), Code::FormNotAllowed, "{form:?}");
        assert!(refusal.hint().contains("`csv`"), "{refusal}");
    }
    let csv = fetched(&engine, &id, FORMS[1]).await.unwrap();

    // Another profile later neither opens the earlier answer nor closes it.
    let later = only("[\"json\", \"parquet\"]", 2000);
    put_in_force(&engine, &format!("profiles/{EXACT}.toml"), &later).await;
    assert_eq!(fetched(&engine, &id, FORMS[1]).await.unwrap(), csv);
    let refusal = fetched(&engine, &id, ResultFormat::Json).await.unwrap_err();
    assert_eq!(refusal.code(), Code::FormNotAllowed);

    // Its own answers are held to its own size, and stay where they are.
    let later = asked(&engine, EXACT, "select birth_year, count(*) from people group by 1").await;
    let refusal = fetched(&engine, &later, ResultFormat::Json).await.unwrap_err();
    assert_eq!(refusal.code(), Code::AnswerTooLarge);
    assert!(refusal.detail().contains("at most 2000"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_can_be_counted_from_the_answer() {
    let home = Home::of(&Clinic::new(1000, 1));
    let engine = home.engine().await;
    let id = asked(&engine, EXACT, SQL).await;
    let json = json_of(&engine, &id).await;
    let rows = json["rows"].as_array().unwrap();
    let marks = json["cell_status"].as_array().unwrap();
    let with = |code: &str| marks.iter().filter(|mark| mark["code"] == code).count();
    let summary = &json["summary"];
    assert_eq!(summary["rows"], rows.len());
    assert_eq!(summary["values"], rows.len() * 3);
    assert_eq!(summary["withheld"], with("c"));
    assert_eq!(summary["without_value"], with("x"));
    assert_eq!(summary["shown"], rows.len() * 3 - with("c") - with("x"));
    for told in summary["reasons"].as_array().unwrap() {
        let of = |mark: &&Value| mark["code"] == told["code"] && mark["reason"] == told["reason"];
        assert_eq!(told["values"], marks.iter().filter(of).count());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_criteria_is_whole_for_the_auditor_only() {
    let home = Home::of(&Clinic::new(1000, 1));
    let engine = home.engine().await;
    let id =
        asked(&engine, NOISY, "select sex, sum(income) as income from people group by sex").await;
    let json = json_of(&engine, &id).await;
    let public = &json["release"]["criteria"];
    let log = engine.audit(&caller(AUDITOR), 0, 100).await.unwrap();
    let entries = log["entries"].as_array().unwrap();
    let outcome = entries.iter().find(|entry| entry["kind"] == "outcome").unwrap();
    let full = &details(outcome)["criteria"];

    for field in ["format", "tool", "policy_digest", "profile", "snapshots", "steps"] {
        assert!(!public[field].is_null(), "{field}");
        assert_eq!(public[field], full[field], "{field}");
    }
    assert_eq!(public["profile"]["id"], "noisy");
    assert_eq!(public["profile"]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(public["policy_digest"], json["release"]["policy_digest"]);
    // What the researcher called it is text that somebody wrote: SQL enters the log sealed.
    assert_eq!(public["tables"][0]["names"]["keys"], json!(["sex"]));
    assert_eq!(full["tables"][0]["names"], Value::Null);
    for record in [public, full] {
        assert_eq!(
            record["tables"][0]["statistics"],
            json!([{ "kind": "linear", "of": "values" }])
        );
    }

    let parameters = |record: &Value, check: &str| {
        let checks = record["checks"][0]["checks"].as_array().unwrap();
        checks.iter().find(|one| one["check"] == check).unwrap()["parameters"].clone()
    };
    assert_eq!(parameters(public, "dominance"), "confidential");
    assert_eq!(parameters(full, "dominance")["p"], "10");
    assert_eq!(parameters(public, "noise"), parameters(full, "noise"));
    assert_eq!(parameters(public, "minimum_persons")["at_least"], "10");
    assert!(!json.to_string().contains("\"nk\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_true_reasons_of_what_the_answer_left_out() {
    let home = Home::of(&Clinic::new(1000, 1));
    let engine = home.engine().await;
    let sql =
        "select region, count(*) as n from people where hiv group by region having count(*) > 0";
    let id = asked(&engine, EXACT, sql).await;
    let json = json_of(&engine, &id).await;
    assert_eq!(json["summary"]["withheld"], 0);
    let log = engine.audit(&caller(AUDITOR), 0, 100).await.unwrap();
    let entries = log["entries"].as_array().unwrap();
    let outcome = entries.iter().find(|entry| entry["kind"] == "outcome").unwrap();
    let table = &details(outcome)["protected_tables"][0];
    assert_eq!(table["values"], 4);
    assert_eq!(table["by_reason"]["too_few_persons"], table["withheld"]);
    assert!(table["withheld"].as_u64().unwrap() >= 3);
}

/// What only auditors read of an outcome.
fn details(outcome: &Value) -> Value {
    serde_json::from_str(outcome["opened"]["details"].as_str().unwrap()).unwrap()
}
