use std::io::{Cursor, Write};
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use datafusion::arrow::ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::*;
use crate::refusal::Code;

/// An answer with everything in it: a withheld value, a low one, one without a value, one that cannot be, a formula.
fn stored(forms: &Value) -> Vec<u8> {
    let column =
        |name: &str, stored_as: &str, role: &str, status: Option<&str>, intervals: bool| {
            json!({
                "name": name, "type": "any", "stored_as": stored_as, "role": role, "status": status,
                "intervals": intervals, "protection": { "minimum_persons": 10 },
            })
        };
    json!({
        "id": "q_1",
        "schema": [
            column("region", "utf8", "dimension", None, false),
            column("day", "date32", "dimension", None, false),
            column("n", "int64", "measure", Some("p"), true),
            column("mean", "float64", "measure", None, false),
        ],
        "rows": [
            ["=1+1", "2024-02-29", 25, 1.5],
            ["a,\"b\"", null, null, null],
            ["c", "1960-01-01", 0, 2.0],
            ["d", null, 0, null],
        ],
        "cell_status": [
            { "row": 1, "col": 2, "code": "c", "reason": "fewer than 10 people, or kept back" },
            { "row": 1, "col": 3, "code": "x", "reason": "the computation has no value here" },
            { "row": 2, "col": 2, "code": "low", "reason": "more than 0" },
            { "row": 3, "col": 2, "code": "z", "reason": "there is nobody to say it of" },
            { "row": 3, "col": 3, "code": "z", "reason": "there is nobody to say it of" },
        ],
        "intervals": [
            { "row": 0, "col": 2, "low": 19.0, "high": 31.0 },
            { "row": 2, "col": 2, "low": 0.0, "high": 6.0 },
        ],
        "summary": { "rows": 4 },
        "notes": ["a note"],
        "release": { "id": "q_1", "forms": forms },
    })
    .to_string()
    .into_bytes()
}

fn every_form() -> Value {
    json!({
        "allowed": ["json", "csv", "arrow", "parquet"],
        "max_bytes": 1_000_000,
        "hidden_text": "<10",
    })
}

fn written(form: ResultFormat) -> Vec<u8> {
    in_form(stored(&every_form()), form).unwrap()
}

fn csv(markers: Markers) -> String {
    String::from_utf8(written(ResultFormat::Csv(markers))).unwrap()
}

#[test]
fn csv_has_status_reason_and_interval_beside_the_value() {
    let expected = "\
region,day,n,n__status,n__reason,n__low,n__high,mean,mean__status,mean__reason\r
'=1+1,2024-02-29,25,p,,19.0,31.0,1.5,,\r
\"a,\"\"b\"\"\",,,c,\"fewer than 10 people, or kept back\",,,,x,the computation has no value here\r
c,1960-01-01,0,low,more than 0,0.0,6.0,2.0,,\r
d,,0,z,there is nobody to say it of,,,,z,there is nobody to say it of\r
";
    assert_eq!(csv(Markers::Columns), expected);
}

#[test]
fn shorthand_stands_in_the_cell_and_is_explained_below() {
    let expected = "\
region,day,n,mean\r
'=1+1,2024-02-29,25,1.5\r
\"a,\"\"b\"\"\",,[c],[x]\r
c,1960-01-01,[low],2.0\r
d,,[z],[z]\r
\r
\"[c] fewer than 10 people, or kept back\"\r
[low] more than 0\r
[z] there is nobody to say it of\r
[x] the computation has no value here\r
";
    assert_eq!(csv(Markers::Shorthand), expected);
}

#[test]
fn the_text_of_the_profile_stands_for_withheld_values_and_nothing_else() {
    let with_text = csv(Markers::Profile);
    assert!(with_text.contains(",,<10,c,"), "{with_text}");
    assert_eq!(with_text.matches("<10").count(), 1);
    let mut forms = every_form();
    forms["hidden_text"] = json!("=0");
    let dangerous = in_form(stored(&forms), ResultFormat::Csv(Markers::Profile)).unwrap();
    assert!(String::from_utf8(dangerous).unwrap().contains(",,'=0,c,"));
    // A profile that writes 0 for a withheld value has no text here.
    forms["hidden_text"] = Value::Null;
    let none = in_form(stored(&forms), ResultFormat::Csv(Markers::Profile)).unwrap();
    assert_eq!(String::from_utf8(none).unwrap(), csv(Markers::Columns));
}

