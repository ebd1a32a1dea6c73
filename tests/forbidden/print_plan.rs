//! Prints or takes the plan of an authorised query: it holds the researcher's literals.
// error[E0277]: `Authorised` doesn't implement `Debug`
// error[E0616]: field `plan` of struct `Authorised` is private
// error[E0624]: method `into_parts` is private

use tresor_core::policy::Authorised;

pub fn debug(authorised: &Authorised) -> String {
    format!("{authorised:?}")
}

pub fn field(authorised: &Authorised) {
    let _ = &authorised.plan;
}

pub fn parts(authorised: Authorised) {
    let _ = authorised.into_parts();
}
