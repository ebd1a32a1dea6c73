//! Prints the noise secret.
// error[E0277]: `Secret` doesn't implement `Debug`

use tresor_core::secret::Secret;

pub fn debug(secret: &Secret) -> String {
    format!("{secret:?}")
}
