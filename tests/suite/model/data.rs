//! The rows that the twin knows: those of the clinic, person by person.

use std::collections::HashMap;

use tests::clinic::{Clinic, WARDS};

use super::value::Value;

/// One row.
pub(crate) type Row = Vec<Value>;

/// One person's rows in every table about persons.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) tables: HashMap<&'static str, Vec<Row>>,
}

/// The column names of a table.
pub(crate) fn names(table: &str) -> Vec<&'static str> {
    match table {
        "people" => vec!["person_id", "sex", "region", "birth_year", "hiv", "income"],
        "visits" => vec!["person_id", "visited_on", "kind", "ward", "nights", "cost"],
        "labs" => vec!["person_id", "taken_on", "test", "abnormal", "value"],
        "wards" => vec!["ward", "name", "beds"],
        other => panic!("no table {other}"),
    }
}

/// The rows of a table without persons.
pub(crate) fn public_rows(table: &str) -> Vec<Row> {
    assert_eq!(table, "wards");
    let row = |ward: usize| {
        let beds = Value::Int(10 + i64::try_from(ward).unwrap());
        vec![Value::text(format!("w{ward}")), Value::text(format!("Ward {ward}")), beds]
    };
    (0..WARDS).map(row).collect()
}

/// The rows of everybody.
pub(crate) fn persons(clinic: &Clinic) -> Vec<Person> {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::text);
    let all = clinic.persons.iter().enumerate();
    all.map(|(number, p)| {
        let person = Value::Person(number);
        let people = vec![
            person.clone(),
            text(p.sex),
            Value::text(p.region),
            Value::Int(p.birth_year),
            Value::Bool(p.hiv),
            Value::Num(p.income),
        ];
        let visits = p.visits.iter().map(|v| {
            vec![
                person.clone(),
                Value::day(&v.visited_on),
                Value::text(v.kind),
                Value::text(&v.ward),
                v.nights.map_or(Value::Null, Value::Int),
                Value::Num(v.cost),
            ]
        });
        let labs = p.labs.iter().map(|l| {
            vec![
                person.clone(),
                l.taken_on.as_deref().map_or(Value::Null, Value::day),
                Value::text(l.test),
                l.abnormal.map_or(Value::Null, Value::Bool),
                Value::number(l.value),
            ]
        });
        let tables =
            [("people", vec![people]), ("visits", visits.collect()), ("labs", labs.collect())];
        Person { tables: tables.into() }
    })
    .collect()
}

/// A clinic for random queries: amounts that binary fractions hold, so that no sum depends on its order; no two
/// visits or results of one person on one day; a ward that is on no list.
pub(crate) fn clinic(persons: usize, seed: u64) -> Clinic {
    let mut clinic = Clinic::new(persons, seed);
    let quarters = |amount: f64| (amount * 4.0).round() / 4.0;
    for (number, person) in clinic.persons.iter_mut().enumerate() {
        person.income = quarters(person.income);
        let mut days = vec![];
        for visit in &mut person.visits {
            visit.cost = quarters(visit.cost);
            visit.visited_on = another_day(&visit.visited_on, &mut days);
            if number % 11 == 3 && visit.ward == "w4" {
                visit.ward = "w9".to_owned();
            }
        }
        let mut days = vec![];
        for lab in &mut person.labs {
            lab.taken_on = match lab.taken_on.take() {
                Some(day) => Some(another_day(&day, &mut days)),
                // At most one without a day.
                None if !days.contains(&i64::MIN) => {
                    days.push(i64::MIN);
                    None
                }
                None => Some(another_day("2022-01-01", &mut days)),
            };
        }
    }
    clinic
}

/// The day, or the first one after it that is not taken.
fn another_day(text: &str, taken: &mut Vec<i64>) -> String {
    let Value::Date(mut day) = Value::day(text) else { panic!("{text} is no day") };
    while taken.contains(&day) {
        day += 1;
    }
    taken.push(day);
    super::value::day_text(day)
}
