use super::*;

fn wrong(decision: Decision, to_author: &str, to_checkers: &str) -> Option<String> {
    Verdict::new(decision, to_author, to_checkers).err().map(|(wrong, _)| wrong)
}

#[test]
fn a_refusal_says_why_and_a_release_need_not() {
    assert_eq!(wrong(Decision::Release, "", " "), None);
    assert_eq!(wrong(Decision::Refuse, "Round to 5.", ""), None);
    assert!(wrong(Decision::Refuse, " \n", "too few").is_some_and(|wrong| wrong.contains("word")));
}

#[test]
fn comments_are_short_plain_text() {
    let longest = "ä".repeat(COMMENT_MAX);
    assert_eq!(wrong(Decision::Refuse, &longest, &longest), None);
    let longer = format!("{longest}x");
    assert!(wrong(Decision::Refuse, &longer, "").is_some_and(|it| it.contains("`to_author`")));
    assert!(wrong(Decision::Refuse, "x", &longer).is_some_and(|it| it.contains("`to_checkers`")));
    assert_eq!(wrong(Decision::Refuse, "two\nlines", ""), None);
    assert!(wrong(Decision::Refuse, "a\u{1b}[2J", "").is_some());
}
