//! The tables of the study, out of the case files that hold their answers.

use std::path::Path;

/// One table.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) sql: String,
}

/// All tables, in the order of the files.
pub(super) fn tables() -> Vec<Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/study");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    paths.iter().flat_map(|path| of_file(&std::fs::read_to_string(path).unwrap())).collect()
}

fn of_file(text: &str) -> Vec<Table> {
    text.split("\n\n").map(str::trim).filter(|case| !case.is_empty()).map(of_case).collect()
}

fn of_case(case: &str) -> Table {
    let question = case.split_once("\n----").map_or(case, |(question, _)| question);
    let (title, rest) = question.split_once('\n').unwrap();
    let (_, sql) = rest.split_once('\n').unwrap();
    Table {
        title: title.trim_start_matches("# ").trim_end_matches('.').to_owned(),
        sql: sql.to_owned(),
    }
}
