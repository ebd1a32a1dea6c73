use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use tempfile::TempDir;
use tresor_ledger::{Kind, Ledger, LedgerConfig, LogConfig, NewEntry};

use super::*;

/// A home with a ledger of some entries in it, open.
async fn home(entries: u64) -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    fs::create_dir(home.state()).unwrap();
    let log = LogConfig {
        origin: "test.example/log".to_owned(),
        seed: [7; 32],
        folder: home.log(),
        anchor: None,
    };
    let place = LedgerPlace::File(home.ledger());
    let config = LedgerConfig { place, log, steps: Arc::new(tresor_ledger::NoSteps) };
    let (ledger, _) = Ledger::open(config, Moment(0)).await.unwrap();
    for _ in 0..entries {
        ledger.record(NewEntry::new(Kind::LogRead, "olga", Moment(1))).await.unwrap();
    }
    (folder, ledger)
}

#[tokio::test]
async fn a_ledger_is_copied_checked_lost_and_put_back() {
    let (folder, ledger) = home(3).await;
    let home = Home::at(folder.path());
    let copy = folder.path().join("copy");
    let said = back_up(&LedgerPlace::File(home.ledger()), &copy).await.unwrap();
    assert!(said.contains("3 entries, from 1970-01-01T00:00:00.000001Z"), "{said}");
    let said = verify(&LedgerPlace::File(home.ledger())).await.unwrap();
    assert!(said.contains("is sound: 3 entries"), "{said}");
    ledger.close().await;
    fs::remove_file(home.ledger()).unwrap();
    let said = check(&copy).await.unwrap();
    assert!(said.contains("is sound: 3 entries"), "{said}");
    assert!(!home.ledger().exists(), "`--verify` changes nothing");
    let said = restore(&home, &copy).await.unwrap();
    assert!(said.contains("restored\n") && said.contains("3 entries"), "{said}");
    verify(&LedgerPlace::File(home.ledger())).await.unwrap();
}

#[tokio::test]
async fn a_copy_that_would_forget_something_is_refused() {
    let (folder, ledger) = home(3).await;
    let home = Home::at(folder.path());
    let copy = folder.path().join("copy");
    back_up(&LedgerPlace::File(home.ledger()), &copy).await.unwrap();
    ledger.record(NewEntry::new(Kind::LogRead, "olga", Moment(1))).await.unwrap();
    ledger.close().await;
    let said = restore(&home, &copy).await.unwrap_err().to_string();
    assert!(said.contains("take a newer copy"), "{said}");
}

#[test]
fn the_address_of_a_server_is_read_from_a_private_file_and_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    let choice = |file: &Path| {
        let words = ["tresor", "db", "verify", "--home", "h", "--ledger-url-file"];
        let words = words.into_iter().map(Into::into).chain([file.as_os_str().to_owned()]);
        use clap::Parser;
        match crate::cli::Line::try_parse_from(words).unwrap().command {
            crate::cli::Command::Db(Db::Verify { ledger, .. }) => ledger,
            _ => panic!("another command"),
        }
    };
    fs::write(&file, "postgres://tresor:secret@db.example/ledger\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = choice(&file).place().err().unwrap().to_string();
    assert!(said.contains("chmod 600") && !said.contains("secret"), "{said}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    match choice(&file).place().unwrap() {
        Some(LedgerPlace::Postgres(url)) => {
            assert_eq!(url, "postgres://tresor:secret@db.example/ledger");
        }
        _ => panic!("not on a server"),
    }
    fs::write(&file, "mysql://tresor:secret@db.example/ledger").unwrap();
    let said = choice(&file).place().err().unwrap().to_string();
    assert!(said.contains("must hold one line") && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_ledger_on_a_server_is_copied_by_its_own_tools() {
    let place = LedgerPlace::Postgres("postgres://db.example/ledger".to_owned());
    let said = back_up(&place, Path::new("copy")).await.unwrap_err().to_string();
    assert!(said.contains("pg_dump"), "{said}");
}
