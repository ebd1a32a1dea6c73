//! The tables of the study, out of the case files that hold their answers.

use std::path::Path;

/// One table.
pub(super) struct Table {
    pub(super) file: String,
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
    paths.iter().flat_map(|path| of_file(path)).collect()
}

fn of_file(path: &Path) -> Vec<Table> {
    let file = path.file_stem().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let cases = text.split("\n\n").map(str::trim).filter(|case| !case.is_empty());
    cases.map(|case| of_case(file, case)).collect()
}

/// A title, a sentence, SQL, and an answer that is not looked at here.
fn of_case(file: &str, case: &str) -> Table {
    let question = case.split_once("\n----").map_or(case, |(question, _)| question);
    let (title, rest) = question.split_once('\n').unwrap();
    let (_, sql) = rest.split_once('\n').unwrap();
    let title = title.trim_start_matches("# ").trim_end_matches('.').to_owned();
    Table { file: file.to_owned(), title, sql: sql.to_owned() }
}
