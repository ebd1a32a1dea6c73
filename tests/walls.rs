//! Walls.

#[test]
fn nothing() {}
