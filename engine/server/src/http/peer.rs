//! Where a request comes from, for the log and nothing else: nothing is decided by it.

use std::net::IpAddr;

use axum::http::HeaderName;
use axum::http::request::Parts;

/// The other end of the connection. Put into every request by whoever accepted it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What a proxy says of whoever it speaks for.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Anybody can write that header, as long as they like.
const FORWARDED_MAX: usize = 200;

/// The address of the other end, and in whose name it says to speak.
pub(super) fn client_address(parts: &Parts) -> String {
    let peer = parts.extensions.get::<Peer>();
    let peer = peer.map_or_else(|| "not known".to_owned(), |Peer(address)| address.to_string());
    // A proxy adds what it sees itself at the end; what stands before is what it was told.
    let told = parts.headers.get_all(FORWARDED_FOR).iter().next_back();
    match told.and_then(|told| told.to_str().ok()) {
        None => peer,
        Some(told) => {
            let skipped = told.chars().count().saturating_sub(FORWARDED_MAX);
            let last: String = told.chars().skip(skipped).collect();
            format!("{peer}, which says it speaks for: {last}")
        }
    }
}
