//! The guard as a process of its own, with its state, its ports and its log.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use age::secrecy::ExposeSecret as _;

/// A guard that ends with its owner.
pub(crate) struct Guard {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) http: u16,
    pub(crate) milter: u16,
    pub(crate) release: u16,
    /// Lines of `[mail.quarantine]`; `FOLDER` stands for its folder.
    quarantine: String,
    child: Option<Child>,
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Guard {
    /// A configuration with these lines in `[mail]`, and a guard that works by it.
    pub(crate) fn start(mail: &str) -> Self {
        let mut guard = Self::prepare(mail);
        guard.begin();
        guard
    }

    /// The same, without starting it.
    pub(crate) fn prepare(mail: &str) -> Self {
        Self::prepare_with(mail, "")
    }

    /// The same, with these lines in `[mail.quarantine]`.
    pub(crate) fn prepare_with(mail: &str, quarantine: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = age::x25519::Identity::generate();
        fs::write(folder.path().join("key"), format!("{}\n", key.to_string().expose_secret())).unwrap();
        fs::write(folder.path().join("key.pub"), key.to_public().to_string()).unwrap();
        let guard = Self {
            folder,
            http: free_port(),
            milter: free_port(),
            release: free_port(),
            quarantine: quarantine.to_owned(),
            child: None,
        };
        guard.configure(mail, "");
        guard
    }

    /// A guard of names alone, with these lines below `[guard]`, not started.
    pub(crate) fn of_names(config: &str) -> Self {
        let guard = Self {
            folder: tempfile::tempdir().unwrap(),
            http: free_port(),
            milter: 0,
            release: 0,
            quarantine: String::new(),
            child: None,
        };
        guard.configure_names(config);
        guard
    }

    /// Writes the configuration of a guard of names; `FOLDER` stands for its folder.
    pub(crate) fn configure_names(&self, config: &str) {
        let config = config.replace("FOLDER", &self.folder.path().display().to_string());
        let own = "[organisation]\ndomains = [\"campagne.example\"]\nproviders = [\"Microsoft 365\"]\n";
        let http = self.http;
        fs::write(self.path("vauban.toml"), format!("{own}[guard]\nhttp = \"127.0.0.1:{http}\"\n{config}")).unwrap();
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, mail: &str, staff: &str) {
        let key = fs::read_to_string(self.path("key.pub")).unwrap();
        let Self { http, milter, release, .. } = self;
        let quarantine = self.quarantine.replace("FOLDER", &self.folder.path().display().to_string());
        let resolver = if mail.contains("resolver") { "" } else { "resolver = \"none\"\n" };
        fs::write(
            self.path("vauban.toml"),
            format!(
                "[organisation]\ndomains = [\"campagne.example\"]\nstaff = [{{ name = \"Hugo Bernard\", address = \"hugo.bernard@campagne.example\" }}{staff}]\n\
                 [guard]\nhttp = \"127.0.0.1:{http}\"\n\
                 [mail]\nlisten = \"127.0.0.1:{milter}\"\nhandover = \"127.0.0.1:{release}\"\n{resolver}{mail}\n\
                 [mail.quarantine]\nrecipients = [{key:?}]\n{quarantine}\n"
            ),
        )
        .unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it, and waits until it is well.
    pub(crate) fn begin(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let child = self.command(&["guard", "--config"]).arg(self.path("vauban.toml")).stderr(log).spawn().unwrap();
        self.child = Some(child);
        assert!(self.waits_for(|guard| guard.get("/healthz").starts_with("HTTP/1.1 200")), "{}", self.log());
    }

    /// The program with this state.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
        command.arg("--state").arg(self.path("state")).args(["--lang", "en"]).args(arguments).stdout(Stdio::null());
        // Whoever decides has a name, on machines that build, too.
        command.env_remove("SUDO_USER").env("USER", "claire");
        command
    }

    /// Runs the program with this state to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdout(Stdio::piped()).output().unwrap()
    }

    /// Asks again and again, for half a minute at the most.
    pub(crate) fn waits_for(&self, is_so: impl Fn(&Self) -> bool) -> bool {
        (0..600).any(|_| {
            thread::sleep(Duration::from_millis(50));
            is_so(self)
        })
    }

    /// What its HTTP server answers.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.http)) {
            let _ = write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_string(&mut answer);
        }
        answer
    }

    /// The value of a metric; 0 where it is not counted yet.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let text = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |number| number.parse().unwrap())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap().success());
    }

    /// Kills it without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Waits for its end, which it was asked for.
    pub(crate) fn end_after_signal(&mut self) {
        let status = self.child.take().unwrap().wait().unwrap();
        assert!(status.success(), "{}", self.log());
    }

    /// Asks it to end, and waits.
    pub(crate) fn end(&mut self) {
        self.signal("TERM");
        self.end_after_signal();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.kill();
    }
}
