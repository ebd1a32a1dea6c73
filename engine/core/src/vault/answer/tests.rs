use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::logical_expr::LogicalPlanBuilder;
use tresor_disclosure::Reason;

use super::*;
use crate::guard::release::{Counted, Output, PersonalRelease, Statistic, Total};

const SHOWN: Status = Status::Shown { half_width: 6.0, signed: false };

/// The default profile with some of its text changed.
fn profile(changes: &[(&str, &str)]) -> Profile {
    let mut text = include_str!("../../../../../policies/profiles/tresor-default.toml").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    toml::from_str(&text).unwrap()
}

const SHOW_ZEROS: (&str, &str) = ("zero = \"treat_as_small\"", "zero = \"show\"");
const NO_NOISE: (&str, &str) = (
    "noise = { method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 1.0 }",
    "noise = { method = \"none\" }",
);
const NO_ROUNDING: (&str, &str) = ("method = \"nearest\"", "method = \"none\"");

fn release(statistic: Statistic) -> Release {
    Release::Personal(PersonalRelease {
        input: LogicalPlanBuilder::empty(false).build().unwrap(),
        keys: vec![],
        arguments: vec![],
        one_row: true,
        outputs: vec![Output { statistic, data_type: DataType::Int64 }],
        all_listed: true,
        only_counted: false,
    })
}

const COUNT: Statistic = Statistic::Count(Counted::Persons);
const SUM: Statistic =
    Statistic::Sum { total: Total::Value(0), scale: 1.0, offset: 0.0, rows: Counted::Rows };

/// One column of values that are computed from the single output of a release.
struct Told {
    profile: Profile,
    statistic: Statistic,
    direct: bool,
    values: ArrayRef,
    statuses: Vec<Status>,
    max_rows: usize,
}

impl Told {
    fn numbers(profile: Profile, values: &[Option<i64>], statuses: &[Status]) -> Self {
        let values: ArrayRef = Arc::new(Int64Array::from(values.to_vec()));
        let statuses = statuses.to_vec();
        Self { profile, statistic: COUNT, direct: true, values, statuses, max_rows: 100 }
    }

    fn write(&self) -> Written {
        let rows = u32::try_from(self.values.len()).unwrap();
        let numbers: ArrayRef = Arc::new(UInt32Array::from_iter_values(0..rows));
        let schema = Arc::new(Schema::new(vec![
            Field::new("n", self.values.data_type().clone(), true),
            Field::new(row_column(0), DataType::UInt32, true),
        ]));
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::clone(&self.values), numbers]);
        let columns =
            [ResultColumn { name: "n".to_owned(), made_of: vec![(0, 0)], direct: self.direct }];
        Body {
            columns: &columns,
            schema: &DFSchema::try_from(schema).unwrap(),
            batches: &[batch.unwrap()],
            releases: &[release(self.statistic.clone())],
            statuses: &vec![self.statuses.iter().map(|status| vec![*status]).collect()],
            scans: &[0],
            profile: &self.profile,
            max_rows: self.max_rows,
            may_omit: false,
            more_notes: vec![],
        }
        .write()
        .unwrap()
    }

    /// The code of every row, with its value.
    #[track_caller]
    fn check(&self, expected: &[(&Value, Option<&str>)]) {
        let written = self.write();
        let code = |row: usize| {
            let found = written.cell_status.iter().find(|status| status["row"] == row);
            found.and_then(|status| status["code"].as_str())
        };
        let told: Vec<(&Value, Option<&str>)> =
            written.rows.iter().enumerate().map(|(at, row)| (&row[0], code(at))).collect();
        assert_eq!(told, expected);
    }
}

#[test]
fn a_zero_that_stands_for_somebody_is_low() {
    let values = [Some(0), Some(5)];
    Told::numbers(profile(&[]), &values, &[SHOWN; 2])
        .check(&[(&json!(0), Some("low")), (&json!(5), None)]);
}

#[test]
fn where_true_zeros_are_shown_no_zero_is_marked() {
    let exactly = Status::Shown { half_width: 0.0, signed: false };
    Told::numbers(profile(&[SHOW_ZEROS]), &[Some(0), Some(0)], &[SHOWN, exactly])
        .check(&[(&json!(0), None), (&json!(0), None)]);
}

#[test]
fn only_counts_as_they_were_protected_are_low() {
    let zero = [Some(0)];
    let sum = Told { statistic: SUM, ..Told::numbers(profile(&[]), &zero, &[SHOWN]) };
    sum.check(&[(&json!(0), None)]);
    let computed = Told { direct: false, ..Told::numbers(profile(&[]), &zero, &[SHOWN]) };
    computed.check(&[(&json!(0), None)]);
    let exact = Told::numbers(profile(&[NO_NOISE, NO_ROUNDING]), &zero, &[SHOWN]);
    exact.check(&[(&json!(0), None)]);
}

