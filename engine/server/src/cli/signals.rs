//! The wish of the operating system that the server ends.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Starts listening for SIGINT and SIGTERM; the future is ready at the first of them.
pub(super) fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
