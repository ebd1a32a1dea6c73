//! Refusals that arise before the engine is asked: the request itself is not one.

use axum::http::StatusCode;

/// The stable codes of the HTTP face, beside those of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaceCode {
    /// No valid token.
    NotSignedIn,
    /// The request cannot be understood.
    BadRequest,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The body is too large.
    BodyTooLarge,
    /// Nothing lives at this address.
    NotFound,
    /// The address does not take this method.
    MethodNotAllowed,
}

impl FaceCode {
    /// Every code there is.
    pub(super) const ALL: &'static [Self] = &[
        Self::NotSignedIn,
        Self::BadRequest,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::NotFound,
        Self::MethodNotAllowed,
    ];

    /// The code as programs see it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::BadRequest => "bad_request",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::BodyTooLarge => "body_too_large",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }

    /// A short title, the same for every refusal with this code.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::NotSignedIn => "you are not signed in",
            Self::BadRequest => "the request cannot be understood",
            Self::UnsupportedMediaType => "the body must be JSON",
            Self::BodyTooLarge => "the body is too large",
            Self::NotFound => "there is nothing here",
            Self::MethodNotAllowed => "this method is not available here",
        }
    }

    /// The status that goes with it.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// What it means and what to do, for its page.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::NotSignedIn => {
                "The request carries no token, or one that is malformed, unknown, withdrawn or expired; which of \
                 these it is, is not said. Send `Authorization: Bearer <token>` with a valid token, or ask the people \
                 who run this service for a new one."
            }
            Self::BadRequest => {
                "Something in the request does not have the expected shape: the JSON of the body, a field that is not \
                 known, a parameter, a header. `detail` names the place. Nothing was asked and nothing was charged."
            }
            Self::UnsupportedMediaType => {
                "The body of a request is JSON, sent with `Content-Type: application/json` and not compressed."
            }
            Self::BodyTooLarge => {
                "The body of a request may have at most 128 KiB; where it carries policy files, 12 MiB. A long list of values \
                 in the SQL is the usual cause; a condition on a range or on a code list is shorter."
            }
            Self::NotFound => {
                "Nothing lives at the address of the request. `/api/v1/openapi.json` lists every address."
            }
            Self::MethodNotAllowed => {
                "The address exists but takes other methods; the `Allow` header of the answer lists them."
            }
        }
    }
}
