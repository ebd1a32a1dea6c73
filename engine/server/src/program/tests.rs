use tresor_ledger::LedgerPlace;

use super::{Setup, is_origin};
use crate::home::Home;

fn named(name: Option<&str>) -> Setup {
    Setup { log_origin: name.map(str::to_owned), ..Setup::default() }
}

#[test]
fn the_program_is_known_by_its_bytes() {
    let first = Setup::default().program().unwrap();
    let again = Setup::default().program().unwrap();
    assert_eq!(first.binary_digest, again.binary_digest);
    assert_eq!(first.binary_digest.len(), 64);
}

#[test]
fn the_same_options_have_the_same_digest_in_any_order_and_secrets_have_none() {
    let of = |options: Vec<(&'static str, String)>, ledger| {
        Setup { options, ledger, ..Setup::default() }.digest()
    };
    let (listen, proxy) =
        (("listen", "[::1]:1".to_owned()), ("behind_tls_proxy", "true".to_owned()));
    let one = of(vec![listen.clone(), proxy.clone()], None);
    assert_eq!(one, of(vec![proxy.clone(), listen.clone()], None));
    assert_ne!(one, of(vec![listen.clone()], None));
    let postgres = |address: &str| Some(LedgerPlace::Postgres(address.to_owned()));
    let database = of(vec![listen.clone(), proxy.clone()], postgres("postgres://a:secret@b/c"));
    assert_ne!(one, database);
    assert_eq!(database, of(vec![listen, proxy], postgres("postgres://a:another@b/c")));
}

#[test]
fn a_log_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    std::fs::create_dir_all(home.state()).unwrap();
    assert!(named(Some("two words")).origin(&home).is_err());
    assert_eq!(
        named(Some("tre.example.org/tresor")).origin(&home).unwrap(),
        "tre.example.org/tresor"
    );
    assert_eq!(named(None).origin(&home).unwrap(), "tre.example.org/tresor");
    let refused = named(Some("other.example.org")).origin(&home).unwrap_err().to_string();
    assert!(refused.contains("tre.example.org/tresor"), "{refused}");
}

#[test]
fn a_log_without_a_name_is_called_after_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    std::fs::create_dir_all(home.state()).unwrap();
    let name = named(None).origin(&home).unwrap();
    assert!(is_origin(&name) && name.ends_with("/tresor"), "{name}");
}