fn from_arrow(bytes: Vec<u8>) -> RecordBatch {
    let mut batches = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert!(batches.next().is_none());
    batch
}

fn from_parquet(bytes: Vec<u8>) -> RecordBatch {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = Arc::clone(builder.schema());
    let told = builder.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(told.iter().any(|told| told.key == "tresor:release"), "readers without Arrow");
    let mut batches = builder.build().unwrap();
    let batch = batches.next().unwrap().unwrap();
    RecordBatch::try_new(schema, batch.columns().to_vec()).unwrap()
}

#[test]
fn arrow_and_parquet_keep_types_marks_reasons_and_intervals() {
    for batch in
        [from_arrow(written(ResultFormat::Arrow)), from_parquet(written(ResultFormat::Parquet))]
    {
        let names: Vec<String> =
            batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let csv = csv(Markers::Columns);
        assert_eq!(names.join(","), csv.lines().next().unwrap());

        let n = batch.column_by_name("n").unwrap().as_primitive::<Int64Type>();
        assert_eq!(n.iter().collect::<Vec<_>>(), [Some(25), None, Some(0), Some(0)]);
        let mean = batch.column_by_name("mean").unwrap().as_primitive::<Float64Type>();
        assert_eq!(mean.iter().collect::<Vec<_>>(), [Some(1.5), None, Some(2.0), None]);
        let day = batch.column_by_name("day").unwrap().as_primitive::<Date32Type>();
        assert_eq!(day.iter().collect::<Vec<_>>(), [Some(19782), None, Some(-3653), None]);

        assert_eq!(words(&batch, "n__status"), [Some("p"), Some("c"), Some("low"), Some("z")]);
        assert_eq!(words(&batch, "mean__status"), [None, Some("x"), None, Some("z")]);
        let why = "fewer than 10 people, or kept back";
        assert_eq!(words(&batch, "n__reason")[..2], [None, Some(why)]);
        let low = batch.column_by_name("n__low").unwrap().as_primitive::<Float64Type>();
        assert_eq!(low.iter().collect::<Vec<_>>(), [Some(19.0), None, Some(0.0), None]);
    }
}

fn words<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
    let words = batch.column_by_name(name).unwrap().as_dictionary::<Int32Type>();
    let words = words.downcast_dict::<datafusion::arrow::array::StringArray>().unwrap();
    words.into_iter().collect()
}

