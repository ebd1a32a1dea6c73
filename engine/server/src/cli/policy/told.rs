//! What the desk says, as people read it: short tables and differences.

use std::fmt::Write as _;

use serde_json::Value;

use super::client::Desk;

impl Desk {
    /// The answer as it is asked for: for programs, or in words.
    pub(super) fn told(&self, answer: &Value, words: impl Fn(&Value) -> String) -> String {
        if self.json { format!("{answer:#}\n") } else { words(answer) }
    }
}

/// A field as text; `-` where there is nothing.
fn text(of: &Value, key: &str) -> String {
    match of.get(key) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Columns of equal width; the last one is as wide as it is.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let width = |at: usize| {
        let of_rows = rows.iter().filter_map(|row| row.get(at));
        of_rows.chain(head.get(at)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut written = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _never = write!(line, "{cell:width$}  ");
        }
        written.push_str(line.trim_end());
        written.push('\n');
    }
    written
}

/// Rows of a list, one column for each field.
fn rows(items: &[Value], keys: &[&str]) -> Vec<Vec<String>> {
    items.iter().map(|item| keys.iter().map(|key| text(item, key)).collect()).collect()
}

/// What is in force, what will be, and what is frozen.
pub(super) fn status(told: &Value) -> String {
    let mut written = told.get("in_force").map(revision).unwrap_or_default();
    for later in list(told, "scheduled") {
        let _never = write!(written, "\n{}", revision(later));
    }
    for frozen in list(told, "frozen") {
        let _never = write!(written, "\nfrozen: {}", freeze(frozen));
    }
    written
}

/// Every revision.
pub(super) fn history(told: &Value) -> String {
    let keys = ["number", "state", "effective_at", "author", "activated_by", "title"];
    let head = ["revision", "state", "in force from", "author", "activated by", "title"];
    table(&head, &rows(list(told, "revisions"), &keys))
}

/// Every change.
pub(super) fn changes(told: &Value) -> String {
    let changes = list(told, "changes");
    if changes.is_empty() {
        return "there are no changes\n".to_owned();
    }
    let head = ["change", "state", "made on", "author", "title", "next"];
    table(&head, &rows(changes, &["id", "state", "base", "author", "title", "next"]))
}

/// Every freeze.
pub(super) fn freezes(told: &Value) -> String {
    let freezes = list(told, "freezes");
    if freezes.is_empty() {
        return "nothing was ever frozen\n".to_owned();
    }
    freezes.iter().map(freeze).collect()
}

/// Flagged queries, one a line.
pub(super) fn flags(told: &Value) -> String {
    let flagged = list(told, "flagged");
    if flagged.is_empty() {
        return "no query seems to hold an identifier\n".to_owned();
    }
    flagged.iter().map(flag).collect()
}

fn flag(told: &Value) -> String {
    let field = |key| text(told, key);
    let flags: Vec<String> = list(told, "flags")
        .iter()
        .map(|flag| flag.as_str().unwrap_or_default().replace('_', " "))
        .collect();
    let what = match told.get("code").and_then(Value::as_str) {
        Some(code) => format!("refused ({code})"),
        None => format!("query {}", field("query_id")),
    };
    format!(
        "entry {}: {}, {} for {}, {what}: looks like {}\n",
        field("entry"),
        field("at"),
        field("user"),
        field("project"),
        flags.join(", "),
    )
}

/// One revision.
pub(super) fn revision(told: &Value) -> String {
    let field = |key| text(told, key);
    format!(
        "revision {}, {}, from {}\n  {}\n  activated by {}, {}\n  bundle {}\n",
        field("number"),
        field("state"),
        field("effective_at"),
        field("title"),
        field("activated_by"),
        field("activated_at"),
        field("bundle"),
    )
}

/// One change.
pub(super) fn change(told: &Value) -> String {
    let field = |key| text(told, key);
    let mut written = format!(
        "{}: {}\n  title    {}\n  reason   {}\n  author   {}, {}\n  made on  revision {}\n",
        field("id"),
        field("state"),
        field("title"),
        field("reason"),
        field("author"),
        field("begun_at"),
        field("base"),
    );
    if told.get("reverts").is_some_and(|number| !number.is_null()) {
        let _never = writeln!(written, "  reverts  to revision {}", field("reverts"));
    }
    let _never = writeln!(written, "  bundle   {}", field("bundle"));
    if let Some(proposal) = told.get("proposal") {
        let from = match text(proposal, "effective_at").as_str() {
            "-" => "its activation".to_owned(),
            moment => moment.to_owned(),
        };
        let _never = writeln!(written, "  proposed {}, to hold from {from}", text(proposal, "at"));
        for approval in list(proposal, "approvals") {
            let (by, at) = (text(approval, "by"), text(approval, "at"));
            let _never = writeln!(written, "  approved by {by}, {at}");
        }
    }
    let _never = writeln!(written, "  next     {}", field("next"));
    written
}

