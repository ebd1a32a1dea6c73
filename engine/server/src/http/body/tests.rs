use super::*;

fn of(project: &str, sql: &str) -> String {
    digest(&ProjectId::new(project).unwrap(), sql)
}

#[test]
fn a_digest_is_the_question_and_nothing_else() {
    assert_eq!(of("p", "select 1"), of("p", "select 1"));
    assert_ne!(of("p", "select 1"), of("p", "select 2"));
    assert_ne!(of("p", "select 1"), of("q", "select 1"));
    // Text that moves from one part to the other is another question.
    assert_ne!(of("ab", "c"), of("a", "bc"));
}

#[test]
fn a_digest_is_stable() {
    // Stored beside idempotency keys: a change here would turn repeats across an upgrade into conflicts.
    let expected = "6f2a5981501116fc2b3f9130b5e115cb171075dd27f96ed7faa55c92f43d2aeb";
    assert_eq!(of("heart-study", "select 1"), expected);
}

#[test]
fn idempotency_keys_are_visible_ascii() {
    assert!(is_idempotency_key("7c4b"));
    assert!(is_idempotency_key(&"x".repeat(128)));
    assert!(!is_idempotency_key(&"x".repeat(129)));
    assert!(!is_idempotency_key(""));
    assert!(!is_idempotency_key("a b"));
}
