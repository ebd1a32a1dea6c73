//! The asynchronous runtime, made by the commands that need one.

use crate::stop::Stop;

/// Runs a future to its end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::because(format!("cannot start: {error}")))?
        .block_on(work)
}
