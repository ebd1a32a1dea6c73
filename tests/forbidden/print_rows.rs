//! Prints an answer (ONLY-RELEASED).
// error[E0277]: `tresor_core::vault::Released` doesn't implement `Debug`
// error[E0277]: `tresor_core::vault::Released` doesn't implement `std::fmt::Display`

use tresor_core::vault::Released;

pub fn debug(released: &Released) -> String {
    format!("{released:?}")
}

pub fn display(released: &Released) -> String {
    format!("{released}")
}
