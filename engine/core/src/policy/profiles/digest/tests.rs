use super::*;

const PROFILE: &str =
    "# a comment\nid = \"a\"\nmin_count = 10\nnoise = { sd = 2.0, method = \"n\" }\n";

#[test]
fn the_way_it_is_written_does_not_matter() {
    let other = "noise.method = \"n\"\nnoise.sd = 2\nmin_count = 10 # people\nid = 'a'\n";
    assert_eq!(digest(PROFILE), digest(other));
}

#[test]
fn every_value_matters() {
    for (from, to) in [("10", "11"), ("\"a\"", "\"b\""), ("2.0", "2.5"), ("sd", "sx")] {
        assert_ne!(digest(PROFILE), digest(&PROFILE.replace(from, to)), "{to}");
    }
}

#[test]
fn anybody_can_compute_it() {
    let canonical = r#"{"id":"a","min_count":10,"noise":{"method":"n","sd":2}}"#;
    assert_eq!(digest(PROFILE), hex::encode(Sha256::digest(canonical)));
}
