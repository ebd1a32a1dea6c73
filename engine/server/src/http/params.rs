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

/// What an address names: a query unless it says otherwise.
pub(super) struct Named<T = QueryId>(pub(super) T);

/// What can stand in an address.
pub(super) trait InAddress: Sized {
    /// The name, if it has the right shape.
    fn read(text: String) -> Option<Self>;
    /// The refusal for a text of another shape: the same status and code as for something that is not there
    /// (NOT-YOURS-IS-NOT-THERE).
    fn absent() -> Refusal;
}

impl<T: InAddress> FromRequestParts<Face> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Face) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, api).await.ok();
        named.and_then(|Path(text)| T::read(text)).map(Self).ok_or_else(|| T::absent().into())
    }
}

impl InAddress for QueryId {
    fn read(text: String) -> Option<Self> {
        Self::new(text).ok()
    }

    fn absent() -> Refusal {
        let detail = "there is no query with this id";
        let hint =
            "the id of a query is `q_` and 32 hexadecimal digits, as it was given when you asked";
        Refusal::new(Code::UnknownQuery, detail, hint)
    }
}

/// No parameters behind `?`.
pub(super) struct NoParams;

impl FromRequestParts<Face> for NoParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Face) -> Result<Self, Problem> {
        match parts.uri.query() {
            None | Some("") => Ok(Self),
            Some(_) => Err(Problem::of_face(
                FaceCode::BadRequest,
                "this address takes no parameters",
                "leave out `?` and what follows; `/api/v1/openapi.json` lists the parameters of every address",
            )),
        }
    }
}
