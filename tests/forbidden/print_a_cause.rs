//! Prints the private cause of a refusal: it may quote a cell (NO-DATA-IN-VERDICTS).
// error[E0277]: `SealedCause` doesn't implement `Debug`
// error[E0277]: `SealedCause` doesn't implement `std::fmt::Display`

use tresor_core::refusal::SealedCause;

pub fn debug(cause: &SealedCause) -> String {
    format!("{cause:?}")
}

pub fn display(cause: &SealedCause) -> String {
    format!("{cause}")
}
