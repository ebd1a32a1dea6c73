//! A JSON body, read strictly: plain, whole, not too large, and without fields that nobody knows.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::Face;
use super::face_code::FaceCode;
use super::problem::Problem;

/// A shape of body. The limit on its size is a layer of its route; the words for it stand here.
pub(super) trait Shape: DeserializeOwned {
    /// What to send.
    const EXAMPLE: &'static str;
    /// What is said of a body that is too large.
    const TOO_LARGE: (&'static str, &'static str) =
        ("the body has more than 128 KiB", "shorten the texts in it");
}

/// A body of this shape.
pub(super) struct Body<T>(pub(super) T);

impl<T: Shape> FromRequest<Face> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Face) -> Result<Self, Problem> {
        require_plain_json(request.headers())?;
        let bytes = whole(request, api, T::TOO_LARGE).await?;
        read(&bytes, T::EXAMPLE).map(Self)
    }
}

/// No body, or an object without fields.
pub(super) struct NoBody;

impl FromRequest<Face> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Face) -> Result<Self, Problem> {
        let bytes = whole(request, api, ("the body has more than 128 KiB", NOTHING)).await?;
        match bytes.trim_ascii() {
            b"" | b"{}" => Ok(Self),
            _ => Err(bad("this address takes no body", NOTHING)),
        }
    }
}

const NOTHING: &str = "send no body";

/// All bytes of a body.
pub(super) async fn whole(
    request: Request,
    api: &Face,
    (too_large, smaller): (&str, &str),
) -> Result<Bytes, Problem> {
    Bytes::from_request(request, api).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::of_face(FaceCode::BodyTooLarge, too_large, smaller)
        }
        _ => bad("the body did not arrive whole", "send the request again"),
    })
}

/// Reads a body; `example` says what to send instead of one that does not fit.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], example: &str) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The text of serde names the line and column and quotes at most the client's own words.
        let what = if error.is_data() { "the body does not fit" } else { "the body is not JSON" };
        bad(format!("{what}: {error}"), example)
    })
}

/// Refuses what is not plain JSON.
pub(super) fn require_plain_json(headers: &HeaderMap) -> Result<(), Problem> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") && !headers.contains_key(CONTENT_ENCODING) {
        return Ok(());
    }
    Err(Problem::of_face(
        FaceCode::UnsupportedMediaType,
        "the body must be JSON and not compressed",
        "send `Content-Type: application/json` and no `Content-Encoding`",
    ))
}

/// A request that cannot be understood.
pub(super) fn bad(detail: impl Into<String>, hint: &str) -> Problem {
    Problem::of_face(FaceCode::BadRequest, detail, hint)
}
