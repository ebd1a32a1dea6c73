//! What the caller may ask about.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::Face;
use super::openapi::{Datasets, OfReading};
use super::problem::Problem;
use super::sign_in::SignedIn;

/// List datasets
///
/// The tables and columns that the caller's projects may use, with their descriptions.
#[utoipa::path(
    get,
    path = "/api/v1/datasets",
    operation_id = "listDatasets",
    tag = "datasets",
    responses((status = 200, description = "what may be asked about", body = Datasets), OfReading),
)]
pub(super) async fn list(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.datasets(&caller).await?))
}
