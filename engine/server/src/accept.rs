//! Connections: accepted, limited, served, and brought to an orderly end.
//!
//! `axum::serve` waits for ever for the headers of a slow client, so the loop is ours. A client that does not
//! finish its headers in time is cut off; when all places are taken, further clients wait in the queue of the
//! operating system. HTTP/1.1 only: what terminates TLS in front of this server speaks HTTP/2 to browsers.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::http::Peer;

const CONNECTIONS_MAX: usize = 512;
const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADER_SECONDS_MAX: Duration = Duration::from_secs(10);
/// How long open requests may take to finish once the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// Pause after an accept that failed, mostly for want of file descriptors: an immediate retry would spin.
const BREATHER: Duration = Duration::from_millis(100);

/// Serves connections until `stop` is ready, then lets open requests finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, place, peer) = tokio::select! {
            () = &mut stop => break,
            next = next(&listener, &places) => match next {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATHER).await;
                    continue;
                }
            },
        };
        let service = router.clone().map_request(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = limited().serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // How a connection broke is of no use to anybody: clients come and go.
            let _broken = watched.await;
            drop(place);
        });
    }
    drop(listener);
    tracing::info!("stopping: no new connections, open requests may finish");
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

/// A connection and its place. A place first, so that waiting clients cost this process nothing.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit, IpAddr)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, place, peer.ip()))
}

fn limited() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_SECONDS_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
}

#[cfg(test)]
mod tests;
