//! How much released numbers may say of one person before something happens.

use super::Problems;
use crate::profile::Exposure;

pub(super) fn check(exposure: Exposure, problems: &mut Problems) {
    const FIELD: &str = "exposure";
    let Exposure { warn, review, lock } = exposure;
    let steps = [("warn", warn), ("review", review), ("lock", lock)];
    for (name, share) in steps {
        if !(0.0..=1.0).contains(&share) {
            let wrong = format!("has {name} = {share}, which is no share");
            problems.add(FIELD, wrong, format!("write {name} from 0 to 1; 0 turns it off"));
        }
    }
    let on: Vec<(&str, f64)> = steps.into_iter().filter(|(_, share)| *share > 0.0).collect();
    for (&(earlier, low), &(later, high)) in on.iter().zip(on.iter().skip(1)) {
        if low > high {
            let wrong = format!("has {later} = {high}, which comes before {earlier} = {low}");
            problems.add(FIELD, wrong, format!("write {later} no smaller than {earlier}, or 0"));
        }
    }
}
