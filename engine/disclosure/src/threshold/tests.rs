use super::*;

#[test]
fn the_minimum_itself_is_enough() {
    assert_eq!(judge(9, 10, ZeroRule::Show), Verdict::TooFew);
    assert_eq!(judge(10, 10, ZeroRule::Show), Verdict::Enough);
    assert_eq!(judge(u64::MAX, u64::MAX, ZeroRule::Show), Verdict::Enough);
}

#[test]
fn zero_is_shown_or_small() {
    assert_eq!(judge(0, 10, ZeroRule::Show), Verdict::Empty);
    assert_eq!(judge(0, 10, ZeroRule::TreatAsSmall), Verdict::TooFew);
}
