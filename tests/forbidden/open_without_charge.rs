//! Opens a query that was not charged (CHARGE-FIRST).
// error[E0308]: mismatched types

use tresor_core::guard::Guarded;
use tresor_core::refusal::Refusal;
use tresor_core::vault::{Released, Vault, open};

pub async fn answer(guarded: Guarded, vault: &Vault) -> Result<Released, Refusal> {
    open(guarded, vault).await
}
