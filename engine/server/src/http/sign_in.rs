//! Who asks: the bearer token of a request, checked against the ledger.
//!
//! No token, a malformed one, an unknown one and an expired one get the same words: which of them it was helps only
//! somebody who guesses.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use tresor_core::engine::Caller;

use super::Face;
use super::face_code::FaceCode;
use super::peer::client_address;
use super::problem::Problem;
use super::receipts::Recognised;

/// Longer tokens are not looked up.
const TOKEN_BYTES_MAX: usize = 512;

/// A person with a valid token.
pub(super) struct SignedIn(pub(super) Caller);

impl FromRequestParts<Face> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Face) -> Result<Self, Problem> {
        let token = bearer_token(&parts.headers).ok_or_else(not_signed_in)?;
        match api.caller_of_token(token, &client_address(parts)).await {
            Ok(Some(caller)) => {
                if let Some(recognised) = parts.extensions.get::<Recognised>() {
                    recognised.mark();
                }
                Ok(Self(caller))
            }
            Ok(None) => Err(not_signed_in()),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (only, None) = (given.next()?, given.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    let plausible = !token.is_empty() && token.len() <= TOKEN_BYTES_MAX && !token.contains(' ');
    (scheme.eq_ignore_ascii_case("bearer") && plausible).then_some(token)
}

fn not_signed_in() -> Problem {
    Problem::of_face(
        FaceCode::NotSignedIn,
        "this request carries no valid token",
        "send `Authorization: Bearer <token>` with a token that has not expired",
    )
}
