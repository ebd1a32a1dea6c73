//! Makes a reservation up, without the ledger (CHARGE-FIRST).
// error[E0451]: fields `guarded`, `receipt`, `id` and `gauges` of struct `Reserved` are private

use tresor_core::guard::Guarded;
use tresor_core::ids::QueryId;
use tresor_core::vault::Reserved;

pub fn forge(guarded: Guarded, id: QueryId) -> Reserved {
    Reserved { guarded, receipt: todo!(), id, gauges: todo!() }
}
