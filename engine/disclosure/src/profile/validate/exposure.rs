//! How much released numbers may say of one person before something happens.

use super::Problems;
use crate::profile::{Exposure, Profile};

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "exposure";
    let Exposure { warn, review, lock } = profile.exposure;
    let steps = [("warn", warn), ("review", review), ("lock", lock)];
    for (name, share) in steps {
        if !(0.0..=1.0).contains(&share) {
            let wrong = format!("has {name} = {share}, which is no share");
            problems.add(FIELD, wrong, format!("write {name} from 0 to 1; 0 turns it off"));
        }
    }
    let on: Vec<(&str, f64)> = steps.into_iter().filter(|(_, share)| *share > 0.0).collect();
    // Without the list of conditions it cannot be said who was counted whatever is true of them.
    if !on.is_empty() && profile.low_effect.persons == 0 {
        let wrong = "is on where `low_effect` is off, so nothing would be measured";
        problems.add(FIELD, wrong, "turn `low_effect` on, or write 0 for all three");
    }
    for (&(earlier, low), &(later, high)) in on.iter().zip(on.iter().skip(1)) {
        if low > high {
            let wrong = format!("has {later} = {high}, which comes before {earlier} = {low}");
            problems.add(FIELD, wrong, format!("write {later} no smaller than {earlier}, or 0"));
        }
    }
}
