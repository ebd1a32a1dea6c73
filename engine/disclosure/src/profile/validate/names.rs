//! What a profile is called and where it comes from.

use super::Problems;
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    if !is_plain(&profile.id) {
        let fix = "use small letters, digits and hyphens, such as `heart-study`";
        problems.add("id", "is not a plain name", fix);
    }
    if profile.title.trim().is_empty() {
        problems.add("title", "is empty", "write what people call this profile");
    }
    if profile.source.trim().is_empty() {
        problems.add("source", "is empty", "name the guideline or decision behind the rules");
    }
}

/// A name that can be a file's.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(plain)
}
