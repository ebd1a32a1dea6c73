//! Threads for queries, apart from those that serve HTTP: a busy query must not make the server deaf.

use std::io;
use std::path::Path;

use tokio::runtime::{Builder, Runtime};

/// Stack of a query thread, bytes: planning recurses over the syntax tree.
const STACK: usize = 32 << 20;

pub(super) struct QueryRuntime(Option<Runtime>);

impl QueryRuntime {
    pub(super) fn new(lanes: usize) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(lanes.max(1))
            .thread_name("tresor-query")
            .thread_stack_size(STACK)
            .enable_time()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }

    /// Runs work that does not wait, on a thread with a deep stack. The error is the text of a panic's cause.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        match &self.0 {
            Some(runtime) => runtime.spawn_blocking(work).await.map_err(|error| error.to_string()),
            None => Err("the engine is stopping".to_owned()),
        }
    }
}

impl Drop for QueryRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// An empty folder for temporary files; what an earlier run left is removed, because it holds rows.
pub(super) fn wiped_folder(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Refuses a ledger that was made anew where one had been: it would have forgotten every charge and every entry.
pub(super) fn known_ledger(state: &Path, created: bool) -> io::Result<()> {
    let marker = state.join("ledger.known");
    if !marker.exists() {
        std::fs::File::create(&marker)?.sync_all()?;
        return std::fs::File::open(state)?.sync_all();
    }
    if !created {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the ledger in {} is gone, and with it every charge and the audit log: put the backup back; a new one \
         may only begin where {} is removed too",
        state.display(),
        marker.display()
    )))
}
