use tresor_ledger::LedgerPlace;

use super::Setup;
use crate::home::LogSettings;

#[test]
fn the_program_is_known_by_its_bytes() {
    let first = Setup::default().program(&LogSettings::default()).unwrap();
    let again = Setup::default().program(&LogSettings::default()).unwrap();
    assert_eq!(first.binary_digest, again.binary_digest);
    assert_eq!(first.binary_digest.len(), 64);
}

#[test]
fn the_same_options_have_the_same_digest_in_any_order_and_secrets_have_none() {
    let of = |options: Vec<(&'static str, String)>, ledger| {
        Setup { options, ledger }.digest(&LogSettings::default())
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
fn the_name_of_the_log_and_the_place_of_its_copy_are_options_too() {
    let of = |name: Option<&str>, anchor: Option<&str>| {
        let log = LogSettings { name: name.map(str::to_owned), anchor: anchor.map(Into::into) };
        Setup::default().digest(&log)
    };
    let all =
        [of(None, None), of(Some("a"), None), of(None, Some("/a")), of(Some("a"), Some("/a"))];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{at}");
    }
}
