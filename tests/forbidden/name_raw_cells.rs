//! Names the type of raw cells (ONLY-RELEASED).
// error[E0603]: module `cells` is private

use tresor_core::vault::cells::Cells;

pub fn look(_: &Cells) {}
