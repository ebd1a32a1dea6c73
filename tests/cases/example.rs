//! One case as an example of the manual: its title, its SQL, and what came back.

use crate::answer::INSTEAD;
use crate::story::{Case, Outcome};

/// Rows of an answer that are shown.
const SHOWN: usize = 8;

/// Columns that stand beside a value and are not shown.
const BESIDE: [&str; 3] = ["__status", "__low", "__high"];

/// The example.
pub(crate) fn of(case: &Case) -> String {
    let title = match case.title.strip_suffix('?') {
        Some(_) => case.title.clone(),
        None => format!("{}.", case.title),
    };
    let Some(answer) = &case.answer else {
        return format!("**{title}** (no answer is written yet)");
    };
    let came_back = match &case.outcome {
        Outcome::Released { .. } => fenced("text", &table(answer)),
        Outcome::Refused(_) => refused(answer),
        Outcome::Explained => fenced("text", &flow(answer)),
        Outcome::Budget | Outcome::Log => fenced("text", answer),
    };
    format!("**{title}**\n\n{}\n\n{came_back}", fenced("sql", &case.sql))
}

fn refused(answer: &str) -> String {
    match answer.split_once(&format!("\n{INSTEAD}")) {
        Some((why, sql)) => {
            format!("> Refused. {why}\n\nSuggested instead:\n\n{}", fenced("sql", sql))
        }
        None => format!("> Refused. {answer}"),
    }
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{text}\n```")
}

/// How persons flow, out of everything that an explanation says.
fn flow(answer: &str) -> String {
    let explained: serde_json::Value = serde_json::from_str(answer).unwrap();
    let lines = explained["person_flow"].as_array().unwrap();
    lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// CSV as a table for the eye: a status stands in the place of its value.
fn table(answer: &str) -> String {
    let (notes, lines): (Vec<&str>, Vec<&str>) =
        answer.lines().partition(|line| line.starts_with("note: "));
    let mut lines = lines.into_iter().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let columns: Vec<Vec<String>> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !BESIDE.iter().any(|suffix| name.ends_with(suffix)))
        .map(|(at, name)| {
            let status = names.get(at + 1).is_some_and(|next| *next == format!("{name}__status"));
            let values = rows.iter().take(SHOWN).map(|row| value(row, at, status));
            aligned(name, values.collect())
        })
        .collect();
    let mut text: Vec<String> = (0..=rows.len().min(SHOWN))
        .map(|row| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("  "))
        .map(|line| line.trim_end().to_owned())
        .collect();
    if rows.len() > SHOWN {
        text.push(format!("..  ({} rows)", rows.len()));
    }
    text.extend(notes.into_iter().map(str::to_owned));
    text.join("\n")
}

fn value(row: &[&str], at: usize, has_status: bool) -> String {
    match (row[at], has_status.then(|| row[at + 1])) {
        ("" | "(nothing)", Some("c")) => "withheld".to_owned(),
        ("" | "(nothing)", _) => "NULL".to_owned(),
        (value, _) => value.strip_suffix("T00:00:00").unwrap_or(value).to_owned(),
    }
}

/// A column with its name: numbers to the right, words to the left.
fn aligned(name: &str, values: Vec<String>) -> Vec<String> {
    let number = |value: &String| value.parse::<f64>().is_ok() || value == "withheld";
    let right = values.iter().any(number) && values.iter().all(|v| number(v) || v == "NULL");
    let width = values.iter().map(|v| v.chars().count()).chain([name.chars().count()]).max();
    let width = width.unwrap_or(0);
    std::iter::once(name.to_owned())
        .chain(values)
        .map(|value| if right { format!("{value:>width$}") } else { format!("{value:<width$}") })
        .collect()
}
