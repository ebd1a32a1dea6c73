//! How many queries a run asks, and how: side by side, in no order that matters.

use std::io::Write as _;

use futures::StreamExt as _;
use futures::stream;

/// Queries in flight at the same time.
const AT_ONCE: usize = 8;

/// So many queries, unless `TRESOR_QUERIES` says otherwise.
pub(crate) fn queries(usual: u64) -> u64 {
    asked_for().unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "how a developer asks for a longer run")]
fn asked_for() -> Option<u64> {
    let number = std::env::var("TRESOR_QUERIES").ok()?;
    Some(number.parse().expect("TRESOR_QUERIES is a number"))
}

/// What a longer run tells the developer who asked for it.
pub(crate) fn report(text: &str) {
    if asked_for().is_some() {
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// One after the other begins, several run; results in order.
pub(crate) async fn side_by_side<T, F>(total: u64, one: impl Fn(u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks = stream::iter(0..total).map(|number| tokio::spawn(one(number)));
    tasks.buffered(AT_ONCE).map(|result| result.expect("a query panicked")).collect().await
}
