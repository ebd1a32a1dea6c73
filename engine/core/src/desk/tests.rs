//! The rules of the desk.
