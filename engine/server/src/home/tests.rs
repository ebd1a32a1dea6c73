use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use tresor_core::entropy::Entropy;

use super::*;

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        buffer.fill(7);
        Ok(())
    }
}

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) -> std::io::Result<()> {
        Err(std::io::Error::other("no randomness"))
    }
}

fn home() -> (TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    (folder, home)
}

fn stopped(home: &Home, entropy: &dyn Entropy) -> String {
    Keys::of(home, entropy).err().expect("the keys should have been refused").to_string()
}

#[test]
fn keys_are_made_once_and_are_private() {
    let (_folder, home) = home();
    let made = Keys::of(&home, &Sevens).unwrap();
    assert_eq!(made.noise.expose(), &[7; 32]);
    for name in ["noise.key", "record.key", "log.key"] {
        let path = home.keys().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", "07".repeat(32)));
    }
    // A second start has no need of randomness.
    let read = Keys::of(&home, &NoEntropy).unwrap();
    assert_eq!(read.record.expose(), made.record.expose());
    assert_eq!(fs::read_dir(home.keys()).unwrap().count(), 3);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let (_folder, home) = home();
    Keys::of(&home, &Sevens).unwrap();
    let key = home.keys().join("noise.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(stopped(&home, &Sevens).contains("chmod 600"));
}

#[test]
fn a_lost_key_is_not_made_anew_over_data() {
    let (_folder, home) = home();
    Keys::of(&home, &Sevens).unwrap();
    fs::remove_file(home.keys().join("noise.key")).unwrap();
    fs::write(home.state().join("ledger"), "").unwrap();
    assert!(stopped(&home, &Sevens).contains("backup"));

    let (_folder, home) = self::home();
    fs::create_dir_all(home.extracts().join("snapshot")).unwrap();
    assert!(stopped(&home, &Sevens).contains("record.key"));
}

#[test]
fn a_damaged_key_is_refused() {
    let (_folder, home) = home();
    Keys::of(&home, &Sevens).unwrap();
    fs::write(home.keys().join("record.key"), "0707").unwrap();
    assert!(stopped(&home, &Sevens).contains("64 hexadecimal digits"));
}

#[test]
fn a_private_file_is_replaced_in_one_step() {
    let (folder, _) = home();
    let path = folder.path().join("credentials.json");
    replace_private(&path, b"one").unwrap();
    replace_private(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_home_without_policies_or_extracts_is_not_served() {
    let (_folder, home) = home();
    assert!(home.require_parts().unwrap_err().to_string().contains("no policies"));
    fs::create_dir_all(home.policies().join("access")).unwrap();
    assert!(home.require_parts().unwrap_err().to_string().contains("tresor extract add"));
    fs::create_dir_all(home.extracts().join("snapshot")).unwrap();
    home.require_parts().unwrap();
}

#[test]
fn an_interrupted_attempt_leaves_no_home_and_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("below").join("demo");
    let interrupted = make_whole(&target, |draft| {
        fs::write(draft.join("half"), "").unwrap();
        Err(Stop::because("the disk is full"))
    });
    assert!(interrupted.is_err());
    assert!(!target.exists());

    // A process that was killed could not clear away what it had begun.
    let unfinished = folder.path().join("below").join("demo.unfinished");
    assert!(!unfinished.exists());
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("half"), "").unwrap();

    make_whole(&target, |draft| {
        assert!(!draft.join("half").exists());
        fs::write(draft.join("whole"), "").unwrap();
        Ok(())
    })
    .unwrap();
    assert!(target.join("whole").exists());
    assert_eq!(fs::read_dir(folder.path().join("below")).unwrap().count(), 1);
}

#[test]
fn only_one_process_makes_a_home() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("demo");
    make_whole(&target, |_| {
        let second = make_whole(&folder.path().join("other"), |_| Ok(()));
        assert!(second.unwrap_err().to_string().contains("another process"));
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_log_is_named_by_a_file_of_the_home() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let none = LogSettings::of(&home).unwrap();
    assert_eq!((none.name, none.anchor), (None, None));
    let written = |text: &str| {
        fs::write(folder.path().join("log.toml"), text).unwrap();
        LogSettings::of(&home)
    };
    let both =
        written("name = \"tre.example.org/tresor\"\nanchor = \"/mnt/other/checkpoint\"\n").unwrap();
    assert_eq!(both.name.as_deref(), Some("tre.example.org/tresor"));
    assert_eq!(both.anchor.as_deref(), Some(std::path::Path::new("/mnt/other/checkpoint")));
    for bad in ["name = 1", "origin = \"x\"", "anchor = \"checkpoint\"", "name"] {
        let stop = written(bad).unwrap_err().to_string();
        assert!(stop.contains("log.toml"), "{stop}");
    }
}
