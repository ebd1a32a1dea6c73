//! Opens one charge twice (CHARGE-FIRST).
// error[E0382]: use of moved value: `reserved`

use tresor_core::vault::{Reserved, Vault, open};

pub async fn twice(reserved: Reserved, vault: &Vault) {
    let _ = open(reserved, vault).await;
    let _ = open(reserved, vault).await;
}
