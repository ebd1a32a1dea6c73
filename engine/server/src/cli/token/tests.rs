//! Tokens from the command line: on the home, and over the API of a server that holds its ledger.

use std::path::Path;
use std::sync::Arc;

use clap::Parser;
use tresor_core::progress::Silent;

use super::super::{Command, Line};
use crate::home::Home;

fn said(words: &[&str]) -> Result<String, String> {
    let Line { command, .. } = Line::try_parse_from(words).map_err(|error| error.to_string())?;
    let Command::Token(token) = command else { panic!("{words:?} is about something else") };
    token.said().map_err(|stop| stop.to_string())
}

fn id_of(token: &str) -> &str {
    token.split('_').nth(1).unwrap()
}

fn demo(folder: &Path) -> String {
    let home = folder.join("home");
    crate::cli::demo_home(&Home::at(&home), &Silent).unwrap();
    home.display().to_string()
}

#[test]
fn on_a_home_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let home = demo(folder.path());
    let issue = ["tresor", "token", "issue", "--home", &home, "--user", "ada", "--days", "1"];
    let token = said(&issue).unwrap();
    assert!(token.starts_with("trs_") && token.ends_with('\n'), "{token}");
    let listed = said(&["tresor", "token", "list", "--home", &home]).unwrap();
    assert!(
        listed.starts_with(id_of(&token))
            && listed.contains("ada")
            && listed.contains("valid until")
    );
    let ended = said(&["tresor", "token", "revoke", "--home", &home, id_of(&token)]).unwrap();
    assert!(ended.contains("withdrawn") && ended.contains("by command line"), "{ended}");
    let unknown = ["tresor", "token", "revoke", "--home", &home, "0000000000000000"];
    assert!(said(&unknown).unwrap_err().contains("no token of this id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_api_of_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let home = demo(folder.path());
    let engine = crate::open(Path::new(&home)).await.unwrap();
    for user in ["tom", "ada"] {
        let id = tresor_core::ids::UserId::new(user).unwrap();
        let token = engine.issue_token(&id, std::time::Duration::from_secs(600)).await.unwrap();
        std::fs::write(folder.path().join(user), token).unwrap();
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::serve(
        listener,
        crate::router(Arc::clone(&engine)),
        std::future::pending(),
    ));
    let path = folder.path().to_owned();
    let story = tokio::task::spawn_blocking(move || {
        let said = |user: &str, words: &[&str]| {
            let file = path.join(user).display().to_string();
            let mut line = vec!["tresor", "token", "--server", &server, "--token-file", &file];
            line.extend(words);
            said(&line)
        };
        let token = said("tom", &["issue", "--user", "ada", "--days", "2"]).unwrap();
        let refused = said("ada", &["issue", "--user", "ada", "--days", "2"]).unwrap_err();
        assert!(refused.contains("`issue` on `tokens`"), "{refused}");
        assert!(said("tom", &["list"]).unwrap().contains("tom"));
        let own = said("ada", &["list"]).unwrap();
        assert!(own.contains(id_of(&token)) && !own.contains("tom  "), "{own}");
        let ended = said("ada", &["revoke", id_of(&token)]).unwrap();
        assert!(ended.contains("withdrawn"), "{ended}");
        token
    });
    let token = story.await.unwrap();
    assert_eq!(engine.caller_of_token(token.trim(), "a test").await.unwrap(), None);
    // The ledger belongs to the server.
    let words = ["tresor", "token", "list", "--home", &home].map(str::to_owned);
    let refused = tokio::task::spawn_blocking(move || {
        said(&words.each_ref().map(String::as_str)).unwrap_err()
    });
    assert!(refused.await.unwrap().contains("TRESOR_SERVER"));
}
