//! strangers.
