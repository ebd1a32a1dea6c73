//! Disclosure rules as pure functions over numbers.