/// One freeze.
pub(super) fn freeze(told: &Value) -> String {
    let field = |key| text(told, key);
    let what = match field("scope").as_str() {
        "everything" => "everything".to_owned(),
        scope => format!("{scope} {}", field("subject")),
    };
    let lifting: Vec<String> = list(told, "lifting").iter().map(|one| text(one, "by")).collect();
    let holds = told.get("holds").and_then(Value::as_bool).unwrap_or(true);
    let state = match (holds, lifting.as_slice()) {
        (false, _) => format!("lifted by {}", lifting.join(" and ")),
        (true, []) => "holds".to_owned(),
        (true, _) => {
            format!("holds; {} would lift it, one more officer is needed", lifting.join(" and "))
        }
    };
    format!(
        "{what}: {state}\n  {}\n  reason  {}\n  set by  {}, {}\n",
        field("id"),
        field("reason"),
        field("by"),
        field("at"),
    )
}

/// A mistake in a file.
pub(super) fn mistake(told: &Value) -> String {
    let field = |key| text(told, key);
    let place = format!("{}:{}:{}", field("file"), field("line"), field("column"));
    format!("{place}: {}; {}", field("detail"), field("hint"))
}

/// What was found in a change.
pub(super) fn validation(told: &Value) -> String {
    let mut written = String::new();
    for error in list(told, "errors") {
        let _never = writeln!(written, "{}", mistake(error));
    }
    for test in list(told, "tests") {
        let passed = test.get("passed").and_then(Value::as_bool).unwrap_or(false);
        let outcome = if passed { "passed" } else { "FAILED" };
        let _never =
            writeln!(written, "{outcome}  {}: {}", text(test, "place"), text(test, "name"));
    }
    if list(told, "errors").is_empty() {
        let _never = writeln!(written, "no mistakes\nbundle {}", text(told, "bundle"));
    }
    written
}

/// What a change changes.
pub(super) fn difference(told: &Value) -> String {
    let against = told.get("against").map(|against| text(against, "revision"));
    let mut written = format!("against revision {}\n", against.unwrap_or_default());
    for file in list(told, "files") {
        let _never = write!(written, "\n{}", text(file, "difference"));
    }
    if list(told, "files").is_empty() {
        written.push_str("\nno file changes\n");
    }
    let access = match told.get("access").and_then(Value::as_str) {
        None => "\nwho may use what cannot be said while the files have mistakes\n".to_owned(),
        Some("") => "\nwho may use what stays as it is\n".to_owned(),
        Some(access) => format!("\nwho may use what:\n{access}"),
    };
    written.push_str(&access);
    let _never = writeln!(written, "\nbundle {}", text(told, "bundle"));
    written
}

/// What a change would have done.
pub(super) fn what_if(told: &Value) -> String {
    let mut written = format!(
        "queries planned again: {}, under revision {} and under the change; the same under both: {}\n",
        text(told, "asked"),
        text(told, "compared_with_revision"),
        text(told, "same"),
    );
    for (key, title, more) in [
        ("newly_refused", "would be refused", ["reason", "uses_that_end"].as_slice()),
        ("newly_allowed", "would be answered", ["was_refused", "cost"].as_slice()),
        ("changed_cost", "would cost something else", ["from", "to"].as_slice()),
        ("changed_protection", "would be protected in another way", ["changes"].as_slice()),
    ] {
        let queries = list(told, key);
        let _never = writeln!(written, "\n{title}: {}", queries.len());
        for query in queries {
            let field = |key| text(query, key);
            let _never = writeln!(
                written,
                "  {} {} {}\n    {}",
                field("at"),
                field("project"),
                field("user"),
                field("sql_fingerprint")
            );
            for key in more {
                let _never = writeln!(written, "    {}: {}", key.replace('_', " "), field(key));
            }
        }
    }
    written
}
