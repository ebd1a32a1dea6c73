//! The parts of an address, checked: the query it names and the parameters behind `?`.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tresor_core::ids::QueryId;
use tresor_core::refusal::{Code, Refusal};

use super::Face;
use super::face_code::FaceCode;
use super::problem::Problem;

/// Parameters behind `?`; one that is not known is a mistake of the client and said so.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Face> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Face) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(params)| Self(params)).map_err(|rejection| {
            let text = rejection.body_text();
            let (_, detail) = text.split_once(": ").unwrap_or(("", &text));
            Problem::of_face(
                FaceCode::BadRequest,
                format!("the parameters of the address do not fit: {detail}"),
                "`/api/v1/openapi.json` lists the parameters of every address",
            )
        })
    }
}

/// The query that the address names.
pub(super) struct Named(pub(super) QueryId);

impl FromRequestParts<Face> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Face) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, api).await.ok();
        named.and_then(|Path(text)| QueryId::new(text).ok()).map(Self).ok_or_else(|| {
            // The same status and code as for a query of somebody else (NOT-YOURS-IS-NOT-THERE).
            let detail = "there is no query with this id";
            let hint = "the id of a query is `q_` and 32 hexadecimal digits, as it was given when you asked";
            Refusal::new(Code::UnknownQuery, detail, hint).into()
        })
    }
}
