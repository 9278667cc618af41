//! A server as a process with files and a port of its own, which ends with its owner.

use std::{
    fs,
    net::{SocketAddr, TcpListener, UdpSocket},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use vauban_rpz::Surroundings;

/// A server that ends with its owner.
pub(crate) struct Server {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    child: Child,
}

/// Whether these programs can be had; else that is said.
pub(crate) fn can_run(programs: &[&str]) -> bool {
    if std::env::var_os("VAUBAN_SLOW").is_none() {
        println!("skipped: VAUBAN_SLOW is not set");
        return false;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |program: &&&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing: Vec<_> = programs.iter().filter(|program| !has(program)).collect();
    if !missing.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: transfers with other servers, which need {missing:?}");
    }
    missing.is_empty()
}

/// An address that nobody listens on, neither over TCP nor over UDP.
pub(crate) fn free_address() -> SocketAddr {
    loop {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}

/// The real time and some randomness.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        now: Arc::new(|| SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()),
        random: Arc::new(|| {
            let bytes: [u8; 16] = *tempfile::Builder::new()
                .rand_bytes(16)
                .tempfile()
                .unwrap()
                .path()
                .to_string_lossy()
                .as_bytes()
                .last_chunk()
                .unwrap();
            bytes.iter().fold(7u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(*byte)))
        }),
    }
}

/// A folder that servers under other users may work in.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

impl Server {
    /// Starts a program that stays in front; `ready` tells when it answers.
    pub(crate) fn start(
        folder: tempfile::TempDir,
        address: SocketAddr,
        (program, arguments): (&str, &[&str]),
        ready: impl Fn(&Self) -> bool,
    ) -> Self {
        let log = fs::File::create(folder.path().join("output")).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { folder, address, child };
        let is_ready = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(100));
            assert!(server.child.try_wait().unwrap().is_none(), "{program} ended: {}", server.log());
            ready(&server)
        });
        assert!(is_ready, "{program} does not answer: {}", server.log());
        server
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Tells it to read its files anew.
    pub(crate) fn reload(&self) {
        assert!(Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Whether it said that.
    pub(crate) fn said(&self, what: &str) -> bool {
        fs::read_to_string(self.path("output")).unwrap_or_default().contains(what)
    }

    /// What it said, without the beginning of much.
    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.path("output")).unwrap_or_default();
        text.get(text.len().saturating_sub(3000)..).unwrap_or(&text).to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..100 {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
