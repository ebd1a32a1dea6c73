//! The commands over a log that was made by an engine.
