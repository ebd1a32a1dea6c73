//! Compiles: the story of a query, step by step.

use tresor_core::guard::guard;
use tresor_core::ids::QueryId;
use tresor_core::limits::Limits;
use tresor_core::policy::{Authorised, Membership, authorise};
use tresor_core::refusal::Refusal;
use tresor_core::sql::Understood;
use tresor_core::vault::{Released, Reservation, Vault, open, reserve};

pub fn allow(understood: Understood, membership: &Membership<'_>) -> Result<Authorised, Refusal> {
    authorise(understood, membership)
}

pub async fn answer(
    authorised: Authorised,
    vault: &Vault,
    id: QueryId,
) -> Result<Option<Released>, Refusal> {
    let guarded = guard(authorised, &Limits::default())?;
    match reserve(guarded, vault, id, None).await? {
        Reservation::Fresh(reserved) => open(*reserved, vault).await.map(Some),
        Reservation::Replay(_) => Ok(None),
    }
}
