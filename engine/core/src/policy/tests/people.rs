//! Who may sign in, until when, and with which key they sign.

use super::*;

const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn with_key(user: &str, key: &str) -> Files {
    let name = format!("user = \"{user}\"");
    files().changed("people.toml", &name, &format!("{name}\nsigning_key = \"{key}\""))
}

#[tokio::test]
async fn a_signing_key_is_the_one_that_stands_there() {
    let revision = with_key("ines", &format!("ed25519:{KEY}")).revision().await;
    let key = revision.person(&user("ines")).unwrap().signing_key().unwrap();
    assert_eq!(hex::encode(key), KEY);
    assert_eq!(revision.person(&user("ada")).unwrap().signing_key(), None);
}

#[tokio::test]
async fn a_signing_key_that_is_none_is_refused() {
    let short = KEY.strip_prefix('d').unwrap();
    let other = KEY.replacen('d', "x", 1);
    for (key, expected) in [
        (KEY, "8:15: a public key begins with `ed25519:`"),
        ("", "8:15: a public key begins with `ed25519:`"),
        (
            &format!("ed25519:{short}"),
            "8:15: a public key has 64 hexadecimal digits, and this is 63 characters long",
        ),
        (
            &format!("ed25519:{other}"),
            "8:15: a public key has 64 hexadecimal digits, and this is something else",
        ),
    ] {
        let errors = errors_of(with_key("ines", key)).await;
        assert_eq!(
            errors,
            format!(
                "policies/people.toml:{expected}; write `ed25519:` and the 64 hexadecimal digits of the public key"
            )
        );
    }
}

#[tokio::test]
async fn two_people_never_share_a_key() {
    // Not even when it is written differently.
    let upper = KEY.to_uppercase();
    let files = with_key("ines", &format!("ed25519:{KEY}")).changed(
        "people.toml",
        "user = \"ada\"",
        &format!("user = \"ada\"\nsigning_key = \"ed25519:{upper}\""),
    );
    assert_eq!(
        errors_of(files).await,
        "policies/people.toml:9:15: `ines` has the signing key of `ada`; let each of them make a key of their own"
    );
}
