use datafusion::arrow::array::{Int64Array, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::*;

fn admitted(persons: &[u32]) -> Result<Admitted> {
    let mut admitted = Admitted::default();
    persons.iter().try_for_each(|person| admitted.add(*person))?;
    Ok(admitted)
}

fn batch(persons: Vec<Option<u32>>) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("row", DataType::Int64, false),
        Field::new("person", DataType::UInt32, true),
    ]);
    let rows: Int64Array = (0..).take(persons.len()).collect::<Vec<i64>>().into();
    let persons = UInt32Array::from(persons);
    RecordBatch::try_new(Arc::new(schema), vec![Arc::new(rows), Arc::new(persons)]).unwrap()
}

/// The rows that stay, by their numbers.
fn kept(among: &[u32], persons: &[u32]) -> Vec<i64> {
    let batch = batch(persons.iter().copied().map(Some).collect());
    let kept = admitted(among).unwrap().rows_of(&batch, 1).unwrap();
    let rows = kept.column(0).as_primitive::<datafusion::arrow::datatypes::Int64Type>();
    rows.values().to_vec()
}

#[test]
fn rows_of_persons_who_are_not_admitted_are_dropped() {
    assert_eq!(kept(&[7, 9, 12], &[6, 7, 7, 8, 9, 12, 13]), [1, 2, 4, 5]);
    assert_eq!(kept(&[], &[0, 1]), Vec::<i64>::new());
    assert_eq!(kept(&[0, 1], &[]), Vec::<i64>::new());
    assert_eq!(kept(&[u32::MAX], &[0, u32::MAX]), [1]);
}

#[test]
fn persons_who_step_back_or_come_twice_are_an_error() {
    for persons in [[4, 3], [4, 4]] {
        assert!(admitted(&persons).is_err(), "{persons:?}");
    }
}

#[test]
fn a_column_without_a_person_in_every_row_is_an_error() {
    let admitted = admitted(&[1]).unwrap();
    assert!(admitted.rows_of(&batch(vec![Some(1), None]), 1).is_err());
    assert!(admitted.rows_of(&batch(vec![Some(1)]), 0).is_err());
    assert!(admitted.rows_of(&batch(vec![Some(1)]), 2).is_err());
}
