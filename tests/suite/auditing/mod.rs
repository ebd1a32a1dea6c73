//! The auditor's tools over HTTP: what they find, what they keep closed, and who gets none of it.

mod closed;
mod found;
mod house;
mod patterns;
mod strangers;
