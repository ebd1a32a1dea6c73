//! Window functions: ranks and neighbours of a row among the rows of its partition.
//!
//! All look at rows of their own partition only, so that below the boundary, in a partition per person, they tell
//! each person's rows about that person alone; the guard sees to the partition.

use std::sync::{Arc, LazyLock};

use datafusion::functions_window::{cume_dist, lead_lag, nth_value, ntile, rank, row_number};
use datafusion::logical_expr::WindowUDF;

static WINDOWS: LazyLock<Vec<Arc<WindowUDF>>> = LazyLock::new(|| {
    vec![
        cume_dist::cume_dist_udwf(),
        rank::dense_rank_udwf(),
        nth_value::first_value_udwf(),
        lead_lag::lag_udwf(),
        nth_value::last_value_udwf(),
        lead_lag::lead_udwf(),
        nth_value::nth_value_udwf(),
        ntile::ntile_udwf(),
        rank::percent_rank_udwf(),
        rank::rank_udwf(),
        row_number::row_number_udwf(),
    ]
});

/// Every allowed window function.
#[must_use]
pub fn windows() -> &'static [Arc<WindowUDF>] {
    &WINDOWS
}

/// The window function of this name or alias.
#[must_use]
pub fn window(name: &str) -> Option<Arc<WindowUDF>> {
    WINDOWS
        .iter()
        .find(|f| f.name() == name || f.aliases().iter().any(|alias| alias == name))
        .map(Arc::clone)
}
