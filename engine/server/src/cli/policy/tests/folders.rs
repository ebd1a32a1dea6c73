//! Policy folders without a server.

use std::os::unix::fs::PermissionsExt;

use tresor_core::policy::PolicyFiles;
use tresor_core::progress::Silent;

use super::*;
use crate::home::Home;
use crate::signing::Officer;

#[test]
fn a_key_is_private_made_once_and_signs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grace.key");
    let key = |path: &Path| said(&["tresor", "policy", "key", "--out", path.to_str().unwrap()]);
    let line = key(&path).unwrap();
    let officer = Officer::read(&path).unwrap();
    assert_eq!(line, format!("signing_key = \"{}\"\n", officer.public()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(key(&path).unwrap_err().contains("is there already"));
    assert_eq!(Officer::read(&path).unwrap().public(), officer.public());
    assert_eq!(officer.sign("a").len(), 128);

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Officer::read(&path).is_err());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "0707").unwrap();
    assert!(Officer::read(&path).err().unwrap().to_string().contains("64 hexadecimal digits"));
}

#[test]
fn a_folder_is_checked_as_the_server_would() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    crate::cli::demo_home(&Home::at(&home), &Silent).unwrap();
    let policies = folder.path().join("policies");
    copy(&home.join("policies"), &policies);
    let (at_home, here) = (home.to_str().unwrap(), policies.to_str().unwrap());
    let run = |command: &str, more: &[&str]| {
        let mut words = vec!["tresor", "policy", command, "--home", at_home, "--policies", here];
        words.extend(more);
        said(&words)
    };
    assert!(run("check", &[]).unwrap().starts_with("no mistakes"));
    assert!(!run("check", &[]).unwrap().contains("warning"));
    let matrix = run("matrix", &[]).unwrap();
    assert_eq!(matrix, std::fs::read_to_string(policies.join("expected-access.txt")).unwrap());

    // The shipped promises pass; here one alone.
    assert!(!run("test", &[]).unwrap().contains("FAILED"));
    std::fs::remove_dir_all(policies.join("tests")).unwrap();
    let test = "[[tests]]\nname = \"a list\"\nuser = \"ada\"\nproject = \"heart-study\"\n\
                sql = \"select person_id from patients\"\nexpect = \"refused\"\n";
    std::fs::create_dir_all(policies.join("tests")).unwrap();
    std::fs::write(policies.join("tests/heart.toml"), test).unwrap();
    let outcome = run("test", &[]).unwrap();
    assert!(outcome.starts_with("passed  policies/tests/heart.toml:"), "{outcome}");
    mend(&policies.join("tests/heart.toml"), "refused", "allowed");
    let failed = run("test", &[]).unwrap_err();
    assert!(
        failed.contains("FAILED") && failed.ends_with("1 of 1 policy tests failed"),
        "{failed}"
    );
    assert!(run("check", &[]).unwrap_err().contains("the test `a list` fails"));
    std::fs::remove_file(policies.join("tests/heart.toml")).unwrap();

    // A rule less, and the spelled-out matrix is stale until it is written anew.
    let rule = "p, researcher, heart-study, sample/practices/region, *, allow\n";
    mend(&policies.join("access/rules.csv"), rule, "");
    let stale = run("matrix", &[]).unwrap_err();
    assert!(stale.contains("\n-researcher | heart-study | sample.practices.region"), "{stale}");
    assert!(stale.contains("--write"));
    run("matrix", &["--write"]).unwrap();
    run("matrix", &[]).unwrap();

    mend(&policies.join("people.toml"), "signing_key", "signing_kye");
    let wrong = run("check", &[]).unwrap_err();
    assert!(wrong.starts_with("policies/people.toml:"), "{wrong}");
    assert!(wrong.ends_with("2 mistakes"), "{wrong}");
    assert_eq!(run("matrix", &[]).unwrap_err(), wrong);

    let text = std::fs::read_to_string(policies.join("people.toml")).unwrap();
    let without: String =
        text.lines().filter(|l| !l.starts_with("signing")).map(|l| format!("{l}\n")).collect();
    std::fs::write(policies.join("people.toml"), without).unwrap();
    assert!(run("check", &[]).unwrap().contains("warning: policies/people.toml:1:1: it leaves 0"));
}

#[test]
fn files_stay_below_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    for path in
        ["../people.toml", "/people.toml", "a/../b", "a/b/c", ".hidden", "a/.hidden", "a\nb"]
    {
        let files = PolicyFiles::from_texts([(path, "text")]);
        assert!(files::write(&files, &folder.path().join("out")).is_err(), "{path}");
    }
    let files = PolicyFiles::from_texts([("people.toml", "a"), ("projects/x.toml", "b")]);
    let out = folder.path().join("files");
    assert_eq!(files::write(&files, &out).unwrap(), 2);
    assert_eq!(files::in_folder(&out).unwrap(), files);
    assert!(files::write(&files, &out).unwrap_err().to_string().contains("not empty"));
}

#[test]
fn only_what_differs_is_sent() {
    let there = PolicyFiles::from_texts([("a", "1"), ("b", "2"), ("c", "3")]);
    let wanted = PolicyFiles::from_texts([("a", "1"), ("b", "4"), ("d", "5")]);
    let expected = serde_json::json!({ "set": { "b": "4", "d": "5" }, "remove": ["c"] });
    assert_eq!(files::difference(&there, &wanted), Some(expected));
    assert_eq!(files::difference(&there, &there), None);
}
