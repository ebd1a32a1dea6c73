use super::*;

fn child(id: u8, node: Node) -> Child {
    Child { id, node }
}

fn leaf(id: u8) -> Child {
    child(id, Node::Leaf(id))
}

/// 0 AND (1 OR 2 OR (3 AND 4)): leaves have the numbers of their candidates, 5 and 6 are what joins them.
fn sample() -> Node {
    let both = child(6, Node::All(vec![leaf(3), leaf(4)]));
    let either = child(5, Node::Any(vec![leaf(1), leaf(2), both]));
    Node::All(vec![leaf(0), either])
}

#[test]
fn a_tree_holds_as_it_is_written() {
    for leaves in 0..32_u64 {
        let is = |leaf: u64| leaves >> leaf & 1 == 1;
        let expected = is(0) && (is(1) || is(2) || (is(3) && is(4)));
        assert_eq!(sample().holds(leaves, Removed::default()), expected, "{leaves:05b}");
    }
}

#[test]
fn what_is_removed_is_as_if_it_had_not_been_written() {
    for leaves in 0..32_u64 {
        let is = |leaf: u64| leaves >> leaf & 1 == 1;
        let without = |id| sample().holds(leaves, Removed::default().with(id));
        assert_eq!(without(0), is(1) || is(2) || (is(3) && is(4)), "of `and`: true");
        assert_eq!(without(5), is(0), "all of `or`: true, as it stands in an `and`");
        assert_eq!(without(2), is(0) && (is(1) || (is(3) && is(4))), "of `or`: false");
        assert_eq!(without(6), is(0) && (is(1) || is(2)));
        assert_eq!(without(4), is(0) && (is(1) || is(2) || is(3)));
    }
}

#[test]
fn all_of_nothing_is_true_and_any_of_nothing_is_false() {
    let nothing = Removed::default();
    assert!(Node::All(vec![]).holds(0, nothing));
    assert!(!Node::Any(vec![]).holds(u64::MAX, nothing));
    assert!(Node::All(vec![leaf(0)]).holds(0, nothing.with(0)));
    assert!(!Node::Any(vec![leaf(0)]).holds(1, nothing.with(0)));
}

#[test]
fn candidates_are_those_that_are_not_inside_a_removed_one() {
    let candidates = |removed| sample().candidates(removed);
    assert_eq!(candidates(Removed::default()), [0, 5, 1, 2, 6, 3, 4]);
    assert_eq!(candidates(Removed::default().with(6).with(1)), [0, 5, 2]);
    assert_eq!(candidates(Removed::default().with(5)), [0]);
    assert!(Node::Leaf(3).candidates(Removed::default()).is_empty());
}

#[test]
fn sets_of_candidates_hold_0_to_63() {
    let all = (0..64).fold(Removed::default(), Removed::with);
    assert_eq!(all, Removed(u64::MAX));
    assert!((0..64).all(|id| all.contains(id)) && !all.contains(64) && !all.contains(255));
    assert_eq!(Removed::default().with(64), Removed::default());
    assert!(Removed::default().is_empty() && !Removed::default().with(63).is_empty());
    assert!(Node::Leaf(63).holds(1 << 63, Removed::default()));
}

#[test]
fn alternatives_are_seen_wherever_they_stand() {
    let both = Node::All(vec![leaf(0), leaf(1)]);
    assert!(!both.has_alternatives());
    assert!(sample().has_alternatives());
    assert!(Node::All(vec![leaf(0), child(7, sample())]).has_alternatives());
    assert!(Node::Any(vec![leaf(0)]).has_alternatives());
}
