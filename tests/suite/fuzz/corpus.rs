//! Texts to begin with: everything that is asked in the case files.

use std::path::Path;

/// Every SQL text of the case files, in order.
pub(crate) fn cases() -> Vec<String> {
    let mut texts = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "case") {
                texts.extend(asked(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 100, "{} texts in the case files", texts.len());
    texts
}

/// What stands between `as ann of ..` and `----`.
fn asked(file: &str) -> Vec<String> {
    let mut texts = vec![];
    let mut open: Option<Vec<&str>> = None;
    for line in file.lines() {
        match &mut open {
            Some(lines) if line.starts_with("----") => {
                texts.push(lines.join("\n"));
                open = None;
            }
            Some(lines) => lines.push(line),
            None if line.starts_with("as ") => open = Some(vec![]),
            None => {}
        }
    }
    texts
}
