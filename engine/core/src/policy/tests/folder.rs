//! The folder as it lies on disk, and its digest.

use super::*;

#[tokio::test]
async fn the_digest_names_every_byte_that_decides() {
    let first = files().revision().await;
    assert_eq!(first.digest().len(), 64);
    assert_eq!(first.digest(), files().revision().await.digest());
    for path in ["access/rules.csv", "access/model.conf", "people.toml", "profiles/plain.toml"] {
        let text = files().text(path);
        let changed = files().with(path, &format!("{text}# a remark\n")).revision().await;
        assert_ne!(first.digest(), changed.digest(), "{path}");
    }
}

#[tokio::test]
async fn a_folder_is_read_as_it_lies_on_disk() {
    let folder = std::env::temp_dir().join(format!("tresor-policy-{}", std::process::id()));
    for (path, text) in files().0 {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(folder.join("README.md"), "for people").unwrap();
    std::fs::write(folder.join(".hidden"), "for editors").unwrap();
    let read = PolicyRevision::load(&folder).await.unwrap();
    assert_eq!(read.digest(), files().revision().await.digest());

    std::fs::create_dir(folder.join("projects/old")).unwrap();
    std::fs::write(folder.join("people.toml"), [0xff]).unwrap();
    let errors = PolicyRevision::load(&folder).await.unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        errors,
        "policies/people.toml:1:1: not UTF-8 text; save it as UTF-8\n\
         policies/projects/old:1:1: folders this deep are not read; move its files up"
    );
    assert!(
        PolicyRevision::load(&folder).await.unwrap_err().to_string().contains("cannot be read")
    );
}
