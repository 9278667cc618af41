//! A PostgreSQL server of a test's own: in a temporary folder, on a socket in it, stopped by its pid.

use std::{
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use vauban_hub::store::Place;

/// Whom the server runs as when the test is root, which PostgreSQL refuses: nobody.
const NOBODY: u32 = 65_534;

pub(crate) struct Server {
    pub(crate) programs: PathBuf,
    pub(crate) folder: TempDir,
    child: Option<Child>,
    made: AtomicU32,
}

impl Server {
    /// A server, or nothing where PostgreSQL is not installed; then that is said, and with VAUBAN_SLOW it is a failure.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("VAUBAN_SLOW").is_none(), "PostgreSQL is not installed");
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if geteuid().is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut server = Self { programs, folder, child: None, made: AtomicU32::new(0) };
        let initdb = server
            .command("initdb")
            .args(["-U", "vauban", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(server.data())
            .output()
            .unwrap();
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        server.run();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).stdout(Stdio::null());
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Starts the server and waits until it answers.
    pub(crate) fn run(&mut self) {
        let socket = format!("unix_socket_directories={}", self.folder.path().display());
        let child = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-c", &socket])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        for _ in 0..600 {
            if self.psql("postgres", "SELECT 1").is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("PostgreSQL does not answer");
    }

    /// Ends the server at once, as a power cut would for those who are connected.
    pub(crate) fn stop_at_once(&mut self) {
        self.stop(Signal::QUIT);
    }

    fn stop(&mut self, signal: Signal) {
        if let Some(mut child) = self.child.take() {
            let pid = Pid::from_child(&child);
            let _ = kill_process(pid, signal);
            let _ = child.wait();
        }
    }

    pub(crate) fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = self
            .command("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "vauban", "-h"])
            .arg(self.folder.path())
            .args(["-d", database, "-c", sql])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// A new, empty database and its name.
    pub(crate) fn database(&self) -> (Place, String) {
        let name = format!("hub{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name}")).unwrap();
        (self.place(&name), name)
    }

    pub(crate) fn place(&self, name: &str) -> Place {
        Place::Server(format!("postgres://vauban@localhost/{name}?host={}", self.folder.path().display()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Signal::INT);
    }
}

/// The newest installation of Debian, or what is on the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.into_iter().rev().find(|path| Path::new(path).join("initdb").exists())
}