#[test]
fn a_table_carries_the_record_of_its_release() {
    for batch in
        [from_arrow(written(ResultFormat::Arrow)), from_parquet(written(ResultFormat::Parquet))]
    {
        let schema = batch.schema();
        let release: Value = serde_json::from_str(&schema.metadata()["tresor:release"]).unwrap();
        assert_eq!(release, json!({ "id": "q_1", "forms": every_form() }));
        assert_eq!(schema.metadata()["tresor:notes"], r#"["a note"]"#);
        assert_eq!(schema.metadata()["tresor:summary"], r#"{"rows":4}"#);
        let of_field = |name: &str| schema.field_with_name(name).unwrap().metadata().clone();
        let n: Value = serde_json::from_str(&of_field("n")["tresor:protection"]).unwrap();
        assert_eq!(n["status"], "p");
        assert_eq!(n["protection"], json!({ "minimum_persons": 10 }));
        assert_eq!(n["columns"]["low"], "n__low");
        let mean: Value = serde_json::from_str(&of_field("mean")["tresor:protection"]).unwrap();
        assert_eq!(mean["columns"]["low"], Value::Null);
        assert!(!of_field("region").contains_key("tresor:protection"));
    }
}

#[test]
fn every_form_is_the_same_bytes_each_time() {
    for form in [ResultFormat::Json, ResultFormat::Arrow, ResultFormat::Parquet] {
        assert_eq!(written(form), written(form), "{form:?}");
    }
}

/// An answer of one column.
fn single(name: &str, stored_as: &str, values: &[Value]) -> Vec<u8> {
    let rows: Vec<Value> = values.iter().map(|value| json!([value])).collect();
    let mut body: Value = serde_json::from_slice(&stored(&every_form())).unwrap();
    body["schema"] = json!([{
        "name": name, "stored_as": stored_as, "role": "dimension", "status": null, "intervals": false,
        "protection": null,
    }]);
    body["rows"] = json!(rows);
    body["cell_status"] = json!([]);
    body["intervals"] = json!([]);
    body.to_string().into_bytes()
}

#[test]
fn numbers_and_moments_come_back_exactly() {
    let column = |stored_as: &str, values: &[Value]| {
        let body = single("a", stored_as, values);
        let arrow = from_arrow(in_form(body.clone(), ResultFormat::Arrow).unwrap());
        let parquet = from_parquet(in_form(body, ResultFormat::Parquet).unwrap());
        assert_eq!(arrow.column(0).to_data(), parquet.column(0).to_data());
        Arc::clone(arrow.column(0))
    };
    let large = column("uint64", &[json!(u64::MAX), Value::Null]);
    assert_eq!(large.as_primitive::<UInt64Type>().value(0), u64::MAX);
    let small = column("int32", &[json!(-7)]);
    assert_eq!(small.as_primitive::<Int32Type>().value(0), -7);
    assert!(column("bool", &[json!(true)]).as_boolean().value(0));
    assert_eq!(column("null", &[Value::Null]).data_type(), &DataType::Null);
    let moments = column("timestamp[us]", &[json!("2024-02-29T12:30:00.000001")]);
    assert_eq!(moments.as_primitive::<TimestampMicrosecondType>().value(0), 1_709_209_800_000_001);
    let far = column("date32", &[json!("+10000-01-01"), json!("-0001-12-31"), json!("0001-01-01")]);
    let days = far.as_primitive::<Date32Type>();
    assert_eq!(
        (0..3).map(|at| days.value_as_date(at).unwrap().to_string()).collect::<Vec<_>>(),
        ["+10000-01-01", "-0001-12-31", "0001-01-01"]
    );
}

#[test]
fn a_value_that_does_not_fit_is_a_defect_and_never_a_gap() {
    for (stored_as, value) in
        [("int32", json!(1_i64 << 40)), ("int64", json!("text")), ("date32", json!("nonsense"))]
    {
        let body = single("a", stored_as, &[value]);
        let refusal = in_form(body, ResultFormat::Arrow).unwrap_err();
        assert_eq!(refusal.code(), Code::ExecutionFailed, "{stored_as}");
    }
}

#[test]
fn an_empty_answer_has_its_columns() {
    let body = single("a", "int64", &[]);
    assert_eq!(from_arrow(in_form(body.clone(), ResultFormat::Arrow).unwrap()).num_columns(), 1);
    assert_eq!(in_form(body, ResultFormat::Csv(Markers::Columns)).unwrap(), b"a\r\n");
}

#[test]
fn names_that_a_query_took_stay_its_own() {
    let mut body: Value = serde_json::from_slice(&stored(&every_form())).unwrap();
    body["schema"][0]["name"] = json!("N__status");
    let text = in_form(body.to_string().into_bytes(), ResultFormat::Csv(Markers::Columns)).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("N__status,day,n,n__status_,n__reason,"), "{text}");
}

#[test]
fn a_form_leaves_only_where_the_release_allows_it() {
    let forms = json!({ "allowed": ["csv", "parquet"], "max_bytes": 1000, "hidden_text": null });
    let forms = Forms::of(&stored(&forms)).unwrap();
    let refused = |form| forms.allow(form).unwrap_err();
    for form in [ResultFormat::Json, ResultFormat::Arrow] {
        let refusal = refused(form);
        assert_eq!(refusal.code(), Code::FormNotAllowed);
        assert!(refusal.hint().contains("`csv`, `parquet`"), "{refusal}");
    }
    assert!(forms.allow(ResultFormat::Parquet).is_ok());
    assert!(forms.allow(ResultFormat::Csv(Markers::Shorthand)).is_ok());
    assert!(forms.hold(ResultFormat::Parquet, 1000).is_ok());
    let large = forms.hold(ResultFormat::Parquet, 1001).unwrap_err();
    assert_eq!(large.code(), Code::AnswerTooLarge);
}

#[test]
fn an_answer_without_forms_leaves_in_none() {
    let body = json!({ "release": { "id": "q_1" } }).to_string();
    assert_eq!(Forms::of(body.as_bytes()).err().unwrap().code(), Code::ExecutionFailed);
}
