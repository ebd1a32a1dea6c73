//! Guards a query that policy has not seen (FAIL-CLOSED).
// error[E0308]: mismatched types

use tresor_core::guard::{Guarded, guard};
use tresor_core::limits::Limits;
use tresor_core::refusal::Refusal;
use tresor_core::sql::Understood;

pub fn skip(understood: Understood) -> Result<Guarded, Refusal> {
    guard(understood, &Limits::default())
}