#[test]
fn what_cannot_be_is_not_applicable() {
    let values = [Some(0), None, Some(0)];
    let statuses = [Status::NotApplicable, Status::NotApplicable, SHOWN];
    Told::numbers(profile(&[]), &values, &statuses).check(&[
        (&json!(0), Some("z")),
        (&Value::Null, Some("z")),
        (&json!(0), Some("low")),
    ]);
    // A value that is computed from nobody's number is the query's own.
    let computed = Told { direct: false, ..Told::numbers(profile(&[]), &values, &statuses) };
    computed.check(&[(&json!(0), None), (&Value::Null, Some("z")), (&json!(0), None)]);
}

#[test]
fn a_number_made_of_a_withheld_one_is_withheld() {
    let withheld = Status::Withheld(Reason::TooFewPersons);
    let told = Told {
        direct: false,
        ..Told::numbers(profile(&[]), &[Some(0), None, None], &[withheld, withheld, SHOWN])
    };
    told.check(&[(&Value::Null, Some("c")), (&Value::Null, Some("c")), (&Value::Null, Some("x"))]);
    let text: ArrayRef = Arc::new(StringArray::from(vec!["few"]));
    let told = Told { values: text, statuses: vec![withheld], ..told };
    told.check(&[(&json!("few"), Some("c"))]);
}

#[test]
fn a_column_says_once_that_it_is_perturbed() {
    let of = |statistic: Statistic, changes: &[(&str, &str)]| {
        let told = Told::numbers(profile(changes), &[Some(20)], &[SHOWN]);
        let written = Told { statistic, ..told }.write();
        (written.schema[0]["status"].clone(), written.schema[0]["intervals"].clone())
    };
    let (perturbed, exact) = (json!("p"), Value::Null);
    assert_eq!(of(COUNT, &[]), (perturbed.clone(), json!(true)));
    assert_eq!(of(COUNT, &[NO_NOISE]), (perturbed.clone(), json!(false)));
    assert_eq!(of(COUNT, &[NO_NOISE, NO_ROUNDING]), (exact.clone(), json!(false)));
    // Rounding is that of counts.
    assert_eq!(of(SUM, &[NO_NOISE]), (exact.clone(), json!(false)));
    assert_eq!(of(SUM, &[]), (perturbed, json!(true)));
    assert_eq!(of(Statistic::DistinctValues, &[]), (exact, json!(false)));
}

#[test]
fn a_reader_cannot_tell_which_value_was_withheld_first() {
    let first = Status::Withheld(Reason::TooFewPersons);
    let second = Status::Withheld(Reason::Secondary);
    let written = Told::numbers(profile(&[]), &[None, None], &[first, second]).write();
    let statuses = &written.cell_status;
    assert_eq!(statuses[0]["reason"], statuses[1]["reason"]);
    let public = written.tally.public(2);
    assert_eq!(public["reasons"].as_array().unwrap().len(), 1);
    assert_eq!(public["withheld"], 2);
    // The log knows.
    assert_eq!(written.tally.by_reason(), json!({ "secondary": 1, "too_few_persons": 1 }));
    assert_eq!(written.tables[0]["by_reason"], written.tally.by_reason());
}

#[test]
fn the_summary_adds_up_and_ends_where_the_answer_does() {
    let values = [Some(0), None, Some(5), None, None, Some(9)];
    let statuses = [
        SHOWN,
        Status::Withheld(Reason::TooFewPersons),
        SHOWN,
        Status::NotApplicable,
        SHOWN,
        SHOWN,
    ];
    let told = Told { max_rows: 5, ..Told::numbers(profile(&[]), &values, &statuses) };
    let written = told.write();
    assert!(written.truncated);
    let summary = written.tally.public(written.rows.len());
    for (part, number) in
        [("rows", 5), ("values", 5), ("shown", 2), ("withheld", 1), ("without_value", 2)]
    {
        assert_eq!(summary[part], number, "{part}");
    }
    let codes: Vec<&str> =
        summary["reasons"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert_eq!(codes, ["c", "low", "z", "x"]);
}

#[test]
fn intervals_stay_where_the_truth_can_be() {
    let wide = Status::Shown { half_width: 8.0, signed: false };
    let either = Status::Shown { half_width: 8.0, signed: true };
    let written = Told::numbers(profile(&[]), &[Some(5), Some(5)], &[wide, either]).write();
    assert_eq!(written.intervals[0], json!({ "row": 0, "col": 0, "low": 0.0, "high": 13.0 }));
    // A count lies at zero or above, whatever else is said of it.
    assert_eq!(written.intervals[1], json!({ "row": 1, "col": 0, "low": 0.0, "high": 13.0 }));
}
