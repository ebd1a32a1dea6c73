//! Behaviour of the whole engine, driven through its one entry.
