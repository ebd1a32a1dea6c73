//! Progress of long work, told to whoever watches. Work on extracts only: queries report no progress, because
//! it would depend on rows.

/// Watches long work.
pub trait Progress: Send + Sync {
    /// A step begins; `total` units of work where they are known.
    fn begin(&self, what: &str, total: Option<u64>);
    /// So many more units are done.
    fn advance(&self, units: u64);
    /// The step is done.
    fn finish(&self);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    fn advance(&self, _units: u64) {}
    fn finish(&self) {}
}
