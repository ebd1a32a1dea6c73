//! Which tables belong together.
