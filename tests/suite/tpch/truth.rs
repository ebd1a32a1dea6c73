//! Answers beside the truth.

use serde_json::Value;
use tests::ask::Answer;

/// Fewest customers of a cell that is shown.
const ENOUGH: f64 = 10.0;

type Row = Vec<Value>;

/// All rows are alike, in the same order.
pub fn all_alike(answer: &Answer, truth: &[Row]) -> Result<(), String> {
    if answer.rows().is_empty() || answer.rows().len() != truth.len() {
        return Err(format!("{} rows, not {}", answer.rows().len(), truth.len()));
    }
    for (found, row) in answer.rows().iter().zip(truth) {
        let found = found.as_array().unwrap();
        if found.len() != row.len() || !found.iter().zip(row).all(|(a, b)| alike(a, b)) {
            return Err(format!("{found:?}, not {row:?}"));
        }
    }
    Ok(())
}

/// Cells of enough customers are shown and alike; of smaller ones nothing is shown. The first `keys` columns of a
/// row of the truth tell its cell wherever they stand in an answer; `persons` has keys, least and most customers of
/// any of its numbers.
pub fn large_cells_alike(
    answer: &Answer,
    truth: &[Row],
    keys: usize,
    persons: &[Row],
) -> Result<(), String> {
    let mut shown = 0;
    for row in answer.rows() {
        let row = row.as_array().unwrap();
        let (key, numbers) = row.split_at(keys);
        let cell = persons.iter().find(|cell| same(&cell[..keys], key));
        let most = cell.and_then(|cell| cell.last()?.as_f64()).unwrap_or(0.0);
        if most < ENOUGH {
            if numbers.is_empty() || !numbers.iter().all(Value::is_null) {
                return Err(format!("{key:?} has {most} customers and is shown"));
            }
            continue;
        }
        let expected = truth.iter().find(|row| same(&row[..keys], key));
        let Some(expected) = expected else { return Err(format!("{key:?} is not true")) };
        for (number, expected) in numbers.iter().zip(&expected[keys..]) {
            if !number.is_null() && !alike(number, expected) {
                return Err(format!("{key:?}: {number}, not {expected}"));
            }
        }
        shown += 1;
    }
    for row in truth {
        let (key, numbers) = row.split_at(keys);
        let cell = persons.iter().find(|cell| same(&cell[..keys], key));
        let least = cell.and_then(|cell| cell.get(keys)?.as_f64()).unwrap_or(0.0);
        let found = answer.rows().iter().find(|row| same(&row.as_array().unwrap()[..keys], key));
        let whole = found.is_some_and(|row| {
            row.as_array().unwrap()[keys..].iter().zip(numbers).all(|(a, b)| alike(a, b))
        });
        if least >= ENOUGH && !whole {
            return Err(format!("{key:?} has {least} customers and is not shown"));
        }
    }
    if shown == 0 { Err("no cell is large enough to be compared".to_owned()) } else { Ok(()) }
}

fn same(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| alike(a, b))
}

/// The reference adds up in another order, and an answer has twelve digits.
fn alike(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-6 + other.abs() * 1e-9,
        _ => one == other,
    }
}
