//! What the rule holds, against published tables and against readers who solve for everything.

mod bounds;
mod large;
mod oracle;
mod plain;
mod published;
mod random;
mod small;
mod tables;
