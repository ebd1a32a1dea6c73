//! One case as an example of a page: its title, its SQL, and what came back.

use crate::answer::INSTEAD;
use crate::officers;
use crate::story::{Case, Outcome};

/// Rows of an answer that are shown: a researcher sees what there is, an officer looks for what is not.
const SHOWN: usize = 8;
const SHOWN_TO_OFFICERS: usize = 16;

/// Columns that stand beside a value and are not shown.
const BESIDE: [&str; 3] = ["__status", "__low", "__high"];

/// For whom an example is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Who asks: values, and which are withheld.
    Researcher,
    /// Who decides about the rules: under which profile, with the intervals and marks of values too.
    Officer,
}

/// The example.
pub(crate) fn of(case: &Case, style: Style) -> String {
    let title = match case.title.strip_suffix('?') {
        Some(_) => case.title.clone(),
        None => format!("{}.", case.title),
    };
    let Some(answer) = &case.answer else {
        return format!("**{title}** (no answer is written yet)");
    };
    let came_back = match &case.outcome {
        Outcome::Released { .. } => fenced("text", &table(answer, style)),
        Outcome::Refused(_) => refused(answer),
        Outcome::Explained => fenced("text", &flow(answer)),
        Outcome::Written(_) => fenced("text", &answer.replace("(nothing)\n", "\n")),
        Outcome::Budget | Outcome::Log => fenced("text", answer),
    };
    let under = match (style, &case.project) {
        (Style::Officer, Some(project)) => format!(" Under {}:", officers::profile(project)),
        (Style::Officer, None) | (Style::Researcher, _) => String::new(),
    };
    format!("**{title}**{under}\n\n{}\n\n{came_back}", fenced("sql", &case.sql))
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
fn table(answer: &str, style: Style) -> String {
    let most = match style {
        Style::Researcher => SHOWN,
        Style::Officer => SHOWN_TO_OFFICERS,
    };
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
            let beside = |suffix: &str| {
                let name = format!("{name}{suffix}");
                names.iter().skip(at).position(|known| *known == name).map(|later| at + later)
            };
            let beside = Beside {
                status: beside("__status"),
                interval: beside("__low").zip(beside("__high")),
            };
            let values = rows.iter().take(most).map(|row| value(row, at, &beside, style));
            aligned(name, values.collect())
        })
        .collect();
    let mut text: Vec<String> = (0..=rows.len().min(most))
        .map(|row| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("  "))
        .map(|line| line.trim_end().to_owned())
        .collect();
    if rows.len() > most {
        text.push(format!("..  ({} rows)", rows.len()));
    }
    text.extend(notes.into_iter().map(str::to_owned));
    text.join("\n")
}

/// Columns that belong to the one before them.
struct Beside {
    status: Option<usize>,
    interval: Option<(usize, usize)>,
}

fn value(row: &[&str], at: usize, beside: &Beside, style: Style) -> String {
    let status = beside.status.map(|at| row[at]);
    let text = match (row[at], status) {
        ("" | "(nothing)", Some("c")) => "withheld".to_owned(),
        ("" | "(nothing)", _) => "NULL".to_owned(),
        (value, _) => value.strip_suffix("T00:00:00").unwrap_or(value).to_owned(),
    };
    if style == Style::Researcher {
        return text;
    }
    match (status, beside.interval.map(|(low, high)| (row[low], row[high]))) {
        (Some(mark @ ("low" | "z" | "x")), _) => format!("{text} ({mark})"),
        (_, Some((low, high))) if !low.is_empty() => format!("{text} ({low} to {high})"),
        _ => text,
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
