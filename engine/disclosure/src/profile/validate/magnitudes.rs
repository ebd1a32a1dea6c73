//! When one or two persons make up too much of a number.

use super::Problems;
use crate::dominance::thousandths;
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    for &(n, k) in &profile.dominance.nk {
        if !(1..=2).contains(&n) {
            let wrong = format!("has n = {n}, but only the two largest persons are known");
            problems.add("dominance.nk", wrong, "write n as 1 or 2");
        }
        if thousandths(k).is_none() || k == 0.0 || k == 100.0 {
            let wrong = format!("has k = {k}, which is no share of a cell");
            let fix = "write k in percent, above 0 and below 100, with at most three decimals";
            problems.add("dominance.nk", wrong, fix);
        }
    }
    let p = profile.dominance.p;
    if thousandths(p).is_none() {
        let wrong = format!("is {p}, which is not a percentage");
        let fix = "write 0 to turn the rule off, or up to 100 with at most three decimals";
        problems.add("dominance.p", wrong, fix);
    }
}
