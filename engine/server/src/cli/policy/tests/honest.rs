//! A change and a freeze from the first command to the last.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tresor_core::ids::UserId;
use tresor_core::progress::Silent;

use super::*;
use crate::home::Home;

/// A demonstration that is served on this machine.
struct Served {
    folder: TempDir,
    address: String,
}

impl Served {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        crate::cli::demo_home(&Home::at(&home), &Silent).unwrap();
        let engine = crate::open(&home).await.unwrap();
        for user in ["grace", "olu", "ines"] {
            let id = UserId::new(user).unwrap();
            let token = engine.issue_token(&id, Duration::from_secs(600)).await.unwrap();
            std::fs::write(folder.path().join(user), format!("{token}\n")).unwrap();
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = crate::router(Arc::clone(&engine));
        tokio::spawn(crate::serve(listener, router, std::future::pending()));
        copy(&home.join("policies"), &folder.path().join("mine"));
        Self { folder, address }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// What the command says to this person. `@name` is a path in the folder of the test.
    fn said(&self, user: &str, words: &[&str]) -> Result<String, String> {
        let token = self.path(user);
        let mut line = vec!["tresor", "policy", "--server", &self.address, "--token-file", &token];
        let own: Vec<String> = words
            .iter()
            .map(|word| word.strip_prefix('@').map_or((*word).to_owned(), |name| self.path(name)))
            .collect();
        line.extend(own.iter().map(String::as_str));
        said(&line)
    }

    fn keyed(&self, user: &str) -> String {
        format!("@home/officers/{user}.key")
    }
}

fn id_in(text: &str) -> String {
    text.split([' ', ':', '\n']).find(|word| word.len() == 34).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_draft_to_revert() {
    let served = Served::new().await;
    tokio::task::spawn_blocking(move || story(&served)).await.unwrap();
}

fn story(served: &Served) {
    let (grace_key, olu_key) = (served.keyed("grace"), served.keyed("olu"));
    let project = served.folder.path().join("mine/projects/heart-study.toml");
    let draft = ["draft", "--title", "narrower", "--reason", "asked for", "--from", "@mine"];
    let same = served.said("grace", &draft).unwrap_err();
    assert!(same.contains("the same files as revision 1"), "{same}");

    mend(&project, "budget_points", "bugdet_points");
    let begun = served.said("grace", &draft).unwrap();
    assert!(begun.contains(": draft\n  title    narrower\n"), "{begun}");
    let id = id_in(&begun);
    let wrong = served.said("grace", &["validate", &id]).unwrap_err();
    assert!(wrong.starts_with("policies/projects/heart-study.toml:"), "{wrong}");
    let wrong = served.said("grace", &["propose", &id, "--key", &grace_key]).unwrap_err();
    assert!(wrong.contains("\npolicies/projects/heart-study.toml:"), "{wrong}");

    mend(&project, "bugdet_points", "budget_points");
    mend(
        &served.folder.path().join("mine/access/rules.csv"),
        "practices/region, *",
        "practices/region, filter",
    );
    served.said("grace", &["edit", &id, "--from", "@mine"]).unwrap();
    assert!(served.said("grace", &["validate", &id]).unwrap().contains("\nno mistakes\n"));
    let difference = served.said("olu", &["diff", &id]).unwrap();
    assert!(difference.contains("\n-p, researcher, heart-study, sample/practices/region, *"));
    assert!(difference.contains("\n+researcher | heart-study | sample.practices.region | filter"));
    assert!(!difference.contains("projects/heart-study.toml"), "{difference}");
    let effects = served.said("grace", &["what-if", &id, "--last", "5"]).unwrap();
    assert!(effects.contains("queries planned again: 0"), "{effects}");

    let effective = "2020-01-01T00:00:00Z";
    let words = ["propose", &id, "--key", &grace_key, "--effective", effective];
    let early = served.said("grace", &words).unwrap_err();
    assert!(early.contains("would hold before revision 1"), "{early}");
    let theirs = served.said("olu", &["propose", &id, "--key", &olu_key]).unwrap_err();
    assert_eq!(theirs, "nothing is signed: only its author puts a change forward");
    let proposed = served.said("grace", &["propose", &id, "--key", &grace_key]).unwrap();
    assert!(proposed.starts_with("signed:\n  tresor policy change v1\n"), "{proposed}");
    assert!(proposed.contains("\n  author: grace\n"), "{proposed}");

    let mine = served.said("grace", &["approve", &id, "--key", &grace_key]).unwrap_err();
    assert!(mine.starts_with("nothing is signed: the change is your own"), "{mine}");
    let other = "ab".repeat(32);
    let words = ["approve", &id, "--key", &olu_key, "--bundle", &other];
    assert!(served.said("olu", &words).unwrap_err().contains("nothing is signed"));
    let stolen = served.said("olu", &["approve", &id, "--key", &grace_key]).unwrap_err();
    assert!(stolen.contains("not one of this statement with your key"), "{stolen}");
    let approved = served.said("olu", &["approve", &id, "--key", &olu_key]).unwrap();
    assert!(approved.contains("\n  approver: olu\n"), "{approved}");
    assert!(approved.contains("approved by olu"), "{approved}");
    let revision = served.said("olu", &["activate", &id]).unwrap();
    assert!(revision.starts_with("revision 2, in force"), "{revision}");

    rebase(served);
    let history = served.said("ines", &["history"]).unwrap();
    assert_eq!(history.lines().count(), 3, "{history}");
    let status = served.said("ines", &["--json", "status"]).unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["in_force"]["number"], 2);
    let reverting = served.said("olu", &["revert", "1", "--reason", "too narrow"]).unwrap();
    assert!(reverting.contains("reverts  to revision 1"), "{reverting}");
    let id = id_in(&reverting);
    served.said("olu", &["files", &id, "--out", "@back"]).unwrap();
    let read = |folder: &str| files::in_folder(&served.folder.path().join(folder)).unwrap();
    assert_eq!(read("back"), read("home/policies"));
    assert!(served.said("ines", &["withdraw", &id]).unwrap_err().contains("your role"));
    assert!(served.said("olu", &["withdraw", &id]).unwrap().contains(": withdrawn"));
    assert!(served.said("grace", &["list"]).unwrap().contains("withdrawn"));
}

/// A change on an older revision, put on the latest one with exactly the files of a folder.
fn rebase(served: &Served) {
    let path = |name: &str| served.folder.path().join(name);
    copy(&path("mine"), &path("other"));
    std::fs::write(path("other/profiles/extra.toml"), "draft").unwrap();
    let draft = ["draft", "--title", "t", "--reason", "r", "--from", "@other"];
    let id = id_in(&served.said("olu", &draft).unwrap());
    std::fs::remove_file(path("other/profiles/extra.toml")).unwrap();
    std::fs::remove_file(path("other/ptables/site.toml")).unwrap();
    mend(&path("other/people.toml"), "Lovelace", "King");
    served.said("olu", &["rebase", &id, "--from", "@other"]).unwrap();
    served.said("olu", &["files", &id, "--out", "@rebased"]).unwrap();
    let read = |folder: &str| files::in_folder(&path(folder)).unwrap();
    assert_eq!(read("rebased"), read("other"));
    served.said("olu", &["rebase", &id]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_is_set_by_one_and_lifted_by_two() {
    let served = Served::new().await;
    tokio::task::spawn_blocking(move || {
        assert_eq!(served.said("grace", &["freezes"]).unwrap(), "nothing was ever frozen\n");
        let flags = served.said("grace", &["flags"]).unwrap();
        assert_eq!(flags, "no query seems to hold an identifier\n");
        let words = ["freeze", "--person", "ada", "--reason", "a lost laptop"];
        let frozen = served.said("grace", &words).unwrap();
        assert!(frozen.starts_with("person ada: holds\n"), "{frozen}");
        let id = id_in(&frozen);
        assert!(served.said("ines", &["status"]).unwrap().contains("frozen: person ada: holds"));
        let one = served.said("grace", &["thaw", &id]).unwrap();
        assert!(one.contains("grace would lift it, one more officer is needed"), "{one}");
        assert!(served.said("grace", &["thaw", &id]).unwrap_err().contains("a second officer"));
        assert!(served.said("olu", &["thaw", &id]).unwrap().contains("lifted by grace and olu"));
    })
    .await
    .unwrap();
}
