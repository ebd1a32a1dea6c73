//! A PostgreSQL server for one test process, with a fresh database per test.
//!
//! The server is that of the system's packages, with its own files in a temporary folder and no network: it listens on a
//! socket there. A shell stands between it and the test: when the process of the test ends, in whatever way, the pipe to
//! the shell closes, and the shell stops the server and removes the folder.
//!
//! Uses nothing but the standard library, so that every package can include this file.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Where the packages of Debian put the programs of each version.
const PACKAGES: &str = "/usr/lib/postgresql";
/// Who owns the tables. Nobody else can reach the socket's folder.
const USER: &str = "tresor";
const PATIENCE: Duration = Duration::from_millis(50);
/// A machine with much to do starts a server slowly.
const ATTEMPTS: u32 = 1_200;

/// Makes the files of a server, starts it, and stops it when its own input ends. `$1` is the folder, `$2` the programs.
const SCRIPT: &str = r#"
trap "" INT
cd "$1" || exit 1
"$2/initdb" -D data -U tresor -A trust -E UTF8 --no-locale --no-sync >log 2>&1 || exit 1
"$2/postgres" -D data -k "$1" -c listen_addresses= -c max_connections=300 -c logging_collector=off </dev/null >>log 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$1"
"#;

/// Whether there is a server to test on; said on a line of its own where there is none.
pub fn installed() -> bool {
    server().is_some()
}

/// Address of a new, empty database, `postgres://..`; `None` where PostgreSQL is not installed.
pub fn database() -> Option<String> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let server = server()?;
    let name = format!("ledger_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    server.psql(&format!("CREATE DATABASE {name}"));
    Some(server.address(&name))
}

/// A program of the server's packages, for example `pg_dump`, ready to run on a database of [`database`].
pub fn tool(program: &str, address: &str) -> Command {
    let mut command = server().unwrap().command(program);
    command.args(["-d", address.rsplit('/').next().unwrap()]);
    command
}

struct Server {
    folder: PathBuf,
    programs: PathBuf,
    /// Keeps the pipe open that keeps the server alive.
    _shell: Child,
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| newest().map(Server::start));
    if server.is_none() {
        // Not by a macro: the harness would keep the line to itself.
        drop(writeln!(std::io::stderr(), "NOT TESTED ON POSTGRESQL: it is not in {PACKAGES}"));
    }
    server.as_ref()
}

/// The programs of the newest version that is installed.
pub fn newest() -> Option<PathBuf> {
    let versions = std::fs::read_dir(PACKAGES).ok()?;
    let found = versions.filter_map(|entry| {
        let entry = entry.ok()?;
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        programs.join("initdb").exists().then_some((number, programs))
    });
    found.max().map(|(_, programs)| programs)
}

/// A server refuses to run as root.
pub fn as_root() -> bool {
    Path::new("/proc/self").metadata().unwrap().uid() == 0
}

/// A program that runs as the owner of a server's files: ourselves, or the user of the package where we are root.
pub fn as_owner(program: impl AsRef<OsStr>) -> Command {
    if !as_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

impl Server {
    fn start(programs: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("tresor-postgres-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir(&folder).unwrap();
        if as_root() {
            assert!(Command::new("chown").arg("postgres").arg(&folder).status().unwrap().success());
        }
        let shell = as_owner("sh")
            .args(["-c", SCRIPT, "sh"])
            .args([&folder, &programs])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { folder, programs, _shell: shell };
        server.wait();
        server
    }

    fn wait(&self) {
        for _ in 0..ATTEMPTS {
            let answers = self.command("pg_isready").arg("-q").status().unwrap().success();
            if answers {
                return;
            }
            sleep(PATIENCE);
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("the server did not start: {log}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-h").arg(&self.folder).args(["-U", USER]);
        command
    }

    fn psql(&self, sql: &str) {
        let output =
            self.command("psql").args(["-X", "-q", "-d", "postgres", "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn address(&self, database: &str) -> String {
        let socket = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://{USER}@{socket}/{database}")
    }
}
