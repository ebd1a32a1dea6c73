//! A PostgreSQL server that belongs to one test, so that it can be stopped in the middle of its work and started again.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::tests::postgres;

/// Waits for the end of its input, that is of the test in whatever way, and stops the server. `$1` is the folder, `$2` the
/// programs of the server.
const WATCH: &str = r#"
trap "" INT
cat >/dev/null
"$2/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1
rm -rf "$1/data"
"#;

/// A server of our own.
pub(crate) struct Server {
    folder: PathBuf,
    programs: PathBuf,
    _parent: TempDir,
    watch: Child,
}

impl Server {
    /// A new server with one database; `None` where PostgreSQL is not installed.
    pub(crate) fn new() -> Option<Self> {
        // Says that it is missing, and where it is.
        postgres::database()?;
        let programs = postgres::newest()?;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("server");
        std::fs::create_dir(&folder).unwrap();
        if postgres::as_root() {
            // Others may pass through, to the folder of the server and nowhere else.
            run(Command::new("chmod").arg("711").arg(parent.path()));
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let mut watch = postgres::as_owner("sh");
        watch.args(["-c", WATCH, "sh"]).args([&folder, &programs]);
        let watch = watch.stdin(Stdio::piped()).spawn().unwrap();
        let server = Self { folder, programs, _parent: parent, watch };
        let data = server.data();
        let options = ["-U", "tresor", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
        run(server.program("initdb").arg("-D").arg(&data).args(options));
        server.start();
        let mut create = server.program("createdb");
        run(create.arg("-h").arg(&server.folder).args(["-U", "tresor", "ledger"]));
        Some(server)
    }

    pub(crate) fn address(&self) -> String {
        let socket = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://tresor@{socket}/ledger")
    }

    /// Starts it, and waits until it answers: it first repairs what a stop in the middle left.
    pub(crate) fn start(&self) {
        let options = format!("-k {} -c listen_addresses=", self.folder.display());
        let log = self.folder.join("log");
        let mut start = self.program("pg_ctl");
        start.arg("-D").arg(self.data()).args(["-w", "-o", &options]);
        run(start.arg("-l").arg(log).arg("start"));
    }

    /// Stops it in the middle of its work, as if the machine had been reset: nothing is finished, nothing is told.
    pub(crate) fn crash(&self) {
        let mut stop = self.program("pg_ctl");
        run(stop.arg("-D").arg(self.data()).args(["-m", "immediate", "stop"]));
    }

    /// Runs statements as an operator would.
    pub(crate) fn psql(&self, sql: &str) {
        let mut psql = self.program("psql");
        psql.arg("-h").arg(&self.folder).args(["-X", "-U", "tresor", "-d", "ledger", "-c", sql]);
        run(&mut psql);
    }

    fn program(&self, name: &str) -> Command {
        postgres::as_owner(self.programs.join(name))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its input ends, and it ends the server; the folder may only go afterwards.
        drop(self.watch.stdin.take());
        drop(self.watch.wait());
    }
}

fn run(command: &mut Command) {
    // Without pipes: a server that is started would keep them open.
    let null = || Stdio::null();
    let done = command.stdin(null()).stdout(null()).stderr(null()).current_dir(Path::new("/"));
    assert!(done.status().unwrap().success(), "{command:?}");
}
