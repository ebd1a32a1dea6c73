use super::*;

#[test]
fn a_key_stands_behind_its_person_and_comments_stay() {
    let text = "# all\n[[people]]\nuser = \"olu\"\nname = \"Olu\" # his name\n";
    let with = with_key(text, "olu", "ed25519:ab").unwrap();
    let expected = "# all\n[[people]]\nuser = \"olu\"\nsigning_key = \"ed25519:ab\"\nname = \"Olu\" # his name\n";
    assert_eq!(with, expected);
    assert!(with_key(text, "grace", "ed25519:ab").is_err());
}
