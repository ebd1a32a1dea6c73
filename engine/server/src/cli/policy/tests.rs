//! The command line of the desk, against a server on this machine: an honest one, and one that is not.

mod dishonest;
mod folders;
mod honest;

use std::path::Path;

use clap::Parser;

use super::super::{Command, Line};
use super::client::Connection;
use super::*;

/// What a line of the command line says, and why it fails if it does.
fn said(words: &[&str]) -> Result<String, String> {
    let Line { command, .. } = Line::try_parse_from(words).map_err(|error| error.to_string())?;
    let Command::Policy(policy) = command else { panic!("{words:?} is about something else") };
    match policy.said() {
        Ok(Said { text, fault: None }) => Ok(text),
        Ok(Said { text, fault: Some(fault) }) => Err(format!("{text}{fault}")),
        Err(stop) => Err(stop.to_string()),
    }
}

/// A folder with everything below another.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Replaces a text in a file; it has to be there.
#[track_caller]
fn mend(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(file, text.replace(from, to)).unwrap();
}

fn connection(server: &str, token_file: &Path) -> Connection {
    let words = ["tresor", "policy", "--server", server, "--token-file"];
    let line = words.iter().map(|&word| word.to_owned()).chain([token_file.display().to_string()]);
    let Line { command, .. } = Line::try_parse_from(line.chain(["status".to_owned()])).unwrap();
    let Command::Policy(policy) = command else { panic!("another command") };
    policy.connection
}

#[test]
fn a_token_does_not_cross_a_network_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "trs_a_b\n").unwrap();
    for (server, safe) in [
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080/", true),
        ("http://localhost", true),
        ("https://tresor.example.org", true),
        ("http://tresor.example.org", false),
        ("http://127.0.0.1@tresor.example.org", false),
        ("http://localhost.example.org", false),
        ("ftp://127.0.0.1", false),
        ("tresor.example.org", false),
    ] {
        assert_eq!(connection(server, &token).open().is_ok(), safe, "{server}");
    }
    std::fs::write(&token, "two words").unwrap();
    assert!(connection("http://127.0.0.1:1", &token).open().is_err());
}

#[test]
fn what_would_steer_a_terminal_is_not_printed() {
    assert_eq!(visible("a\u{1b}[2Jb\tc\n"), "a\u{fffd}[2Jb\tc\n");
}

#[test]
fn exactly_one_thing_is_frozen() {
    for (words, fits) in [
        ("--everything", true),
        ("--project heart-study", true),
        ("--person ada", true),
        ("", false),
        ("--person ada --everything", false),
        ("--person Ada", false),
    ] {
        let line = format!("tresor policy freeze --reason r {words}");
        assert_eq!(Line::try_parse_from(line.split_whitespace()).is_ok(), fits, "{line}");
    }
}
